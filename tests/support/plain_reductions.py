"""The reductions of the language once more, as plain as can be: each looks at every point of its window.

The engine answers the same from indexes that many windows share; random windows of random series hold it to this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from heapq import heappop, heappush, heappushpop

from interlock.evaluation.expressions.scalar_semantics import between
from interlock.evaluation.expressions.windows import Selection, select
from interlock.evaluation.snapshot.points import Point, Points
from interlock.evaluation.snapshot.series_values import Series
from interlock.language.literals import CONTEXT, EXACT
from interlock.language.values import INFINITY, Cause, Unknown, Value, interval, merged, unbounded

__all__ = ["PLAIN", "plain_run"]

_HALF = Decimal("0.5")


def _causes(items: Sequence[Point]) -> tuple[Cause, ...]:
    unknown = (each.value.causes for each in items if isinstance(each.value, Unknown))
    return merged(*unknown, *(each.doubt for each in items))


def _few(detail: str) -> Unknown:
    return Unknown((Cause("", "", "", "too few samples", detail),))


def _may(item: Point) -> bool:
    """Whether a boolean item may be true; events and plain values always are."""
    return item.value is not False


def _must(item: Point) -> bool:
    return item.sure and item.value is not False and not isinstance(item.value, Unknown)


# counting


def count(selection: Selection) -> Value:
    """How many are true; what was not seen leaves no upper bound."""
    low = sum(_must(each) for each in selection.items)
    high = sum(_may(each) for each in selection.items)
    if selection.open:
        return Unknown(merged(selection.open, _causes(selection.items)), Decimal(low), INFINITY)
    return between(Decimal(low), Decimal(high), _causes(selection.items))


def share(selection: Selection) -> Value:
    """The part that is true."""
    refused = _whole(selection)
    if refused:
        return refused
    items = selection.items
    sure = [each for each in items if each.sure]
    if not sure:
        return Unknown(_causes(items)) if items else _few("there is nothing to take a share of")
    doubtful = [each for each in items if not each.sure]
    low_top = sum(_must(each) for each in sure)
    low_all = len(sure) + sum(each.value is not True for each in doubtful)
    extra = sum(_may(each) for each in doubtful)
    high_top = sum(_may(each) for each in sure) + extra
    high_all = len(sure) + extra
    low = CONTEXT.divide(Decimal(low_top), Decimal(low_all))
    return between(low, CONTEXT.divide(Decimal(high_top), Decimal(high_all)), _causes(items))


def some(selection: Selection) -> Value:
    """Whether one is true; over nothing, none is."""
    if any(_must(each) for each in selection.items):
        return True
    if selection.open or any(_may(each) for each in selection.items):
        return Unknown(merged(selection.open, _causes(selection.items)))
    return False


def every(selection: Selection) -> Value:
    """Whether each is true; over nothing, unknown."""
    if any(each.sure and each.value is False for each in selection.items):
        return False
    refused = _whole(selection)
    if refused:
        return refused
    if not selection.items:
        return _few("there is nothing that could be true")
    if any(each.sure for each in selection.items) and all(each.value is True for each in selection.items):
        return True
    return Unknown(_causes(selection.items))


def _whole(selection: Selection) -> Unknown | None:
    """Refuse a selection that is not seen whole, or that reaches back before the series began."""
    if selection.open:
        return Unknown(merged(selection.open, _causes(selection.items)))
    return _few("the window reaches back before the series began") if selection.short else None


# calculating


def total(selection: Selection) -> Value:
    """The sum; over nothing, 0 where it is proved that there was nothing."""
    refused = _whole(selection)
    if refused:
        return refused
    low, high = Decimal(0), Decimal(0)
    for item in selection.items:
        a, b = interval(item.value)
        low = _sum(low, a if item.sure else min(a, Decimal(0)))
        high = _sum(high, b if item.sure else max(b, Decimal(0)))
    return between(CONTEXT.plus(low), CONTEXT.plus(high), _causes(selection.items))


def _sum(left: Decimal, right: Decimal) -> Decimal:
    if left.is_infinite() or right.is_infinite():
        return left if left.is_infinite() else right
    return EXACT.add(left, right)


def mean(selection: Selection) -> Value:
    """The arithmetic mean."""
    refused = _calculable(selection)
    if refused:
        return refused
    low = _least_mean(selection.items, lambda each: interval(each.value)[0])
    high = _least_mean(selection.items, lambda each: interval(each.value)[1].copy_negate()).copy_negate()
    return between(low, high, _causes(selection.items))


def _least_mean(items: Sequence[Point], end: Callable[[Point], Decimal]) -> Decimal:
    """The smallest mean: every sure value, and each doubtful one as long as it pulls the mean down."""
    sure = [end(each) for each in items if each.sure]
    if any(each.is_infinite() for each in sure):
        return -INFINITY
    top, size = Decimal(0), len(sure)
    for value in sure:
        top = EXACT.add(top, value)
    for value in sorted(end(each) for each in items if not each.sure):
        if value.is_infinite():
            return -INFINITY if value < 0 else CONTEXT.divide(top, Decimal(size))
        if EXACT.multiply(value, Decimal(size)) >= top:
            break
        top, size = EXACT.add(top, value), size + 1
    return CONTEXT.divide(top, Decimal(size))


def _calculable(selection: Selection) -> Unknown | None:
    refused = _whole(selection)
    if refused:
        return refused
    if not any(each.sure for each in selection.items):
        return Unknown(_causes(selection.items)) if selection.items else _few("there is no value")
    return None


def least(selection: Selection) -> Value:
    """The smallest."""
    refused = _calculable(selection)
    if refused:
        return refused
    low = min(interval(each.value)[0] for each in selection.items)
    high = min(interval(each.value)[1] for each in selection.items if each.sure)
    return between(low, high, _causes(selection.items))


def greatest(selection: Selection) -> Value:
    """The largest."""
    refused = _calculable(selection)
    if refused:
        return refused
    low = max(interval(each.value)[0] for each in selection.items if each.sure)
    high = max(interval(each.value)[1] for each in selection.items)
    return between(low, high, _causes(selection.items))


def quantile(selection: Selection, level: Value) -> Value:
    """The value that lies a share `level` of the way from the smallest to the largest, in order."""
    if isinstance(level, Unknown):
        return Unknown(level.causes)
    refused = _calculable(selection)
    if refused:
        return refused
    assert isinstance(level, Decimal)
    if not 0 <= level <= 1:
        return Unknown((Cause("", "", "", "out of range", "the share of a quantile is from 0% to 100%"),))
    low, high = quantile_bounds(selection.items, level)
    return between(low, high, _causes(selection.items))


def _known_numbers(selection: Selection) -> list[Decimal] | Unknown:
    refused = _whole(selection)
    if refused:
        return refused
    causes = _causes(selection.items)
    if causes:
        return Unknown(causes)
    if len(selection.items) < 2:
        return _few("it takes at least two values")
    return [interval(each.value)[0] for each in selection.items]


def deviation(selection: Selection) -> Value:
    """The sample standard deviation (n - 1)."""
    values = _known_numbers(selection)
    if isinstance(values, Unknown):
        return values
    size = Decimal(len(values))
    middle = CONTEXT.divide(_exact_sum(values), size)
    squares = [EXACT.power(EXACT.subtract(each, middle), 2) for each in values]
    return CONTEXT.sqrt(CONTEXT.divide(_exact_sum(squares), size - 1))


def slope(selection: Selection) -> Value:
    """The least-squares change from one point to the next."""
    values = _known_numbers(selection.ordered)
    if isinstance(values, Unknown):
        return values
    size = Decimal(len(values))
    centre = (size - 1) / 2
    top = _exact_sum([EXACT.multiply(Decimal(index) - centre, each) for index, each in enumerate(values)])
    return CONTEXT.divide(top, size * (size * size - 1) / 12)


def _exact_sum(values: Sequence[Decimal]) -> Decimal:
    result = Decimal(0)
    for value in values:
        result = EXACT.add(result, value)
    return result


# order in time


def newest(selection: Selection) -> Value:
    """The newest point."""
    return _from_the_end(selection.ordered, 0)


def second_newest(selection: Selection) -> Value:
    """The point before the newest."""
    return _from_the_end(selection.ordered, 1)


def _from_the_end(selection: Selection, place: int) -> Value:
    if selection.after:
        return Unknown(merged(selection.after))
    items = selection.seen().items
    doubt = merged(*(each.doubt for each in items[-1 - place :]))
    if doubt:
        return Unknown(doubt)
    if len(items) <= place:
        return Unknown(selection.before) if selection.before else _few("there is no such point")
    return unbounded(items[-1 - place].value)


def since(selection: Selection) -> Value:
    """Age of the newest point that is true; `never` is longer than any duration."""
    low, high = INFINITY, INFINITY
    seen = False
    for item in reversed(selection.items):
        low = min(low, max(selection.as_of - item.at, Decimal(0))) if _may(item) else low
        if _must(item):
            high, seen = max(selection.as_of - item.at, Decimal(0)), selection.saw(item)
            break
    causes = merged(selection.after if seen else selection.open, _causes(selection.items))
    if selection.after:
        low = Decimal(0)
    elif selection.before and not seen:
        first = selection.items[0].at if selection.items else selection.as_of
        seen_from = selection.covered_from if selection.covered_from.is_finite() else first
        low = min(low, max(selection.as_of - seen_from, Decimal(0)))
    return low if low == high else Unknown(causes, low, high)


Run = tuple[int, Decimal]


def runs(selection: Selection, span: Decimal | None = None) -> list[Run]:
    """Return for each item the shortest and longest run of true that may end there, if the item is there.

    With `span` only points within that time of it count. A run that reaches the first point seen may be longer; a point
    outside what was seen may have others beside it that break its run or lengthen it.
    """
    low: deque[Decimal] = deque()
    high: deque[Decimal] = deque()
    unbroken = True
    result = []
    for item in selection.items:
        if not selection.saw(item):
            low.clear()
            result.append(_run(item, low, high, True))
            continue
        if span is not None:
            _drop(low, item.at - span)
            _drop(high, item.at - span)
        reaches = unbroken and selection.before and (span is None or item.at - span < selection.covered_from)
        result.append(_run(item, low, high, bool(reaches)))
        if item.value is True and item.sure:
            low.append(item.at)
        elif item.value is not True:
            low.clear()
        if item.value is not False:
            high.append(item.at)
        elif item.sure:
            high.clear()
            unbroken = False
    return result


def _run(item: Point, low: deque[Decimal], high: deque[Decimal], reaches: bool) -> Run:
    shortest = len(low) + 1 if item.value is True else 0
    if item.value is False:
        return 0, Decimal(0)
    return shortest, INFINITY if reaches else Decimal(len(high) + 1)


def _drop(times: deque[Decimal], before: Decimal) -> None:
    while times and times[0] < before:
        times.popleft()


def streak(selection: Selection, span: Decimal | None = None) -> Value:
    """How many of the newest points in a row are true; what lies before a false one is no cause of doubt."""
    selection = selection.ordered.seen()
    broken = [place for place, each in enumerate(selection.items) if each.sure and each.value is False]
    stretch = selection.items[broken[-1] + 1 :] if broken else selection.items
    causes = merged(selection.after, () if broken else selection.before, _causes(stretch))
    if selection.after:
        return Unknown(causes, Decimal(0), INFINITY)
    ends: list[Run] = []
    for item, run in zip(reversed(selection.items), reversed(runs(selection, span)), strict=True):
        ends.append(run)
        if item.sure:
            break
    else:
        ends.append((0, INFINITY if selection.before else Decimal(0)))
    return between(Decimal(min(low for low, _ in ends)), max(high for _, high in ends), causes)


def longest(selection: Selection, span: Decimal | None = None) -> Value:
    """The longest run of true."""
    selection = selection.ordered
    found = runs(selection, span)
    causes = merged(selection.open, _causes(selection.items))
    low = max((run[0] for run, item in zip(found, selection.items, strict=True) if item.sure), default=0)
    high = max((run[1] for run in found), default=Decimal(0))
    return between(Decimal(low), INFINITY if selection.open else high, causes)


def most(selection: Selection, span: Decimal | None = None) -> Value:
    """The largest number of points, or of true ones, within any span of time."""
    causes = merged(selection.open, _causes(selection.items))
    low = _densest([each.at for each in selection.items if _must(each)], span or Decimal(0))
    if selection.short:
        few = _few("the window reaches back before the series began")
        return Unknown(few.causes, Decimal(low), INFINITY)
    high = _densest([each.at for each in selection.items if _may(each)], span or Decimal(0))
    return between(Decimal(low), INFINITY if selection.open else Decimal(high), causes)


def _densest(times: list[Decimal], span: Decimal) -> int:
    inside: deque[Decimal] = deque()
    best = 0
    for at in times:
        inside.append(at)
        _drop(inside, at - span)
        best = max(best, len(inside))
    return best


PLAIN: dict[str, Callable[..., Value]] = {
    "count": count,
    "share": share,
    "any": some,
    "all": every,
    "sum": total,
    "mean": mean,
    "min": least,
    "max": greatest,
    "median": lambda selection: quantile(selection, _HALF),
    "quantile": quantile,
    "stdev": deviation,
    "slope": slope,
    "last": newest,
    "previous": second_newest,
    "since": since,
    "streak": streak,
    "longest": longest,
    "most": most,
}


def quantile_bounds(items: Sequence[Point], level: Decimal) -> tuple[Decimal, Decimal]:
    """Return the ends of the quantile at a level from 0 to 1; at least one item is surely there."""
    low = _least_quantile([(interval(each.value)[0], each.sure) for each in items], level)
    turned = [(interval(each.value)[1].copy_negate(), each.sure) for each in items]
    return low, _least_quantile(turned, EXACT.subtract(Decimal(1), level)).copy_negate()


def _least_quantile(values: Sequence[tuple[Decimal, bool]], level: Decimal) -> Decimal:
    """The smallest quantile: with no doubtful value, with the smallest of them, with the two smallest, and so on."""
    above = sorted(value for value, sure in values if sure)
    below: list[Decimal] = []
    best = INFINITY
    size = len(above)
    for doubtful in (None, *sorted(value for value, sure in values if not sure)):
        if doubtful is not None:
            size += 1
            heappush(above, heappushpop(below, doubtful.copy_negate()).copy_negate())
        place = EXACT.multiply(Decimal(size - 1), level)
        while len(below) <= place:
            heappush(below, heappop(above).copy_negate())
        best = min(best, _within(below[0].copy_negate(), above, place % 1))
    return CONTEXT.plus(best)


def _within(value: Decimal, above: Sequence[Decimal], part: Decimal) -> Decimal:
    """The value that lies that part of the way to the next one above."""
    if not part:
        return value
    if value.is_infinite() or above[0].is_infinite():
        return value if value.is_infinite() else above[0]
    return EXACT.add(value, EXACT.multiply(part, EXACT.subtract(above[0], value)))


def plain_run(series: Series, span: Value | None = None, where: Series | Value | None = None) -> Series:
    """The run length of true up to each point; with `span` only points within that time of it count."""
    selection = select(series, {} if span is None else {"span": span}, where).ordered
    length = span if isinstance(span, Decimal) else None
    if selection.lost:
        return replace(series, points=Points(), blank=selection.lost)
    points = []
    for place, (item, (low, high)) in enumerate(zip(selection.items, runs(selection, length), strict=True)):
        causes = item.value.causes if isinstance(item.value, Unknown) else ()
        before = [each for each in selection.items[:place] if isinstance(each.value, Unknown)]
        nearby = merged(causes, *(each.value.causes for each in before[-8:]), selection.open)  # type: ignore[union-attr]
        value = between(
            Decimal(low), high, merged(nearby, *(each.doubt for each in selection.items[: place + 1]))
        )
        points.append(Point(item.at, item.order, value, item.doubt, item.loose))
    return replace(series, points=Points(points))
