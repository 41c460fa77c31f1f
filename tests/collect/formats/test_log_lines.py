"""Logs: the groups of a regular expression, and lines that continue a record."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from interlock.collect.formats import log_lines
from support.desks import changed, complaints, judged, metrics, run, write

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
      total:
        sql: >-
          select count(*) as value from bot_log where level = 'ERROR' and date_diff('hour', seen, $as_of) < 24
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


STAMPED = """
sources:
  bot-log:
    kind: rows
    doc: a log
    file: bot.log
    format: lines
    match: 'MATCH'
    unmatched: continues
    time: seen
    timezone: UTC
    columns: {seen: {time: time}, level: {text: level}}
    covered: {from: 2026-01-01, to: as_of}
    metrics:
      alerts: {sql: "select seen as at from bot_log where upper(level) = 'ERROR'"}
"""
ISO = STAMPED.replace("MATCH", r"(?P<time>\d{4}-\d\d-\d\dT\S+)\s+(?P<level>[A-Za-z]+)\s+(?P<text>.*)")
PYTHON = STAMPED.replace(
    "MATCH",
    r"(?P<time>\d{4}-\d\d-\d\d[T ]\S+)\s+(?:-\s+\S+\s+-\s+)?(?P<level>[A-Za-z]+)\s+(?:-\s+)?(?P<text>.*)",
)
LEVEL_FIRST = STAMPED.replace("MATCH", r"(?P<level>[A-Z]+) \S+ (?P<time>\S+ \S+) (?P<text>.*)")
BRACKETS = STAMPED.replace("MATCH", r"\[(?P<time>[^\]]+)\] (?P<level>\S+) (?P<text>.*)")
NO_ERROR = "count(alerts, within=20d) == 0"
DAYS = "2026-03-25T10:00:00Z INFO fine\n2026-03-26T10:00:00Z ERROR loss\n2026-03-27T10:00:00Z INFO ok\n"
HEAD = "2026-03-26T10:00:00Z ERROR loss"


@pytest.mark.parametrize(
    "damaged",
    [
        *(HEAD[cut:] for cut in (1, 2, 5, 10, 11, 14, 16, 20, 21, 22, 23)),
        f"host1 {HEAD}",
        f"bot-1| {HEAD}",
        "msg=loss level=ERROR time=2026-03-26T10:00:00Z",
        '{"msg":"loss","time":"2026-03-26T10:00:00Z","level":"ERROR"}',
        "\uff12\uff10\uff12\uff16-03-26T10:00:00Z ERROR loss",
        f"Traceback (most recent call last):\n  File 'a.py'\nValueError: bad{HEAD}",
        f"Traceback (most recent call last):\n  File 'a.py'\nValueError: bad {HEAD}",
    ],
)
def test_a_record_whose_beginning_is_damaged_is_no_part_of_another(tmp_path: Path, damaged: str) -> None:
    write(tmp_path, "bot.log", DAYS.replace(HEAD, damaged))
    verdict = judged(tmp_path, ISO, NO_ERROR)
    causes = [each.cause for each in verdict.rules[0].causes]
    assert (verdict.verdict, causes) == ("NO_GO", ["torn source"])


@pytest.mark.parametrize(
    "end", ["fine", "fine.", "fine ", "state='RUNNING'", "50%", "\u2705", "(2026-03-25)"]
)
@pytest.mark.parametrize("source", [ISO, changed(ISO, ("    unmatched: continues\n", ""))])
def test_a_record_behind_a_lost_newline(tmp_path: Path, source: str, end: str) -> None:
    write(tmp_path, "bot.log", DAYS.replace("fine\n", end))
    verdict = judged(tmp_path, source, NO_ERROR)
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    torn = ("torn source", "line 1 of bot.log holds a second record")
    assert (verdict.verdict, causes) == ("NO_GO", [torn])


@pytest.mark.parametrize(
    ("source", "first", "second"),
    [
        (PYTHON, "2026-03-25 10:00:00,123 - bot - INFO - ok", "2026-03-26 10:00:00,5 - bot - ERROR - loss"),
        (PYTHON, "2026-03-25 10:00:00,123 INFO ok", "2026-03-26 10:00:00,5 - bot - ERROR - loss"),
        (LEVEL_FIRST, "INFO bot 2026-03-25 10:00:00 ok", "ERROR bot 2026-03-26 10:00:00 loss"),
        (LEVEL_FIRST, "INFO bot 2026-03-25 10:00:00 ok ", "ERROR bot 2026-03-26 10:00:00 loss"),
        (BRACKETS, "[2026-03-25 10:00:00] INFO ok", "[2026-03-26 10:00:00] ERROR loss"),
        (BRACKETS, "[2026-03-25 10:00:00] INFO ok ", "[2026-03-26 10:00:00] ERROR loss"),
    ],
)
def test_a_lost_newline_in_other_logs(tmp_path: Path, source: str, first: str, second: str) -> None:
    write(tmp_path, "bot.log", f"{first}\n")
    assert judged(tmp_path, source, NO_ERROR).verdict == "GO"
    write(tmp_path, "bot.log", f"{first}{second}\n")
    verdict = judged(tmp_path, source, NO_ERROR)
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    assert causes == [("torn source", "line 1 of bot.log holds a second record")]


@pytest.mark.parametrize(
    "sign", ["\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\f\n", "\r\n"]
)
def test_every_break_of_a_line_ends_a_record(tmp_path: Path, sign: str) -> None:
    write(tmp_path, "bot.log", DAYS.replace("fine\n", f"fine{sign}"))
    points = [{"at": "2026-03-26T10:00:00Z"}]
    assert (
        metrics(run(tmp_path, changed(ISO, ("    unmatched: continues\n", ""))))["alerts"]["points"] == points
    )


EVERYDAY = """\
2026-03-25 10:00:00,123 - freqtrade.worker - INFO - Bot heartbeat. PID=71, version='2026.2', state='RUNNING'
2026-03-25 10:01:00,123 - freqtrade.data - INFO - Using data from 2026-01-01 00:00:00 up to 2026-03-25 00:00:00.
2026-03-25 10:02:00,123 - freqtrade.freqtradebot - INFO - Exit for Trade(id=1, open_since=2026-03-25 06:00:00) detected.
2026-03-25 10:03:00,123 - freqtrade.rpc - INFO - Sending {'type': entry, 'open_date': '2026-03-25 10:02:59'}
2026-03-25 10:04:00,123 - freqtrade.loggers - WARNING - Strategy analysis took 12.5s after [2026-03-25 10:03:48].
2026-03-25 10:05:00,123 - freqtrade.exchange - WARNING - fetch_ticker() returned exception
Traceback (most recent call last):
  File "/freqtrade/exchange.py", line 3, in fetch
    datetime.strptime("2026-03-25 10:05:00", ERROR)
ValueError: time data '2026-03-25 10:05:00' does not match format '%Y'

During handling of the above exception, another exception occurred:

The above exception was the direct cause of the following exception:

freqtrade.exceptions.TemporaryError: Could not load ticker due to ExchangeNotAvailable. Message: binance GET
2026-03-25 10:06:00,123 - freqtrade.worker - INFO - Changing state from STOPPED to: RUNNING
"""


def test_an_everyday_log_is_read(tmp_path: Path) -> None:
    write(tmp_path, "bot.log", EVERYDAY)
    seen = metrics(run(tmp_path, PYTHON))["alerts"]
    assert seen == {"covered": ["2026-01-01T00:00:00Z", "2026-03-30T06:00:00Z"], "points": []}


@pytest.mark.parametrize(
    ("text", "head", "time"),
    [
        (ISO, "2026-03-25T10:00:00Z INFO fine ", "w 2026-03-25T10:00:00Z "),
        (LEVEL_FIRST, "INFO x 2026-03-25 10:00:00 fine ", "w 2026-03-25 10:00:00 "),
    ],
)
def test_a_line_with_very_many_times_is_not_read_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, head: str, time: str
) -> None:
    monkeypatch.setattr(log_lines, "_IN_ALL", 20_000_000)
    write(tmp_path, "bot.log", f"{head}\n{head}{time * 8_000}\n")
    detail = "by line 2 of bot.log too many times stand within lines to tell where each record begins"
    assert metrics(run(tmp_path, text))["alerts"] == {"unknown": "overflow", "detail": detail}


def test_a_second_record_is_found_among_many_lines(tmp_path: Path) -> None:
    """More than are matched at once."""
    plain = f"2026-03-25T10:00:00Z INFO fine at 2026-03-25T10:00:00Z {'x' * 900}\n"
    torn = "2026-03-26T10:00:00Z INFO fine2026-03-26T10:00:00Z ERROR loss\n"
    write(tmp_path, "bot.log", plain * 12_000)
    assert metrics(run(tmp_path, ISO))["alerts"]["points"] == []
    write(tmp_path, "bot.log", plain * 6_000 + torn + plain * 6_000)
    detail = "line 6001 of bot.log holds a second record"
    assert metrics(run(tmp_path, ISO))["alerts"] == {"unknown": "torn source", "detail": detail}


ABOVE = changed(
    LOGS,
    (
        "'(?P<at>\\S+ \\S+) (?P<level>[A-Z]+) (?P<text>.*)'",
        "'(?:(?P<at>\\d\\S+ \\S+) )?(?P<level>[A-Z]+):.*'",
    ),
    ("    time: seen", "    undated: above\n    time: seen"),
)


def test_a_record_without_a_time_has_that_of_the_record_above(tmp_path: Path) -> None:
    lines = "2026-03-29 07:00:00 INFO:a\nCRITICAL:a\nERROR:a\n2026-03-29 08:00:00 CRITICAL:a\nCRITICAL:a\n"
    write(tmp_path, "bot.log", lines)
    seen = metrics(run(tmp_path, ABOVE))
    at = [f"2026-03-29T0{hour}:00:00Z" for hour in (7, 8, 8)]
    assert (seen["total"]["value"], seen["alerts"]["points"]) == (1, [{"at": each} for each in at])
    write(tmp_path, "bot.log", "CRITICAL:a\n" + lines)
    first = {"unknown": "torn source", "detail": "line 1 of bot.log: `seen` is absent"}
    assert metrics(run(tmp_path, ABOVE))["alerts"] == first
    write(tmp_path, "bot.log", lines)
    torn = metrics(run(tmp_path, changed(ABOVE, ("    undated: above\n", ""))))["alerts"]
    assert torn == {"unknown": "torn source", "detail": "line 2 of bot.log: `seen` is absent"}


def test_only_a_log_has_a_record_above() -> None:
    wrong = changed(ABOVE, ("format: lines", "format: csv"))
    assert complaints(wrong) == [
        "sources.yaml:8:12: error E509: `match` is for the format lines, this is csv",
        "sources.yaml:9:14: error E509: `undated: above` is for the format lines, this is csv",
    ]
