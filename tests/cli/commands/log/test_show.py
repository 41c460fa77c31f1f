"""`interlock log show`, and what the other commands say of the same entries."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from ...conftest import Command
from ..conftest import AT


def test_an_evaluation_is_shown_verified_exported_and_replayed(recorded: Path, command: Command) -> None:
    begun = json.loads(command("log", "show", "1").out)["time"]
    assert command("log", "show").out.splitlines() == [
        "entry  time                  kind        what",
        f"    1  {begun}  begin       begun by interlock evaluate, after no ledger",
        f"    2  {AT}  policies    {_first(recorded, 2)['digest'][:19]}",
        f"    3  {AT}  snapshot    {_first(recorded, 3)['document'][:19]}",
        f"    4  {AT}  evaluation  {_first(recorded, 3)['document'][:19]}",
        f"    5  {AT}  verdict     rollback: ROLLBACK",
        f"    6  {AT}  latch       rollback/bad-days: streak(daily < -3%) is 2, needed < 2",
    ]
    head = command("log", "head").out
    assert command("log", "verify").out == f"6 entries and 4 documents are sound\n{head}"
    done = command("log", "replay", "5")
    assert (done.code, done.out) == (0, "entry 5: rollback ROLLBACK: the same, byte for byte\n")
    lines = [json.loads(line) for line in command("log", "export").out.splitlines()]
    kinds = ["begin", "policies", "snapshot", "evaluation", "verdict", "latch"]
    assert [each["kind"] for each in lines] == kinds
    assert f"{lines[-1]['sequence']} {lines[-1]['hash']}\n" == head


def _first(ledger: Path, sequence: int) -> dict[str, str]:
    connection = sqlite3.connect(ledger)
    found = connection.execute("SELECT body FROM entry WHERE sequence = ?", (sequence,)).fetchone()[0]
    connection.close()
    data: dict[str, str] = json.loads(found)
    return data


def test_one_entry_is_shown_whole_and_markdown_has_the_rows(recorded: Path, command: Command) -> None:
    whole = json.loads(command("log", "show", "5").out)
    assert (whole["sequence"], whole["kind"], whole["body"]["verdict"]["verdict"]) == (
        5,
        "verdict",
        "ROLLBACK",
    )
    assert command("log", "show", "--kind", "verdict", "--format", "markdown").out == (
        "| entry | time                 | kind    | what               |\n"
        "| ----: | -------------------- | ------- | ------------------ |\n"
        f"|     5 | {AT} | verdict | rollback: ROLLBACK |\n"
    )
    done = command("log", "show", "9")
    assert (done.code, done.out, done.err) == (2, "", "error: there is no such entry: 9\n")
