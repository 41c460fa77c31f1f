"""The beginning of a ledger: asked for by somebody, once, and recorded as its first entry."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..errors import UsageError
from ..language.times import show_time
from ..wording import number
from .file.entry import EntryDraft
from .file.ledger import Transaction
from .file.missing_ledger import REMEDY, missing_ledger

__all__ = ["Beginning", "begin_ledger", "not_begun", "require_there"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Who, or which command, begins a ledger, and when (seconds since the epoch)."""

    by: str
    at: Decimal


def require_there(path: Path, anchor: Path | None, beginning: Beginning | None) -> None:
    """Raise UsageError where there is no ledger and nobody begins one."""
    if beginning is None and not path.exists():
        raise missing_ledger(path, None if anchor is None or anchor.exists() else anchor)


def begin_ledger(writing: Transaction, anchor: Path | None, beginning: Beginning | None) -> None:
    """Record the beginning of a ledger without entries.

    Raises UsageError where it holds none and nobody begins it, and where it holds some and somebody does: in a job that
    runs again, `--begin` would hide that the ledger was lost.
    """
    path, count = writing.ledger.path, writing.head.sequence
    if beginning is None:
        if not count:
            raise not_begun(path)
        return
    if count:
        held = f"`{path.as_posix()}` is begun and holds {number(count, 'entry')}"
        raise UsageError(f"{held}: leave out `--begin`, which belongs into no job that runs again")
    body = {"by": beginning.by, "after": _before(anchor)}
    writing.append(EntryDraft.of(show_time(beginning.at), "begin", body))


def not_begun(path: Path) -> UsageError:
    """Return the error for a ledger without an entry: it was made, and nothing was ever recorded in it."""
    return UsageError(f"the ledger `{path.as_posix()}` holds no entry, so it is not begun: {REMEDY}")


def _before(anchor: Path | None) -> str:
    """Return what there was before; an anchor that names an entry never lets a ledger begin."""
    if anchor is None:
        return "no ledger"
    return "no ledger, and an anchor that names no entry" if anchor.exists() else "no ledger and no anchor"
