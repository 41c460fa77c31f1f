"""The records of a catalogue: every metric that a policy may name, and the scopes with their members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ..diagnostics import Span
from ..language.types import BOOL, SCALAR, STRING, TIMESTAMP, Shape, Type
from ..limits import EARLIEST_TIME
from .desk import DeskFacts

__all__ = ["KILL_SWITCH", "RESERVED", "Catalogue", "Metric", "Scope", "SeriesKind"]

SeriesKind = Literal["single", "regular", "irregular"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One declared metric. Times and durations are decimal seconds; `max_age` None means never stale.

    `series` is its time axis: a single value, a regular series on the grid `every`, or an irregular one.
    `early` means that a point is complete before its period ends; `slack` is how long before the snapshot the
    coverage of an irregular series may end and still count as complete.
    Where it is not `sourced`, it comes with the snapshot that is handed in, and no source gives it.
    A column of a record is a metric of its own, and `record` names its record. `roster` holds the members that a set of
    members may name; an evaluation fills it in.
    """

    name: str
    type: Type
    low: Decimal | None = None
    high: Decimal | None = None
    series: SeriesKind = "single"
    every: Decimal | None = None
    lag: Decimal = Decimal(0)
    early: bool = False
    slack: Decimal = Decimal(0)
    began: Decimal | None = None
    max_age: Decimal | None = Decimal(86400)
    min_n: int | None = None
    scope: str | None = None
    record: str | None = None
    columns: tuple[str, ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)
    sourced: bool = True
    roster: frozenset[str] | None = None
    doc: str = ""
    span: Span | None = field(default=None, compare=False)

    @property
    def shape(self) -> Shape:
        """Its axes outside any `for_each`: a grid is named by its period, a record by its name."""
        if self.series == "single":
            return Shape(None, self.scope) if self.scope else SCALAR
        axis = f"every {self.every}" if self.series == "regular" else self.record or self.name
        return Shape(axis, self.scope, self.series == "regular")


KILL_SWITCH = "guard.kill_switch"

RESERVED = {
    KILL_SWITCH: Metric(
        KILL_SWITCH,
        BOOL,
        series="irregular",
        began=EARLIEST_TIME,
        doc="true when the kill switch was thrown, false when a snapshot saw it off again, as the ledger recorded it",
    ),
    "rollout.stage": Metric("rollout.stage", STRING, doc="the stage that the rollout is in"),
    "rollout.stage_entered": Metric("rollout.stage_entered", TIMESTAMP, doc="when it entered that stage"),
    "rollout.attempt_started": Metric("rollout.attempt_started", TIMESTAMP, doc="when the attempt began"),
    "rollout.rolled_back_at": Metric("rollout.rolled_back_at", TIMESTAMP, doc="when it was last rolled back"),
}
"""Metrics that the ledger supplies: those of a rollout inside one, where alone they are known, and the kill switch."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The members for which a metric has one value each: listed in the catalogue, or given by a set metric.

    `others` says that what is measured of any other member does not count."""

    name: str
    members: tuple[str, ...] = ()
    members_from: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    others: Literal["", "ignore"] = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All metrics and scopes of a policy root, by name, and what its documents share."""

    metrics: Mapping[str, Metric] = field(default_factory=dict)
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    desk: DeskFacts = field(default_factory=DeskFacts)
