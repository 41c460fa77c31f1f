"""The ends of a quantile against all that the values may be: every choice of the doubtful ones, at both ends."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from interlock.evaluation.expressions.quantiles import quantile_bounds
from interlock.evaluation.snapshot.points import Point, Points
from interlock.language.values import INFINITY, Cause, Unknown

WHY = (Cause("m", "", "", "missing"),)
LEVELS = ("0", "0.1", "0.25", "0.5", "0.6", "0.9", "1")


def value(values: list[Decimal], level: Decimal) -> Fraction:
    ordered, place = sorted(map(Fraction, values)), Fraction(level) * (len(values) - 1)
    low = int(place)
    return ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def drawn(dice: Random) -> list[Point]:
    items = []
    for index in range(dice.randint(1, 6)):
        low = Decimal(dice.randint(-9, 9))
        high = low + dice.choice((0, 0, 0, 1, 5))
        doubt = WHY if index and dice.random() < 0.5 else ()
        items.append(Point(Decimal(index), index, low if low == high else Unknown(WHY, low, high), doubt))
    dice.shuffle(items)
    return items


def ends(item: Point) -> tuple[Decimal, Decimal]:
    return (item.value.low, item.value.high) if isinstance(item.value, Unknown) else (item.value, item.value)  # type: ignore[return-value]


@pytest.mark.parametrize("level", [Decimal(each) for each in LEVELS])
def test_the_ends_are_the_least_and_the_greatest_of_all_that_may_be(level: Decimal) -> None:
    dice = Random(20_260_330)
    for _ in range(300):
        items = drawn(dice)
        sure = [each for each in items if each.sure]
        doubtful = [each for each in items if not each.sure]
        found = []
        for size in range(len(doubtful) + 1):
            for there in itertools.combinations(doubtful, size):
                pairs = [ends(each) for each in (*sure, *there)]
                found += [value([low for low, _ in pairs], level), value([high for _, high in pairs], level)]
        low, high = quantile_bounds(Points(items), level)
        assert (Fraction(low), Fraction(high)) == (min(found), max(found)), items


@pytest.mark.parametrize(
    ("values", "level", "wanted"),
    [
        (((1, 1), (-INFINITY, INFINITY)), "0.5", (-INFINITY, INFINITY)),
        (((1, 1), (-INFINITY, INFINITY)), "0", (-INFINITY, 1)),
        (((1, 1), (-INFINITY, INFINITY)), "1", (1, INFINITY)),
        (((1, 1), (2, 2), (-INFINITY, INFINITY)), "0.5", (1, 2)),
        (((1, 1), (INFINITY, INFINITY)), "0.5", (INFINITY, INFINITY)),
        (((-INFINITY, 3), (-INFINITY, 4)), "0.75", (-INFINITY, Decimal("3.75"))),
    ],
)
def test_a_value_without_an_end_opens_only_the_side_that_it_can_reach(
    values: tuple[tuple[Decimal, Decimal], ...], level: str, wanted: tuple[Decimal, Decimal]
) -> None:
    items = [Point(Decimal(0), 0, Unknown(WHY, Decimal(low), Decimal(high))) for low, high in values]
    assert quantile_bounds(Points(items), Decimal(level)) == wanted


def test_a_quantile_is_rounded_once() -> None:
    small, large = Decimal("1e-40"), Decimal("1e40")
    items = [Point(Decimal(0), 0, each) for each in (large, small)]
    assert quantile_bounds(Points(items), Decimal("0.5"))[0] == Decimal("5e39")
    assert quantile_bounds(Points(items), Decimal("0"))[0] == small
