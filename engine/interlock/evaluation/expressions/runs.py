"""Runs of true among points: how long they are at least and at most.

With `span` only points within that time of a point count to its run. A run that reaches the first point seen may be
longer; a point outside what was seen may have others beside it that break its run or lengthen it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from ...language.values import INFINITY, Unknown
from ..snapshot.points import Fold, Holds, Point, Points
from .windows import Selection

__all__ = ["densest", "false", "longest_bounds", "may", "must", "not_true", "run_at", "streak_bounds", "sure"]

Run = tuple[int, Decimal]
"""The shortest and the longest that it may be."""


def sure(item: Point) -> bool:
    """Whether a point is certainly there."""
    return item.sure


def may(item: Point) -> bool:
    """Whether a boolean point may be true; events and plain values always are."""
    return item.value is not False


def must(item: Point) -> bool:
    """Whether it is true and certainly there."""
    return item.sure and item.value is not False and not isinstance(item.value, Unknown)


def false(item: Point) -> bool:
    """Whether it is false and certainly there."""
    return item.sure and item.value is False


def not_true(item: Point) -> bool:
    """Whether it may be false."""
    return item.value is not True


def run_at(selection: Selection, place: int, span: Decimal | None = None) -> Run:
    """Return the run that may end at a point, if that point is there."""
    items = selection.items
    item = items[place]
    if item.value is False:
        return 0, Decimal(0)
    if not selection.saw(item):
        return int(item.value is True), INFINITY
    first = items.before(selection.covered_from)
    near = items[first if span is None else max(first, items.before(item.at - span)) : place]
    low = _unbroken(near, not_true).number(must) + 1 if item.value is True else 0
    reaches = selection.before and (span is None or item.at - span < selection.covered_from)
    if reaches and not items[first:place].number(false):
        return low, INFINITY
    return low, Decimal(_unbroken(near, false).number(may) + 1)


def _unbroken(items: Points, broken: Holds) -> Points:
    place = items.newest(broken)
    return items if place is None else items[place + 1 :]


def streak_bounds(selection: Selection, span: Decimal | None = None) -> Run:
    """Return the bounds of the run at the newest point, whichever that is: of those that are seen."""
    items = selection.items
    last = items.newest(sure)
    if last is None:
        low, high = 0, INFINITY if selection.before else Decimal(0)
    else:
        low, high = run_at(selection, last, span)
    begin = 0 if last is None else last + 1
    doubtful = items[begin:]
    if doubtful.number(not_true):
        low = 0
    elif doubtful:
        low = min(low, run_at(selection, len(items) - 1, span)[0])
    oldest = doubtful.oldest(may)
    if oldest is not None:
        high = max(high, run_at(selection, begin + oldest, span)[1])
        high = max(high, Decimal(densest(items, may, false, span, begin)))
    return low, high


def longest_bounds(selection: Selection, span: Decimal | None = None) -> Run:
    """Return the bounds of the longest run of a selection that has no others before it."""
    items, seen = selection.items, selection.seen().items
    low, high = densest(seen, must, not_true, span), Decimal(densest(seen, may, false, span))
    if items.number(must) > seen.number(must):
        low = max(low, 1)
    return low, INFINITY if items.number(may) > seen.number(may) else high


def densest(items: Points, counted: Holds, broken: Holds | None, span: Decimal | None, begin: int = 0) -> int:
    """Return how many of the `counted` points at most follow each other within the span, none that is `broken` between
    them, the last of them at or after the place `begin`."""
    starts, lengths = items.kept(
        ("rows", counted, broken, span), lambda points: _rows(points, counted, broken, span)
    )
    first, stop = items.ranks(counted)
    since = items[begin:].ranks(counted)[0]
    # up to here a row begins before the first point: of those the last has most points left
    whole = bisect_left(starts, first, since, stop)
    return max(whole - first if whole > since else 0, lengths.over(whole, stop) or 0)


def _rows(
    points: Sequence[Point], counted: Holds, broken: Holds | None, span: Decimal | None
) -> tuple[list[int], Fold[int]]:
    """For each counted point the number of the first that counts with it, and how many those are."""
    times: list[Decimal] = []
    starts: list[int] = []
    start = 0
    for point in points:
        if broken is not None and broken(point):
            start = len(times)
        if counted(point):
            times.append(point.at)
            while span is not None and times[start] < point.at - span:
                start += 1
            starts.append(start)
    return starts, Fold([rank - start + 1 for rank, start in enumerate(starts)], max)
