"""Functions that keep the time axis: run lengths, differences of neighbours, distances in time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from ...language.values import INFINITY, Unknown, Value, merged
from ..snapshot.series_values import Point, Series
from .peaks import drawdown, peak
from .reductions import runs
from .scalar_semantics import between, decide, negation, subtract
from .windows import Selection, in_any_order, select

__all__ = ["TRANSFORMS"]


def run(series: Series, span: Value | None = None, where: Series | Value | None = None) -> Series:
    """The run length of true up to each point; with `span` only points within that time of it count."""
    selection = select(series, {} if span is None else {"span": span}, where).ordered
    length = span if isinstance(span, Decimal) else None
    if selection.lost:
        return replace(series, points=(), blank=selection.lost)
    points = []
    for place, (item, (low, high)) in enumerate(zip(selection.items, runs(selection, length), strict=True)):
        causes = item.value.causes if isinstance(item.value, Unknown) else ()
        before = [each for each in selection.items[:place] if isinstance(each.value, Unknown)]
        nearby = merged(causes, *(each.value.causes for each in before[-8:]), selection.open)  # type: ignore[union-attr]
        value = between(
            Decimal(low), high, merged(nearby, *(each.doubt for each in selection.items[: place + 1]))
        )
        points.append(Point(item.at, item.order, value, item.doubt, item.loose))
    if series.every is None:
        return replace(series, points=tuple(points))
    if where is not None:
        return _ungridded(series, tuple(points), selection)
    past: Value | None = series.past
    if past is not None:
        past = Decimal(0) if past is False else Unknown(selection.before, Decimal(0), INFINITY)
    return replace(series, points=tuple(points), past=past)


def _ungridded(series: Series, points: tuple[Point, ...], selection: Selection) -> Series:
    """A filtered grid has holes: from here on it is a series of points, seen as far as the grid goes."""
    return Series(points, series.as_of, covered_from=selection.covered_from, uncovered=selection.before)


def _neighbours(series: Series, operation: Callable[[Value, Value], Value]) -> Series:
    if series.blank:
        return series
    before: Point | None = None
    points = []
    for point in in_any_order(series.points):
        if not series.every and not _unbroken(series, before, point):
            doubt = merged(point.doubt, series.uncovered)
            points.append(replace(point, value=Unknown(series.uncovered), doubt=doubt))
        elif before is not None:
            points.append(_pair(before, point, operation))
        elif series.every and series.past is not None:
            points.append(replace(point, value=operation(point.value, series.past)))
        before = point
    past = operation(series.past, series.past) if series.past is not None else None
    return replace(series, points=tuple(points), past=past)


def _unbroken(series: Series, before: Point | None, point: Point) -> bool:
    """Whether it is known what lies before a point of an irregular series: a point that was seen, or nothing."""
    first = -INFINITY if before is None else before.at
    return series.covered_from <= first and point.at <= series.seen_to()


def _pair(before: Point, point: Point, operation: Callable[[Value, Value], Value]) -> Point:
    if before.doubt:
        return replace(point, value=Unknown(merged(before.doubt, point.doubt)))
    return replace(point, value=operation(point.value, before.value))


def change(series: Series) -> Series:
    """Each point less the one before."""
    return _neighbours(series, subtract)


def changed(series: Series) -> Series:
    """Whether each point differs from the one before."""
    return _neighbours(series, lambda value, before: negation(decide("eq", value, before)))


def gap(series: Series, within: Value) -> Series:
    """Distances in time between the points of the window, and from its ends to the first and last of them."""
    selection = select(series, {"within": within}, None)
    lost = merged(selection.lost, selection.open, *(each.doubt for each in selection.items))
    if lost:
        return Series((), series.as_of, blank=lost)
    times = [selection.begin, *(each.at for each in selection.items), max(series.as_of, selection.begin)]
    pairs = itertools.pairwise(times)
    points = tuple(
        Point(end, order, max(end - start, Decimal(0))) for order, (start, end) in enumerate(pairs)
    )
    return Series(points, series.as_of)


TRANSFORMS: dict[str, Callable[..., Series]] = {
    "run": run,
    "change": change,
    "changed": changed,
    "gap": gap,
    "peak": peak,
    "drawdown": drawdown,
}
