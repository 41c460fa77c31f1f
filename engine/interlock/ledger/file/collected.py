"""Entries that are collected without a lock and written together, if nobody wrote to the ledger meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...canonical import digest
from ...errors import LedgerError
from .anchors import anchored_writing
from .entry import EntryDraft, entry_hash
from .ledger import Head, Ledger

__all__ = ["CollectedEntries", "Overtaken", "collected_writing"]


class Overtaken(LedgerError):
    """Another process recorded something after the head on which the entries rest."""


@dataclass(slots=True)
class CollectedEntries:
    """Entries and documents that follow a head, in memory; used like a transaction."""

    ledger: Ledger
    head: Head
    drafts: list[EntryDraft] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)

    def append(self, draft: EntryDraft) -> int:
        """Add one entry and return the sequence that it will have."""
        sequence = self.head.sequence + 1
        self.head = Head(sequence, entry_hash(self.head.hash, sequence, draft.time, draft.kind, draft.body))
        self.drafts.append(draft)
        return sequence

    def keep(self, body: bytes) -> str:
        """Keep a document and return its digest."""
        name = digest(body)
        self.documents[name] = body
        return name

    def document(self, name: str) -> bytes:
        """Return a document, which may be one of these."""
        return self.documents[name] if name in self.documents else self.ledger.document(name)


@contextlib.contextmanager
def collected_writing(ledger: Ledger, anchor: Path | None, head: Head) -> Iterator[CollectedEntries]:
    """Collect entries that follow a head, and write them at the end under the lock, which is held only then.

    Raises Overtaken, and writes nothing, where the ledger has another head by then.
    """
    found = CollectedEntries(ledger, head)
    yield found
    with anchored_writing(ledger, anchor) as writing:
        if writing.head != head:
            raise Overtaken(
                f"ledger `{ledger.path.as_posix()}`: another process recorded meanwhile: try again"
            )
        for body in found.documents.values():
            writing.keep(body)
        for draft in found.drafts:
            writing.append(draft)
