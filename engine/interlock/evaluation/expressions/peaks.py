"""The largest value up to each point of a series, and the relative fall from it.

A fall shrinks as the value grows. It grows with the peak, but shrinks with it for a value below zero: the bounds are
those of the four corners. A peak that may be zero or less gives no relative size, so nothing is known of the fall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from ...language.literals import CONTEXT, EXACT
from ...language.values import INFINITY, Cause, Unknown, Value, interval, merged
from ..snapshot.points import Point, Points
from ..snapshot.series_values import Series
from .scalar_semantics import between
from .windows import select

__all__ = ["drawdown", "peak"]

_NOTHING = Unknown((), -INFINITY, -INFINITY)
"""The largest of no values."""

_NO_PEAK = Cause("", "", "", "out of range", "the peak is not above 0")


def peak(series: Series) -> Series:
    """The largest value up to each point."""
    return _along(series, _larger)


def drawdown(series: Series, after: Value | None = None) -> Series:
    """How far each point lies below the largest value up to it, as a share of that.

    With `after` only points after it count, and the value that stood at that instant.
    """
    return _along(series, _fall) if after is None else _fall_after(series, after)


def _fall_after(series: Series, after: Value) -> Series:
    selection = select(series, {"after": after}, None)
    if selection.lost:
        return replace(series, points=Points(), blank=selection.lost)
    inside = selection.items
    cut = max(len(series.points) - len(inside), 0)
    stood = series.points[max(cut - 1, 0) : cut]
    since = replace(series, points=Points([*stood, *inside]))
    if stood and stood[0].at >= series.covered_from:
        since = replace(since, past=None, covered_from=-INFINITY)
    falls = _along(since, _fall)
    return replace(falls, points=falls.points[len(stood) :], covered_from=series.covered_from)


def _along(series: Series, operation: Callable[[Value, Value], Value]) -> Series:
    """Apply an operation on the largest earlier value and the value of each point."""
    seen = series.covered_to if series.covered_to < series.as_of else INFINITY
    whole = replace(series, points=Points(), as_of=INFINITY, end=-1, covered_to=seen)
    points = series.points.along((operation, whole), lambda every: _each(whole, every, operation))
    past = None if series.past is None else operation(_unseen(series), series.past)
    return replace(series, points=points, past=past)


def _each(series: Series, points: Points, operation: Callable[[Value, Value], Value]) -> Iterator[Point]:
    before = _unseen(series)
    for point in points:
        if point.at > series.covered_to:
            before = _larger(before, Unknown(series.uncovered))
        yield replace(point, value=operation(before, point.value))
        before = _larger(before, _possible(point))


def _unseen(series: Series) -> Value:
    """The largest value before the first point: there may have been none."""
    if isinstance(series.past, Unknown):
        return replace(series.past, low=-INFINITY)
    if series.past is not None:
        return series.past
    return Unknown(series.uncovered) if series.covered_from > -INFINITY else _NOTHING


def _possible(point: Point) -> Value:
    """The value of a point; one that may not be there has no lower bound."""
    if not point.doubt:
        return point.value
    return Unknown(merged(point.doubt, _causes(point.value)), -INFINITY, interval(point.value)[1])


def _causes(*values: Value) -> tuple[Cause, ...]:
    return merged(*(each.causes for each in values if isinstance(each, Unknown)))


def _larger(one: Value, other: Value) -> Value:
    (a, b), (c, d) = interval(one), interval(other)
    causes = [_causes(each) for each, low in ((one, c), (other, a)) if interval(each)[1] > low]
    return between(max(a, c), max(b, d), merged(*causes))


def _fall(before: Value, value: Value) -> Value:
    (a, b), (c, d) = interval(value), interval(before)
    causes = _causes(before, value)
    if max(a, c) <= 0:
        return Unknown(causes or (_NO_PEAK,))
    low = min(_share_lost(b, c), _share_lost(b, d))
    high = max(_share_lost(a, c), _share_lost(a, d))
    return between(low, high, causes)


def _share_lost(value: Decimal, before: Decimal) -> Decimal:
    top = max(value, before)
    if top.is_infinite():
        return Decimal(value < top)
    return INFINITY if value.is_infinite() else CONTEXT.divide(EXACT.subtract(top, value), top)
