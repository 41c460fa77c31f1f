"""Which points of a series a call looks at, and whether something may be missing at either end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ...language.times import show_time
from ...language.values import INFINITY, Cause, Unknown, Value, interval, merged
from ...limits import SKEW, SNAPSHOT_POINTS
from ..snapshot.points import Point, Points, joined
from ..snapshot.series_values import Series, calendar_start, next_slot, slot_start

__all__ = ["Selection", "doubts", "in_any_order", "select"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The points of a window, oldest first, and what is not known about its ends.

    `before` tells why there may be more before the first, `after` why there may be newer ones; `short` says
    that the window reaches back to where there was nothing yet; `lost` that nothing is known at all.
    `begin` and `as_of` are the ends of the window, `covered_from` and `covered_to` those of what was seen: between
    points that lie outside there may be any number that were not.
    """

    items: Points
    as_of: Decimal
    before: tuple[Cause, ...] = ()
    after: tuple[Cause, ...] = ()
    short: bool = False
    lost: tuple[Cause, ...] = ()
    begin: Decimal = -INFINITY
    covered_from: Decimal = -INFINITY
    covered_to: Decimal = INFINITY

    @property
    def open(self) -> tuple[Cause, ...]:
        """Why there may be points that were not seen."""
        return merged(self.before, self.after)

    @property
    def ordered(self) -> Selection:
        """The same for a function that asks for the order of points."""
        return replace(self, items=in_any_order(self.items))

    def saw(self, item: Point) -> bool:
        """Whether a point lies within what was seen without a hole."""
        return self.covered_from <= item.at <= self.covered_to

    def seen(self) -> Selection:
        """Only the points within what was seen without a hole, for all that depends on their order."""
        items = self.items
        return replace(self, items=items[items.before(self.covered_from) : items.until(self.covered_to)])


def select(series: Series, options: Mapping[str, Value], where: Series | Value | None) -> Selection:
    """Cut the series to its window, then filter it; an unknown filter leaves a doubtful point."""
    lost = merged(series.blank, *(each.causes for each in options.values() if isinstance(each, Unknown)))
    if isinstance(where, Series):
        lost = merged(lost, where.blank)
    lost = merged(lost, _late(options.get("after"), max(series.as_of, series.now)), _empty(options))
    if lost:
        return Selection(Points(), series.as_of, lost=lost)
    if series.every is not None:
        return _filtered(_slots(series, series.every, options), where)
    return _filtered(_stretch(series, options), where)


def _late(after: Value | None, as_of: Decimal) -> tuple[Cause, ...]:
    if isinstance(after, Decimal) and after > as_of + SKEW:
        return (Cause("", "", show_time(after), "clock skew", "the window begins after the snapshot"),)
    return ()


def _empty(options: Mapping[str, Value]) -> tuple[Cause, ...]:
    """A param may make a window that holds nothing at all, which would prove anything."""
    sizes = {key: options[key] for key in ("last", "within", "span") if key in options}
    bad = [
        f"`{key}=` is not above 0" for key, size in sizes.items() if isinstance(size, Decimal) and size <= 0
    ]
    skipped = options.get("skip")
    if isinstance(skipped, Decimal) and skipped < 0:
        bad.append("`skip=` is below 0")
    return tuple(Cause("", "", "", "out of range", each) for each in bad)


def _filtered(selection: Selection, where: Series | Value | None) -> Selection:
    if not isinstance(where, Series):
        return selection
    items, early = selection.items, list[Point | None]()
    if where.every and where.past is not None:
        past = where.past
        early = [
            _kept(each, replace(each, value=past, doubt=()))
            for each in itertools.takewhile(lambda each: each.order < where.start, items)
        ]
    found = joined("where", [items, where.points], _kept)
    late = [each for each in items[-1:] if where.every and each.order > where.end]
    if early or late:
        late = [_undecided(each) for each in items if each.order > where.end] if late else []
        found = Points((*(each for each in early if each is not None), *found, *late))
    return replace(selection, items=found)


def _undecided(item: Point) -> Point:
    """A point of a period for which the filter is not due yet, and may be true."""
    cause = Cause("", "", show_time(item.at), "missing", "`where` is not due yet")
    return replace(item, doubt=merged(item.doubt, (cause,)))


def _kept(item: Point, where: Point) -> Point | None:
    """The point, if the filter may be true there; where that is not known it is doubtful."""
    if where.value is False:
        return None
    unknown = where.value.causes if isinstance(where.value, Unknown) else ()
    return replace(item, doubt=merged(item.doubt, where.doubt, unknown))


def _doubtful(item: Point) -> bool:
    return bool(item.doubt)


def doubts(items: Points) -> tuple[Cause, ...]:
    """Why points may not be there."""
    return merged(*(each.doubt for each in items.told(_doubtful)))


def in_any_order(points: Points) -> Points:
    """Return points for a function that asks for their order: where it is not known, each may be any of its time."""
    if not points.number(_loose):
        return points
    return points.everywhere("any order", _in_any_order)


def _loose(point: Point) -> bool:
    return bool(point.loose)


def _in_any_order(points: Points) -> Iterator[Point]:
    for _, alike in itertools.groupby(points, key=lambda each: each.at):
        group = list(alike)
        loose = merged(*(each.loose for each in group))
        if loose and any(each.value != group[0].value for each in group):
            group = _any_of(group, loose)
        yield from group


def _any_of(group: list[Point], loose: tuple[Cause, ...]) -> list[Point]:
    known = merged(loose, *(each.value.causes for each in group if isinstance(each.value, Unknown)))
    value = Unknown(known)
    if all(isinstance(each.value, Decimal | Unknown) for each in group):
        ends = [interval(each.value) for each in group]
        value = Unknown(known, min(low for low, _ in ends), max(high for _, high in ends))
    doubt = merged(*(each.doubt for each in group))
    return [replace(each, value=value, doubt=doubt) for each in group]


# regular series: slots


def _slots(series: Series, every: Decimal, options: Mapping[str, Value]) -> Selection:
    first, newest = series.start, series.end
    last, skip, after = options.get("last"), options.get("skip", Decimal(0)), options.get("after")
    if isinstance(last, Decimal) and isinstance(skip, Decimal):
        newest = series.end - int(skip)
        first = newest - int(last) + 1
    elif isinstance(after, Decimal):
        first = next_slot(after, every)
    else:
        before = _endless(series)
        seen_from = slot_start(series.start, every) if before else -INFINITY
        return Selection(series.points, series.as_of, before=before, covered_from=seen_from)
    if newest - first >= SNAPSHOT_POINTS:
        cause = Cause("", "", "", "overflow", f"the window has more than {SNAPSHOT_POINTS} slots")
        return Selection(Points(), series.as_of, lost=(cause,))
    items = series.points[max(first - series.start, 0) : max(newest + 1 - series.start, 0)]
    if series.past is not None and first < series.start:
        past = (
            Point(slot_start(index, every), index, series.past)
            for index in range(first, min(series.start, newest + 1))
        )
        items = Points((*past, *items))
    short = first < series.start and series.past is None
    return Selection(items, series.as_of, short=short, begin=slot_start(first, every))


def _endless(series: Series) -> tuple[Cause, ...]:
    """Why a series without a known beginning may go on before its first slot."""
    if series.past is None or series.past is False:
        return ()
    if isinstance(series.past, Unknown):
        return series.past.causes
    return (Cause("", "", "", "not covered", "the series has no known beginning"),)


# irregular series: stretches of time


def _stretch(series: Series, options: Mapping[str, Value]) -> Selection:
    begin, strict = _begin(series, options)
    if series.as_of < begin <= series.now:
        return Selection(Points(), series.as_of, begin=begin)
    start, stop = series.covered_from, series.seen_to(begin)
    points = series.points
    items = points[points.until(begin) if strict else points.before(begin) :]
    last = options.get("last")
    short = series.began is not None and -INFINITY < begin < series.began
    before = series.uncovered if start > begin else ()
    after = series.uncovered if stop < series.as_of else ()
    if isinstance(last, Decimal):
        items, before, short = _newest(items[items.before(start) :], int(last), before)
        lost = merged(doubts(items), after)
        if lost:
            return Selection(Points(), series.as_of, lost=lost)
    return Selection(items, series.as_of, before, after, short, (), begin, start, stop)


def _begin(series: Series, options: Mapping[str, Value]) -> tuple[Decimal, bool]:
    within, after, this = options.get("within"), options.get("after"), options.get("this")
    if isinstance(within, Decimal):
        return series.as_of - within, False
    if isinstance(after, Decimal):
        return after, True
    if isinstance(this, str):
        return calendar_start(this, series.as_of), False
    return -INFINITY, False


def _newest(items: Points, count: int, before: tuple[Cause, ...]) -> tuple[Points, tuple[Cause, ...], bool]:
    """The newest `count` points; with as many of them seen, what lies before does not matter."""
    enough = len(items) >= count
    return in_any_order(items)[-count:], () if enough else before, not enough and not before
