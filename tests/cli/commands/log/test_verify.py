"""`interlock log verify`: a changed or missing entry ends with code 5."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ...conftest import Command


def test_tampering_and_a_cut_tail_end_with_code_5(
    recorded: Path, ledger_desk: Path, command: Command
) -> None:
    assert command("log", "head", "--anchor", "head").code == 0
    connection = sqlite3.connect(recorded)
    connection.execute("DROP TRIGGER entry_DELETE")
    connection.execute("DELETE FROM entry WHERE sequence = 6")
    connection.commit()
    connection.close()
    done = command("log", "verify", "--anchor", "head")
    message = "error: entry 6 is missing: the anchor knows entry 6, so the tail was cut\n"
    assert (done.code, done.out, done.err) == (5, "", message)
    recorded.unlink()
    assert command("log", "verify", "--anchor", "head").code == 5
