"""Rows sources: formats, the cut at the snapshot's time, coverage, torn artefacts, shapes, members."""

from __future__ import annotations

import os
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.desks import CATALOGUE, metrics, run, write

LOG = """
sources:
  trades:
    kind: rows
    doc: a log
    file: t.jsonl
    format: jsonl
    time: at_
    columns:
      at_: {time: /at}
      pnl: {number: /pnl}
    metrics:
      total: {sql: "select count(*) as value from trades"}
      pnl: {sql: "select sum(pnl) as value, count(*) as n, max(at_) as at from trades"}
      trades: {sql: "select at_ as at, pnl as value from trades order by at_, ordinal"}
"""
LINES = [
    '{"at": "2026-03-28T01:00:00Z", "pnl": 1.5}',
    '{"at": "2026-03-28T02:00:00+01:00", "pnl": -2}',
    '{"at": "2026-03-29T00:00:00Z", "pnl": 0.25}',
    '{"at": "2026-03-30T07:00:00Z", "pnl": 100}',
]


def jsonl(root: Path, lines: list[str] = LINES) -> Path:
    write(root, "t.jsonl", "".join(f"{each}\n" for each in lines))
    return root


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_rows_are_cut_at_the_time_and_keep_file_order(tmp_path: Path) -> None:
    seen = metrics(run(jsonl(tmp_path), LOG))
    assert seen["total"] == {"value": 3, "at": "2026-03-30T06:00:00Z"}
    assert seen["pnl"] == {"value": Decimal("-0.25"), "n": 3, "at": "2026-03-29T00:00:00Z"}
    assert seen["trades"] == {
        "covered": ["2026-03-28T01:00:00Z", "2026-03-30T06:00:00Z"],
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
    seen = metrics(run(jsonl(tmp_path), LOG, since="2026-03-28T12:00:00Z"))
    assert seen["total"]["value"] == 1
    assert seen["trades"]["covered"] == ["2026-03-28T12:00:00Z", "2026-03-30T06:00:00Z"]


@pytest.mark.parametrize(
    ("line", "cause", "detail"),
    [
        ('{"at": "2026-03-28T01:00:00Z", "pnl"', "torn source", "line 2 of t.jsonl is not JSON, column 37"),
        ("[1]", "torn source", "line 2 of t.jsonl is not an object"),
        ('{"at": "2026-03-28T01:00:00Z"}', "torn source", "line 2 of t.jsonl: `pnl` is absent"),
        ('{"at": "2026-03-28T01:00:00Z", "pnl": null}', "torn source", "line 2 of t.jsonl: `pnl` is absent"),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": "1"}',
            "torn source",
            "line 2 of t.jsonl: `pnl` is not a number",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": true}',
            "torn source",
            "line 2 of t.jsonl: `pnl` is not a number",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": NaN}',
            "not finite",
            "line 2 of t.jsonl: `pnl` is not finite",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": 1e999}',
            "not finite",
            "line 2 of t.jsonl: `pnl` is not finite",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": 9007199254740993}',
            "out of range",
            "line 2 of t.jsonl: `pnl` has more digits than a number keeps: declare it `integer`",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": 1, "pnl": 2}',
            "torn source",
            "line 2 of t.jsonl has the same key twice in one object",
        ),
        (
            '{"at": "2026-03-28T01:00:00", "pnl": 1}',
            "no time",
            "line 2 of t.jsonl: `at_` has no offset and the source declares no `timezone`",
        ),
        ('{"at": "soon", "pnl": 1}', "no time", "line 2 of t.jsonl: `at_` is no time"),
        ('{"at": true, "pnl": 1}', "no time", "line 2 of t.jsonl: `at_` is no time"),
        ("[" * 100_000, "torn source", "line 2 of t.jsonl is nested too deeply"),
    ],
)
def test_one_torn_row_makes_every_metric_unknown(tmp_path: Path, line: str, cause: str, detail: str) -> None:
    seen = metrics(run(jsonl(tmp_path, [LINES[0], line, LINES[2]]), LOG))
    assert seen == {name: {"unknown": cause, "detail": detail} for name in ("total", "pnl", "trades")}


@pytest.mark.parametrize(
    ("data", "detail"), [(None, "t.jsonl: no such file or directory"), ("", "t.jsonl is empty")]
)
def test_missing_and_empty(tmp_path: Path, data: str | None, detail: str) -> None:
    if data is not None:
        write(tmp_path, "t.jsonl", data)
    assert metrics(run(tmp_path, LOG))["total"] == {"unknown": "missing", "detail": detail}


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


def cut_value(root: Path, cut: int, data: bytes, text: str) -> Any:
    write(root, "t.jsonl", data[:cut])
    return metrics(run(root, text))


def test_a_log_cut_at_any_byte_is_unknown_or_what_its_whole_lines_say(tmp_path: Path) -> None:
    data = "".join(f"{each}\n" for each in LINES[:3]).encode()
    ends = {0}
    for index, byte in enumerate(data):
        if byte == 10:
            ends |= {index, index + 1}
    for cut in range(len(data) + 1):
        seen = cut_value(tmp_path, cut, data, LOG)
        lines = data[: cut + 1].count(b"\n") if cut in ends else None
        if not lines:
            assert "unknown" in seen["total"] and "unknown" in seen["pnl"], cut
        else:
            assert seen["total"]["value"] == lines
            assert seen["trades"]["covered"][1] == seen["trades"]["points"][-1]["at"]


def test_an_unfinished_last_line_may_be_declared_not_yet_written(tmp_path: Path) -> None:
    text = changed(LOG, ("    time: at_", "    time: at_\n    torn: tail"))
    data = "".join(f"{each}\n" for each in LINES[:3]).encode()
    for cut in range(len(data) + 1):
        seen = cut_value(tmp_path, cut, data, text)
        whole = data[: cut + 1].count(b"\n") if data[cut : cut + 1] == b"\n" else data[:cut].count(b"\n")
        if whole:
            assert seen["total"]["value"] == whole
        else:
            assert "unknown" in seen["total"], cut
    write(tmp_path, "t.jsonl", data + b'{"at": \n' + data)
    assert metrics(run(tmp_path, text))["total"]["unknown"] == "torn source"


CSV = changed(
    LOG,
    ("t.jsonl", "t.csv"),
    ("format: jsonl", "format: csv"),
    ("{time: /at}", "{time: at}"),
    ("{number: /pnl}", "{number: pnl}"),
)
TABLE = 'at,pnl,note\n2026-03-28T01:00:00Z,12.5,"a,\nb"\n2026-03-29T00:00:00Z,-3,x\n'


def test_csv(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", TABLE)
    seen = metrics(run(tmp_path, CSV))
    assert seen["pnl"] == {"value": Decimal("9.5"), "n": 2, "at": "2026-03-29T00:00:00Z"}


def test_a_csv_cut_at_any_byte_is_unknown_or_what_its_whole_rows_say(tmp_path: Path) -> None:
    data = TABLE.encode()
    second = data.index(b"2026-03-29")
    for cut in range(len(data)):
        write(tmp_path, "t.csv", data[:cut])
        found = metrics(run(tmp_path, CSV))["pnl"]
        if cut == second:
            assert found == {"value": Decimal("12.5"), "n": 1, "at": "2026-03-28T01:00:00Z"}
        else:
            assert "unknown" in found, cut


@pytest.mark.parametrize(
    ("data", "cause", "detail"),
    [
        (
            "at,pnl\n2026-03-28,1\n",
            "no time",
            "line 2 of t.csv: `at_` has no offset and the source declares no `timezone`",
        ),
        ("at,pnl\n2026-03-28T00:00:00Z,\n", "torn source", "line 2 of t.csv: `pnl` is empty"),
        ("at,pnl\n2026-03-28T00:00:00Z,1_0\n", "torn source", "line 2 of t.csv: `pnl` is not a number"),
        ("at,pnl\n2026-03-28T00:00:00Z,nan\n", "not finite", "line 2 of t.csv: `pnl` is not finite"),
        ("at,pnl\n2026-03-28T00:00:00Z,1,2\n", "torn source", "line 2 of t.csv has 3 fields, not 2"),
        ("at,pnl,pnl\n", "torn source", "the header of t.csv has the same name twice"),
        ("at,profit\n", "torn source", "t.csv has no column `pnl`"),
        ('at,pnl\n2026-03-28T00:00:00Z,"1\n', "torn source", "line 2 of t.csv is not CSV"),
        ("at,pnl\n2026-03-28T00:00:00Z,1", "torn source", "line 2 of t.csv has no end"),
        (b"\xff\xfea\x00", "torn source", "t.csv is not UTF-8 at byte 0"),
    ],
)
def test_a_bad_csv_says_where(tmp_path: Path, data: str | bytes, cause: str, detail: str) -> None:
    write(tmp_path, "t.csv", data)
    assert metrics(run(tmp_path, CSV))["pnl"] == {"unknown": cause, "detail": detail}


def test_naive_times_are_read_in_the_declared_zone_and_ambiguous_ones_are_no_time(tmp_path: Path) -> None:
    text = changed(CSV, ("    time: at_", "    time: at_\n    timezone: America/New_York"))
    write(tmp_path, "t.csv", "at,pnl\n2024-07-01 12:00:00,1\n")
    assert metrics(run(tmp_path, text))["pnl"]["at"] == "2024-07-01T16:00:00Z"
    for moment in ("2024-11-03 01:30:00", "2024-03-10 02:30:00"):
        write(tmp_path, "t.csv", f"at,pnl\n{moment},1\n")
        detail = "line 2 of t.csv: `at_` is ambiguous in America/New_York: the clock changes there"
        assert metrics(run(tmp_path, text))["pnl"] == {"unknown": "no time", "detail": detail}


SQLITE = changed(CSV, ("t.csv", "t.db"), ("format: csv", "format: sqlite\n    table: fills"))


def database(path: Path, wal: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    if wal:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma wal_autocheckpoint=0")
    connection.execute("create table fills (id integer primary key, at text, pnl real)")
    rows = [("2026-03-28T01:00:00Z", 1.25), ("2026-03-29T00:00:00Z", -2)]
    connection.executemany("insert into fills (at, pnl) values (?, ?)", rows)
    connection.commit()
    return connection


def test_sqlite(tmp_path: Path) -> None:
    database(tmp_path / "t.db").close()
    assert metrics(run(tmp_path, SQLITE))["pnl"]["value"] == Decimal("-0.75")
    assert [each.name for each in tmp_path.iterdir()] == ["t.db"]


def test_sqlite_with_a_write_ahead_log_is_read_whole_and_left_alone(tmp_path: Path) -> None:
    connection = database(tmp_path / "t.db", wal=True)
    try:
        before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".db-shm"}
        assert metrics(run(tmp_path, SQLITE))["pnl"]["value"] == Decimal("-0.75")
        after = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".db-shm"}
        assert before == after
    finally:
        connection.close()


def test_a_damaged_database_and_a_missing_table(tmp_path: Path) -> None:
    write(tmp_path, "t.db", b"no database at all")
    torn = {"unknown": "torn source", "detail": "t.db is not a sound SQLite database"}
    assert metrics(run(tmp_path, SQLITE))["pnl"] == torn
    (tmp_path / "t.db").unlink()
    database(tmp_path / "t.db").close()
    whole = (tmp_path / "t.db").read_bytes()
    write(tmp_path, "t.db", whole[: len(whole) // 2])
    assert metrics(run(tmp_path, SQLITE))["pnl"]["unknown"] == "torn source"
    write(tmp_path, "t.db", whole)
    other = changed(SQLITE, ("table: fills", "table: fill"))
    assert metrics(run(tmp_path, other))["pnl"] == {
        "unknown": "missing",
        "detail": "t.db has no table `fill`",
    }


LOGS = """
sources:
  bot-log:
    kind: rows
    doc: a log
    file: bot.log
    format: lines
    match: '(?P<at>\\S+ \\S+) (?P<level>[A-Z]+) (?P<text>.*)'
    time: seen
    timezone: UTC
    columns: {seen: {time: at}, level: {text: level}}
    metrics:
      alerts: {sql: "select seen as at from bot_log where level = 'CRITICAL' order by seen, ordinal"}
      total: {sql: "select count(*) as value from bot_log where level = 'ERROR' and seen > $as_of - interval 1 day"}
"""


def test_log_lines(tmp_path: Path) -> None:
    lines = "2026-03-29 05:00:00,120 ERROR old\n2026-03-29 07:00:00,000 ERROR x\n2026-03-29 08:00:00,5 CRITICAL down\n"
    write(tmp_path, "bot.log", lines)
    seen = metrics(run(tmp_path, LOGS))
    assert seen["total"]["value"] == 1
    assert seen["alerts"] == {
        "covered": ["2026-03-29T05:00:00.12Z", "2026-03-29T08:00:00.5Z"],
        "points": [{"at": "2026-03-29T08:00:00.5Z"}],
    }
    write(tmp_path, "bot.log", lines + "Traceback:\n  boom\n")
    torn = {"unknown": "torn source", "detail": "line 4 of bot.log does not match"}
    assert metrics(run(tmp_path, LOGS))["alerts"] == torn
    continued = changed(LOGS, ("    time: seen", "    unmatched: continues\n    time: seen"))
    assert metrics(run(tmp_path, continued))["alerts"] == seen["alerts"]


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
    seen = metrics(run(jsonl(tmp_path), text))
    assert seen["rate"] == {"unknown": "not finite", "detail": "it is not a finite number"}
    assert seen["level"] == {"unknown": "missing", "detail": "the SQL gives no value"}
    assert seen["wait"] == {"unknown": "conflict", "detail": "the SQL gives 3 rows for one value"}
    assert seen["moment"]["value"] == "2026-03-29T00:00:00Z"
    assert seen["flag"]["value"] is True
    assert seen["symbols"]["value"] == ["BTC-USD", "ETH-USD"]


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


def test_a_stranger_is_left_out_and_might_be_anyone(tmp_path: Path) -> None:
    lines = ['{"at": "2026-03-29T00:00:00Z", "pnl": 1, "symbol": "XBT"}']
    found = run(jsonl(tmp_path, lines), SCOPED)
    assert found.snapshot["scopes"] == {}
    assert [(each.code, each.message) for each in found.findings] == [
        ("W851", "`edge` is measured for `XBT`, which is no member of the scope `symbol`: left out"),
        ("W851", "`fills` is measured for `XBT`, which is no member of the scope `symbol`: left out"),
    ]


def test_several_strangers_are_one_finding(tmp_path: Path) -> None:
    names = ("XBT", "DOGE", "LTC", "XRP", "ADA")
    lines = [f'{{"at": "2026-03-29T00:00:00Z", "pnl": 1, "symbol": "{name}"}}' for name in names]
    found = run(jsonl(tmp_path, lines), SCOPED)
    assert [each.message for each in found.findings if "`fills`" in each.message] == [
        "`fills` is measured for `ADA`, `DOGE`, `LTC` and 2 more, which are no members of the scope `symbol`: left out"
    ]


def test_records(tmp_path: Path) -> None:
    text = LOG + "      jobs: {sql: \"select at_ as at, 'win' as outcome, pnl as size from trades\"}\n"
    seen = metrics(run(jsonl(tmp_path, LINES[:1]), text))
    assert seen["jobs"]["points"] == [
        {"at": "2026-03-28T01:00:00Z", "outcome": "win", "size": Decimal("1.5")}
    ]


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
    assert metrics(run(tmp_path, text))["rate"]["value"] == Decimal(-1)
    write(tmp_path, "t.jsonl", "{")
    assert metrics(run(tmp_path, text))["rate"]["detail"] == "line 1 of t.jsonl is not JSON, column 2"


@given(
    st.lists(st.sampled_from([*LINES, '{"at"', "", "[]", '{"at": 1, "pnl": 2}', "\x00", "null"]), max_size=6)
)
def test_no_log_is_ever_read_as_more_than_its_rows(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    root = tmp_path_factory.mktemp("desk")
    seen = metrics(run(jsonl(root, lines), LOG))
    good_rows = [each for each in lines if each in LINES[:3] or each.startswith('{"at": 1')]
    bad = [each for each in lines if each and each not in LINES and not each.startswith('{"at": 1')]
    assert "unknown" in seen["total"] if bad or not good_rows else seen["total"]["value"] == len(good_rows)


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
    assert metrics(run(tmp_path, WEEKS, "2026-03-22T12:00:00Z"))["trades"] == {
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
        "detail": "the source covers no time up to which the value would hold",
    }
