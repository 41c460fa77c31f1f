"""Why a metric could not be read: a cause of the closed list and the place, for torn JSON too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..strict_json import InvalidJSON, StrictReader, decode_utf8, exact_number

__all__ = ["Cause", "UnknownEntry", "Unreadable", "decode", "read_json"]

_QUICK = StrictReader()
_EXACT = StrictReader(fraction=exact_number)

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


def decode(data: bytes, place: str) -> str:
    """Return UTF-8 text, without a byte order mark. Raises Unreadable for another encoding."""
    try:
        return decode_utf8(data)
    except InvalidJSON as problem:
        raise Unreadable("torn source", f"{place} {problem.problem}") from None


def read_json(text: str, place: str, exact: bool = False) -> object:
    """Return the value of a JSON text, fractions as decimals when `exact`. Raises Unreadable when it is torn."""
    try:
        return (_EXACT if exact else _QUICK).read(text)
    except InvalidJSON as problem:
        raise Unreadable("torn source", f"{place} {problem.problem}") from None
