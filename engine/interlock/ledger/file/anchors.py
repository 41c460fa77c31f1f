"""Heads of a ledger that are kept outside of it: read, held against its entries, and moved on after a record."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import IntegrityError, InterlockError, LedgerError, UsageError
from ...files import write_atomically
from .entry import Entry
from .ledger import Head, Ledger, Transaction

__all__ = ["Anchor", "anchor_line", "anchored", "holding", "kept", "known", "read_anchors", "write"]

_ANCHOR = re.compile(r"(\d{1,18}) sha256:([0-9a-f]{64})", re.ASCII)


_BEGIN = Head()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that somebody kept outside the file: the ledger must hold this entry with this hash."""

    sequence: int
    hash: bytes


def anchor_line(head: Head) -> str:
    """Return a head as the line that is kept elsewhere."""
    return f"{head.sequence} {head.digest}"


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read the heads that were kept in a file, one a line; raises UsageError for a file that holds none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"cannot read the anchor `{path.as_posix()}`") from None
    found = []
    for number, line in enumerate(lines, start=1):
        match = _ANCHOR.fullmatch(line.strip())
        if match is None and line.strip():
            hint = "each line is what `interlock log head` prints"
            raise UsageError(f"{path.as_posix()}:{number}: `{line.strip()[:80]}` is no anchor: {hint}")
        if match:
            found.append(Anchor(int(match[1]), bytes.fromhex(match[2])))
    if not found:
        raise UsageError(f"the anchor `{path.as_posix()}` is empty: write it with `interlock log head`")
    return tuple(found)


def known(path: Path, ledger: Path) -> tuple[Anchor, ...]:
    """Read the heads that were kept of a ledger; raises IntegrityError where there is no such ledger."""
    found = read_anchors(path)
    if any(each.sequence for each in found) and not ledger.exists():
        why = f"the anchor knows a ledger and `{ledger.as_posix()}` is not there"
        raise IntegrityError(f"entry 1 is missing: {why}")
    return found


def kept(path: Path | None, ledger: Path) -> tuple[Anchor, ...]:
    """Return the anchors to hold a ledger against: none where no file is named, or where both are yet to begin.

    Raises UsageError for a file that is not there beside a ledger that holds entries: whoever cuts a ledger could
    remove its anchor as well.
    """
    if path is None:
        return ()
    if path.exists():
        return known(path, ledger)
    if ledger.exists():
        with Ledger(ledger) as opened:
            count = opened.head().sequence
        if count:
            place = path.as_posix()
            hint = f"where you trust it, begin with `interlock log head --anchor {place}`"
            raise UsageError(f"there is no anchor `{place}` and the ledger holds {count} entries: {hint}")
    return ()


def holding(entries: Iterable[Entry], anchors: Iterable[Anchor], after: Head = _BEGIN) -> Iterator[Entry]:
    """Yield entries that begin with the first one `after` a head that was held against its anchors before; raises
    IntegrityError where one is not the anchored one, or lacks."""
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
def anchored(ledger: Ledger, path: Path | None) -> Iterator[Transaction]:
    """Hold the ledger's lock as `writing` does, and move the anchor to the new head once that is durable.

    Until it has moved the old one holds as well, so that a crash between the two does no harm; a first anchor knows
    nothing, and is written before the first entry for the same reason.
    """
    with ledger.writing() as writing:
        yield writing
        if path is not None and not path.exists():
            _begun(path)
    if path is not None:
        _moved(ledger, path, writing.head)


def write(path: Path, head: Head) -> None:
    """Keep a head in a file, in place of what it held: the newest head vouches for all entries before it."""
    write_atomically(path, f"{anchor_line(head)}\n".encode())


def _begun(path: Path) -> None:
    try:
        write(path, Head())
    except UsageError as problem:
        raise LedgerError(f"nothing is recorded without its anchor: {problem}") from None


def _moved(ledger: Ledger, path: Path, head: Head) -> None:
    """Move the anchor under the ledger's lock, and only forwards: another process may have recorded since."""
    try:
        with ledger.writing():
            if all(each.sequence <= head.sequence for each in read_anchors(path)):
                write(path, head)
    except InterlockError as problem:
        told = f"entry {head.sequence} is recorded, but its anchor is not: {problem}"
        raise LedgerError(f"{told}; `interlock log head --anchor {path.as_posix()}` writes it") from None


def _rewritten(sequence: int) -> IntegrityError:
    return IntegrityError(f"entry {sequence} is not the one that was anchored: it was rewritten")
