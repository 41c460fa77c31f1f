"""Days by the clock of a zone: 23 or 25 hours long where the clock changes, and none of them lost unseen."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from interlock.collect.model import RowsSource
from support.desks import CATALOGUE, changed, complaints, judged, load, metrics, run, write

REPORTS = """
sources:
  reports:
    kind: rows
    doc: one report a day of London
    file: daily.csv
    format: csv
    time: day
    timezone: Europe/London
    columns: {day: {time: day}, pnl: {number: pnl}}
    covered: {each: 1d}
    complete: {each: 1d, lag: 30h}
    metrics:
      pnl: {sql: "select avg(pnl) as value, max(day) as at from reports"}
"""
BEGAN = changed(CATALOGUE, ("pnl: {type: number,", "pnl: {type: number, began: 2026-03-20,"))


def days(root: Path, first: str, last: str, lost: str = "") -> None:
    """Write a row for each day but one."""
    day, lines = date.fromisoformat(first), ["day,pnl"]
    while day <= date.fromisoformat(last):
        lines += [] if str(day) == lost else [f"{day},{-100 if day.day == 29 else 1}"]
        day += timedelta(1)
    write(root, "daily.csv", "\n".join([*lines, ""]))


@pytest.mark.parametrize(
    ("zone", "first", "last", "lost", "as_of", "period"),
    [
        ("Europe/London", "2026-03-20", "2026-04-04", "2026-03-29", "2026-04-05T12:00:00Z", "2026-03-29T00 2026-03-29T23"),
        ("Europe/London", "2026-03-20", "2026-03-30", "2026-03-30", "2026-04-01T05:00:00Z", "2026-03-29T23 2026-03-30T23"),
        ("Europe/London", "2026-10-20", "2026-10-30", "2026-10-25", "2026-11-01T12:00:00Z", "2026-10-24T23 2026-10-26T00"),
        ("Europe/London", "2026-10-20", "2026-10-30", "2026-10-26", "2026-11-01T12:00:00Z", "2026-10-26T00 2026-10-27T00"),
        ("America/New_York", "2026-03-01", "2026-03-20", "2026-03-08", "2026-03-22T00:00:00Z", "2026-03-08T05 2026-03-09T04"),
        ("America/New_York", "2026-10-25", "2026-11-05", "2026-11-01", "2026-11-08T00:00:00Z", "2026-11-01T04 2026-11-02T05"),
        ("Africa/Cairo", "2026-04-20", "2026-04-30", "2026-04-24", "2026-05-02T09:00:00Z", "2026-04-23T22 2026-04-24T21"),
        ("Africa/Cairo", "2026-04-20", "2026-04-30", "2026-04-23", "2026-05-02T09:00:00Z", "2026-04-22T22 2026-04-23T22"),
        ("America/Sao_Paulo", "2018-11-01", "2018-11-10", "2018-11-04", "2018-11-13T00:00:00Z", "2018-11-04T03 2018-11-05T02"),
        ("America/Sao_Paulo", "2018-02-10", "2018-02-24", "2018-02-17", "2018-02-27T00:00:00Z", "2018-02-17T02 2018-02-18T03"),
    ],
)
def test_a_lost_local_day_is_missing(
    tmp_path: Path, zone: str, first: str, last: str, lost: str, as_of: str, period: str
) -> None:
    text = changed(REPORTS, ("Europe/London", zone))
    began = changed(CATALOGUE, ("pnl: {type: number,", f"pnl: {{type: number, began: {first},"))
    days(tmp_path, first, last)
    assert judged(tmp_path, text, "pnl > -100", as_of, catalogue=began).verdict == "GO"
    days(tmp_path, first, last, lost)
    assert judged(tmp_path, text, "pnl > -100", as_of, catalogue=began).verdict == "NO_GO"
    why = metrics(run(tmp_path, text, as_of, catalogue=began))["pnl"]
    start, end = period.split()
    assert why == {"unknown": "missing", "detail": f"no row of `reports` for {start}:00:00Z to {end}:00:00Z"}
