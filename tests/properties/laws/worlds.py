"""Random worlds: what truly happened in a week, and the instants at which snapshots are taken of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any, Literal

from interlock.policy.catalogue import SeriesKind

from .policies import catalogue

HOUR, DAY = 3600, 86400
START = int(datetime(2026, 3, 24, tzinfo=UTC).timestamp())
"""When every series of the catalogue begins."""
MEMBERS = {"side": ("long", "short"), "desk": ("paris", "tokyo")}

Place = tuple[str, str]
"""A metric and a member; the member is empty where the metric has no scope."""

_BACK = (HOUR // 2, HOUR // 2, 3 * HOUR, 6 * HOUR, 26 * HOUR, 2 * DAY)

VALUES: Mapping[str, tuple[Any, ...]] = {
    "x": (0.2, 0.5, 0.8), "y": (0, 1, 2, 3), "b": (False, True), "e": ("fine", "odd", "bad"),
    "halted": ([], ["long"], ["short"], ["long", "short"]), "desks": (["paris", "tokyo"],),
    "s": (-0.6, -0.1, 0.4), "t": (-1, 0, 1), "f": (-1, 1, 2), "hb": (False, True, True),
    "r": (-1, 1, 3), "rb": (False, True), "won": (False, True), "pnl": (-1, 0, 1),
    "m": (-2, 1, 4), "q": (False, True), "ms": (-1, 1), "w": (False, True, True),
}  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """What the laws need of a declared metric; times are in seconds."""

    name: str
    shape: SeriesKind | Literal["events"]
    scope: str = ""
    every: int = 0
    lag: int = 0
    slack: int = 0
    early: bool = False
    began: bool = False
    max_age: int | None = None
    min_n: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple((self.name, member) for member in MEMBERS.get(self.scope, ("",)))


@cache
def declared() -> Mapping[str, Declared]:
    """Return every metric by name, a record once."""
    found: dict[str, Declared] = {}
    for name, each in catalogue().metrics.items():
        if each.record is not None:
            before = found.get(each.record, Declared(each.record, "irregular", slack=int(each.slack)))
            found[each.record] = replace(before, columns=(*before.columns, name.partition(".")[2]))
            continue
        found[name] = Declared(
            name,
            "events" if each.type.kind.value == "event" else each.series,
            each.scope or "",
            int(each.every or 0),
            int(each.lag),
            int(each.slack),
            each.early,
            each.began is not None,
            None if each.max_age is None else int(each.max_age),
            each.min_n,
        )
    return found


@dataclass(frozen=True)
class World:
    """What happened, by place, and what snapshots look at.

    `instants` are those of the snapshots. The lists of a snapshot reach back to its `begins`, and list points from its
    `reaches` on, which lie before what they cover; those of the first snapshot of several begin first of all. With
    `prompt` a period is listed as soon as it is over, else when it is due.

    The truth of a single value is, for each snapshot, the value, its age and its sample size; of a regular series the
    value by period; of an irregular one the points in order, each with its values by column (`""` without columns).
    """

    instants: tuple[int, ...]
    begins: tuple[int, ...]
    reaches: tuple[int, ...]
    prompt: bool
    aliased: tuple[bool, ...]
    truth: Mapping[Place, Any]

    @property
    def last(self) -> int:
        return len(self.instants) - 1


def time_text(when: int) -> str:
    """Return an instant as snapshots write it."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def world(dice: Random, metrics: Collection[str], snapshots: int) -> World:
    """Draw what happened to some metrics, and instants for a number of snapshots."""
    first = START + 3 * DAY + HOUR * dice.choice((0, 0, 1, 5, 6, 7, 12, 18, 23))
    instants = [first]
    while len(instants) < snapshots:
        instants.append(instants[-1] + HOUR * dice.choice((1, 1, 2, 2, 6, 12, 18, 24, 24, 30)))
    far = START - DAY
    begins = [dice.choice((far, far, *(each - back for back in _BACK))) for each in instants]
    begins[0] = min(begins)
    reaches = [each - dice.choice((0, 0, 2 * HOUR, 18 * HOUR)) for each in begins]
    if snapshots > 1:
        reaches = [max(each, begins[0]) for each in reaches]
    truth = {
        place: _truth(dice, declared()[name], instants)
        for name in sorted(metrics)
        for place in declared()[name].places
    }
    prompt = dice.random() < 0.5
    aliased = tuple(dice.random() < 0.3 for _ in instants)
    return World(tuple(instants), tuple(begins), tuple(reaches), prompt, aliased, truth)


def _truth(dice: Random, metric: Declared, instants: list[int]) -> Any:
    if metric.shape == "single":
        return [_single(dice, metric, each) for each in instants]
    if metric.shape == "regular":
        slots = range(START, instants[-1] + DAY, metric.every)
        return {slot: dice.choice(VALUES[metric.name]) for slot in slots}
    times = sorted(_times(dice, instants))
    columns = metric.columns or ("",)
    names = {column: column or metric.name for column in columns}
    return tuple(
        (when, {column: dice.choice(VALUES.get(name, (True,))) for column, name in names.items()})
        for when in times
    )


def _single(dice: Random, metric: Declared, as_of: int) -> tuple[Any, int, int]:
    value = dice.choice(VALUES.get(metric.name, (0,)))
    if metric.name == "k":
        value = time_text(as_of - HOUR * dice.choice((0, 2, 12, 30, 60)))
    most = DAY if metric.max_age is None else metric.max_age
    return value, dice.choice((0, 0, HOUR, most)), dice.choice((5, 9))


def _times(dice: Random, instants: list[int]) -> list[int]:
    """Times of points: anywhere, near a snapshot, or together with another."""
    found: list[int] = []
    for _ in range(dice.choice((0, 1, 2, 3, 4, 6, 8))):
        near = dice.random()
        if near < 0.2 and found:
            found.append(dice.choice(found))
        elif near < 0.6:
            found.append(dice.choice(instants) - HOUR // 2 * dice.choice((0, 1, 2, 3, 5, 8, 13, 24)))
        else:
            found.append(START + HOUR * dice.randrange((instants[-1] - START) // HOUR + 1))
    return [each for each in found if START <= each <= instants[-1]]
