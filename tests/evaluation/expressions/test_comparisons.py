"""The nearest value at which a comparison would pass: the bound itself, its neighbour, or the side of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.evaluation.expressions.comparisons import _margin, nearest
from interlock.language.literals import show
from interlock.language.types import BOOL, DURATION, INTEGER, NUMBER, RATIO, TIMESTAMP, EnumType, Kind, Type
from interlock.language.values import Unknown, Value

LEVEL = Type(Kind.ENUM, enum=EnumType("level", ("normal", "caution", "crisis")))
USD = Type(Kind.MONEY, currency="USD")


@pytest.mark.parametrize(
    ("operator", "limit", "kind", "expected"),
    [
        ("ge", Decimal("0.55"), RATIO, "55%"),
        ("le", Decimal(7200), DURATION, "2h"),
        ("eq", Decimal(1), INTEGER, "1"),
        ("gt", Decimal(3), INTEGER, "4"),
        ("lt", Decimal(3), INTEGER, "2"),
        ("gt", Decimal("2.5"), INTEGER, "3"),
        ("lt", Decimal("2.5"), INTEGER, "2"),
        ("gt", Decimal("0.55"), RATIO, "above 55%"),
        ("lt", Decimal("0.3"), NUMBER, "below 0.3"),
        ("gt", Decimal(0), USD, "above 0 USD"),
        ("lt", Decimal(7200), DURATION, "shorter than 2h"),
        ("gt", Decimal(7200), DURATION, "longer than 2h"),
        ("gt", Decimal(0), TIMESTAMP, "later than 1970-01-01T00:00:00Z"),
        ("lt", Decimal(0), TIMESTAMP, "earlier than 1970-01-01T00:00:00Z"),
        ("lt", Decimal(2), LEVEL, "caution"),
        ("gt", Decimal(0), LEVEL, "caution"),
        ("lt", Decimal(0), LEVEL, "below normal"),
        ("ne", Decimal(2), LEVEL, "anything but crisis"),
        ("in", frozenset({"b", "a"}), Type(Kind.STRING), "a member of {a, b}"),
        ("not_in", frozenset({"a"}), Type(Kind.STRING), "anything outside {a}"),
        ("eq", True, BOOL, "true"),
    ],
)
def test_nearest(operator: str, limit: Value, kind: Type, expected: str) -> None:
    assert nearest(operator, limit, show(limit, kind), kind) == expected


def test_an_unknown_or_endless_limit_has_no_neighbour() -> None:
    assert nearest("gt", Unknown(()), "unknown", INTEGER) == "above unknown"
    assert nearest("lt", Decimal("Infinity"), "never", DURATION) == "shorter than never"
    assert nearest("lt", Decimal("Infinity"), "unbounded", INTEGER) == "below unbounded"


def test_a_distance_beyond_all_numbers_has_no_margin() -> None:
    far = Decimal("9E+999999")
    assert _margin("lt", -far, far, NUMBER) is None
    assert _margin("lt", Decimal(1), Decimal(3), NUMBER) == "2"
