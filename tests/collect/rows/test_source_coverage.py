"""Coverage: reports by day and week, torn reports, the ends that a source declares."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from support.desks import CATALOGUE, LATER, LINES, LOG, changed, jsonl, judged, metrics, run, write


def test_an_empty_log_may_be_declared_to_mean_that_nothing_happened(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", "")
    text = changed(
        LOG,
        (
            "    time: at_",
            "    time: at_\n    may_be_empty: true\n    covered: {from: 2026-03-01, to: as_of}",
        ),
    )
    seen = metrics(run(tmp_path, text))
    assert seen["total"] == {"value": 0, "at": "2026-03-30T06:00:00Z"}
    assert seen["pnl"] == {"unknown": "missing", "detail": "the SQL gives no value"}
    assert seen["trades"] == {"covered": ["2026-03-01T00:00:00Z", "2026-03-30T06:00:00Z"], "points": []}


def test_no_coverage_no_value(tmp_path: Path) -> None:
    text = changed(LOG, ("    time: at_", "    time: at_\n    may_be_empty: true"))
    write(tmp_path, "t.jsonl", "")
    seen = metrics(run(tmp_path, text))
    assert seen["total"]["unknown"] == seen["trades"]["unknown"] == "not covered"


REPORTS = """
sources:
  reports:
    kind: rows
    doc: one report a day
    files: reports/day_*.json
    format: json
    time: date
    timezone: UTC
    torn: file
    columns: {date: {time: /date}, value: {number: /value}}
    covered: {each: 1d}
    complete: never
    metrics:
      daily: {sql: "select date as at, value from reports"}
      alerts: {sql: "select date as at from reports where value > 5"}
      total: {sql: "select count(*) as value from reports"}
"""


def reports(root: Path, days: dict[int, str]) -> Path:
    for day, text in days.items():
        write(root, f"reports/day_{day:02}.json", text)
    return root


def good(day: int, value: int = 1) -> str:
    return f'{{"date": "2026-03-{day:02}", "value": {value}}}'


def test_reports_by_day(tmp_path: Path) -> None:
    seen = metrics(run(reports(tmp_path, {day: good(day) for day in (26, 27, 29)}), REPORTS))
    assert [each["at"] for each in seen["daily"]["points"]] == ["2026-03-29T00:00:00Z"]
    assert seen["alerts"]["covered"] == ["2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"]
    assert seen["total"] == {"value": 3, "at": "2026-03-30T00:00:00Z"}


def test_a_report_of_the_day_that_runs_covers_nothing_and_is_no_point(tmp_path: Path) -> None:
    seen = metrics(run(reports(tmp_path, {day: good(day, 9) for day in (28, 29, 30)}), REPORTS))
    assert seen["daily"] == {
        "from": "2026-03-28T00:00:00Z",
        "points": [{"at": f"2026-03-{day}T00:00:00Z", "value": Decimal(9)} for day in (28, 29)],
    }
    assert seen["alerts"]["covered"] == ["2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"]
    assert seen["total"] == {"value": 3, "at": "2026-03-30T00:00:00Z"}


KNOWN = (
    REPORTS.replace("time: date", "time: known")
    .replace("columns: {", "columns: {known: {time: /known}, ")
    .replace("{each: 1d}", "{each: 1d, by: date}")
)


def test_a_report_that_was_written_before_its_day_was_over_covers_it_until_then(tmp_path: Path) -> None:
    known = {27: "2026-03-28T00:05:00Z", 28: "2026-03-28T12:00:00Z", 29: "2026-03-30T00:05:00Z"}
    days = {day: good(day, 9).replace("}", f', "known": "{at}"}}') for day, at in known.items()}
    seen = metrics(run(reports(tmp_path, days), KNOWN))
    assert [each["at"][8:10] for each in seen["daily"]["points"]] == ["29"]
    assert seen["alerts"]["covered"] == ["2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"]
    days |= {30: good(30).replace("}", ', "known": "2026-03-30T00:10:00Z"}')}
    running = metrics(run(reports(tmp_path, days), KNOWN))
    assert running["daily"] == seen["daily"]
    assert running["alerts"]["covered"] == ["2026-03-29T00:00:00Z", "2026-03-30T00:10:00Z"]


def test_a_report_that_is_complete_early_is_a_point_while_its_day_runs(tmp_path: Path) -> None:
    catalogue = CATALOGUE.replace("every: 1d, doc", "every: 1d, early: true, doc")
    found = run(reports(tmp_path, {day: good(day) for day in (29, 30)}), REPORTS, catalogue=catalogue)
    assert [each["at"][8:10] for each in metrics(found)["daily"]["points"]] == ["29", "30"]


def test_a_torn_report_is_missing_and_the_others_stand(tmp_path: Path) -> None:
    days = {day: good(day, 9) for day in (26, 28, 29)} | {27: good(27)[:-3]}
    found = run(reports(tmp_path, days), REPORTS)
    seen = metrics(found)
    assert [each["at"][8:10] for each in seen["daily"]["points"]] == ["28", "29"]
    assert seen["alerts"]["covered"][0] == "2026-03-28T00:00:00Z"
    assert seen["total"] == {"unknown": "torn source", "detail": "reports/day_27.json is not JSON, column 32"}
    strict = metrics(run(tmp_path, changed(REPORTS, ("    torn: file\n", ""))))
    assert all(strict[name] == seen["total"] for name in ("daily", "alerts", "total"))


def test_a_half_day_of_rows_is_no_day(tmp_path: Path) -> None:
    text = (
        LOG
        + "      daily: {sql: \"select date_trunc('day', at_) as at, sum(pnl) as value from trades group by 1\"}\n"
    )
    rows = ["2026-03-26T08:00:00Z", "2026-03-27T08:00:00Z", "2026-03-28T08:00:00Z"]
    seen = metrics(run(jsonl(tmp_path, [f'{{"at": "{each}", "pnl": 1}}' for each in rows]), text))
    assert seen["daily"] == {
        "from": "2026-03-26T08:00:00Z",
        "points": [{"at": "2026-03-27T00:00:00Z", "value": Decimal(1)}],
    }


WEEKS = """
sources:
  weeks:
    kind: rows
    doc: a report a week, known when its last day is over
    files: week_*.json
    format: json
    time: known
    timezone: UTC
    columns:
      known: {time: /week_ending, shift: 1d}
      week: {time: /week_ending, shift: -6d}
      pnl: {number: /pnl}
    covered: {each: 1w, by: week}
    metrics:
      trades: {sql: "select week as at, pnl as value from weeks order by week"}
"""


def test_a_report_is_not_seen_before_its_week_is_over(tmp_path: Path) -> None:
    for day in (15, 22):
        write(tmp_path, f"week_{day}.json", f'{{"week_ending": "2026-03-{day}", "pnl": {day}}}')
    first = {"at": "2026-03-09T00:00:00Z", "value": Decimal(15)}
    assert metrics(run(tmp_path, WEEKS, "2026-03-22T12:00:00Z", now=LATER))["trades"] == {
        "covered": ["2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z"],
        "points": [first],
    }
    assert metrics(run(tmp_path, WEEKS, "2026-03-23T00:00:00Z"))["trades"] == {
        "covered": ["2026-03-09T00:00:00Z", "2026-03-23T00:00:00Z"],
        "points": [first, {"at": "2026-03-16T00:00:00Z", "value": Decimal(22)}],
    }


def test_coverage_may_begin_with_the_metric_and_end_with_the_file(tmp_path: Path) -> None:
    text = changed(LOG, ("    time: at_", "    time: at_\n    covered: {from: began, to: modified}"))
    catalogue = CATALOGUE.replace(
        "daily: {type: number, every: 1d", "daily: {type: number, began: 2026-03-25, every: 1d"
    )
    text += "      daily: {sql: \"select date_trunc('day', at_) as at, sum(pnl) as value from trades group by 1\"}\n"
    path = jsonl(tmp_path, LINES[:3]) / "t.jsonl"
    stamp = 1774828800  # 2026-03-30T00:00:00Z
    os.utime(path, (stamp, stamp))
    seen = metrics(run(tmp_path, text, catalogue=catalogue))
    assert seen["daily"] == {
        "from": "2026-03-25T00:00:00Z",
        "points": [
            {"at": "2026-03-28T00:00:00Z", "value": Decimal("-0.5")},
            {"at": "2026-03-29T00:00:00Z", "value": Decimal("0.25")},
        ],
    }
    assert seen["total"] == {
        "unknown": "not covered",
        "detail": "the source covers no time, so the value has no time",
    }


def tailed(*pairs: tuple[str, str]) -> str:
    """The log with `torn: tail` and a coverage up to the snapshot."""
    first = ("    time: at_", "    time: at_\n    torn: tail\n    covered: {to: as_of}")
    return changed(LOG, first, *pairs)


HALF = '{"at": "2026-03-29T12:00:00Z", "pnl": -8'


def test_coverage_ends_at_the_last_whole_row(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", "\n".join([*LINES[:3], HALF]))
    seen = metrics(run(tmp_path, tailed()))
    assert seen["trades"]["covered"] == ["2026-03-28T01:00:00Z", "2026-03-29T00:00:00Z"]
    assert seen["trades"]["torn"] == "line 4 of t.jsonl is unfinished"
    assert seen["total"] == {"value": 3, "at": "2026-03-29T00:00:00Z"}
    jsonl(tmp_path, LINES[:3])
    whole = metrics(run(tmp_path, tailed()))["trades"]
    assert whole["covered"][1] == "2026-03-30T06:00:00Z"
    assert "torn" not in whole


def test_a_younger_file_with_an_unfinished_line_covers_what_it_covered(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", "\n".join([*LINES, HALF]))
    seen = metrics(run(tmp_path, tailed(), now=LATER))["trades"]
    assert seen["covered"][1] == "2026-03-30T06:00:00Z"
    assert "torn" not in seen


def test_an_unfinished_line_without_a_whole_row_is_torn(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", HALF)
    torn = {
        "unknown": "torn source",
        "detail": "line 1 of t.jsonl is unfinished, and no whole row stands before it",
    }
    empty = ("    time: at_", "    time: at_\n    may_be_empty: true")
    for text in (tailed(), tailed(empty)):
        assert metrics(run(tmp_path, text))["trades"] == torn


def test_of_several_files_the_earliest_unfinished_line_counts(tmp_path: Path) -> None:
    text = tailed(("file: t.jsonl", "files: t*.jsonl\n    complete: never"))
    write(tmp_path, "t1.jsonl", f"{LINES[0]}\n{HALF}")
    write(tmp_path, "t2.jsonl", f"{LINES[2]}\n")
    for second in (LINES[2] + "\n", f"{LINES[2]}\n{HALF}"):
        write(tmp_path, "t2.jsonl", second)
        assert metrics(run(tmp_path, text))["trades"]["covered"][1] == "2026-03-28T01:00:00Z"


def test_with_each_the_period_of_the_last_whole_row_is_not_over(tmp_path: Path) -> None:
    text = changed(
        LOG, ("    time: at_", "    time: at_\n    torn: tail\n    covered: {each: 1d}\n    complete: never")
    )
    days = [f'{{"at": "2026-03-{day}T00:00:00Z", "pnl": 1}}' for day in (26, 27)]
    jsonl(tmp_path, days)
    assert metrics(run(tmp_path, text))["trades"]["covered"] == [
        "2026-03-26T00:00:00Z",
        "2026-03-28T00:00:00Z",
    ]
    write(tmp_path, "t.jsonl", "\n".join([*days, HALF]))
    assert metrics(run(tmp_path, text))["trades"]["covered"] == [
        "2026-03-26T00:00:00Z",
        "2026-03-27T00:00:00Z",
    ]


def test_an_unfinished_line_of_a_joined_source_ends_the_coverage_too(tmp_path: Path) -> None:
    other = changed(
        tailed(), ("sources:\n  trades:", "  more:"), ("t.jsonl", "m.jsonl"), ("from trades order", "from more order"),
        ("      total: {sql: \"select count(*) as value from trades\"}\n", ""), ("      trades: {", "      alerts: {"),
        ("      pnl: {sql: \"select sum(pnl) as value, count(*) as n, max(at_) as at from trades\"}\n", ""),
        (" as at, pnl as value", " as at"), ("    time: at_", "    with: [trades]\n    time: at_"),
    )  # fmt: skip
    write(tmp_path, "t.jsonl", f"{LINES[0]}\n{HALF}")
    write(tmp_path, "m.jsonl", f"{LINES[0]}\n{LINES[2]}\n")
    seen = metrics(run(tmp_path, tailed() + other))
    assert seen["alerts"]["covered"][1] == "2026-03-28T01:00:00Z"


DECLARED = changed(
    LOG,
    ("t.jsonl", "t*.json"),
    ("file: t*", "files: t*"),
    ("format: jsonl", "format: json\n    rows: /rows"),
    ("    time: at_", "    time: at_\n    complete: never\n    covered: {from: /from, to: /to}"),
)
QUIET = "count(trades < 0, within=1d) == 0"


def bounds(start: str, end: str) -> str:
    return f'{{"from": {start}, "to": {end}, "rows": []}}'


MARCH, NOW = '"2026-03-01T00:00:00Z"', '"2026-03-30T06:00:00Z"'
OUTSIDE = "lies outside the years 2000 to 9999"


@pytest.mark.parametrize(
    ("start", "end", "cause"),
    [
        (MARCH, NOW, ""),
        ("1772323200", NOW, ""),
        ("null", NOW, "no time: t1.json: /from is no time"),
        (MARCH, "null", "no time: t1.json: /to is no time"),
        ('"soon"', NOW, "no time: t1.json: /from is no time"),
        (
            MARCH,
            '"2026-03-30 06:00"',
            "no time: t1.json: /to has no offset and the source declares no `timezone`",
        ),
        ('"1970-01-01T00:00:00Z"', NOW, f"out of range: t1.json: /from {OUTSIDE}"),
        (MARCH, "true", "no time: t1.json: /to is no time"),
        (NOW, MARCH, "not covered: the source covers no time"),
        (MARCH, MARCH, "not covered: seen from 2026-03-01T00:00:00Z to 2026-03-01T00:00:00Z"),
    ],
)
def test_bounds_that_a_file_states_are_times_or_the_gate_is_closed(
    tmp_path: Path, start: str, end: str, cause: str
) -> None:
    write(tmp_path, "t1.json", bounds(start, end))
    verdict = judged(tmp_path, DECLARED, QUIET)
    causes = "; ".join(f"{each.cause}: {each.detail}" for each in verdict.rules[0].causes)
    assert (verdict.verdict, causes) == ("NO_GO" if cause else "GO", cause)


@pytest.mark.parametrize("key", ["from", "to"])
def test_a_file_without_a_bound_closes_the_gate(tmp_path: Path, key: str) -> None:
    write(tmp_path, "t1.json", bounds(MARCH, NOW).replace(f'"{key}"', '"renamed"'))
    verdict = judged(tmp_path, DECLARED, QUIET)
    (cause,) = verdict.rules[0].causes
    assert verdict.verdict == "NO_GO"
    assert (cause.cause, cause.detail) == ("not covered", f"t1.json: /{key} is absent")


def test_of_several_files_the_first_bound_and_the_last_count(tmp_path: Path) -> None:
    write(tmp_path, "t1.json", bounds(MARCH, '"2026-03-20T00:00:00Z"'))
    write(tmp_path, "t2.json", bounds('"2026-03-15T00:00:00Z"', NOW))
    seen = metrics(run(tmp_path, DECLARED))["trades"]
    assert seen["covered"] == ["2026-03-01T00:00:00Z", "2026-03-30T06:00:00Z"]


@pytest.mark.parametrize("covered", ["{each: 1d}", "{from: first, to: last}", "{to: last}"])
def test_coverage_by_rows_without_a_row_closes_the_gate(tmp_path: Path, covered: str) -> None:
    more = f"    time: at_\n    may_be_empty: true\n    complete: never\n    covered: {covered}"
    write(tmp_path, "t.jsonl", "")
    verdict = judged(tmp_path, changed(LOG, ("    time: at_", more)), QUIET)
    (cause,) = verdict.rules[0].causes
    assert verdict.verdict == "NO_GO"
    assert (cause.cause, cause.detail) == ("not covered", "the source covers no time")


def test_a_series_of_days_without_coverage_closes_the_gate(tmp_path: Path) -> None:
    more = "    time: at_\n    may_be_empty: true\n    complete: never\n    covered: {to: last}"
    days = "      daily: {sql: \"select date_trunc('day', at_) as at, sum(pnl) as value from trades group by 1\"}\n"
    write(tmp_path, "t.jsonl", "")
    verdict = judged(tmp_path, changed(LOG, ("    time: at_", more)) + days, "count(daily < 0, last=1) == 0")
    (cause,) = verdict.rules[0].causes
    assert verdict.verdict == "NO_GO"
    assert (cause.cause, cause.detail) == ("not covered", "the source covers no time")


def test_the_date_of_no_file_covers_nothing(tmp_path: Path) -> None:
    source = changed(
        LOG, ("file: t.jsonl", "files: t*.jsonl\n    complete: never"),
        ("    time: at_", "    time: at_\n    may_be_empty: true\n    covered: {from: 2026-03-01, to: modified}"),
    )  # fmt: skip
    verdict = judged(tmp_path, source, QUIET)
    assert verdict.verdict == "NO_GO"


JOINED = """
sources:
  closes:
    kind: rows
    doc: closed trades
    file: closes.csv
    format: csv
    time: closed
    timezone: UTC
    with: [stops]
    columns: {closed: {time: closed}, id: {integer: id}}
    covered: {from: 2026-03-01, to: as_of}
    metrics:
      alerts: {sql: "select closed as at from closes join stops using (id)"}
  stops:
    kind: rows
    doc: stops that were hit
    file: stops.csv
    format: csv
    time: hit
    timezone: UTC
    columns: {hit: {time: hit}, id: {integer: id}}
    metrics:
      total: {sql: "select count(*) as value from stops"}
"""


def test_a_joined_source_that_is_silent_ends_the_coverage(tmp_path: Path) -> None:
    """Without the rows that are not there yet, the SQL finds nothing to join."""
    write(tmp_path, "closes.csv", "closed,id\n2026-03-10T10:00:00Z,1\n2026-03-29T10:00:00Z,2\n")
    write(tmp_path, "stops.csv", "hit,id\n2026-03-10T10:05:00Z,9\n")
    stamp = "2026-03-10T10:05:00Z"
    assert metrics(run(tmp_path, JOINED))["alerts"] == {"covered": [stamp, stamp], "points": []}
    write(tmp_path, "stops.csv", "hit,id\n2026-03-10T10:05:00Z,9\n2026-03-29T10:05:00Z,2\n")
    whole = metrics(run(tmp_path, JOINED))["alerts"]
    assert whole["covered"] == [stamp, "2026-03-29T10:05:00Z"] and len(whole["points"]) == 1


BEGUN = changed(
    CATALOGUE,
    ("every: 1d, doc", 'every: 1d, began: "2026-03-27", doc'),
    ("event, doc", 'event, began: "2026-03-27", doc'),
)


@pytest.mark.parametrize(
    "days",
    [
        {"26": good(26), "27a": good(27), "27b": good(27)[:-3], "28": good(28), "29": good(29)},
        {"26a": good(26), "26b": good(26, 2), "28": good(28)[:-3], "29": good(29)},
        {"28": good(28), "29a": good(29), "29b": good(29)[:-3]},
        {"27a": good(27)[:-3], "27b": good(27), "28": good(28), "29": good(29)},
    ],
    ids=["no room for the torn report", "two reports a day", "after the newest", "before the first"],
)
def test_no_other_report_stands_for_a_torn_one(tmp_path: Path, days: dict[str, str]) -> None:
    for name, text in days.items():
        write(tmp_path, f"reports/day_{name}.json", text)
    seen = metrics(run(tmp_path, REPORTS, catalogue=BEGUN))
    assert seen["daily"]["unknown"] == seen["alerts"]["unknown"] == "torn source"
