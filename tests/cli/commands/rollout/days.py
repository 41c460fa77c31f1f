"""A desk by its clock, over the small policy root of rollouts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from support.rollouts import CANARY, document
from support.roots import instant

from ...conftest import Command, Done

LEDGER = ("--ledger", "l.db")
BY = ("--by", "desk-1", "--reason", "it is time", *LEDGER)
BAD = {**CANARY, "risk.level": "broken"}


class Days:
    """A desk by its clock; each command evaluates a fresh snapshot."""

    def __init__(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        self._command, self._monkeypatch = command, monkeypatch

    def at(self, time: str, shown: Mapping[str, Any] | None = None, *missing: str) -> None:
        """Let it be a time of March 2026 (`02 12:00`), with a snapshot of then in s.json."""
        day, clock = time.split()
        now = f"2026-03-{day}T{clock}:00Z"
        self._monkeypatch.setattr("interlock.clock.now", lambda: instant(now))
        Path("s.json").write_bytes(document(now, shown, missing))

    def keep(self, name: str) -> None:
        """Keep the snapshot of this time in another file."""
        Path(name).write_bytes(Path("s.json").read_bytes())

    def rollout(self, *words: str) -> Done:
        return self._command("rollout", *words)

    def logged(self, *words: str) -> Done:
        return self._command("log", *words, *LEDGER)

    def guarded(self) -> Done:
        return self._command("guard", "--policy", "gate", "s.json", *LEDGER, "--", "bot")

    def history(self) -> str:
        return self.rollout("history", "exits", "--format", "json", *LEDGER).out

    def evaluated(self, *options: str) -> Done:
        return self._command("evaluate", "s.json", "--policy", "gate", *options, *LEDGER)


def entries() -> int:
    with Ledger(Path("l.db")) as ledger:
        return verify(ledger).head.sequence
