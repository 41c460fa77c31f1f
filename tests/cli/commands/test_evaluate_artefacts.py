"""From artefacts that end early or hold foreign lines to the verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.roots import write_files

GATE = {
    "policies/interlock.yaml": "interlock: 1\n",
    "policies/catalogue.yaml": "metrics:\n  pnl: {type: money, currency: USD, every: event, slack: 1h, doc: a}\n",
    "policies/gate.yaml": "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\nrules:\n"
    "  - {id: loss, require: since(pnl < 0) >= 1h}\n",
}
TRADES = """
sources:
  trades:
    kind: rows
    doc: closed trades
    file: trades.log
    format: FORMAT
    time: closed
    timezone: UTC
    torn: tail
    covered: {to: as_of}
    columns: {closed: {time: PLACE}, pnl: {number: VALUE}}
    metrics:
      pnl: {sql: "select closed as at, pnl as value from trades order by closed, ordinal"}
"""
JSONL = TRADES.replace("FORMAT", "jsonl").replace("PLACE", "/ts").replace("VALUE", "/pnl")
CSV = TRADES.replace("FORMAT", "csv").replace("PLACE", "ts").replace("VALUE", "pnl")
LINES = TRADES.replace(
    "FORMAT", "lines\n    match: '(?P<ts>\\S+) closed pnl=(?P<pnl>\\S+)'\n    unmatched: continues"
)
LINES = LINES.replace("PLACE", "ts").replace("VALUE", "pnl")


def judged(
    command: Any, folder: Path, sources: str, artefact: str, more: dict[str, str] | None = None
) -> tuple[str, list[str]]:
    """The verdict at 12:00 over an artefact, and why its rule is not proved."""
    write_files(
        folder, {**GATE, **(more or {}), "policies/sources.yaml": sources, "desk/trades.log": artefact}
    )
    words = (
        "--root",
        folder / "desk",
        "--archive",
        "--as-of",
        "2026-03-10T12:00:00Z",
        "--stateless",
        "--historic",
    )
    done = command("evaluate", *words, "--policies", folder / "policies", "--format", "json")
    (found,) = json.loads(done.out)["verdicts"]
    return found["verdict"], [each["detail"] for each in found["rules"][0]["causes"]]


ROWS = '{"ts": "2026-03-10T10:00:00Z", "pnl": 5}\n{"ts": "2026-03-10T10:30:00Z", "pnl": 4}\n'


def test_an_unfinished_loss_closes_the_gate(command: Any, tmp_path: Path) -> None:
    assert judged(command, tmp_path, JSONL, ROWS) == ("GO", [])
    half = '{"ts": "2026-03-10T11:40:00Z", "pnl": -80}'
    for length in range(1, len(half)):
        verdict, _ = judged(command, tmp_path, JSONL, ROWS + half[:length])
        assert verdict == "NO_GO", length
    assert judged(command, tmp_path, JSONL, f"{ROWS}{half}\0\0") == (
        "NO_GO",
        ["line 3 of trades.log is not JSON, column 43"],
    )


def test_no_slack_reaches_over_an_unfinished_line(command: Any, tmp_path: Path) -> None:
    just = ROWS.replace("10:30", "11:59")
    assert judged(command, tmp_path, JSONL.replace("as_of", "last"), just) == ("GO", [])
    closed = ("NO_GO", ["line 3 of trades.log is unfinished"])
    assert judged(command, tmp_path, JSONL, just + '{"ts": "2026-03-10T11:59:30Z", "pn') == closed


def test_an_unfinished_row_of_a_table_closes_the_gate(command: Any, tmp_path: Path) -> None:
    table = "ts,pnl\n2026-03-10T10:00:00Z,5\n"
    assert judged(command, tmp_path, CSV, table)[0] == "GO"
    assert judged(command, tmp_path, CSV, f"{table}2026-03-10T11:40:00Z,-80")[0] == "NO_GO"


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-10T11:40:00Z CLOSED pnl=-80",
        "2026-03-10T11:40:00Z\tclosed\tpnl=-80",
        "2026-03-10 11:40:00,000 - bot - INFO - closed pnl=-80",
        "INFO:bot:closed pnl=-80",
    ],
)
def test_a_loss_in_another_form_closes_the_gate(command: Any, tmp_path: Path, line: str) -> None:
    record = "2026-03-10T10:00:00Z closed pnl=5\n"
    assert judged(command, tmp_path, LINES, f"{record}  note: 1\n") == ("GO", [])
    assert judged(command, tmp_path, LINES, f"{record}{line}\n") == (
        "NO_GO",
        ["line 2 of trades.log begins like a record and does not match"],
    )


EXPORT = "ts,pnl\n2026-03-10T10:40:00Z,5\n2026-03-10T10:40:00Z,-2\n2026-03-10T10:40:00Z,-3\n2026-03-10T09:00:00Z,1\n"
STREAK = {
    "policies/gate.yaml": GATE["policies/gate.yaml"].replace("since(pnl < 0) >= 1h", "streak(pnl < 0) < 2")
}
UNORDERED = (
    "rows of one time may be in either order: line 5 of trades.log is older than the row before it, and no `order`"
    " is declared"
)


def test_a_streak_in_a_file_with_its_newest_row_first(command: Any, tmp_path: Path) -> None:
    plain = CSV.replace("    torn: tail\n", "")
    newest, oldest = (
        plain.replace("    time:", f"    order: {name}_first\n    time:", 1) for name in ("newest", "oldest")
    )
    table = EXPORT.replace(",5", ",-5").replace(",-2", ",2")
    assert judged(command, tmp_path, newest, EXPORT, STREAK) == ("GO", [])
    assert judged(command, tmp_path, plain, EXPORT, STREAK) == ("NO_GO", [UNORDERED])
    assert judged(command, tmp_path, newest, table, STREAK) == ("GO", [])
    assert judged(command, tmp_path, newest, EXPORT.replace(",5", ",-5"), STREAK)[0] == "NO_GO"
    wrong = "line 5 of trades.log is older than the row before it, and `order` is oldest_first"
    assert judged(command, tmp_path, oldest, EXPORT, STREAK) == ("NO_GO", [wrong])
