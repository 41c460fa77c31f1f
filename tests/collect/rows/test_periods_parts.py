"""Rows that were written before their period was over: they tell of a part of it, and stand for no whole one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.desks import CATALOGUE, changed, metrics, run, write

DAYS = """
sources:
  days:
    kind: rows
    doc: one row a day, written when the day is over
    file: days.csv
    format: csv
    time: TIME
    timezone: UTC
    complete: {each: 1d, by: day}
    columns: {written: {time: written}, day: {time: day}, pnl: {number: pnl}}
    covered: {from: 2026-01-05, to: last}
    metrics:
      daily: {sql: "select pnl as value, day as at from days order by day"}
      total: {sql: "select count(*) as value from days"}
"""
LACKING = {
    "unknown": "missing",
    "detail": "no row of `days` for 2026-01-06T00:00:00Z to 2026-01-07T00:00:00Z",
}


def days(root: Path, second: str, *, time: str = "written", **options: Any) -> dict[str, Any]:
    """Collect three days, of which the second was written at a time."""
    rows = (
        "2026-01-06T00:00:00Z,2026-01-05,1",
        f"{second},2026-01-06,2",
        "2026-01-08T00:30:00Z,2026-01-07,3",
    )
    write(root, "days.csv", "written,day,pnl\n" + "".join(f"{each}\n" for each in rows))
    return metrics(run(root, DAYS.replace("TIME", time), as_of="2026-01-08T06:00:00Z", **options))


@pytest.mark.parametrize("second", ["2026-01-07T00:00:00Z", "2026-01-07T09:00:00Z"])
def test_a_row_of_a_whole_day(tmp_path: Path, second: str) -> None:
    seen = days(tmp_path, second)
    assert [each.get("value") for each in seen["daily"]["points"]] == [1, 2, 3]
    assert seen["total"]["value"] == 3


@pytest.mark.parametrize("second", ["2026-01-06T23:59:59Z", "2026-01-06T00:00:00Z", "2026-01-05T12:00:00Z"])
def test_a_row_of_a_part_of_a_day(tmp_path: Path, second: str) -> None:
    seen = days(tmp_path, second)
    first, parted, third = seen["daily"]["points"]
    why = f"its row of `days` was written at {second}, before its end"
    assert (first["value"], third["value"]) == (1, 3)
    assert parted == {"at": "2026-01-06T00:00:00Z", "unknown": "missing", "detail": why}
    assert seen["total"] == LACKING


def test_rows_that_do_not_say_when_they_were_written(tmp_path: Path) -> None:
    """Then nothing shows that one is of a part of its day."""
    seen = days(tmp_path, "2026-01-06T12:00:00Z", time="day")
    assert [each.get("value") for each in seen["daily"]["points"]] == [1, 2]
    assert seen["total"]["value"] == 3


def test_a_series_whose_points_are_complete_early(tmp_path: Path) -> None:
    early = changed(CATALOGUE, ("every: 1d, doc", "every: 1d, early: true, doc"))
    seen = days(tmp_path, "2026-01-06T12:00:00Z", catalogue=early)
    assert [each.get("value") for each in seen["daily"]["points"]] == [1, 2, 3]
    assert seen["total"]["value"] == 3


def test_each_member_lacks_the_part_of_its_period(tmp_path: Path) -> None:
    write(
        tmp_path,
        "days.csv",
        "written,day,pnl,symbol\n"
        "2026-01-06T00:00:00Z,2026-01-05,1,BTC-USD\n"
        "2026-01-06T23:00:00Z,2026-01-06,2,BTC-USD\n"
        "2026-01-08T00:30:00Z,2026-01-07,3,BTC-USD\n",
    )
    source = changed(
        DAYS,
        ("TIME", "written"),
        ("pnl: {number: pnl}", "pnl: {number: pnl}, symbol: {text: symbol}"),
        ('daily: {sql: "select pnl', 'each_day: {sql: "select symbol as member, pnl'),
    )
    catalogue = changed(
        CATALOGUE, ("  alerts:", "  each_day: {type: number, every: 1d, scope: symbol, doc: a}\n  alerts:")
    )
    found = run(tmp_path, source, as_of="2026-01-08T06:00:00Z", catalogue=catalogue)
    points = found.snapshot["scopes"]["symbol"]["BTC-USD"]["each_day"]["points"]
    assert [each.get("value") for each in points] == [1, None, 3]
