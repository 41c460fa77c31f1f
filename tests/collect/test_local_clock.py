"""Days by the clock of a zone: 23 or 25 hours long where the clock changes, and none of them lost unseen."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from support.desks import CATALOGUE, changed, judged, load, metrics, run, write

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
        (
            "Europe/London",
            "2026-03-20",
            "2026-04-04",
            "2026-03-29",
            "2026-04-05T12:00:00Z",
            "2026-03-29T00 2026-03-29T23",
        ),
        (
            "Europe/London",
            "2026-03-20",
            "2026-03-30",
            "2026-03-30",
            "2026-04-01T05:00:00Z",
            "2026-03-29T23 2026-03-30T23",
        ),
        (
            "Europe/London",
            "2026-10-20",
            "2026-10-30",
            "2026-10-25",
            "2026-11-01T12:00:00Z",
            "2026-10-24T23 2026-10-26T00",
        ),
        (
            "Europe/London",
            "2026-10-20",
            "2026-10-30",
            "2026-10-26",
            "2026-11-01T12:00:00Z",
            "2026-10-26T00 2026-10-27T00",
        ),
        (
            "America/New_York",
            "2026-03-01",
            "2026-03-20",
            "2026-03-08",
            "2026-03-22T00:00:00Z",
            "2026-03-08T05 2026-03-09T04",
        ),
        (
            "America/New_York",
            "2026-10-25",
            "2026-11-05",
            "2026-11-01",
            "2026-11-08T00:00:00Z",
            "2026-11-01T04 2026-11-02T05",
        ),
        (
            "Africa/Cairo",
            "2026-04-20",
            "2026-04-30",
            "2026-04-24",
            "2026-05-02T09:00:00Z",
            "2026-04-23T22 2026-04-24T21",
        ),
        (
            "Africa/Cairo",
            "2026-04-20",
            "2026-04-30",
            "2026-04-23",
            "2026-05-02T09:00:00Z",
            "2026-04-22T22 2026-04-23T22",
        ),
        (
            "America/Sao_Paulo",
            "2018-11-01",
            "2018-11-10",
            "2018-11-04",
            "2018-11-13T00:00:00Z",
            "2018-11-04T03 2018-11-05T02",
        ),
        (
            "America/Sao_Paulo",
            "2018-02-10",
            "2018-02-24",
            "2018-02-17",
            "2018-02-27T00:00:00Z",
            "2018-02-17T02 2018-02-18T03",
        ),
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


COVERED = """
sources:
  reports:
    kind: rows
    doc: one report a day of a zone
    files: r*.json
    format: json
    time: day
    timezone: Europe/London
    torn: file
    columns: {day: {time: /day}, n: {integer: /n}}
    covered: {each: 1d}
    complete: never
    metrics:
      alerts: {sql: "select day as at from reports where n > 0"}
"""


def covered(root: Path, text: str, as_of: str, *stamps: str) -> object:
    """Return what reports with these stamps cover."""
    for each in root.glob("r*.json"):
        each.unlink()
    for number, stamp in enumerate(stamps):
        write(root, f"r{number}.json", f'{{"day": "{stamp}", "n": 0}}')
    found = metrics(run(root, text, as_of))["alerts"]
    return found.get("covered", found)


def test_a_day_of_23_hours_covers_no_more(tmp_path: Path) -> None:
    stamps = ("2026-03-27", "2026-03-28", "2026-03-29")
    midnight = "2026-03-30T00:00:00Z"
    assert covered(tmp_path, COVERED, midnight, *stamps) == ["2026-03-27T00:00:00Z", "2026-03-29T23:00:00Z"]
    rule = "count(alerts, within=2h) == 0"
    assert judged(tmp_path, COVERED, rule, midnight).verdict == "NO_GO"
    assert judged(tmp_path, COVERED, rule, "2026-03-29T23:00:00Z").verdict == "GO"
    more = covered(tmp_path, COVERED, "2026-03-31T00:00:00Z", *stamps, "2026-03-30")
    assert more == ["2026-03-27T00:00:00Z", "2026-03-30T23:00:00Z"]


@pytest.mark.parametrize(
    ("zone", "each", "stamps", "as_of", "expected"),
    [
        ("Europe/London", "1d", ("2026-10-24", "2026-10-25", "2026-10-26"), "2026-10-27", "23T23 27T00"),
        ("Europe/London", "1d", ("2026-10-24", "2026-10-26"), "2026-10-27", "26T00 27T00"),
        ("Europe/London", "1d", ("2026-10-25",), "2026-10-25T23:30:00Z", "24T23 24T23"),
        ("Europe/London", "1w", ("2026-10-12", "2026-10-19", "2026-10-26"), "2026-11-02", "11T23 02T00"),
        ("Europe/London", "24h", ("2026-10-24", "2026-10-25"), "2026-10-26", "23T23 26T00"),
        (
            "Europe/London",
            "12h",
            ("2026-10-24T01:00:00Z", "2026-10-24T13:00:00Z"),
            "2026-10-26",
            "24T01 25T01",
        ),
        ("Africa/Cairo", "1d", ("2026-04-23", "2026-04-24", "2026-04-25"), "2026-04-26", "22T22 25T21"),
        ("America/Sao_Paulo", "1d", ("2018-11-03", "2018-11-04", "2018-11-05"), "2018-11-08", "03T03 06T02"),
        ("America/Sao_Paulo", "1d", ("2018-11-03", "2018-11-04"), "2018-11-08", "03T03 05T02"),
        ("America/Havana", "1d", ("2026-10-31", "2026-11-02"), "2026-11-08", "02T05 03T05"),
        # days of UTC are as long as always, and those that end elsewhere no longer than their length
        ("Etc/UTC", "1d", ("2026-10-24", "2026-10-25"), "2026-10-26", "24T00 26T00"),
        ("Europe/London", "1d", ("2026-10-25T00:00:00Z",), "2026-10-27", "25T00 26T00"),
        ("Europe/London", "1d", ("2026-10-24T17:00:00",), "2026-10-27", "24T16 25T16"),
        ("Europe/London", "1d", ("2026-03-28T17:00:00", "2026-03-29T17:00:00"), "2026-03-31", "28T17 30T16"),
    ],
)
def test_what_periods_of_a_zone_cover(
    tmp_path: Path, zone: str, each: str, stamps: tuple[str, ...], as_of: str, expected: str
) -> None:
    text = changed(COVERED, ("Europe/London", zone), ("{each: 1d}", f"{{each: {each}}}"))
    time = as_of if "T" in as_of else f"{as_of}T12:00:00Z"
    start, end = covered(tmp_path, text, time, *stamps)
    assert f"{start[8:13]} {end[8:13]}" == expected


def test_a_torn_report_of_a_day_of_23_hours_leaves_room(tmp_path: Path) -> None:
    began = changed(CATALOGUE, ("alerts: {type: event,", "alerts: {type: event, began: 2026-03-28,"))
    for day in (28, 29, 30, 31):
        write(tmp_path, f"r{day}.json", f'{{"day": "2026-03-{day}", "n": 0}}' if day != 29 else "{")
    found = metrics(run(tmp_path, COVERED, "2026-04-01T00:00:00Z", catalogue=began))["alerts"]
    assert found["covered"] == ["2026-03-29T23:00:00Z", "2026-03-31T23:00:00Z"]
    write(tmp_path, "r285.json", '{"day": "2026-03-29", "n": 0}')
    found = metrics(run(tmp_path, COVERED, "2026-04-01T00:00:00Z", catalogue=began))["alerts"]
    assert found["unknown"] == "torn source"


KNOWN = changed(
    COVERED,
    (
        "{day: {time: /day},",
        "{known: {time: /day, shift: 1d}, week: {time: /day, shift: -6d}, day: {time: /day},",
    ),
    ("time: day", "time: known"),
    ("{each: 1d}", "{each: 1w, by: week}"),
)


def test_a_time_is_shifted_by_days_of_the_zone(tmp_path: Path) -> None:
    """The week ends on the day on which the clock is put back."""
    weeks = covered(tmp_path, KNOWN, "2026-11-03T00:00:00Z", "2026-10-18", "2026-10-25", "2026-11-01")
    assert weeks == ["2026-10-11T23:00:00Z", "2026-11-02T00:00:00Z"]
    spring = covered(tmp_path, KNOWN, "2026-04-07T00:00:00Z", "2026-03-29", "2026-04-05")
    assert spring == ["2026-03-23T00:00:00Z", "2026-04-05T23:00:00Z"]


@pytest.mark.parametrize(
    ("began", "first", "as_of", "missing"),
    [
        # a date is that date in the zone; another time is taken by the clock there
        ("2026-06-30", "2026-07-01", "2026-07-04T00:00:00Z", "2026-06-29T23:00:00Z to 2026-06-30T23:00:00Z"),
        (
            "2026-06-30T23:00:00Z",
            "2026-07-02",
            "2026-07-04T00:00:00Z",
            "2026-06-30T23:00:00Z to 2026-07-01T23:00:00Z",
        ),
        ("2026-03-27T01:30:00Z", "2026-03-28", "2026-03-30T06:00:00Z", None),
        ("2026-10-22T00:30:00Z", "2026-10-23", "2026-10-25T00:29:59Z", None),
    ],
)
def test_the_first_day(tmp_path: Path, began: str, first: str, as_of: str, missing: str | None) -> None:
    text = changed(REPORTS, (", lag: 30h", ""))
    catalogue = changed(CATALOGUE, ("pnl: {type: number,", f"pnl: {{type: number, began: {began},"))
    days(tmp_path, first, as_of[:10])
    found = metrics(run(tmp_path, text, as_of, catalogue=catalogue))["pnl"]
    assert found.get("detail") == (missing and f"no row of `reports` for {missing}")


def test_a_period_that_is_over_stays_so_while_the_clock_is_put_back(tmp_path: Path) -> None:
    text = changed(REPORTS, (", lag: 30h", ""), ("{day: {time: day}", "{day: {time: day, unit: s}"))
    began = changed(CATALOGUE, ("pnl: {type: number,", "pnl: {type: number, began: 2026-10-23T00:30:00Z,"))
    write(tmp_path, "daily.csv", "day,pnl\n2026-10-23T12:00:00Z,1\n")
    for time, known in (("00:29:59", True), ("00:30:00", False), ("01:10:00", False), ("01:30:00", False)):
        found = metrics(run(tmp_path, text, f"2026-10-25T{time}Z", catalogue=began))["pnl"]
        assert ("value" in found) == known


def test_since_begins_with_a_day_of_the_zone(tmp_path: Path) -> None:
    began = changed(CATALOGUE, ("pnl: {type: number,", "pnl: {type: number, began: 2026-03-20,"))
    days(tmp_path, "2026-03-30", "2026-04-03")
    seen = {
        since: metrics(run(tmp_path, REPORTS, "2026-04-04T00:00:00Z", catalogue=began, since=since))[
            "pnl"
        ].get("value")
        for since in ("2026-03-29T00:00:00Z", "2026-03-29T00:00:01Z", "2026-03-29T23:00:00Z")
    }
    assert list(seen.values()) == [None, 1, 1]


REFUSED = (
    "error E555: the periods of `daily` are days of UTC, and `reports` has rows by the clock of Europe/London"
    " (read dates as days of UTC: `timezone: UTC`, with a `lag` for a day that ends later there)"
)
DATED = changed(
    BEGAN, ("daily: {type: number, every: 1d,", "daily: {type: number, every: 1d, began: 2026-03-27,")
)
UNDECLARED = changed(
    REPORTS[: REPORTS.index("      pnl:")],
    ("    covered: {each: 1d}\n", ""),
    ("    complete: {each: 1d, lag: 30h}\n", ""),
)
PLAIN = "select day as at, pnl as value from reports order by day"


@pytest.mark.parametrize(
    ("text", "catalogue", "sql", "line"),
    [
        # the row of 30 March, 23:00Z of the 29th, would stand for that of the 29th if it is lost
        (REPORTS, DATED, PLAIN, 15),
        (REPORTS, DATED, PLAIN.replace("select day", "select date_trunc('day', day)"), 15),
        (changed(REPORTS, ("    covered: {each: 1d}\n", "")), DATED, PLAIN, 14),
        (UNDECLARED, DATED, PLAIN, 12),
        (UNDECLARED, changed(DATED, ("every: 1d", "every: 1w")), PLAIN, 12),
        (UNDECLARED, changed(DATED, ("every: 1d", "every: 1h")), PLAIN, 0),
        (
            UNDECLARED,
            DATED,
            "select date_trunc('day', day) as at, sum(pnl) as value from reports group by 1",
            0,
        ),
        (
            UNDECLARED,
            DATED,
            "select '2026-03-27'::timestamp as at, pnl as value from reports order by ordinal",
            0,
        ),
        (changed(REPORTS, ("Europe/London", "UTC")), DATED, PLAIN, 0),
    ],
)
def test_days_of_a_zone_are_no_series_of_days_of_utc(text: str, catalogue: str, sql: str, line: int) -> None:
    found = [str(each) for each in load(f'{text}      daily: {{sql: "{sql}"}}\n', catalogue)[2].sorted()]
    assert found == ([f"sources.yaml:{line}:20: {REFUSED}"] if line else [])


def test_dates_read_as_days_of_utc_leave_a_hole(tmp_path: Path) -> None:
    text = changed(REPORTS, ("Europe/London", "UTC")) + f'      daily: {{sql: "{PLAIN}"}}\n'
    days(tmp_path, "2026-03-27", "2026-04-02")
    at = {"as_of": "2026-04-03T06:00:00Z", "catalogue": DATED}
    assert judged(tmp_path, text, "count(daily < -500, last=6) == 0", **at).verdict == "GO"
    days(tmp_path, "2026-03-27", "2026-04-02", "2026-03-29")
    assert judged(tmp_path, text, "count(daily < -500, last=6) == 0", **at).verdict == "NO_GO"
