"""Functions that keep the time axis: run lengths, differences of neighbours, distances in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from ...language.values import INFINITY, Cause, Unknown, Value, merged
from ..snapshot.points import ChainedPoints, Point, Points
from ..snapshot.series_values import Series
from .peaks import drawdown, peak
from .runs import run_at
from .scalar_semantics import between, decide, negation, subtract
from .windows import Selection, doubts, in_any_order, select

__all__ = ["TRANSFORMS"]

_NEAR = 8


def run(series: Series, span: Value | None = None, where: Series | Value | None = None) -> Series:
    """The run length of true up to each point; with `span` only points within that time of it count."""
    selection = select(series, {} if span is None else {"span": span}, where).ordered
    if selection.lost:
        return replace(series, points=Points(), blank=selection.lost)
    items = selection.items
    seen = selection.covered_to if items and items[-1].at > selection.covered_to else INFINITY
    whole = replace(selection, items=Points(), as_of=INFINITY, covered_to=seen)
    points = items.along(("run", whole, span), lambda every: _runs(replace(whole, items=every), span))
    if series.every is None:
        return replace(series, points=points)
    if where is not None:
        return _ungridded(series, points, selection)
    past: Value | None = series.past
    if past is not None:
        past = Decimal(0) if past is False else Unknown(selection.before, Decimal(0), INFINITY)
    return replace(series, points=points, past=past)


def _runs(selection: Selection, span: Value | None) -> Iterator[Point]:
    """The run at each point; of very many causes those of the nearest points."""
    length = span if isinstance(span, Decimal) else None
    near: deque[tuple[Cause, ...]] = deque(maxlen=_NEAR)
    for place, item in enumerate(selection.items):
        if item.doubt or isinstance(item.value, Unknown):
            near.append(merged(item.doubt, item.value.causes if isinstance(item.value, Unknown) else ()))
        low, high = run_at(selection, place, length)
        value = between(Decimal(low), high, () if low == high else merged(*near, selection.open))
        yield replace(item, value=value)


def _ungridded(series: Series, points: Points, selection: Selection) -> Series:
    """A filtered grid has holes: from here on it is a series of points, seen as far as the grid goes."""
    return Series(points, series.as_of, covered_from=selection.covered_from, uncovered=selection.before)


def _neighbours(series: Series, operation: Callable[[Value, Value], Value]) -> Series:
    if series.blank:
        return series
    items, seen = series.points, series.seen_to()
    seen = seen if items and items[-1].at > seen else INFINITY
    whole = replace(series, points=Points(), as_of=INFINITY, end=-1, covered_to=seen)
    points = in_any_order(items).along((operation, whole), lambda every: _pairs(whole, every, operation))
    past = operation(series.past, series.past) if series.past is not None else None
    return replace(series, points=points, past=past)


def _pairs(series: Series, points: Points, operation: Callable[[Value, Value], Value]) -> Iterator[Point]:
    before: Point | None = None
    for point in points:
        if not series.every and not _unbroken(series, before, point):
            doubt = merged(point.doubt, series.uncovered)
            yield replace(point, value=Unknown(series.uncovered), doubt=doubt)
        elif before is not None:
            yield _pair(before, point, operation)
        elif series.every and series.past is not None:
            yield replace(point, value=operation(point.value, series.past))
        before = point


def _unbroken(series: Series, before: Point | None, point: Point) -> bool:
    """Whether it is known what lies before a point of an irregular series: a point that was seen, or nothing."""
    first = -INFINITY if before is None else before.at
    return series.covered_from <= first and point.at <= series.covered_to


def _pair(before: Point, point: Point, operation: Callable[[Value, Value], Value]) -> Point:
    if before.doubt:
        return replace(point, value=Unknown(merged(before.doubt, point.doubt)))
    return replace(point, value=operation(point.value, before.value))


def change(series: Series) -> Series:
    """Each point less the one before."""
    return _neighbours(series, subtract)


def changed(series: Series) -> Series:
    """Whether each point differs from the one before."""
    return _neighbours(series, _differs)


def _differs(value: Value, before: Value) -> Value:
    return negation(decide("eq", value, before))


def gap(series: Series, within: Value) -> Series:
    """Distances in time between the points of the window, and from its ends to the first and last of them."""
    selection = select(series, {"within": within}, None)
    lost = merged(selection.lost, selection.open, doubts(selection.items))
    if lost:
        return Series(Points(), series.as_of, blank=lost)
    items, end = selection.items, max(series.as_of, selection.begin)
    if not items:
        return Series(Points([Point(end, 0, end - selection.begin)]), series.as_of)
    first, last = items[0], items[-1]
    head = Point(first.at, first.order, first.at - selection.begin)
    tail = Point(end, last.order + 1, max(end - last.at, Decimal(0)))
    inner = items.everywhere("distances", _distances)[1:]
    return Series(ChainedPoints(Points([head]), inner, Points([tail])), series.as_of)


def _distances(points: Points) -> Iterator[Point]:
    """How far each point lies from the one before; the first from itself."""
    before = points[0].at
    for each in points:
        yield Point(each.at, each.order, each.at - before)
        before = each.at


TRANSFORMS: dict[str, Callable[..., Series]] = {
    "run": run,
    "change": change,
    "changed": changed,
    "gap": gap,
    "peak": peak,
    "drawdown": drawdown,
}
