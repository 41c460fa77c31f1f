"""Why a metric could not be read: a cause of the closed list and the place where it was born."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Cause", "UnknownEntry", "Unreadable"]

Cause = Literal[
    "missing",
    "no time",
    "not finite",
    "wrong type",
    "out of range",
    "clock skew",
    "conflict",
    "not covered",
    "torn source",
    "overflow",
]


@dataclass(frozen=True, slots=True)
class UnknownEntry:
    """An unknown value of a snapshot: `detail` names the place, never what stands there."""

    cause: Cause
    detail: str

    def entry(self) -> dict[str, object]:
        """Return it as a snapshot holds it."""
        return {"unknown": self.cause, "detail": self.detail}


class Unreadable(Exception):
    """Reading cannot go on; everything that depends on it is unknown."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.unknown = UnknownEntry(cause, detail)
