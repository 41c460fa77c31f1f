"""Figures over many periods: unknown where one since the beginning has no row, and required to say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.desks import CATALOGUE, LOG, changed, complaints, metrics, run, write

WEEKS = """
sources:
  reports:
    kind: rows
    doc: one report a week, written on the Tuesday after it
    files: r*.json
    format: json
    time: written
    timezone: UTC
    complete: {each: 1w, by: week}
    columns: {written: {time: /written}, week: {time: /week}, pnl: {number: /pnl, optional: true}}
    covered: {from: 2026-01-05, to: last}
    metrics:
      total: {sql: "select count(*) as value from reports"}
      pnl: {sql: "select pnl as value from reports order by week desc limit 1"}
      moment: {sql: "select max(written) as value from reports"}
"""


def report(root: Path, number: int, pnl: int = 1) -> None:
    """Write the report of a week: the first is that of 5 January."""
    days = 7 * number
    week, written = (f"2026-01-{5 + days:02}", f"2026-01-{13 + days:02}T09:00:00Z")
    write(root, f"r{number}.json", f'{{"written": "{written}", "week": "{week}", "pnl": {pnl}}}')


def missing(detail: str) -> dict[str, str]:
    return {"unknown": "missing", "detail": f"no row of `reports` for {detail}"}


FIRST = "2026-01-05T00:00:00Z to 2026-01-12T00:00:00Z"
SECOND = "2026-01-12T00:00:00Z to 2026-01-19T00:00:00Z"


def test_a_figure_over_all_periods_needs_each(tmp_path: Path) -> None:
    for number in range(2):
        report(tmp_path, number)
    seen = metrics(run(tmp_path, WEEKS, as_of="2026-01-25T00:00:00Z"))
    assert seen["total"] == {"value": 2, "at": "2026-01-20T09:00:00Z"}
    (tmp_path / "r0.json").unlink()
    seen = metrics(run(tmp_path, WEEKS, as_of="2026-01-25T00:00:00Z"))
    assert seen["total"] == missing(FIRST)
    assert seen["pnl"] == {"value": 1, "at": "2026-01-20T09:00:00Z"}
    assert seen["moment"]["value"] == "2026-01-20T09:00:00Z"


def test_a_period_is_due_at_its_end_and_a_lag(tmp_path: Path) -> None:
    report(tmp_path, 0)
    assert metrics(run(tmp_path, WEEKS, as_of="2026-01-18T23:59:59Z"))["total"]["value"] == 1
    assert metrics(run(tmp_path, WEEKS, as_of="2026-01-19T00:00:00Z"))["total"] == missing(SECOND)
    later = changed(WEEKS, ("{each: 1w, by: week}", "{each: 1w, by: week, lag: 33h}"))
    assert metrics(run(tmp_path, later, as_of="2026-01-20T08:59:59Z"))["total"]["value"] == 1
    assert metrics(run(tmp_path, later, as_of="2026-01-20T09:00:00Z"))["total"] == missing(SECOND)
    third = metrics(run(tmp_path, WEEKS, as_of="2026-01-26T00:00:00Z"))["total"]
    assert third == missing("2026-01-19T00:00:00Z to 2026-01-26T00:00:00Z, nor for an earlier period")
    fourth = metrics(run(tmp_path, WEEKS, as_of="2026-02-02T00:00:00Z"))["total"]
    assert fourth == missing("2026-01-26T00:00:00Z to 2026-02-02T00:00:00Z, nor for 2 earlier periods")


def test_before_the_first_period_is_over_nothing_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "r.json", '{"written": "2026-01-06T00:00:00Z", "week": "2026-01-04", "pnl": 1}')
    write(tmp_path, "r2.json", '{"written": "2026-01-06T00:00:00Z", "week": "2025-12-29", "pnl": 1}')
    assert metrics(run(tmp_path, WEEKS, as_of="2026-01-07T00:00:00Z"))["total"]["value"] == 2
    assert metrics(run(tmp_path, WEEKS, as_of="2026-01-12T00:00:00Z"))["total"] == missing(FIRST)


def test_rows_known_later_than_the_snapshot_are_missing(tmp_path: Path) -> None:
    for number in range(2):
        report(tmp_path, number)
    found = run(tmp_path, WEEKS, as_of="2026-01-20T08:00:00Z", now="2026-03-01T00:00:00Z")
    assert metrics(found)["total"] == missing(SECOND)


def test_from_a_start_that_is_asked_for_on(tmp_path: Path) -> None:
    report(tmp_path, 1)
    report(tmp_path, 2)
    for since, wanted in (
        ("2026-01-12", 2),
        ("2026-01-06", 2),
        ("2026-01-05", missing(FIRST)),
        ("2026-01-01", missing(FIRST)),
    ):
        found = metrics(run(tmp_path, WEEKS, as_of="2026-02-01T00:00:00Z", since=f"{since}T00:00:00Z"))[
            "total"
        ]
        assert found.get("value", found) == wanted


def test_the_beginning_of_the_metric_of_a_series_or_of_the_coverage(tmp_path: Path) -> None:
    report(tmp_path, 1)
    at = {"as_of": "2026-01-25T00:00:00Z"}
    later = changed(CATALOGUE, ("total: {type: integer,", "total: {type: integer, began: 2026-01-12,"))
    assert metrics(run(tmp_path, WEEKS, catalogue=later, **at))["total"]["value"] == 1
    series = changed(
        WEEKS,
        (
            "      moment:",
            '      daily: {sql: "select week as at, pnl as value from reports"}\n      moment:',
        ),
    )
    weekly = changed(
        CATALOGUE,
        ("daily: {type: number, every: 1d,", "daily: {type: number, every: 1w, began: 2026-01-12, lag: 9d,"),
    )
    assert metrics(run(tmp_path, series, catalogue=weekly, **at))["total"]["value"] == 1
    report(tmp_path, 0)
    (tmp_path / "r1.json").unlink()
    late = {"as_of": "2026-01-27T00:00:00Z"}
    assert metrics(run(tmp_path, series, catalogue=weekly, **late))["total"]["value"] == 1
    assert metrics(run(tmp_path, series, catalogue=weekly, as_of="2026-01-28T00:00:00Z"))["total"] == missing(
        SECOND
    )


def test_a_scalar_counts_by_the_time_of_rows_and_an_empty_stamp_counts_for_none(tmp_path: Path) -> None:
    text = changed(WEEKS, ("{each: 1w, by: week}", "1w"))
    report(tmp_path, 0)
    assert metrics(run(tmp_path, text, as_of="2026-01-19T00:00:00Z"))["total"] == missing(FIRST)
    optional = changed(WEEKS, ("{time: /week}", "{time: /week, optional: true}"))
    write(tmp_path, "r0.json", '{"written": "2026-01-13T09:00:00Z"}')
    assert metrics(run(tmp_path, optional, as_of="2026-01-18T00:00:00Z"))["total"] == missing(FIRST)


def test_a_joined_source_with_a_hole(tmp_path: Path) -> None:
    more = """
  more:
    kind: rows
    doc: joins the first
    file: more.json
    format: json
    time: day
    timezone: UTC
    with: [reports]
    columns: {day: {time: /day}}
    metrics:
      rate: {sql: "select sum(pnl) as value from more, reports"}
"""
    report(tmp_path, 1)
    write(tmp_path, "more.json", '{"day": "2026-01-20"}')
    assert metrics(run(tmp_path, WEEKS + more, as_of="2026-01-25T00:00:00Z"))["rate"] == missing(FIRST)


LIMIT = "(write `complete: 1w` with the length of a period, or `complete: never` where rows are no periods)"
SILENT = changed(WEEKS, ("    complete: {each: 1w, by: week}\n", ""))
SERIES = '      daily: {sql: "select week as at, pnl as value from reports"}\n'
EVENTS = '      alerts: {sql: "select written as at from reports"}\n'
LINT = f"sources.yaml:13:20: warning W859: `total` is made of many rows, and `reports` does not say whether one may be missing {LIMIT}"  # noqa: E501
REQUIRED = f"sources.yaml:13:20: error E552: `total` is made of many periods, and `reports` does not say that none may be missing {LIMIT}"  # noqa: E501
UNDATED = "sources.yaml:14:20: error E553: `complete` of `reports` does not know when the periods of `total` begin (write `began:` on the metric)"  # noqa: E501
FILES = "sources.yaml:{line}:21: warning W863: `alerts` are events of several files, and nothing says that none of `reports` may be missing"  # noqa: E501
ONE_FILE = ("files: r*.json", "file: r.json")
ONE_TIME = (", week: {time: /week}", ""), (" order by week desc limit 1", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SILENT, [LINT]),
        (changed(SILENT, ONE_FILE), [LINT]),
        (changed(SILENT, *ONE_TIME), [LINT]),
        (changed(SILENT, ONE_FILE, *ONE_TIME), []),
        (SILENT + EVENTS, [LINT, FILES.format(line=16)]),
        (SILENT + SERIES, [REQUIRED]),
        (SILENT + SERIES + EVENTS, [REQUIRED, FILES.format(line=17)]),
        (changed(SILENT, ("{from: 2026-01-05, to: last}", "{each: 1w, by: week}")), [REQUIRED]),
        (
            changed(WEEKS, ("    covered: {from: 2026-01-05, to: last}\n", "")),
            [UNDATED.replace(":14:", ":13:")],
        ),
        (changed(WEEKS, ("from: 2026-01-05", "from: first")), [UNDATED]),
        (changed(WEEKS, ("{each: 1w, by: week}", "never"), ("from: 2026-01-05", "from: first")) + SERIES, []),
        (
            changed(SILENT, ("count(*)", "count(")),
            ["sources.yaml:13:20: error E507: the SQL of `total` is refused: syntax"],
        ),
    ],
)
def test_complaints(text: str, expected: list[str]) -> None:
    found = complaints(text)
    assert [each[: len(wanted)] for each, wanted in zip(found, expected, strict=True)] == expected


SYMBOLS = """
sources:
  reports:
    kind: rows
    doc: one report a week and symbol
    files: r*.json
    format: json
    time: written
    timezone: UTC
    complete: {each: 1w, by: week, for: symbol}
    columns: {written: {time: /written}, week: {time: /week}, pnl: {number: /pnl}, symbol: {text: /symbol, optional: true}}
    covered: {from: 2026-01-05, to: last}
    metrics:
      edge: {sql: "select symbol as member, sum(pnl) as value from reports where symbol is not null group by symbol"}
      pnl: {sql: "select sum(pnl) as value from reports"}
"""  # noqa: E501


def report_of(root: Path, name: str, symbol: str, week: int) -> None:
    days = f'"written": "2026-01-{week + 8:02}", "week": "2026-01-{week:02}"'
    write(root, f"r_{name}{week}.json", f'{{{days}, "pnl": {week}, "symbol": {symbol}}}')


def of_symbols(root: Path, text: str = SYMBOLS, catalogue: str = CATALOGUE) -> tuple[dict[str, Any], Any]:
    collection = run(root, text, as_of="2026-01-20T00:00:00Z", catalogue=catalogue)
    members = collection.snapshot["scopes"]["symbol"]
    return {name: each["edge"] for name, each in members.items()}, metrics(collection)["pnl"]


def test_each_member_needs_each_period(tmp_path: Path) -> None:
    """The report of one symbol does not stand for that of another."""
    for name, symbol in (("b", '"BTC/USDT"'), ("e", '"ETH-USD"')):
        for week in (5, 12):
            report_of(tmp_path, name, symbol, week)
    whole = {"value": 17, "at": "2026-01-20T00:00:00Z"}
    assert of_symbols(tmp_path) == ({"BTC-USD": whole, "ETH-USD": whole}, {**whole, "value": 34})
    (tmp_path / "r_b5.json").unlink()
    why = {"unknown": "missing", "detail": f"no row of `reports` of BTC-USD for {FIRST}"}
    assert of_symbols(tmp_path) == ({"BTC-USD": why, "ETH-USD": whole}, why)
    (tmp_path / "r_b12.json").unlink()
    why["detail"] = f"no row of `reports` of BTC-USD for {SECOND}, nor for an earlier period"
    assert of_symbols(tmp_path) == ({"BTC-USD": why, "ETH-USD": whole}, why)


def test_members_of_no_list_are_those_that_rows_name(tmp_path: Path) -> None:
    free = changed(
        CATALOGUE, ("{members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTC/USDT]}}", "{open: true}")
    )
    report_of(tmp_path, "a", '"A"', 5)
    report_of(tmp_path, "b", '"B"', 12)
    report_of(tmp_path, "a", '"A"', 12)
    why = {"unknown": "missing", "detail": f"no row of `reports` of B for {FIRST}"}
    edges, total = of_symbols(tmp_path, catalogue=free)
    assert edges == {"A": {"value": 17, "at": "2026-01-20T00:00:00Z"}, "B": why}
    assert total == why


def test_rows_of_no_member_are_periods_of_none(tmp_path: Path) -> None:
    report_of(tmp_path, "x", "null", 5)
    alone = changed(SYMBOLS, (SYMBOLS[SYMBOLS.index("      edge:") : SYMBOLS.index("      pnl:")], ""))
    assert metrics(run(tmp_path, alone, as_of="2026-01-20T00:00:00Z"))["pnl"] == missing(SECOND)
    report_of(tmp_path, "y", '"ETH-USD"', 12)
    whole = metrics(run(tmp_path, alone, as_of="2026-01-20T00:00:00Z"))["pnl"]
    assert whole["detail"] == f"no row of `reports` of ETH-USD for {FIRST}"


def test_a_figure_by_member_wants_the_column_of_the_members() -> None:
    assert complaints(SYMBOLS) == []
    assert complaints(changed(SYMBOLS, (", for: symbol", ""))) == [BY_MEMBER]
    assert complaints(changed(SYMBOLS, ("for: symbol", "for: symbl"))) == [NO_COLUMN]


BY_MEMBER = "sources.yaml:14:19: warning W860: `edge` is made of the periods of each symbol, and `complete` of `reports` asks for one row a period (write `for:` with the column of the members)"  # noqa: E501
NO_COLUMN = "sources.yaml:10:41: error E554: no column is called `symbl` (did you mean `symbol`?)"


@pytest.mark.parametrize(
    ("metric", "sql", "warned"),
    [
        ("pnl", "select sum(pnl) as value from trades where at_ > $as_of - interval 7 day", True),
        ("pnl", "select sum(pnl) as value from trades where at_ > $to  -INTERVAL 7 day", True),
        (
            "pnl",
            "select sum(pnl) as value from trades where at_ > $as_of - interval 7 day and $from < $as_of",
            False,
        ),
        ("pnl", "select sum(pnl) as value from trades", False),
        ("trades", "select at_ as at, pnl as value from trades where at_ > $as_of - interval 7 day", False),
    ],
)
def test_a_figure_of_the_last_days_asks_whether_the_rows_reach_so_far(
    metric: str, sql: str, warned: bool
) -> None:
    head = LOG.partition("    metrics:\n")[0]
    text = f'{head}    metrics:\n      {metric}: {{sql: "{sql}"}}\n'
    told = f"warning W865: `{metric}` looks back from the snapshot, and does not ask whether `trades` reaches so far"
    hint = " (give no value otherwise: `case when $from <= $as_of - interval 7 day then … end`)"
    assert complaints(text) == ([f"sources.yaml:13:{len(metric) + 15}: {told}{hint}"] if warned else [])
