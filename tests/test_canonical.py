"""One record has one spelling."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.canonical import canonical, digest, plain_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [None, True, False]}, '{"a":[null,true,false],"b":1}'),
        (Decimal("1.2300"), "1.23"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.00"), "0"),
        (Decimal("0E+99999"), "0"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e22, "10000000000000000000000"),
        (9007199254740993, "9007199254740993"),
        ('é\n\u202e"', '"é\\n\u202e\\""'),
        ("\ud800", '"\\ud800"'),
        ({}, "{}"),
        ((), "[]"),
    ],
)
def test_spelling(value: object, text: str) -> None:
    assert canonical(value) == text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_not_finite_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="a number that is not finite has no canonical JSON"):
        canonical([value])


def test_huge_exponents_and_foreign_things_are_refused() -> None:
    with pytest.raises(ValueError, match="a number beyond the range of the language has no canonical JSON"):
        canonical(Decimal("1E+9999999"))
    with pytest.raises(TypeError, match="the key 1 is not text"):
        canonical({1: 2})
    with pytest.raises(TypeError, match="set has no canonical JSON"):
        canonical({"a": {1}})


def test_digest() -> None:
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_reading_back_and_writing_again_changes_nothing(value: object) -> None:
    once = canonical(value)
    assert canonical(json.loads(once, parse_float=Decimal)) == once


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_plain_numbers_have_no_exponent_and_mean_the_same(value: Decimal) -> None:
    if abs(value.adjusted()) < 500:
        text = plain_number(value)
        assert "E" not in text and "e" not in text
        assert Decimal(text) == value
