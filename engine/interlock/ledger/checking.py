"""Verifies a ledger from its first entry to its last, its documents, its file, and heads that were kept elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import IntegrityError, UsageError
from .entry import Entry
from .record import Head, Ledger

__all__ = ["Anchor", "Verified", "anchor_line", "read_anchors", "verify"]

_ANCHOR = re.compile(r"(\d{1,18}) sha256:([0-9a-f]{64})", re.ASCII)
_BODIES = ("snapshot", "policies", "baseline", "evaluation")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that somebody kept outside the file: the ledger must hold this entry with this hash."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """What a sound ledger holds."""

    head: Head
    documents: int
    anchors: int


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


def verify(ledger: Ledger, anchors: Iterable[Anchor] = ()) -> Verified:
    """Hold a ledger against itself and the anchors; raises IntegrityError that names the first fault."""
    wanted = {each.sequence: each for each in anchors}
    head, named = Head(), set()
    for entry in ledger.entries():
        anchor = wanted.get(entry.sequence)
        if anchor is not None and anchor.hash != entry.hash:
            raise IntegrityError(f"entry {entry.sequence} is not the one that was anchored: it was rewritten")
        named |= set(_documents(entry))
        head = Head(entry.sequence, entry.hash)
    lost = sorted(each for each in wanted if each > head.sequence)
    if lost:
        first = head.sequence + 1
        raise IntegrityError(
            f"entry {first} is missing: the anchor knows entry {lost[0]}, so the tail was cut"
        )
    documents = _verified_documents(ledger, named)
    complaint = ledger.pages()
    if complaint != "ok":
        raise IntegrityError(f"ledger `{ledger.path.as_posix()}`: {complaint}")
    return Verified(head, documents, len(wanted))


def _verified_documents(ledger: Ledger, named: set[str]) -> int:
    found = set()
    for name, sound in ledger.documents():
        if not sound:
            raise IntegrityError(f"document {name} is bad: its bytes are not the ones that were recorded")
        if name not in named:
            raise IntegrityError(f"document {name} belongs to no entry: it was put there by hand")
        found.add(name)
    for name in sorted(named - found):
        raise IntegrityError(f"document {name} is missing")
    return len(found)


def _documents(entry: Entry) -> Iterator[str]:
    """The digests of the documents that an entry rests on."""
    if entry.kind not in _BODIES:
        return
    data = entry.data
    if "document" in data:
        yield str(data["document"])
    for key in ("files", "baselines"):
        if isinstance(data.get(key), dict):
            yield from map(str, data[key].values())
