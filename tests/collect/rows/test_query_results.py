"""The results of queries: values, members, records, and what is no value."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.desks import (
    CATALOGUE,
    LATER,
    LINES,
    LOG,
    changed,
    complaints,
    jsonl,
    judged,
    metrics,
    run,
    write,
)


def test_values_that_are_no_values(tmp_path: Path) -> None:
    text = (
        LOG
        + """      rate: {sql: "select 1.0 / 0 as value from trades limit 1"}
      level: {sql: "select 'x' as value from trades where false"}
      wait: {sql: "select pnl as value from trades"}
      moment: {sql: "select max(at_) as value from trades"}
      flag: {sql: "select bool_or(pnl < 0) as value from trades"}
      symbols: {sql: "select ['ETH-USD', 'BTC/USDT'] as value"}
"""
    )
    seen = metrics(run(jsonl(tmp_path), text, now=LATER))
    assert seen["rate"] == {"unknown": "not finite", "detail": "it is not a finite number"}
    assert seen["level"] == {"unknown": "missing", "detail": "the SQL gives no value"}
    assert seen["wait"] == {"unknown": "conflict", "detail": "the SQL gives 3 rows for one value"}
    assert seen["moment"]["value"] == "2026-03-29T00:00:00Z"
    assert seen["flag"]["value"] is True
    assert seen["symbols"]["value"] == ["BTC-USD", "ETH-USD"]


def test_the_newest_time_is_unknown_behind_a_line_that_is_being_written(tmp_path: Path) -> None:
    text = changed(LOG, ("    time: at_\n", "    time: at_\n    torn: tail\n"))
    text += '      moment: {sql: "select max(at_) as value from trades"}\n'
    path = jsonl(tmp_path, LINES[:3])
    whole = metrics(run(path, text, now=LATER))
    with (tmp_path / "t.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-03')
    torn = metrics(run(path, text, now=LATER))
    assert torn["pnl"] == whole["pnl"]
    assert whole["moment"]["value"] == "2026-03-29T00:00:00Z"
    detail = "line 4 of t.jsonl is unfinished, and its time may be newer"
    assert torn["moment"] == {"unknown": "torn source", "detail": detail}


SCOPED = changed(
    LOG,
    ("      pnl: {number: /pnl}\n", "      pnl: {number: /pnl}\n      symbol: {text: /symbol}\n"),
    (
        '      pnl: {sql: "select sum(pnl) as value, count(*) as n, max(at_) as at from trades"}\n',
        '      edge: {sql: "select symbol as member, sum(pnl) as value from trades group by 1"}\n'
        '      fills: {sql: "select symbol as member, at_ as at, pnl as value from trades"}\n',
    ),
)


def test_members(tmp_path: Path) -> None:
    lines = [f'{{"at": "2026-03-29T0{i}:00:00Z", "pnl": {i}, "symbol": "BTC/USDT"}}' for i in range(3)]
    found = run(jsonl(tmp_path, lines), SCOPED)
    covered = ["2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"]
    scopes: Any = found.snapshot["scopes"]
    assert scopes["symbol"]["BTC-USD"]["edge"] == {"value": Decimal(3), "at": "2026-03-29T02:00:00Z"}
    assert scopes["symbol"]["ETH-USD"] == {"fills": {"covered": covered, "points": []}}
    assert found.findings == ()


UNKNOWN = "series of all members are incomplete and aggregates unknown"


def test_an_undeclared_member_stays_in_the_snapshot_under_its_name(tmp_path: Path) -> None:
    lines = ['{"at": "2026-03-29T00:00:00Z", "pnl": 1, "symbol": "XBT"}']
    found = run(jsonl(tmp_path, lines), SCOPED)
    at = "2026-03-29T00:00:00Z"
    nothing = {"fills": {"covered": [at, at], "points": []}}
    assert found.snapshot["scopes"] == {
        "symbol": {
            "BTC-USD": nothing,
            "ETH-USD": nothing,
            "XBT": {
                "edge": {"value": Decimal(1), "at": at},
                "fills": {"covered": [at, at], "points": [{"at": at, "value": Decimal(1)}]},
            },
        }
    }
    assert [(each.code, each.message) for each in found.findings] == [
        ("W851", f"`edge` is measured for `XBT`, which is no member of the scope `symbol`: {UNKNOWN}"),
        ("W851", f"`fills` is measured for `XBT`, which is no member of the scope `symbol`: {UNKNOWN}"),
    ]
    assert {each.hint for each in found.findings} == {
        "declare the member, or an alias of it, in the catalogue, or write `others: ignore` there"
    }


def test_several_undeclared_members_are_one_finding(tmp_path: Path) -> None:
    names = ("XBT", "DOGE", "LTC", "XRP", "ADA")
    lines = [f'{{"at": "2026-03-29T00:00:00Z", "pnl": 1, "symbol": "{name}"}}' for name in names]
    found = run(jsonl(tmp_path, lines), SCOPED)
    assert [each.message for each in found.findings if "`fills`" in each.message] == [
        "`fills` is measured for `ADA`, `DOGE`, `LTC` and 2 more, which are no members of the scope `symbol`: "
        + UNKNOWN
    ]


def test_records(tmp_path: Path) -> None:
    text = LOG + "      jobs: {sql: \"select at_ as at, 'win' as outcome, pnl as size from trades\"}\n"
    seen = metrics(run(jsonl(tmp_path, LINES[:1]), text))
    assert seen["jobs"]["points"] == [
        {"at": "2026-03-28T01:00:00Z", "outcome": "win", "size": Decimal("1.5")}
    ]


@pytest.mark.parametrize(
    ("began", "known"), [("2026-03-28T01:00:00Z", True), ("2026-03-28T01:00:01Z", False)]
)
def test_a_point_before_the_metric_began_is_out_of_range(tmp_path: Path, began: str, known: bool) -> None:
    declared = f"trades: {{type: number, every: event, began: {began}"
    catalogue = CATALOGUE.replace("trades: {type: number, every: event", declared)
    found = metrics(run(jsonl(tmp_path, LINES[:3]), LOG, catalogue=catalogue))["trades"]
    detail = f"the SQL gives a point before {began}, when the metric began"
    assert "points" in found if known else found == {"unknown": "out of range", "detail": detail}


@pytest.mark.parametrize(
    ("began", "more"),
    [
        ("2026-03-27T23:00:00Z", None),
        ("2026-03-28T00:00:00Z", ": where days begin before those of UTC, write `began` with its time"),
        ("2026-03-28T01:00:00Z", ""),
        ("2026-03-29T00:00:00Z", ""),
    ],
)
def test_a_row_of_the_day_that_began_in_a_zone_of_the_east(
    tmp_path: Path, began: str, more: str | None
) -> None:
    declared = (
        "trades: {type: number, every: event",
        f"trades: {{type: number, every: event, began: {began}",
    )
    zone = ("    time: at_", "    time: at_\n    timezone: Europe/Berlin\n    covered: {to: as_of}")
    jsonl(tmp_path, ['{"at": "2026-03-28T00:00:00", "pnl": 5}'])
    rule, catalogue = "count(trades < 0, within=7d) == 0", changed(CATALOGUE, declared)
    verdict = judged(tmp_path, changed(LOG, zone), rule, catalogue=catalogue, now=LATER)
    told = f"cannot tell: trades: out of range, the SQL gives a point before {began}, when the metric began{more}"
    reason = "count(trades < 0, within=1w) is 0, needed == 0" if more is None else told
    assert (verdict.verdict, verdict.rules[0].reason) == ("GO" if more is None else "NO_GO", reason)


@pytest.mark.parametrize(("began", "known"), [("2026-03-28", True), ("2026-03-30", False)])
def test_a_period_before_the_metric_began_is_out_of_range(tmp_path: Path, began: str, known: bool) -> None:
    catalogue = CATALOGUE.replace("daily: {type: number", f"daily: {{type: number, began: {began}")
    source = changed(
        LOG,
        ("trades: {sql", "daily: {sql"),
        ("select at_ as at,", "select date_trunc('day', at_) as at,"),
        ("time: at_", "time: at_\n    complete: never"),
    )
    found = metrics(run(jsonl(tmp_path, LINES[:3]), source, catalogue=catalogue))["daily"]
    assert ("points" in found) is known


QUIET = "count(trades < 0, within=1h) == 0"
COVERED = changed(LOG, ("    time: at_", "    time: at_\n    covered: {to: as_of}"))
TABLE = COVERED.split("    metrics:\n")[0]


@pytest.mark.parametrize(
    ("sql", "rule", "cause"),
    [
        ("trades: select at_ as at, pnl as value", QUIET, ""),
        (
            "trades: select null::timestamp as at, pnl as value",
            QUIET,
            "no time: the SQL gives a point without `at`",
        ),
        ("trades: select at_ as at, null::double as value", QUIET, "missing: the SQL gives no value"),
        ("trades: select at_ as at, 'nan'::double as value", QUIET, "not finite: it is not a finite number"),
        ("pnl: select pnl as value, null::timestamp as at", "pnl > 0", "no time: the SQL gives no `at`"),
        ("pnl: select pnl as value, 'nan'::double as n", "pnl > 0", "not finite: it is not a finite number"),
        ("pnl: select null::double as value", "pnl > 0", "missing: the SQL gives no value"),
        ("pnl: select pnl as value", "pnl > 0", ""),
    ],
)
def test_a_row_without_what_it_needs_closes_the_gate(tmp_path: Path, sql: str, rule: str, cause: str) -> None:
    name, _, select = sql.partition(": ")
    source = f'{TABLE}    metrics:\n      {name}: {{sql: "{select} from trades"}}\n'
    verdict = judged(jsonl(tmp_path, ['{"at": "2026-03-30T05:00:00Z", "pnl": 1.5}']), source, rule)
    causes = "; ".join(f"{each.cause}: {each.detail}" for each in verdict.rules[0].causes)
    assert (verdict.verdict, causes) == ("NO_GO" if cause else "GO", cause)


def test_a_row_without_a_member_makes_every_member_unknown(tmp_path: Path) -> None:
    rows = '{"at": "2026-03-30T05:00:00Z", "pnl": 1}'
    source = f'{TABLE}    metrics:\n      edge: {{sql: "select null::varchar as member, pnl as value from trades"}}\n'
    verdict = judged(jsonl(tmp_path, [rows]), source, "all(edge > 0)")
    assert verdict.verdict == "NO_GO"
    assert {(each.cause, each.detail) for each in verdict.rules[0].causes} == {
        ("missing", "the SQL gives a row without a member")
    }


@pytest.mark.parametrize(
    ("metric", "sql", "message"),
    [
        (
            *("trades", "select at_ as at, pnl as value, 1 as more from trades"),
            "the SQL gives a column `more` that the metric does not take: `trades` needs the columns `at`, `value`",
        ),
        (
            *("trades", "select at_ as at from trades"),
            "the SQL gives no column `value`: `trades` needs the columns `at`, `value`",
        ),
        (
            *("trades", "select pnl as at, pnl as value from trades"),
            "the SQL gives DOUBLE as `at`, `trades` needs a timestamp",
        ),
        (
            *("edge", "select 1 as member, pnl as value from trades"),
            "the SQL gives INTEGER as `member`, `edge` needs a text",
        ),
        (
            "pnl",
            "select pnl as value, 'x' as n from trades",
            "the SQL gives VARCHAR as `n`, `pnl` needs a number",
        ),
    ],
)
def test_a_query_whose_columns_do_not_fit_is_refused(metric: str, sql: str, message: str) -> None:
    (found,) = complaints(f'{TABLE}    metrics:\n      {metric}: {{sql: "{sql}"}}\n')
    assert found.partition(" error ")[2] == f"E508: {message}"


LIMITS = """
sources:
  trades:
    kind: rows
    doc: exposure
    file: x.csv
    format: csv
    time: seen
    timezone: UTC
    complete: never
    with: [limits]
    columns:
      seen: {time: seen}
      due: {time: due}
      usd: {number: usd}
    metrics:
      rate:
        sql: >-
          select usd / coalesce((select cap from limits order by set_ desc limit 1), 9) as value, AT as at from trades
          order by seen desc limit 1
  limits:
    kind: rows
    doc: limits
    file: l.csv
    format: csv
    time: set_
    timezone: UTC
    complete: never
    may_be_empty: true
    columns:
      set_: {time: set}
      cap: {number: cap}
    metrics: {trades: {sql: "select set_ as at, cap as value from limits"}}
"""


SKEWED = "clock skew at 2026-03-31T06:00:00Z, measured after the snapshot"


@pytest.mark.parametrize(
    ("at", "rows", "limits", "reason"),
    [
        ("seen", ["05:59:00"], ["05:59:30"], ""),
        ("due", ["05:59:00"], ["05:59:30"], ""),
        ("$as_of", ["05:59:00"], ["05:59:30"], ""),
        # a value is no younger than what is known of each source that it is made of
        ("seen", ["05:59:00"], ["03:59:59"], "stale, measured at 2026-03-30T03:59:59Z"),
        ("seen", ["05:59:00"], ["04:00:00"], ""),
        ("due", ["03:59:00"], ["05:59:30"], "stale, measured at 2026-03-30T03:59:00Z"),
        ("$as_of", ["03:59:00"], ["05:59:30"], "stale, measured at 2026-03-30T03:59:00Z"),
        ("$to", ["03:59:00"], ["05:59:30"], "stale, measured at 2026-03-30T03:59:00Z"),
        ("seen", ["05:59:00"], [], "not covered, the source covers no time, so the value has no time"),
        # a time of the future stays one
        ("$as_of + interval 1 day", ["05:59:00"], ["05:59:30"], SKEWED),
    ],
)
def test_a_value_is_dated_no_later_than_what_its_sources_know(
    tmp_path: Path, at: str, rows: list[str], limits: list[str], reason: str
) -> None:
    rowed = "".join(f"2026-03-30T{each}Z,2026-03-30T05:30:00Z,7\n" for each in rows)
    write(tmp_path, "x.csv", f"seen,due,usd\n{rowed}")
    write(tmp_path, "l.csv", "set,cap\n" + "".join(f"2026-03-30T{each}Z,9\n" for each in limits))
    aged = (
        "rate: {type: ratio, range: [-10, 10], max_age: never",
        "rate: {type: ratio, range: [-10, 10], max_age: 2h",
    )
    catalogue, text = changed(CATALOGUE, aged), LIMITS.replace("AT as", f"{at} as")
    found = judged(tmp_path, text, "rate < 80%", catalogue=catalogue, now=LATER)
    told = f"cannot tell: rate: {reason}" if reason else "rate is 77.78%, needed < 80%"
    assert (found.verdict, found.rules[0].reason) == ("NO_GO" if reason else "GO", told)
