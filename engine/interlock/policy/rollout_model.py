"""The records of rollouts after reading: stages with their configuration, and what starts, advances and ends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from ..diagnostics import Span
from ..language.times import parse_duration, show_duration
from ..language.values import Value
from ..wording import number
from .model import Attestation

__all__ = [
    "COMPLETE",
    "PREVIOUS",
    "SHARED",
    "Dwell",
    "Prerequisite",
    "Rollback",
    "Rollout",
    "Stage",
    "Term",
    "days_from",
]

COMPLETE = "COMPLETE"
PREVIOUS = "previous"
SHARED = "strategy"
"""The group of rollouts that name none: one of them is active at a time."""

_DAY = Decimal(86400)


def days_from(start: Decimal) -> Decimal:
    """Return the number of the first trading day that begins at or after an instant."""
    return (start / _DAY).to_integral_value(ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time: `seconds` on the clock, or a number of complete trading `days`, which are days of UTC because
    the desk trades around the clock."""

    seconds: Decimal = Decimal(0)
    days: int = 0

    @classmethod
    def read(cls, text: str) -> Term:
        """Read `24h` or `5 trading days`, as the schema allows them."""
        if "trading" in text:
            return cls(days=int(text.split()[0]))
        return cls(parse_duration(text) or Decimal(0))

    def end(self, start: Decimal) -> Decimal:
        """Return when a term ends that began at `start`; a day that had already begun does not count."""
        if not self.days:
            return start + self.seconds
        return (days_from(start) + self.days) * _DAY

    def __str__(self) -> str:
        if self.days:
            return number(self.days, "trading day")
        return show_duration(self.seconds)


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long a stage lasts: at `least` (None: the environment gives it), the planned `target`, and the longest time
    between two snapshots, in seconds."""

    least: Term | None
    target: Term | None
    max_gap: Decimal


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its configuration, the canary sets that limit it, and the policy that allows the next stage."""

    id: str
    title: str
    flags: Mapping[str, Value]
    dwell: Dwell
    advance: str
    span: Span
    canary: tuple[str, ...] = ()
    restart_on: tuple[str, ...] = ()
    approve: Attestation | None = None
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A rollout whose latest attempt must be complete, and for how long."""

    rollout: str
    dwell: Term = field(default_factory=Term)


@dataclass(frozen=True, slots=True)
class Rollback:
    """The policy that rolls back at the verdict `reaches` and every worse one, the stage that follows (`previous`: the
    one before), and the policy that must have its best verdict before the rollout is re-armed."""

    policy: str
    reaches: str
    to: str
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One staged change of a lever; at most one of an `exclusive` group is active at a time."""

    id: str
    version: str
    title: str
    owner: str
    lever: tuple[str, ...]
    stages: tuple[Stage, ...]
    rollback: Rollback
    span: Span
    runbook: str = ""
    exclusive: str = SHARED
    after: tuple[Prerequisite, ...] = ()
    covers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    given: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def values(self, environment: Mapping[str, Mapping[str, Value]]) -> Mapping[str, Mapping[str, Value]]:
        """Return the values of an environment by policy, after which come those that the rollout gives (`with:`)."""
        own = {name: {**environment.get(name, {}), **given} for name, given in self.given.items()}
        return {**environment, **own}

    @property
    def first(self) -> Stage:
        """The stage of an attempt that follows no rollback."""
        return self.stages[0]

    def stage(self, name: str) -> Stage | None:
        """Return the stage of a name, or None."""
        return next((each for each in self.stages if each.id == name), None)

    def following(self, name: str) -> Stage | None:
        """Return the stage after one; None after the last."""
        names = [each.id for each in self.stages]
        place = names.index(name) + 1
        return self.stages[place] if place < len(names) else None

    def back_from(self, name: str) -> Stage:
        """Return the stage after a rollback from a stage: `rollback.to`, and never a later one."""
        names = [each.id for each in self.stages]
        place = names.index(name) if name in names else 0
        if self.rollback.to == PREVIOUS:
            return self.stages[max(place - 1, 0)]
        return self.stages[min(names.index(self.rollback.to), place)]

    @property
    def policies(self) -> tuple[str, ...]:
        """Every policy that it uses, each once."""
        found = [self.rollback.policy, *filter(None, [self.rollback.verified])]
        for stage in self.stages:
            found += [stage.advance, *stage.restart_on]
        return tuple(dict.fromkeys(found))
