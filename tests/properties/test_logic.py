"""The operators on single values: Kleene's tables, and intervals that hold whatever the missing value is."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.evaluation.expressions.scalar_semantics import SCALARS, age, between, decide
from interlock.language.operators import OPERATORS
from interlock.language.values import INFINITY, Cause, Unknown, Value

CAUSE = (Cause("m", "", "", "missing"),)
OTHER = (Cause("n", "", "", "stale"),)
TRUTHS = (True, False, Unknown(CAUSE))
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")

NUMBERS = st.decimals(-1000, 1000, places=2)


def fillings(truths: tuple[Value, ...]) -> list[tuple[bool, ...]]:
    """Every way to make the unknown ones true or false."""
    choices = [(True, False) if isinstance(each, Unknown) else (each,) for each in truths]
    return list(itertools.product(*choices))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "plain"), [("and", all), ("or", any)])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_and_and_or_are_decided_exactly_when_every_filling_agrees(
    name: str, plain: Callable[[tuple[bool, ...]], bool], size: int
) -> None:
    for truths in itertools.product(TRUTHS, repeat=size):
        possible = {plain(each) for each in fillings(truths)}
        result = SCALARS[name](*truths)
        if len(possible) == 1:
            assert result is possible.pop(), truths
        else:
            assert result == Unknown(CAUSE), truths


def test_not_turns_what_is_known_and_keeps_what_is_not() -> None:
    assert [SCALARS["not"](each) for each in TRUTHS] == [False, True, Unknown(CAUSE)]


def test_causes_are_merged_once_and_in_order() -> None:
    assert SCALARS["and"](Unknown(OTHER), True, Unknown(CAUSE), Unknown(CAUSE)) == Unknown((*CAUSE, *OTHER))


def test_every_operator_of_single_values_has_a_meaning() -> None:
    wanted = {
        name
        for name, each in OPERATORS.items()
        if each.form in ("logic", "compare", "member", "add", "scale", "scalar")
    }
    assert wanted - {"age"} == set(SCALARS)


@pytest.mark.parametrize("name", ["eq", "ne"])
def test_text_and_booleans_compare_with_nothing_unknown(name: str) -> None:
    assert decide(name, "a", Unknown(CAUSE)) == Unknown(CAUSE)
    assert decide(name, Unknown(CAUSE), True) == Unknown(CAUSE)
    assert decide(name, frozenset({"a"}), Unknown(CAUSE)) == Unknown(CAUSE)
    assert decide(name, "a", "a") is (name == "eq")


@st.composite
def spread(draw: st.DrawFn) -> tuple[Value, Decimal]:
    """A value, known or between two ends, and a number that it may turn out to be."""
    inside = draw(NUMBERS)
    kind = draw(st.sampled_from(("known", "both", "low", "high", "free")))
    if kind == "known":
        return inside, inside
    low = inside - draw(st.decimals(0, 50, places=1)) if kind in ("both", "low") else -INFINITY
    high = inside + draw(st.decimals(0, 50, places=1)) if kind in ("both", "high") else INFINITY
    return Unknown(CAUSE, low, high), inside


def holds(result: Value, number: Value) -> bool:
    """Tell whether a result allows for the number; where even that one is unknown the result must be."""
    if isinstance(number, Unknown):
        return isinstance(result, Unknown)
    if isinstance(result, Unknown):
        return isinstance(number, bool) or (
            isinstance(number, Decimal) and result.low <= number <= result.high
        )
    return result == number


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "larger", "smaller", *COMPARISONS])
@given(left=spread(), right=spread())
def test_two_intervals_hold_whatever_the_missing_values_are(
    name: str, left: tuple[Value, Decimal], right: tuple[Value, Decimal]
) -> None:
    whole = SCALARS[name](left[0], right[0])
    assert holds(whole, SCALARS[name](left[1], right[1]))


@pytest.mark.parametrize("name", ["neg", "abs"])
@given(value=spread())
def test_one_interval_holds_whatever_the_missing_value_is(name: str, value: tuple[Value, Decimal]) -> None:
    assert holds(SCALARS[name](value[0]), SCALARS[name](value[1]))


@given(value=spread(), later=st.decimals(-1, 5000, places=1))
def test_the_age_of_an_unknown_instant_is_unknown(value: tuple[Value, Decimal], later: Decimal) -> None:
    assert holds(age(value[0], value[1] + later), age(value[1], value[1] + later))


@given(value=spread())
def test_bounds_that_meet_are_a_value(value: tuple[Value, Decimal]) -> None:
    assert between(value[1], value[1], CAUSE) == value[1]


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("div", Decimal(1), Decimal(0)),
        ("div", Decimal(0), Unknown(CAUSE, Decimal(-1), Decimal(1))),
        ("mul", Decimal(0), Unknown(CAUSE)),
        ("mul", Decimal("9e6144"), Decimal(10)),
        ("add", Decimal("9.9e6144"), Decimal("9.9e6144")),
        ("sub", INFINITY, INFINITY),
        ("mul", INFINITY, Decimal(0)),
        ("div", INFINITY, INFINITY),
    ],
)
def test_what_has_no_result_is_unknown(name: str, left: Value, right: Value) -> None:
    result = SCALARS[name](left, right)
    assert isinstance(result, Unknown)
    assert result.causes
    assert (result.low, result.high) == (-INFINITY, INFINITY)


def test_never_is_longer_than_any_duration() -> None:
    assert decide("gt", INFINITY, Decimal("1e300")) is True
    assert SCALARS["add"](INFINITY, Decimal(5)) == INFINITY
    assert SCALARS["mul"](INFINITY, Decimal(2)) == INFINITY
