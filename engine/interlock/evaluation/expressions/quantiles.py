"""The smallest and the largest quantile that values can have, some of which are unknown or may not be there.

Between two neighbours a quantile lies in proportion (Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996,
definition 7, the one of NumPy and pandas). With each value it grows, so that the ends of the values give its ends. Of
points that may not be there the smallest make it smallest, but any number of them may: a point below it can raise it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

from ...language.literals import CONTEXT, EXACT
from ...language.values import interval
from ..snapshot.points import Point, Points

__all__ = ["quantile_bounds"]

Ordered = tuple[Decimal, ...]
"""Values from the smallest to the largest."""


def quantile_bounds(items: Points, level: Decimal) -> tuple[Decimal, Decimal]:
    """Return the ends of the quantile at a level from 0 to 1; at least one item is surely there."""
    doubtful = [interval(each.value) for each in items.which(_doubtful)]
    low = _smallest(items.pieces(_low_end, _ordered), [low for low, _ in doubtful], level)
    high = [high.copy_negate() for _, high in doubtful]
    turned = _smallest(items.pieces(_high_end, _ordered), high, EXACT.subtract(Decimal(1), level))
    return low, turned.copy_negate()


def _doubtful(item: Point) -> bool:
    return not item.sure


def _low_end(item: Point) -> Ordered:
    return (interval(item.value)[0],) if item.sure else ()


def _high_end(item: Point) -> Ordered:
    return (interval(item.value)[1].copy_negate(),) if item.sure else ()


def _ordered(one: Ordered, other: Ordered) -> Ordered:
    return tuple(sorted((*one, *other)))


def _smallest(surely: list[Ordered], doubtful: list[Decimal], level: Decimal) -> Decimal:
    """The smallest quantile: with no doubtful value, with the smallest of them, with the two smallest, and so on."""
    below = sorted(doubtful)
    return CONTEXT.plus(min(_quantile([*surely, below[:size]], level) for size in range(len(below) + 1)))


def _quantile(groups: Sequence[Sequence[Decimal]], level: Decimal) -> Decimal:
    """The quantile of values that are in order in each of few groups."""
    place = EXACT.multiply(Decimal(sum(map(len, groups)) - 1), level)
    value, part = _placed(groups, int(place)), place % 1
    if not part:
        return value
    above = _placed(groups, int(place) + 1)
    if value.is_infinite() or above.is_infinite():
        return value if value.is_infinite() else above
    return EXACT.add(value, EXACT.multiply(part, EXACT.subtract(above, value)))


def _placed(groups: Sequence[Sequence[Decimal]], place: int) -> Decimal:
    """The value that has so many others before it, all groups put in order together."""
    # the first value of a group with enough at or below it is the one, unless others come between
    firsts = (
        (
            group,
            bisect_left(
                group, place + 1, key=lambda value: sum(bisect_right(each, value) for each in groups)
            ),
        )
        for group in groups
    )
    return next(
        group[index]
        for group, index in firsts
        if index < len(group) and sum(bisect_left(each, group[index]) for each in groups) <= place
    )
