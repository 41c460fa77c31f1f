"""JSON files: the rows that a pointer leads to, and a file without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import changed, judged, metrics, run, write

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


LOSSES = changed(
    SOURCE,
    ("/by/trades", "ROWS"),
    ("    metrics:", "    covered: {from: 2026-01-01, to: as_of}\n    metrics:"),
    (
        'total: {sql: "select count(*) as value from trades"}',
        'alerts: {sql: "select closed as at from trades where pnl < 0"}',
    ),
)
WIN = '[{"at": "2026-03-25T01:00:00Z", "pnl": 5}]'
LOSS = '[{"at": "2026-03-25T01:00:00Z", "pnl": -5}]'
NO_LOSS = "count(alerts, within=20d) == 0"
DEEP, FLAT = "/bots/*/trades", "/trades/*"


@pytest.mark.parametrize(
    ("rows", "text", "detail"),
    [
        (
            DEEP,
            f'{{"bots": {{"a": {{"trades": {WIN}}}, "b": {{"Trades": {LOSS}}}}}}}',
            "t.json has no /bots/b/trades",
        ),
        (DEEP, f'{{"bots": {{"a": {{"trades": {WIN}}}, "b": null}}}}', "t.json has no /bots/b/trades"),
        (DEEP, f'{{"bots": [{{"trades": {WIN}}}, {{}}]}}', "t.json has no /bots/1/trades"),
        (DEEP, f'{{"Bots": {{"b": {{"trades": {LOSS}}}}}}}', "t.json has no /bots/*/trades"),
        # a list among objects may have lost its row
        (FLAT, f'{{"trades": {{"a": {WIN[1:-1]}, "b": []}}}}', "t.json holds objects and lists as /trades/*"),
        (
            FLAT,
            f'{{"trades": {{"a": {WIN}, "b": {WIN[1:-1]}}}}}',
            "t.json holds objects and lists as /trades/*",
        ),
        (
            "/trades",
            f'{{"trades": [{WIN[1:-1]}, []]}}',
            "row 2 of t.json is no object or list as those before it",
        ),
        (FLAT, f'{{"Trades": {{"a": {LOSS}}}}}', "t.json has no /trades/*"),
        (FLAT, '{"trades": null}', "t.json has no /trades/*"),
        (FLAT, '{"trades": "x"}', "t.json has no /trades/*"),
        (DEEP, '{"bots": {}}', "t.json has no /bots/*/trades"),
        (FLAT, "{}", "t.json has no /trades/*"),
        (FLAT, "[]", "t.json has no /trades/*"),
        (
            FLAT,
            f'{{"trades": {{"a": {WIN}, "b": null}}}}',
            "t.json holds neither an object nor a list where its rows should be",
        ),
        ("/bots/*/x/*", '{"bots": {"a": {"x": []}, "b": {"x": 3}}}', "t.json has no /bots/b/x/*"),
    ],
)
def test_a_star_over_something_that_is_not_there_closes_the_gate(
    tmp_path: Path, rows: str, text: str, detail: str
) -> None:
    write(tmp_path, "t.json", text)
    verdict = judged(tmp_path, changed(LOSSES, ("ROWS", rows)), NO_LOSS)
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    assert (verdict.verdict, causes) == ("NO_GO", [("torn source", detail)])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f'{{"bots": {{"a": {{"trades": {WIN}}}, "b": {{"trades": {LOSS}}}}}}}', "NO_GO"),
        (f'{{"bots": {{"a": {{"trades": {WIN}}}, "b": {{"trades": []}}}}}}', "GO"),
    ],
)
def test_a_star_over_what_is_there(tmp_path: Path, text: str, wanted: str) -> None:
    write(tmp_path, "t.json", text)
    assert judged(tmp_path, changed(LOSSES, ("ROWS", DEEP)), NO_LOSS).verdict == wanted


@pytest.mark.parametrize("text", ['{"trades": {}}', '{"trades": []}', '{"trades": {"a": []}}'])
def test_an_empty_list_of_rows(tmp_path: Path, text: str) -> None:
    write(tmp_path, "t.json", text)
    assert judged(tmp_path, changed(LOSSES, ("ROWS", FLAT)), NO_LOSS).verdict == "GO"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"to": {"a": {"at": "2026-03-30T05:00:00Z"}}}', "GO"),
        ('{"to": {"a": {"at": "2026-03-30T05:00:00Z"}, "b": {"At": "2026-03-24T05:00:00Z"}}}', "NO_GO"),
        ('{"to": {"a": {"at": "2026-03-30T05:00:00Z"}, "b": null}}', "NO_GO"),
    ],
)
def test_a_pointer_to_one_value_with_a_second_way_that_ends_early(
    tmp_path: Path, text: str, wanted: str
) -> None:
    source = changed(LOSSES, ("ROWS", "/trades"), ("to: as_of", "to: /to/*/at"))
    write(tmp_path, "t.json", text.replace('{"to"', f'{{"trades": {WIN}, "to"'))
    assert judged(tmp_path, source, "count(alerts, within=3d) == 0", "2026-03-30T05:00:00Z").verdict == wanted
