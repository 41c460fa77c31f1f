"""Anchors: heads of a ledger that are kept outside of it, checked against its entries, and moved after a record."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...diagnostics import printable
from ...errors import IntegrityError, InterlockError, LedgerError, UsageError, system_reason
from ...files import read_plain, write_atomically
from ...limits import DOCUMENT_BYTES
from .entry import Entry
from .ledger import Head, Ledger, Transaction

__all__ = [
    "Anchor",
    "anchor_line",
    "anchored_entries",
    "anchored_writing",
    "ledger_anchors",
    "read_anchors",
    "required_anchors",
    "write_anchor",
]

_ANCHOR = re.compile(r"(\d{1,18}) sha256:([0-9a-f]{64})", re.ASCII)


_BEGIN = Head()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was kept outside the file: the ledger must hold this entry with this hash."""

    sequence: int
    hash: bytes


def anchor_line(head: Head) -> str:
    """Return a head as the line of an anchor file."""
    return f"{head.sequence} {head.digest}"


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read the heads in an anchor file, one a line; raises UsageError for a file that holds none."""
    try:
        lines = read_plain(path, DOCUMENT_BYTES).decode("utf-8").split("\n")
    except OSError as problem:
        why = system_reason(problem)
        raise UsageError(f"cannot read the anchor `{path.as_posix()}`: {why}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read the anchor `{path.as_posix()}`: it is not UTF-8") from None
    found = []
    for number, line in enumerate(lines, start=1):
        match = _ANCHOR.fullmatch(line.strip())
        if match is None and line.strip():
            hint = "`interlock log head` prints one"
            raise UsageError(f"{path.as_posix()}:{number}: `{line.strip()[:80]}` is not an anchor: {hint}")
        if match:
            found.append(Anchor(int(match[1]), bytes.fromhex(match[2])))
    if not found:
        raise UsageError(f"the anchor `{path.as_posix()}` is empty: write it with `interlock log head`")
    return tuple(found)


def ledger_anchors(path: Path, ledger: Path) -> tuple[Anchor, ...]:
    """Read the anchors of a ledger; raises IntegrityError if the ledger does not exist."""
    found = read_anchors(path)
    if any(each.sequence for each in found) and not ledger.exists():
        why = f"the anchor names entries, and `{ledger.as_posix()}` does not exist"
        raise IntegrityError(f"entry 1 is missing: {why}")
    return found


def required_anchors(path: Path | None, ledger: Path) -> tuple[Anchor, ...]:
    """Return the anchors that a ledger must match: none without an anchor file, or if neither file exists yet.

    Raises UsageError for a missing anchor of a ledger that holds entries: whoever cuts a ledger could remove its anchor
    as well.
    """
    if path is None:
        return ()
    if path.exists():
        return ledger_anchors(path, ledger)
    if ledger.exists():
        with Ledger(ledger) as opened:
            count = opened.head().sequence
        if count:
            place = path.as_posix()
            hint = f"if you trust it, begin with `interlock log head --anchor {place}`"
            raise UsageError(f"there is no anchor `{place}` and the ledger holds {count} entries: {hint}")
    return ()


def anchored_entries(
    entries: Iterable[Entry], anchors: Iterable[Anchor], after: Head = _BEGIN
) -> Iterator[Entry]:
    """Yield the entries after a head that was checked before; raises IntegrityError if one differs from its anchor or
    is missing."""
    wanted = {0: _BEGIN.hash, after.sequence: after.hash}
    for each in anchors:
        if wanted.setdefault(each.sequence, each.hash) != each.hash:
            raise _rewritten(each.sequence)
    newest = after.sequence
    for entry in entries:
        if wanted.get(entry.sequence, entry.hash) != entry.hash:
            raise _rewritten(entry.sequence)
        newest = entry.sequence
        yield entry
    lost = sorted(each for each in wanted if each > newest)
    if lost:
        cut = f"the anchor knows entry {lost[0]}, so the tail was cut"
        raise IntegrityError(f"entry {newest + 1} is missing: {cut}")


@contextlib.contextmanager
def anchored_writing(ledger: Ledger, path: Path | None) -> Iterator[Transaction]:
    """Lock the ledger as `writing` does, and move the anchor to the new head once the entries are durable.

    A crash between the two does no harm, because the old anchor still matches. For the same reason a first anchor,
    which names no entry, is written before the first entry.
    """
    with ledger.writing() as writing:
        yield writing
        if path is not None and not path.exists():
            _write_first(path)
    if path is not None:
        _move_anchor(ledger, path, writing.head)


def write_anchor(path: Path, head: Head) -> None:
    """Write a head to an anchor file, in place of what it held: the newest head covers all entries before it."""
    write_atomically(path, f"{anchor_line(head)}\n".encode())


def _write_first(path: Path) -> None:
    if not path.parent.is_dir():  # never made here: it may be a disk that is not mounted
        why = f"there is no folder `{printable(path.parent.as_posix())}`: make it first"
        raise LedgerError(f"nothing is recorded, because the anchor cannot be written: {why}")
    try:
        write_anchor(path, Head())
    except UsageError as problem:
        raise LedgerError(f"nothing is recorded, because the anchor cannot be written: {problem}") from None


def _move_anchor(ledger: Ledger, path: Path, head: Head) -> None:
    """Move the anchor under the ledger's lock, and only forwards: another process may have recorded meanwhile."""
    try:
        with ledger.writing():
            if all(each.sequence <= head.sequence for each in read_anchors(path)):
                write_anchor(path, head)
    except InterlockError as problem:
        why = f"entry {head.sequence} is recorded, but its anchor is not: {problem}"
        raise LedgerError(f"{why}; `interlock log head --anchor {path.as_posix()}` writes it") from None


def _rewritten(sequence: int) -> IntegrityError:
    return IntegrityError(f"entry {sequence} is not the one that was anchored: it was rewritten")
