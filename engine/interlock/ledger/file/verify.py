"""Verifies a ledger from its first entry to its last, its documents, its file, and heads that were kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import IntegrityError
from .anchors import Anchor, holding
from .entry import Entry
from .ledger import Head, Ledger

__all__ = ["Verified", "verify"]

_BODIES = ("snapshot", "policies", "baseline", "evaluation")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a sound ledger holds."""

    head: Head
    documents: int
    anchors: int


def verify(ledger: Ledger, anchors: Iterable[Anchor] = ()) -> Verified:
    """Hold a ledger against itself and the anchors; raises IntegrityError that names the first fault."""
    wanted = tuple(anchors)
    head, named = Head(), set()
    with ledger.reading():
        for entry in holding(ledger.entries(), wanted):
            named |= set(_documents(entry))
            head = Head(entry.sequence, entry.hash)
        documents = _verified_documents(ledger, named)
        fault = ledger.fault()
    if fault:
        raise IntegrityError(f"ledger `{ledger.path.as_posix()}`: {fault}")
    return Verified(head, documents, len(wanted))


def _verified_documents(ledger: Ledger, named: set[str]) -> int:
    found = set()
    for name, sound in ledger.documents():
        if not sound:
            raise IntegrityError(f"document {name} is bad: its bytes are not the ones that were recorded")
        if name in found:
            raise IntegrityError(f"document {name} is there twice: it was put there by hand")
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
