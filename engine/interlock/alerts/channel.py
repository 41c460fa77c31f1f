"""The interface of a channel: it takes all events, or says why it did not."""

from __future__ import annotations

import hashlib
from typing import Protocol

__all__ = ["Channel", "Undelivered", "fingerprint"]


class Undelivered(Exception):
    """Events were not taken; the text says why and holds no secret."""


class Channel(Protocol):
    """A channel to people. `name` is recorded in the ledger and `label` is printed: neither holds a secret."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def problem(self) -> str:
        """Return why it could not take events now, as far as is known; empty if it could."""

    def deliver(self, lines: bytes) -> None:
        """Deliver events, each a line of JSON; raises Undelivered if they were not taken."""


def fingerprint(text: str) -> str:
    """Return a short digest that identifies a channel without revealing it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
