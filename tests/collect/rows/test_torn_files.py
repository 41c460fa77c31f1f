"""One torn file of many leaves its own period unknown, and the others stand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.desks import CATALOGUE, changed, judged, metrics, run, write

BEGUN = changed(
    CATALOGUE,
    ("daily: {type: number, every: 1d,", "daily: {type: number, every: 1d, lag: 8h, began: 2026-03-25,"),
)
REPORTS = """
sources:
  reports:
    kind: rows
    doc: one report a day, written in the morning after it
    files: day_*.json
    format: json
    time: written
    timezone: UTC
    torn: file
    columns:
      written: {time: /written}
      day: {time: /day}
      value: {number: /value}
    covered: {from: 2026-03-25, to: last}
    complete: {each: 1d, by: day}
    metrics:
      daily: {sql: "select day as at, value from reports"}
      pnl: {sql: "select value, written as at from reports order by day desc limit 1"}
      moment: {sql: "select max(day) as value from reports"}
      total: {sql: "select count(*) as value from reports"}
"""
TORN = {"unknown": "torn source", "detail": "day_27.json is not JSON, column 2"}


def days(root: Path, *torn: int, last: int = 29) -> Path:
    """Write the reports of 25 March and later; each has the day as its value."""
    for day in range(25, last + 1):
        text = f'{{"day": "2026-03-{day}", "written": "2026-03-{day + 1}T05:00:00Z", "value": {day}}}'
        write(root, f"day_{day}.json", "{" if day in torn else text)
    return root


def points(found: Any) -> list[object]:
    return [each.get("value", each.get("unknown")) for each in found["points"]]


def test_a_torn_report_leaves_its_own_day_unknown(tmp_path: Path) -> None:
    seen = metrics(run(days(tmp_path, 27), REPORTS, catalogue=BEGUN))
    assert points(seen["daily"]) == [25, 26, "torn source", 28, 29]
    assert seen["daily"]["points"][2] == {"at": "2026-03-27T00:00:00Z", **TORN}
    assert seen["pnl"] == {"value": Decimal(29), "at": "2026-03-30T05:00:00Z"}
    assert seen["moment"]["value"] == "2026-03-29T00:00:00Z"
    assert seen["total"] == TORN


def test_the_newest_report_that_is_torn_is_not_passed_over(tmp_path: Path) -> None:
    """Its day is over and its report not yet due, so without a word the day before would stand for it."""
    seen = metrics(run(days(tmp_path, 29), REPORTS, catalogue=BEGUN))
    assert points(seen["daily"]) == [25, 26, 27, 28, "torn source"]
    assert seen["pnl"]["unknown"] == seen["moment"]["unknown"] == "torn source"
    assert judged(tmp_path, REPORTS, "last(daily) > 0", catalogue=BEGUN).verdict == "NO_GO"
    assert judged(tmp_path, REPORTS, "count(daily > 0, last=5) >= 4", catalogue=BEGUN).verdict == "GO"


def test_of_two_torn_reports_in_a_row_both_days_are_unknown(tmp_path: Path) -> None:
    seen = metrics(run(days(tmp_path, 25, 26), REPORTS, catalogue=BEGUN))
    assert points(seen["daily"]) == ["torn source", "torn source", 27, 28, 29]
    assert seen["pnl"]["value"] == 29


def test_a_report_of_the_day_that_runs_has_no_room(tmp_path: Path) -> None:
    seen = metrics(run(days(tmp_path, 30, last=30), REPORTS, catalogue=BEGUN))
    assert {each["unknown"] for each in seen.values()} == {"torn source"}


@pytest.mark.parametrize(
    "changes",
    [
        ('"2026-03-28", "written"', '"2026-03-29", "written"'),
        ('"2026-03-26", "written"', '"2026-03-28", "written"'),
    ],
)
def test_where_another_file_may_stand_for_the_torn_one_all_is_unknown(
    tmp_path: Path, changes: tuple[str, str]
) -> None:
    days(tmp_path, 27)
    for path in tmp_path.glob("day_*.json"):
        write(tmp_path, path.name, path.read_text().replace(*changes))
    seen = metrics(run(tmp_path, REPORTS, catalogue=BEGUN))
    assert {each["unknown"] for each in seen.values()} == {"torn source"}


def test_what_is_newest_by_another_time_than_that_of_the_period_is_unknown(tmp_path: Path) -> None:
    """A torn report of an old day may have been written last."""
    text = changed(
        REPORTS,
        ("order by day desc", "order by written desc"),
        ("select max(day)", "select max(written)"),
    )
    seen = metrics(run(days(tmp_path, 27), text, catalogue=BEGUN))
    assert seen["pnl"] == seen["moment"] == TORN


def test_without_periods_a_single_value_stays_unknown(tmp_path: Path) -> None:
    text = changed(REPORTS, ("complete: {each: 1d, by: day}", "complete: never"))
    seen = metrics(run(days(tmp_path, 27), text, catalogue=BEGUN))
    assert seen["pnl"] == TORN
    assert points(seen["daily"]) == [25, 26, 28, 29]


def test_files_whose_names_do_not_follow_their_days_prove_nothing_of_the_newest(tmp_path: Path) -> None:
    days(tmp_path, 27)
    first, last = (tmp_path / f"day_{day}.json" for day in (25, 29))
    texts = first.read_text(), last.read_text()
    first.write_text(texts[1])
    last.write_text(texts[0])
    assert metrics(run(tmp_path, REPORTS, catalogue=BEGUN))["pnl"] == TORN


def test_the_torn_day_of_each_member_is_unknown(tmp_path: Path) -> None:
    text = changed(
        REPORTS,
        ("select day as at, value from reports", "select day as at, 'BTC-USD' as member, value from reports"),
    ).replace(
        "      pnl:",
        "      edge: {sql: \"select 'BTC-USD' as member, value from reports order by day desc limit 1\"}\n      pnl:",
    )
    catalogue = changed(BEGUN, ("daily: {type: number,", "daily: {type: number, scope: symbol,"))
    found = run(days(tmp_path, 27), text, catalogue=catalogue).snapshot["scopes"]["symbol"]["BTC-USD"]  # type: ignore[index]
    assert points(found["daily"]) == [25, 26, "torn source", 28, 29]
    assert found["edge"]["value"] == 29


def test_a_snapshot_since_a_day_has_no_slots_before_it(tmp_path: Path) -> None:
    seen = metrics(run(days(tmp_path, 25, 27), REPORTS, catalogue=BEGUN, since="2026-03-27T05:00:00Z"))
    assert points(seen["daily"]) == [28, 29]


def test_a_metric_that_is_complete_early_has_the_torn_day_that_runs(tmp_path: Path) -> None:
    catalogue = changed(BEGUN, ("lag: 8h,", "lag: 8h, early: true,"))
    text = changed(REPORTS, ("{time: /written}", "{time: /day}"))
    seen = metrics(run(days(tmp_path, 28), text, "2026-03-29T12:00:00Z", catalogue=catalogue))
    assert points(seen["daily"]) == [25, 26, 27, "torn source", 29]


def test_events_of_files_without_periods_of_their_own_stay_unknown(tmp_path: Path) -> None:
    text = changed(
        REPORTS, ("      total:", '      alerts: {sql: "select written as at from reports"}\n      total:')
    )
    assert metrics(run(days(tmp_path, 27), text, catalogue=BEGUN))["alerts"] == TORN


def test_a_series_that_is_unknown_for_another_reason_says_that_one(tmp_path: Path) -> None:
    text = changed(REPORTS, ("select day as at,", "select day - interval 30 day as at,"))
    seen = metrics(run(days(tmp_path, 27), text, catalogue=BEGUN))["daily"]
    assert seen["unknown"] == "out of range"


def test_a_slot_that_the_sql_gives_all_the_same_is_kept(tmp_path: Path) -> None:
    text = changed(
        REPORTS,
        ("select day as at, value from reports", "select day + interval 1 day as at, value from reports"),
    )
    assert points(metrics(run(days(tmp_path, 27), text, catalogue=BEGUN))["daily"]) == [25, 26, 28]
