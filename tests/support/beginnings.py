"""Ledgers that a test begins as it needs them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from interlock.errors import InterlockError
from interlock.ledger.beginning import Beginning
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import Recorder

__all__ = ["BEGIN", "begun", "recording_in"]

BEGIN = Beginning("test", Decimal(1_577_836_800))
"""A beginning at 2020-01-01, before everything that tests record."""


def recording_in(path: Path, **options: Any) -> Recorder:
    """Return the recorder of a ledger, which begins it where it is not begun."""
    return Recorder(path, beginning=BEGIN if _is_new(path) else None, **options)


def begun(*paths: Path) -> None:
    """Begin ledgers that hold nothing else."""
    for path in paths:
        with recording_in(path):
            pass


def _is_new(path: Path) -> bool:
    if not path.exists():
        return True
    try:
        with Ledger(path) as ledger:
            return not ledger.head().sequence
    except InterlockError:
        return False
