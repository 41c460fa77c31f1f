"""Rows sources: the cut at the time of the snapshot, missing files, tables joined."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from support.desks import LATER, LINES, LOG, changed, jsonl, metrics, run, write


def test_rows_are_cut_at_the_time_and_keep_file_order(tmp_path: Path) -> None:
    seen = metrics(run(jsonl(tmp_path), LOG, now=LATER))
    assert seen["total"] == {"value": 3, "at": "2026-03-29T00:00:00Z"}
    assert seen["pnl"] == {"value": Decimal("-0.25"), "n": 3, "at": "2026-03-29T00:00:00Z"}
    assert seen["trades"] == {
        "covered": ["2026-03-28T01:00:00Z", "2026-03-29T00:00:00Z"],
        "points": [
            {"at": "2026-03-28T01:00:00Z", "value": Decimal("1.5")},
            {"at": "2026-03-28T01:00:00Z", "value": Decimal(-2)},
            {"at": "2026-03-29T00:00:00Z", "value": Decimal("0.25")},
        ],
    }


def test_a_log_covers_up_to_its_last_row_only(tmp_path: Path) -> None:
    seen = metrics(run(jsonl(tmp_path, LINES[:3]), LOG))
    assert seen["total"]["at"] == "2026-03-29T00:00:00Z"
    assert seen["trades"]["covered"] == ["2026-03-28T01:00:00Z", "2026-03-29T00:00:00Z"]


def test_since_limits_rows_and_coverage(tmp_path: Path) -> None:
    seen = metrics(run(jsonl(tmp_path), LOG, since="2026-03-28T12:00:00Z", now=LATER))
    assert seen["total"]["value"] == 1
    assert seen["trades"]["covered"] == ["2026-03-28T12:00:00Z", "2026-03-29T00:00:00Z"]


@pytest.mark.parametrize(
    ("data", "detail"), [(None, "t.jsonl: no such file or directory"), ("", "t.jsonl is empty")]
)
def test_missing_and_empty(tmp_path: Path, data: str | None, detail: str) -> None:
    if data is not None:
        write(tmp_path, "t.jsonl", data)
    assert metrics(run(tmp_path, LOG))["total"] == {"unknown": "missing", "detail": detail}


def test_sources_join(tmp_path: Path) -> None:
    text = (
        LOG
        + """
  more:
    kind: rows
    doc: joins the first
    file: more.json
    format: json
    rows: /by/*
    time: day
    timezone: UTC
    with: [trades]
    columns:
      day: {time: /day, of: file}
      who: {key: 1}
      factor: {integer: /factor}
      tags: {json: /tags, optional: true}
    metrics:
      rate: {sql: "select sum(pnl * factor) as value from trades, more where who = 'a'"}
"""
    )
    write(
        jsonl(tmp_path),
        "more.json",
        '{"day": "2026-03-28", "by": {"a": {"factor": 4, "tags": [1]}, "b": {"factor": 9}}}',
    )
    assert metrics(run(tmp_path, text, now=LATER))["rate"]["value"] == Decimal(-1)
    write(tmp_path, "t.jsonl", "{")
    assert metrics(run(tmp_path, text))["rate"]["detail"] == "line 1 of t.jsonl is not JSON, column 2"


UNIQUE = changed(LOG, ("    columns:", "    unique: [id, side]\n    columns:"), ("pnl: {number: /pnl}",
                 "pnl: {number: /pnl}\n      id: {text: /id}\n      side: {text: /side, optional: true}"))  # fmt: skip


def test_two_rows_of_one_name_are_a_conflict(tmp_path: Path) -> None:
    first = '{"at": "2026-03-28T01:00:00Z", "pnl": 1, "id": "a", "side": "buy"}'
    other = first.replace("buy", "sell")
    assert metrics(run(jsonl(tmp_path, [first, other]), UNIQUE))["total"]["value"] == 2
    conflict = {"unknown": "conflict", "detail": "rows 1 and 3 have the same `id`, `side`"}
    assert metrics(run(jsonl(tmp_path, [first, other, first]), UNIQUE))["total"] == conflict
    assert (
        metrics(run(jsonl(tmp_path, [first, other, first.replace("1,", "2,")]), UNIQUE))["total"] == conflict
    )


def test_a_copy_of_a_file_is_a_conflict(tmp_path: Path) -> None:
    many = changed(LOG, ("file: t.jsonl", "files: t*.jsonl\n    complete: never"))
    jsonl(tmp_path)
    write(tmp_path, "t2.jsonl", (tmp_path / "t.jsonl").read_bytes())
    assert metrics(run(tmp_path, many, now=LATER))["total"] == {
        "unknown": "conflict",
        "detail": "t2.jsonl is a copy of t.jsonl: its rows would count twice",
    }
    dated = changed(many, ("time: at_", "time: modified"))
    for name in ("t", "t2"):
        os.utime(tmp_path / f"{name}.jsonl", (1_774_800_000, 1_774_800_000))
    assert metrics(run(tmp_path, dated))["total"]["value"] == 8
    empty = changed(many, ("format: jsonl", "format: jsonl\n    may_be_empty: true"))
    jsonl(tmp_path)
    for name in ("t2", "t3"):
        write(tmp_path, f"{name}.jsonl", "")
    assert metrics(run(tmp_path, empty, now=LATER))["total"]["value"] == 3


def test_patterns_of_names_that_backtrack(tmp_path: Path) -> None:
    deep = "/".join("d" * 14)
    (tmp_path / deep).mkdir(parents=True)
    write(tmp_path, f"{deep}/{'a' * 200}.jsonl", LINES[0] + "\n")
    stars = "*a" * 30
    for pattern, wanted in ((f"{'**/' * 14}{stars}*.jsonl", 1), (f"{'**/' * 14}{stars}*b", None)):
        found = metrics(
            run(tmp_path, changed(LOG, ("file: t.jsonl", f"files: '{pattern}'\n    complete: never")))
        )["total"]
        assert found.get("value") == wanted


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name of a file is Unicode")
def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path / "t") + b"\xff.jsonl")).write_bytes(b"")
    found = metrics(run(tmp_path, changed(LOG, ("file: t.jsonl", "files: t*.jsonl\n    complete: never"))))[
        "total"
    ]
    assert found == {"unknown": "torn source", "detail": "the name of a file that matches is not UTF-8"}
