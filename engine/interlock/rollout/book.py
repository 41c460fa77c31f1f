"""What the rollouts need of whatever remembers them: the recorder of a ledger, or the notes of a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..evaluation.snapshot.snapshot import Snapshot
from ..ledger.state.state import State

__all__ = ["Book"]


class Book(Protocol):
    """Remembers entries and what follows from them; one whose `record` is false takes none."""

    @property
    def record(self) -> bool: ...

    @property
    def state(self) -> State: ...

    def load(self, document: str) -> Snapshot:
        """Return a recorded snapshot."""
        ...

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> int:
        """Append one entry, let the state follow it, and return its number."""
        ...
