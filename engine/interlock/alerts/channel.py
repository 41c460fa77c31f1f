"""What every channel does with events: it takes all of them, or says in words why it did not."""

from __future__ import annotations

import hashlib
from typing import Protocol

__all__ = ["Channel", "Undelivered", "fingerprint"]


class Undelivered(Exception):
    """Events were not taken; the text says why, and holds no secret of the channel."""


class Channel(Protocol):
    """A way to people. `name` is recorded in the ledger and `shown` is printed: neither holds a secret."""

    @property
    def name(self) -> str: ...

    @property
    def shown(self) -> str: ...

    def obstacle(self) -> str:
        """Return what is known to keep it from taking events now; empty where nothing is."""

    def hand(self, lines: bytes) -> None:
        """Hand over events, each a line of JSON; raises Undelivered where they were not taken."""


def fingerprint(text: str) -> str:
    """Return a few letters that tell one channel from another, and nothing of what it is."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
