"""Logs: the groups of a regular expression, and lines that continue a record."""

from __future__ import annotations

from pathlib import Path

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
