"""What is left of many values: each function takes a selection and returns one value, with bounds where it can.

Bounds rest on three facts about an item: it is surely there or doubtful, its value is known or lies between two
ends, and there may be items that were not seen. Every function is exact when no two items depend on each other.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ...language.literals import CONTEXT, EXACT
from ...language.values import INFINITY, Cause, Unknown, Value, interval, merged, unbounded
from ..snapshot.points import Point, Points
from .quantiles import quantile_bounds
from .runs import densest, false, longest_bounds, may, must, not_true, streak_bounds, sure
from .scalar_semantics import between
from .windows import Selection

__all__ = ["REDUCTIONS", "too_few"]

_HALF = Decimal("0.5")


def _troubled(item: Point) -> bool:
    return isinstance(item.value, Unknown) or bool(item.doubt)


def _causes(items: Points) -> tuple[Cause, ...]:
    found = items.told(_troubled)
    unknown = (each.value.causes for each in found if isinstance(each.value, Unknown))
    return merged(*unknown, *(each.doubt for each in found))


def _few(detail: str, low: Decimal = -INFINITY) -> Unknown:
    return Unknown((Cause("", "", "", "too few samples", detail),), low)


def too_few(selection: Selection, least: Value) -> Unknown | None:
    """Refuse a selection with fewer points than `least` that are surely there, whatever else may be."""
    if isinstance(least, Unknown):
        return Unknown(least.causes)
    there = selection.items.number(sure)
    if isinstance(least, Decimal) and there >= least:
        return None
    few = Cause("", "", "", "too few samples", f"{there} of at least {least}")
    return Unknown(merged(selection.open, _causes(selection.items), (few,)))


# counting


def count(selection: Selection) -> Value:
    """How many are true; what was not seen leaves no upper bound."""
    low, high = selection.items.number(must), selection.items.number(may)
    if selection.open:
        return Unknown(merged(selection.open, _causes(selection.items)), Decimal(low), INFINITY)
    return _between(Decimal(low), Decimal(high), selection)


def _between(low: Decimal, high: Decimal, selection: Selection) -> Value:
    return low if low == high and low.is_finite() else between(low, high, _causes(selection.items))


def share(selection: Selection) -> Value:
    """The part that is true."""
    refused = _whole(selection)
    if refused:
        return refused
    items = selection.items
    there, certain = items.number(sure), items.number(must)
    if not there:
        return Unknown(_causes(items)) if items else _few("there is nothing to take a share of")
    low_all = there + items.number(_doubtful_not_true)
    possible = items.number(may)
    high_all = there + items.number(_doubtful_may)
    low = CONTEXT.divide(Decimal(certain), Decimal(low_all))
    return _between(low, CONTEXT.divide(Decimal(possible), Decimal(high_all)), selection)


def _doubtful_not_true(item: Point) -> bool:
    return not item.sure and item.value is not True


def _doubtful_may(item: Point) -> bool:
    return not item.sure and item.value is not False


def some(selection: Selection) -> Value:
    """Whether one is true; over nothing, none is."""
    if selection.items.number(must):
        return True
    if selection.open or selection.items.number(may):
        return Unknown(merged(selection.open, _causes(selection.items)))
    return False


def every(selection: Selection) -> Value:
    """Whether each is true; over nothing, unknown."""
    items = selection.items
    if items.number(false):
        return False
    refused = _whole(selection)
    if refused:
        return refused
    if not items:
        return _few("there is nothing that could be true")
    if items.number(sure) and not items.number(not_true):
        return True
    return Unknown(_causes(items))


def _whole(selection: Selection) -> Unknown | None:
    """Refuse a selection that is not seen whole, or that reaches back before the series began."""
    if selection.open:
        return Unknown(merged(selection.open, _causes(selection.items)))
    return _few("the window reaches back before the series began") if selection.short else None


# calculating


Ends = tuple[Decimal, Decimal]


def total(selection: Selection) -> Value:
    """The sum; over nothing, 0 where it is proved that there was nothing."""
    refused = _whole(selection)
    if refused:
        return refused
    low, high = selection.items.fold(_added, _sums) or (Decimal(0), Decimal(0))
    return _between(CONTEXT.plus(low), CONTEXT.plus(high), selection)


def _added(item: Point) -> Ends:
    """What a point adds at least and at most."""
    low, high = interval(item.value)
    return (low, high) if item.sure else (min(low, Decimal(0)), max(high, Decimal(0)))


def _sums(one: Ends, other: Ends) -> Ends:
    return _sum(one[0], other[0]), _sum(one[1], other[1])


def _sum(left: Decimal, right: Decimal) -> Decimal:
    if left.is_infinite() or right.is_infinite():
        return left if left.is_infinite() else right
    return EXACT.add(left, right)


def mean(selection: Selection) -> Value:
    """The arithmetic mean."""
    refused = _calculable(selection)
    if refused:
        return refused
    items = selection.items
    size = items.number(sure)
    low, high = items.fold(_surely, _sums) or (Decimal(0), Decimal(0))
    doubtful = [interval(each.value) for each in items.which(_doubtful)]
    low = _least_mean(low, size, [each[0] for each in doubtful])
    high = _least_mean(high.copy_negate(), size, [each[1].copy_negate() for each in doubtful]).copy_negate()
    return _between(low, high, selection)


def _doubtful(item: Point) -> bool:
    return not item.sure


def _surely(item: Point) -> Ends:
    return interval(item.value) if item.sure else (Decimal(0), Decimal(0))


def _least_mean(top: Decimal, size: int, doubtful: list[Decimal]) -> Decimal:
    """The smallest mean: the sum of the sure values, and each doubtful one as long as it pulls the mean down."""
    if top.is_infinite():
        return -INFINITY
    for value in sorted(doubtful):
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
    if not selection.items.number(sure):
        return Unknown(_causes(selection.items)) if selection.items else _few("there is no value")
    return None


def least(selection: Selection) -> Value:
    """The smallest."""
    refused = _calculable(selection)
    if refused:
        return refused
    low, high = selection.items.fold(_at_least, _smallest) or (INFINITY, INFINITY)
    return _between(low, high, selection)


def _at_least(item: Point) -> Ends:
    low, high = interval(item.value)
    return low, high if item.sure else INFINITY


def _smallest(one: Ends, other: Ends) -> Ends:
    return min(one[0], other[0]), min(one[1], other[1])


def greatest(selection: Selection) -> Value:
    """The largest."""
    refused = _calculable(selection)
    if refused:
        return refused
    low, high = selection.items.fold(_at_most, _largest) or (-INFINITY, -INFINITY)
    return _between(low, high, selection)


def _at_most(item: Point) -> Ends:
    low, high = interval(item.value)
    return low if item.sure else -INFINITY, high


def _largest(one: Ends, other: Ends) -> Ends:
    return max(one[0], other[0]), max(one[1], other[1])


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
    return _between(low, high, selection)


def _known_numbers(selection: Selection) -> Unknown | None:
    """Refuse a selection of which not every value is known, or that has only one."""
    refused = _whole(selection)
    if refused:
        return refused
    causes = _causes(selection.items)
    if causes:
        return Unknown(causes)
    return _few("it takes at least two values") if len(selection.items) < 2 else None


def deviation(selection: Selection) -> Value:
    """The sample standard deviation (n - 1); every sum is exact, so the order of the calculation does not matter."""
    refused = _known_numbers(selection)
    if refused:
        return refused
    size = Decimal(len(selection.items))
    top, squares = selection.items.fold(_powers, _sums) or (Decimal(0), Decimal(0))
    middle = CONTEXT.divide(top, size)
    apart = EXACT.subtract(EXACT.multiply(size, middle), EXACT.multiply(Decimal(2), top))
    squares = EXACT.add(squares, EXACT.multiply(middle, apart))
    return CONTEXT.sqrt(CONTEXT.divide(squares, size - 1))


def _powers(item: Point) -> Ends:
    """A value and its square; of an unknown one nothing is asked."""
    value = item.value if isinstance(item.value, Decimal) else Decimal(0)
    return value, EXACT.multiply(value, value)


Line = tuple[int, Decimal, Decimal]
"""How many values, their sum, and the sum of each times its place."""


def slope(selection: Selection) -> Value:
    """The least-squares change from one point to the next."""
    selection = selection.ordered
    refused = _known_numbers(selection)
    if refused:
        return refused
    number, total, weighed = selection.items.fold(_alone, _in_line) or (0, Decimal(0), Decimal(0))
    size = Decimal(number)
    top = EXACT.subtract(weighed, EXACT.multiply((size - 1) / 2, total))
    return CONTEXT.divide(top, size * (size * size - 1) / 12)


def _alone(item: Point) -> Line:
    return 1, item.value if isinstance(item.value, Decimal) else Decimal(0), Decimal(0)


def _in_line(one: Line, other: Line) -> Line:
    moved = _sum(other[2], EXACT.multiply(Decimal(one[0]), other[1]))
    return one[0] + other[0], _sum(one[1], other[1]), _sum(one[2], moved)


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
    items = selection.items
    true = items.newest(must)
    low, high = _age(selection, items.newest(may)), _age(selection, true)
    seen = true is not None and selection.saw(items[true])
    if selection.after:
        low = Decimal(0)
    elif selection.before and not seen:
        first = items[0].at if items else selection.as_of
        seen_from = selection.covered_from if selection.covered_from.is_finite() else first
        low = min(low, max(selection.as_of - seen_from, Decimal(0)))
    if low == high:
        return low
    return Unknown(merged(selection.after if seen else selection.open, _causes(items)), low, high)


def _age(selection: Selection, place: int | None) -> Decimal:
    return INFINITY if place is None else max(selection.as_of - selection.items[place].at, Decimal(0))


def streak(selection: Selection, span: Decimal | None = None) -> Value:
    """How many of the newest points in a row are true; what lies before a false one is no cause of doubt."""
    selection = selection.ordered.seen()
    items = selection.items
    broken = items.newest(false)
    stretch = items if broken is None else items[broken + 1 :]
    causes = merged(selection.after, () if broken is not None else selection.before)
    if selection.after:
        return Unknown(merged(causes, _causes(stretch)), Decimal(0), INFINITY)
    low, high = streak_bounds(selection, span)
    return Decimal(low) if low == high else Unknown(merged(causes, _causes(stretch)), Decimal(low), high)


def longest(selection: Selection, span: Decimal | None = None) -> Value:
    """The longest run of true."""
    selection = selection.ordered
    low, high = longest_bounds(selection, span)
    if selection.open:
        high = INFINITY
    if low == high:
        return high
    return Unknown(merged(selection.open, _causes(selection.items)), Decimal(low), high)


def most(selection: Selection, span: Decimal | None = None) -> Value:
    """The largest number of points, or of true ones, within any span of time; at least what is there."""
    low, high = (densest(selection.items, each, None, span or Decimal(0)) for each in (must, may))
    if selection.short:
        return _few("the window reaches back before the series began", Decimal(low))
    if selection.open:
        return Unknown(merged(selection.open, _causes(selection.items)), Decimal(low), INFINITY)
    return _between(Decimal(low), Decimal(high), selection)


REDUCTIONS: dict[str, Callable[..., Value]] = {
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
"""The meaning of every reduction of the operator table; `quantile` takes a level, the last three also take `span`."""
