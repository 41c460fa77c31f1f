"""The beginning of a ledger: asked for by somebody, once, and recorded as its first entry."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..errors import UsageError
from ..language.times import show_time
from ..wording import number
from .file.entry import EntryDraft
from .file.missing_ledger import REMEDY, missing_ledger

__all__ = ["Beginning", "first_entry", "require_there"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Who, or which command, begins a ledger, and when (seconds since the epoch)."""

    by: str
    at: Decimal


def require_there(path: Path, anchor: Path | None, beginning: Beginning | None) -> None:
    """Raise UsageError where there is no ledger and nobody begins one."""
    if beginning is None and not path.exists():
        raise missing_ledger(path, None if anchor is None or anchor.exists() else anchor)


def first_entry(
    path: Path, count: int, anchor: Path | None, beginning: Beginning | None
) -> EntryDraft | None:
    """Return the entry that begins a ledger of `count` entries; None where it is begun.

    Raises UsageError where it holds none and nobody begins it, and where it holds some and somebody does: in a job that
    runs again, `--begin` would hide that the ledger was lost.
    """
    if beginning is None:
        if not count:
            raise UsageError(f"the ledger `{path.as_posix()}` holds no entry, so it is not begun: {REMEDY}")
        return None
    if count:
        held = f"`{path.as_posix()}` is begun and holds {number(count, 'entry')}"
        raise UsageError(f"{held}: leave out `--begin`, which belongs into no job that runs again")
    body = {"by": beginning.by, "after": _before(anchor)}
    return EntryDraft.of(show_time(beginning.at), "begin", body)


def _before(anchor: Path | None) -> str:
    """Return what there was before; an anchor that names an entry never lets a ledger begin."""
    if anchor is None:
        return "no ledger"
    return "no ledger, and an anchor that names no entry" if anchor.exists() else "no ledger and no anchor"
