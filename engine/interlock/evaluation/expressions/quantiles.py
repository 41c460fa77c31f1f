"""The smallest and the largest quantile that values can have, some of which are unknown or may not be there.

Between two neighbours a quantile lies in proportion (Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996,
definition 7, the one of NumPy and pandas). With each value it grows, so that the ends of the values give its ends. Of
points that may not be there the smallest make it smallest, but any number of them may: a point below it can raise it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from heapq import heappop, heappush, heappushpop

from ...language.literals import CONTEXT, EXACT
from ...language.values import INFINITY, interval
from .windows import Item

__all__ = ["quantile_bounds"]


def quantile_bounds(items: Sequence[Item], level: Decimal) -> tuple[Decimal, Decimal]:
    """Return the ends of the quantile at a level from 0 to 1; at least one item is surely there."""
    low = _smallest([(interval(each.value)[0], each.sure) for each in items], level)
    turned = [(interval(each.value)[1].copy_negate(), each.sure) for each in items]
    return low, _smallest(turned, EXACT.subtract(Decimal(1), level)).copy_negate()


def _smallest(values: Sequence[tuple[Decimal, bool]], level: Decimal) -> Decimal:
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
