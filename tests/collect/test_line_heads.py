"""Lines that begin like a record of any logger, and lines that continue one."""

from __future__ import annotations

import pytest

from interlock.collect.line_heads import begins_a_record, inner_times, is_level


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-30T06:24:00Z error event",
        "2026-03-30 06:24:00,123 - orchestrator - ERROR - event",
        "[2026-03-30 06:24:00] event",
        "\t2026-03-30T06:24:00Z\tERROR",
        "2026/03/30 06:24:00 event",
        "2026.03.30 06:24 event",
        "30.03.2026 06:24 event",
        "03/30/26 06:24:00 event",
        "20260330 06:24:00 event",
        "20260330T062400Z event",
        "2026-W14-1 event",
        "30/Mar/2026:06:24:00 +0000 event",
        "30 Mar 2026 06:24:00 event",
        "Mar 30 06:24:00 host event",
        "<34>Mar 30 06:24:00 host event",
        "Mon Mar 30 06:24:00 2026 event",
        "Monday, 30 March 2026 event",
        "I0330 06:24:00.123 file.cc:1] event",
        "06:24:00 event",
        "6:24 event",
        "1774851840 event",
        "1774851840.123 event",
        "1774851840123456789 event",
        "error 2026-03-30T06:24:00Z event",
        "[1234] warn: 2026-03-30 06:24 event",
        "time=2026-03-30T06:24:00Z level=error",
        '{"ts": "2026-03-30T06:24:00Z", "level": "error"}',
        '{"level":"error"}',
        "level=error event",
        "ERROR:root:event",
        "[CRITICAL] event",
        "\x1b[31m2026-03-30 06:24:00\x1b[0m event",
        "\x1b[31mERROR\x1b[0m event",
        "\ufeff2026-03-30 06:24 event",
        "host1 2026-03-30T06:24:00Z event",
        "bot-1| 2026-03-30 06:24 event",
        "bot-1| 06:24:00 event",
        '{"msg": "event", "time": "2026-03-30T06:24:00Z"}',
        '{"msg": "event of which the text is a long one, far longer than that", "level": "error"}',
        "msg=event level=error",
        "msg=event at=2026-03-30T062400Z",
        "name: ERROR: event",
        "026-03-30T06:24:00Z event",
        "03-30T06:24:00Z event",
        "T06:24:00Z event",
        "RROR event",
        "ARNING: event",
        "ITICAL event",
        "error: event",
        "Error: event",
        "Critical - event",
        "error event",
        "[error] event",
        "<error> event",
        "**warning** event",
        "Error calculating profitability",
        "Fatal Python error: Segmentation fault",
        "    error: event",
        "  [Critical] event",
        "\terror - event",
        "Level 45 - event",
        "LEVEL 45 event",
        "LVL50 event",
        "  level=45 event",
        '{"level": 50, "msg": "event"}',
        "msg=event lvl=50",
        " - desk.engine - ERROR - event",
        "  desk.engine - critical - event",
        "desk.engine.execution.router.binance.futures.OrderRouter - ERROR - event",
        "desk.engine.execution.router.binance.futures.OrderRouter - Level 45 - event",
        "desk.engine.execution.router.binance.futures.OrderRouter | error | event",
        "ValueError: lost - ERROR - event",
    ],
)
def test_the_beginning_of_a_record(line: str) -> None:
    assert begins_a_record(line)


def test_words_before_the_time_as_the_record_above_has_them() -> None:
    line = "bot-1 main 2026-03-30 event"
    assert [begins_a_record(line, words) for words in range(4)] == [False, False, True, True]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Traceback (most recent call last):",
        '  File "kill_switch.py", line 44, in check',
        "    raise ValueError(text)",
        "    ^^^^^^",
        "ValueError: time data '2026-03-30' does not match",
        "requests.exceptions.ConnectionError: 10:20",
        "During handling of the above exception, another exception occurred:",
        "    at com.desk.Router(Router.java:44)",
        "  12 rows",
        "  3.14 of 4",
        "10.0.0.1 refused",
        "12345678901 orders",
        "Marked 3 orders",
        "{'orders': 1}",
        "ValueError: time data '2026-03-30 06:24:00' does not match format '%Y-%m-%d'",
        "sqlalchemy.exc.OperationalError: FATAL: password authentication failed",
        "ccxt.base.errors.DDoSProtection: 2026-03-30 06:24:00",
        "KeyError: 'ERROR'",
        "MY_ERROR_CODE = 3",
        "ERRORS: 3",
        "ICE/USDT: 3 orders",
        "    order placed at 2026-03-30 06:24:00 in ERROR",
        "The program has now run for twelve days and ended at 2026-03-30 06:24:00",
        "log_level: 3",
        "::1 refused",
        "Exception: text",
        "Exception in thread Thread-1 (run):",
        "    error = check(order)",
        "    error, value = check(order)",
        "    info(order)",
        '    "error": 3,',
        "error.log is full",
        "error_code = 3",
        "errors: 3",
        "levels 3 and 4",
        "a - b - c",
        "the margin - error or not - counts",
        "alerts/command.py",
    ],
)
def test_the_continuation_of_a_record(line: str) -> None:
    assert not begins_a_record(line)


@pytest.mark.parametrize(
    ("time", "line", "begins"),
    [
        ("2026-03-30T06:24:00Z", ":00Z event", True),
        ("2026-03-30T06:24:00Z", "4:00Z event", True),
        ("2026-03-30 06:24:00,123", ":00,123 - bot - event", True),
        ("2026-03-30 06:24:00,123", "00,123 - bot - event", False),
        ("2026-03-30", ":00 event", False),
        ("", ":00Z event", False),
    ],
)
def test_the_end_of_a_time_whose_beginning_is_lost(time: str, line: str, begins: bool) -> None:
    assert begins_a_record(line, 0, time) is begins


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("fine2026-03-30 06:24:00 x", [(4, 4, True)]),
        ("fine.[2026-03-30 06:24:00] x", [(5, 6, True)]),
        ("fine 2026-03-30 06:24:00 x", [(5, 5, False)]),
        ("at='2026-03-30 06:24:00', until=[2026-03-30 07:24:00]", [(4, 4, False), (32, 33, False)]),
        ("2026-03-30 06:24:00 x", [(0, 0, False)]),
        ("fine2026-03-30 x", []),
    ],
)
def test_times_within_a_line(line: str, found: list[tuple[int, int, bool]]) -> None:
    assert list(inner_times(line, "2026-01-01 00:00:00,000", 0)) == found


def test_a_pattern_that_takes_a_very_long_text_for_a_time() -> None:
    """The ends of all of it together would be as long as its square."""
    assert not begins_a_record("what it was about", 0, "1:2" * 100_000)


@pytest.mark.parametrize("time", ["", "06:24", "1774851840"])
def test_a_time_that_is_too_plain_to_be_found_again(time: str) -> None:
    assert list(inner_times("at 06:24 order 1774851841", time, 0)) == []


def test_levels() -> None:
    words = ("ERROR", "warn", "[Critical]", "errors", "after", "")
    assert [is_level(each) for each in words] == [True, True, True, False, False, False]
