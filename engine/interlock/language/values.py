"""Values while an expression is evaluated: known ones are plain, an unknown one carries causes and bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

__all__ = [
    "CAUSES",
    "INFINITY",
    "MOST_CAUSES",
    "Cause",
    "CauseName",
    "Unknown",
    "Value",
    "interval",
    "known",
    "merged",
    "unbounded",
]

INFINITY = Decimal("Infinity")

CauseName = Literal[
    "missing",
    "stale",
    "too few samples",
    "no time",
    "not finite",
    "wrong type",
    "out of range",
    "undeclared value",
    "clock skew",
    "conflict",
    "not covered",
    "torn source",
    "missing member",
    "division by zero",
    "overflow",
    "no ledger",
]
"""The closed list of reasons why a value is unknown (docs/language.md)."""

CAUSES: tuple[CauseName, ...] = get_args(CauseName)

MOST_CAUSES = 1024
"""How many causes of one kind a value keeps, the newest ones: a text of as many says that there are more."""


@dataclass(frozen=True, order=True, slots=True)
class Cause:
    """Why a value is unknown and where that was born: one of `CAUSES`, the metric, its member and the instant.

    `period` is the length in seconds of the period that begins at `at`, 0 for an instant; it is not recorded.
    """

    metric: str
    member: str
    at: str
    cause: str
    detail: str = ""
    period: int = 0

    def __str__(self) -> str:
        where = self.metric + (f" at {self.member}" if self.member else "")
        when = f" ({self.at})" if self.at else ""
        return f"{where}{when}: {self.cause}" + (f", {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known. A number lies between `low` and `high`, both included; anything else may be any."""

    causes: tuple[Cause, ...]
    low: Decimal = -INFINITY
    high: Decimal = INFINITY


Value = bool | Decimal | str | frozenset[str] | Unknown


def known(value: Value) -> bool:
    """Tell whether there is a value at all."""
    return not isinstance(value, Unknown)


def merged(*groups: Iterable[Cause]) -> tuple[Cause, ...]:
    """Return all causes once, in order; of very many of one kind the newest."""
    found = sorted({cause for group in groups for cause in group})
    return tuple(found if len(found) <= MOST_CAUSES else _newest(found))


def _newest(causes: Iterable[Cause]) -> list[Cause]:
    kinds: dict[tuple[str, str, str], list[Cause]] = {}
    for each in causes:
        kinds.setdefault((each.metric, each.member, each.cause), []).append(each)
    return sorted(each for group in kinds.values() for each in group[-MOST_CAUSES:])


def interval(value: Value) -> tuple[Decimal, Decimal]:
    """Return the lowest and highest number that the value may be."""
    if isinstance(value, Unknown):
        return value.low, value.high
    assert isinstance(value, Decimal)
    return value, value


def unbounded(value: Value) -> Value:
    """Return an unknown value without its bounds; a known one as it is."""
    return Unknown(value.causes) if isinstance(value, Unknown) else value
