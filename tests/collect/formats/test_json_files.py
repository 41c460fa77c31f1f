"""JSON files: the rows that a pointer leads to, and a file without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import metrics, run, write

SOURCE = """
sources:
  trades:
    kind: rows
    doc: a
    file: t.json
    format: json
    rows: /by/trades
    time: closed
    columns:
      closed: {time: /at}
      pnl: {number: /pnl}
    metrics:
      total: {sql: "select count(*) as value from trades"}
"""
ROW = '{"at": "2026-03-28T01:00:00Z", "pnl": 1}'


@pytest.mark.parametrize(("rows", "count"), [(f"[{ROW}, {ROW}]", 2), (ROW, 1)])
def test_a_list_gives_its_items_and_a_mapping_is_one_row(tmp_path: Path, rows: str, count: int) -> None:
    write(tmp_path, "t.json", f'{{"by": {{"trades": {rows}}}}}')
    assert metrics(run(tmp_path, SOURCE))["total"] == {"value": count, "at": "2026-03-28T01:00:00Z"}


@pytest.mark.parametrize(
    ("text", "cause", "detail"),
    [
        ("  ", "missing", "t.json is empty"),
        ("3", "torn source", "t.json holds neither an object nor a list"),
        ("{}", "missing", "t.json has no /by/trades"),
        (
            '{"by": {"trades": 3}}',
            "torn source",
            "t.json holds neither an object nor a list where its rows should be",
        ),
        (f'{{"by": {{"trades": [{ROW}, 3]}}}}', "torn source", "row 2 of t.json: `closed` is absent"),
    ],
)
def test_a_file_without_its_rows_is_unknown(tmp_path: Path, text: str, cause: str, detail: str) -> None:
    write(tmp_path, "t.json", text)
    assert metrics(run(tmp_path, SOURCE))["total"] == {"unknown": cause, "detail": detail}
