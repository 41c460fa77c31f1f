"""Lines that begin like a record of any logger, and lines that continue one."""

from __future__ import annotations

import pytest

from interlock.collect.line_heads import begins_a_record


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
    ],
)
def test_the_beginning_of_a_record(line: str) -> None:
    assert begins_a_record(line)


def test_words_before_the_time_as_the_record_above_has_them() -> None:
    line = "bot-1 main 2026-03-30 06:24:00 event"
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
        "Error calculating profitability",
        "Fatal Python error: Segmentation fault",
        "During handling of the above exception, another exception occurred:",
        "    at com.desk.Router(Router.java:44)",
        "  12 rows",
        "  3.14 of 4",
        "10.0.0.1 refused",
        "12345678901 orders",
        "Marked 3 orders",
        "{'orders': 1}",
    ],
)
def test_the_continuation_of_a_record(line: str) -> None:
    assert not begins_a_record(line)
