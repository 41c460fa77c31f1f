"""`interlock log head`: the newest entry's number and hash, printed or kept in a file."""

from __future__ import annotations

from pathlib import Path

from ...conftest import Command


def test_the_head_is_printed_or_written(recorded: Path, ledger_desk: Path, command: Command) -> None:
    done = command("log", "head")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("6 sha256:")
    kept = command("log", "head", "--anchor", "ledger.head")
    assert (kept.code, kept.out, kept.err) == (0, "", "")
    assert (ledger_desk / "ledger.head").read_text(encoding="utf-8") == done.out
