"""Logs: the groups of a regular expression, and lines that continue a record."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.desks import changed, metrics, run, write

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


CONTINUED = changed(LOGS, ("    time: seen", "    unmatched: continues\n    time: seen"))
RECORD = "2026-03-29 07:00:00,000 ERROR x\n"


@pytest.mark.parametrize(
    "foreign",
    [
        "2026-03-29 08:00:00,000 critical down\n",
        "2026-03-29T08:00:00Z CRITICAL down\n",
        "2026-03-29 08:00:00,000 - bot - CRITICAL - down\n",
        "CRITICAL:root:down\n",
        "  at 1\n[2026-03-29T08:00:00Z] down\n",
        "10 %\r2026-03-29T08:00:00Z CRITICAL down\n",
    ],
)
def test_a_record_of_another_form_never_continues_the_one_above(tmp_path: Path, foreign: str) -> None:
    write(tmp_path, "bot.log", RECORD + foreign)
    number = 3 if "%" in foreign or "at 1" in foreign else 2
    torn = {
        "unknown": "torn source",
        "detail": f"line {number} of bot.log begins like a record and does not match",
    }
    assert metrics(run(tmp_path, CONTINUED))["alerts"] == torn


def test_a_carriage_return_ends_a_line(tmp_path: Path) -> None:
    write(tmp_path, "bot.log", f"{RECORD[:-1]}\r10 %\r2026-03-29 08:00:00,5 CRITICAL down\r\r\n")
    assert metrics(run(tmp_path, CONTINUED))["alerts"]["points"] == [{"at": "2026-03-29T08:00:00.5Z"}]


def test_words_before_the_time(tmp_path: Path) -> None:
    text = changed(
        CONTINUED, ("(?P<at>\\S+ \\S+) (?P<level>[A-Z]+)", "(?P<level>[A-Z]+) \\S+ (?P<at>\\S+ \\S+)")
    )
    record = "ERROR bot-1 2026-03-29 07:00:00 x\n"
    write(tmp_path, "bot.log", record + "at bot 1\n")
    assert metrics(run(tmp_path, text))["total"]["value"] == 1
    write(tmp_path, "bot.log", record + "critical bot-1 2026-03-29 08:00:00 down\n")
    torn = {"unknown": "torn source", "detail": "line 2 of bot.log begins like a record and does not match"}
    assert metrics(run(tmp_path, text))["alerts"] == torn


def test_what_continues_nothing(tmp_path: Path) -> None:
    for data, number in (("Traceback:\n" + RECORD, 1), (RECORD + "  at 1\n" * 1_001, 1_002)):
        write(tmp_path, "bot.log", data)
        torn = {"unknown": "torn source", "detail": f"line {number} of bot.log does not match"}
        assert metrics(run(tmp_path, CONTINUED))["alerts"] == torn


def test_a_block_that_was_never_written_is_torn(tmp_path: Path) -> None:
    tail = changed(CONTINUED, ("    time: seen", "    torn: tail\n    time: seen"))
    for data in (RECORD + "\0\0\0\n", RECORD + "\0\0\0", RECORD + "2026-03-29 08:00:00,000 CRIT\0\0"):
        write(tmp_path, "bot.log", data)
        torn = {"unknown": "torn source", "detail": "line 2 of bot.log has NUL bytes"}
        assert metrics(run(tmp_path, tail))["alerts"] == torn


def test_a_match_without_the_time_group(tmp_path: Path) -> None:
    text = changed(CONTINUED, ("time: seen\n    timezone", "time: modified\n    timezone"))
    write(tmp_path, "bot.log", RECORD + "at 1\n")
    os.utime(tmp_path / "bot.log", (1_774_800_000, 1_774_800_000))
    assert metrics(run(tmp_path, text))["total"]["value"] == 1


def test_an_empty_group_of_a_number(tmp_path: Path) -> None:
    text = changed(
        LOGS,
        ("(?P<text>.*)", "(?P<size>[0-9]*)"),
        ("level: {text: level}", "level: {text: level}, size: {number: size}"),
        ("where level = 'ERROR'", "where size is null"),
    )
    write(tmp_path, "bot.log", "2026-03-29 08:00:00,000 ERROR \n")
    torn = {"unknown": "torn source", "detail": "line 1 of bot.log: `size` is empty"}
    assert metrics(run(tmp_path, text))["total"] == torn
    optional = changed(text, ("{number: size}", "{number: size, optional: true}"))
    assert metrics(run(tmp_path, optional))["total"]["value"] == 1
