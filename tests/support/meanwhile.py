"""What another process does to a ledger while this one judges."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from interlock.api import PolicySet

__all__ = ["Meanwhile", "freezing"]


def freezing(ledger: Path, snapshot: Path, name: str) -> list[str]:
    """The words of a command that freezes a baseline."""
    act = ["baseline", "freeze", name, "--from", str(snapshot), "--by", "WHO", "--reason", "test"]
    return [*act, "--at", "2026-03-28T06:30:00Z", "--ledger", str(ledger)]


class Meanwhile:
    """Lets another process run one command during each of the first judgements of this one.

    A command that waited for a lock of this process would wait in vain: this one goes on only when it has ended.
    """

    def __init__(self, patch: pytest.MonkeyPatch, commands: Sequence[list[str]]) -> None:
        self.codes: list[int] = []
        self.judged = 0
        judged = PolicySet._judged

        def meanwhile(policies, *given):
            self.judged += 1
            found = judged(policies, *given)
            if len(self.codes) < len(commands):
                words = [sys.executable, "-m", "interlock", *commands[len(self.codes)]]
                self.codes.append(subprocess.run(words, capture_output=True).returncode)
            return found

        patch.setattr(PolicySet, "_judged", meanwhile)
