"""Values along time and members, and how an operation on single values is carried along those axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from ...language.values import INFINITY, Cause, Unknown, Value, merged
from .points import Point, Points, joined

__all__ = [
    "Members",
    "Series",
    "Shaped",
    "calendar_start",
    "each_member",
    "incomplete",
    "lift",
    "next_slot",
    "on_grid",
    "slot_at",
    "slot_start",
]


_ORIGIN = Decimal(4 * 86400)
_PERIODS = {"hour": Decimal(3600), "day": Decimal(86400), "week": Decimal(604800)}


def slot_at(instant: Decimal, every: Decimal) -> int:
    """Return the number of the period of length `every` (seconds) that the instant lies in."""
    distance = instant - _ORIGIN
    return int(distance // every) - (distance < 0 and distance % every != 0)


def slot_start(slot: int, every: Decimal) -> Decimal:
    """Return when a period begins."""
    return _ORIGIN + slot * every


def on_grid(instant: Decimal, every: Decimal) -> bool:
    """Tell whether a period begins at the instant."""
    return (instant - _ORIGIN) % every == 0


def next_slot(instant: Decimal, every: Decimal) -> int:
    """Return the first period that begins at or after the instant."""
    return slot_at(instant, every) + (not on_grid(instant, every))


def calendar_start(word: str, instant: Decimal) -> Decimal:
    """Return when the running `hour`, `day` or `week` (from Monday) began."""
    every = _PERIODS[word]
    return slot_start(slot_at(instant, every), every)


@dataclass(frozen=True, slots=True)
class Series:
    """Values along time, oldest first.

    A regular series (`every` in seconds) has one point for each slot up to `end`; `past` is the value of every
    slot before the first, None where the grid begins; `unlisted` says that the oldest record does not tell where that
    is, so that there may be slots before the first; `early`, that a slot may be known before it ends. An irregular
    one was seen from `covered_from` to `covered_to`, and in the `earlier` stretches; what lies outside is not known,
    and `uncovered` says why. Up to `slack` seconds at its end count as seen. Before `began` there was nothing. `blank`
    says why nothing is known. A series that is cut at an earlier `as_of` keeps that of its snapshot as `now`.
    """

    points: Points
    as_of: Decimal
    every: Decimal | None = None
    end: int = -1
    past: Value | None = None
    unlisted: bool = False
    early: bool = False
    covered_from: Decimal = -INFINITY
    covered_to: Decimal = INFINITY
    slack: Decimal = Decimal(0)
    earlier: tuple[tuple[Decimal, Decimal], ...] = ()
    uncovered: tuple[Cause, ...] = ()
    began: Decimal | None = None
    blank: tuple[Cause, ...] = ()
    now: Decimal = -INFINITY

    @property
    def start(self) -> int:
        """The first slot of a regular series."""
        return self.end + 1 - len(self.points)

    def seen_to(self, begin: Decimal = -INFINITY) -> Decimal:
        """Until when an irregular series was seen, for a window from `begin`: its slack is no longer than that."""
        slack = min(self.slack, max(self.as_of - begin, Decimal(0)))
        return self.as_of if self.covered_to >= self.as_of - slack else self.covered_to

    def slot(self, index: int) -> Value | None:
        """Return the value of a slot of a regular series; None where there is nothing."""
        place = index - self.start
        if place < 0:
            return self.past
        return self.points[place].value if place < len(self.points) else None


@dataclass(frozen=True, slots=True)
class Members:
    """One value or series for each member of a scope; `doubt` says why the roster itself is not known, `others` why it
    may lack members."""

    values: Mapping[str, Value | Series]
    doubt: tuple[Cause, ...] = ()
    others: tuple[Cause, ...] = ()

    def at(self, name: str) -> Value | Series:
        """Return the value at a member; at one that only another side of a calculation has nothing is known."""
        if name in self.values:
            return self.values[name]
        causes = (Cause("", name, "", "missing member", "one side of the calculation does not list it"),)
        like = next(iter(self.values.values()))
        return replace(like, points=Points(), blank=causes) if isinstance(like, Series) else Unknown(causes)


Shaped = Value | Series | Members


def incomplete(series: Series, causes: tuple[Cause, ...]) -> Series:
    """Return a series of which any part may be missing: its periods are unknown, its events not all there were."""
    if series.every is None:
        return replace(series, covered_from=INFINITY, covered_to=-INFINITY, earlier=(), uncovered=causes)

    def doubted(value: Value) -> Unknown:
        ends = (value.low, value.high) if isinstance(value, Unknown) else (-INFINITY, INFINITY)
        return Unknown(merged(causes, value.causes if isinstance(value, Unknown) else ()), *ends)

    points = Points(replace(each, value=doubted(each.value)) for each in series.points)
    return replace(series, points=points, past=None if series.past is None else doubted(series.past))


def lift(operation: Callable[..., Value], *arguments: Shaped) -> Shaped:
    """Apply an operation on single values member by member and point by point; single values go with all."""
    if any(isinstance(each, Members) for each in arguments):
        return each_member(partial(lift, operation), *arguments)  # type: ignore[arg-type]
    series = [each for each in arguments if isinstance(each, Series)]
    if not series:
        return operation(*arguments)
    if any(each.blank for each in series):
        return replace(series[0], points=Points(), blank=merged(*(each.blank for each in series)))
    return (
        _regular(operation, arguments, series)
        if series[0].every
        else _irregular(operation, arguments, series)
    )


def each_member(operation: Callable[..., Value | Series], *arguments: Shaped) -> Members:
    """Apply an operation at every member that any of the arguments lists; what has no members goes with all.

    A roster of which nothing is known leaves no member at all.
    """
    groups = [each for each in arguments if isinstance(each, Members)]
    doubt, others = (merged(*(each.doubt for each in groups)), merged(*(each.others for each in groups)))
    names = () if doubt else dict.fromkeys(name for each in groups for name in each.values)

    def at(name: str) -> Value | Series:
        return operation(*(each.at(name) if isinstance(each, Members) else each for each in arguments))

    return Members({name: at(name) for name in names}, doubt, others)


def _regular(operation: Callable[..., Value], arguments: tuple[Shaped, ...], series: list[Series]) -> Series:
    end = min(each.end for each in series)
    bounded = [each.start for each in series if each.past is None]
    start = max(bounded) if bounded else min(each.start for each in series)
    every = series[0].every or Decimal(1)

    def slot(index: int) -> Value:
        return operation(*(each.slot(index) if isinstance(each, Series) else each for each in arguments))

    if all(each.start == start for each in series):
        points = _joined(operation, arguments, series)
    else:
        points = Points(
            Point(slot_start(index, every), index, slot(index)) for index in range(start, end + 1)
        )
    past = None
    if not bounded:
        past = operation(*(each.past if isinstance(each, Series) else each for each in arguments))
    return Series(points, series[0].as_of, every, max(end, start - 1), past)


def _irregular(
    operation: Callable[..., Value], arguments: tuple[Shaped, ...], series: list[Series]
) -> Series:
    return replace(
        series[0],
        points=_joined(operation, arguments, series),
        covered_from=max(each.covered_from for each in series),
        covered_to=min(each.covered_to for each in series),
        slack=min(each.slack for each in series),
        uncovered=merged(*(each.uncovered for each in series)),
    )


def _joined(operation: Callable[..., Value], arguments: tuple[Shaped, ...], series: list[Series]) -> Points:
    """Apply an operation to the points of equal time and order of all series, and to the single values."""

    def point(*points: Point) -> Point:
        row = iter(points)
        values = [next(row).value if isinstance(each, Series) else each for each in arguments]
        doubt = merged(*(each.doubt for each in points))
        return Point(points[0].at, points[0].order, operation(*values), doubt, points[0].loose)

    single = tuple(None if isinstance(each, Series) else each for each in arguments)
    return joined((operation, single), [each.points for each in series], point)
