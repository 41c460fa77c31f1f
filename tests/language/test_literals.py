"""Literals read, and values print in their unit so that they read back the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.language.literals import ParsedLiteral, parse_literal, show, show_pair
from interlock.language.types import (
    BOOL,
    DURATION,
    INTEGER,
    NUMBER,
    RATIO,
    STRING,
    TIMESTAMP,
    EnumType,
    Kind,
    Type,
)

USD = Type(Kind.MONEY, currency="USD")


@pytest.mark.parametrize(
    ("text", "value", "kind", "bare"),
    [
        ("14", "14", INTEGER, True),
        ("0", "0", INTEGER, True),
        ("0.5", "0.5", NUMBER, True),
        ("1e3", "1000", NUMBER, True),
        ("55%", "0.55", RATIO, False),
        ("-3%", "-0.03", RATIO, False),
        ("250bps", "0.025", RATIO, False),
        ("90s", "90", DURATION, False),
        ("5m", "300", DURATION, False),
        ("2h", "7200", DURATION, False),
        ("14d", "1209600", DURATION, False),
        ("3w", "1814400", DURATION, False),
        ("1.5h", "5400", DURATION, False),
        ("500USD", "500", USD, False),
        ("-0.01USD", "-0.01", USD, False),
    ],
)
def test_a_literal_reads(text: str, value: str, kind: Type, bare: bool) -> None:
    assert parse_literal(text) == ParsedLiteral(Decimal(value), kind, bare)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "--5",
        "+5",
        ".5",
        "5.",
        "05",
        "1_000",
        "1,000",
        "0x10",
        "5 %",
        "5%%",
        "5usd",
        "5US",
        "5USDT",
        "5 m",
        "5min",
        "2hh",
        "inf",
        "nan",
        "1e",
        "1e1000",
        "٥",
        "5\n",
        "9" * 35,
        "0." + "1" * 35,
    ],
)
def test_other_text_is_no_literal(text: str) -> None:
    assert parse_literal(text) is None


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal("-0.030123"), RATIO, "-3.012%"),
        (Decimal("0.55"), RATIO, "55%"),
        (Decimal("-0.0"), NUMBER, "0"),
        (Decimal("1E+3"), NUMBER, "1000"),
        (Decimal("12.50"), USD, "12.5 USD"),
        (Decimal("1234567.891"), USD, "1234568 USD"),
        (Decimal(7201), DURATION, "2h 00m 01s"),
        (Decimal(1774850400), TIMESTAMP, "2026-03-30T06:00:00Z"),
        (True, BOOL, "true"),
        ("kraken", STRING, "kraken"),
        (frozenset({"b", "a"}), Type(Kind.SET), "{a, b}"),
        (Decimal(1), Type(Kind.ENUM, enum=EnumType("level", ("normal", "crisis"))), "crisis"),
    ],
)
def test_a_value_shows_in_its_unit(value: object, kind: Type, text: str) -> None:
    assert show(value, kind) == text


@given(st.decimals(-(10**9), 10**9, places=6), st.sampled_from([("", NUMBER), ("%", RATIO), (" USD", USD)]))
def test_a_number_that_is_shown_reads_back(value: Decimal, unit: tuple[str, Type]) -> None:
    shown = show(value, unit[1], 34)
    literal = parse_literal(shown.replace(" ", ""))
    assert literal is not None
    assert literal.value == value


@given(st.decimals(0, 1, places=12), st.decimals(0, 1, places=12), st.sampled_from([NUMBER, RATIO, USD]))
def test_a_pair_shows_a_difference_where_there_is_one(seen: Decimal, needed: Decimal, kind: Type) -> None:
    first, second = show_pair(seen, needed, kind)
    assert (first == second) == (seen == needed)


def test_values_that_no_digits_tell_apart_print_alike() -> None:
    seen = Decimal(1) / 3
    pair = show_pair(Decimal("1." + "0" * 60 + "1"), Decimal("1." + "0" * 60 + "2"), NUMBER)
    assert pair == ("1", "1")
    assert show_pair(seen, seen, NUMBER)[0] == show_pair(seen, seen, NUMBER)[1]


def test_a_number_without_end_says_so() -> None:
    assert show(Decimal("Infinity"), NUMBER) == "unbounded"
