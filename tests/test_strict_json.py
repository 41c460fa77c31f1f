"""JSON read strictly: what is refused, with its place, and what numbers come to."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.strict_json import InvalidJSON, StrictReader, decode_utf8, exact_number, is_unicode

READER = StrictReader(depth=3)


@pytest.mark.parametrize(
    ("text", "problem", "detail"),
    [
        ("", "is not JSON, column 1", "the file ends too early: expecting value"),
        (
            "{",
            "is not JSON, column 2",
            "the file ends too early: expecting property name enclosed in double quotes",
        ),
        ('["a', "is not JSON, column 2", "the file ends too early: unterminated string starting at"),
        ("[1, tru", "is not JSON, column 5", "the file ends too early: expecting value"),
        ("[1,\n 2\n x]", "is not JSON, line 3, column 2", "expecting ',' delimiter"),
        ("[1] 2", "is not JSON, column 5", "extra data"),
        ("[1] [2]", "is not JSON, column 5", "extra data"),
        ('{"a": 1, "b": 2, "a": 1}', "has the same key twice in one object", "keep one `a`"),
        ('[{"x": {"b": 1, "a": 1, "b": 1}}]', "has the same key twice in one object", "keep one `b`"),
        (r'["\ud800"]', "holds half of a surrogate pair", "write the character itself"),
        (r'{"a": [1, {"\udfffx": 2}]}', "holds half of a surrogate pair", "write the character itself"),
        ("[[[[]]]]", "is nested deeper than 3 levels", ""),
        ('[[{"a": {"b": 1}}]]', "is nested deeper than 3 levels", ""),
    ],
)
def test_what_is_refused(text: str, problem: str, detail: str) -> None:
    with pytest.raises(InvalidJSON) as found:
        READER.read(text)
    assert (found.value.problem, found.value.detail) == (problem, detail)
    assert str(found.value) == (f"{problem}: {detail}" if detail else problem)


def test_nesting_without_a_limit_does_no_harm() -> None:
    with pytest.raises(InvalidJSON, match=r"^is nested too deeply$"):
        StrictReader().read("[" * 100_000)


def test_brackets_in_strings_are_no_nesting() -> None:
    assert READER.read(r'[["[[[[\"[[", "{{{{"]]') == [['[[[["[[', "{{{{"]]


def test_a_key_may_stand_in_two_objects() -> None:
    assert READER.read('[{"a": 1}, {"a": {"a": 2}}]') == [{"a": 1}, {"a": {"a": 2}}]


def test_other_encodings_are_refused_at_their_byte() -> None:
    assert decode_utf8(b"\xef\xbb\xbf{}") == "{}"
    with pytest.raises(InvalidJSON) as found:
        decode_utf8(b"{}\xff")
    assert str(found.value) == "is not UTF-8 at byte 2: save the file as UTF-8"


def test_numbers_of_any_length_do_no_harm() -> None:
    digits = "9" * 100_000
    assert StrictReader().read(f"[1, {digits}]") == [1, Decimal(digits)]
    assert StrictReader(fraction=exact_number).read("[0.1, 1e9999999999999999999]") == [
        Decimal("0.1"),
        Decimal("Infinity"),
    ]


def test_numbers_that_are_none_reach_the_caller() -> None:
    found = StrictReader().read("[NaN, -Infinity]")
    assert isinstance(found, list) and math.isnan(found[0]) and found[1] == -math.inf
    assert StrictReader(constant=str.lower).read("[NaN]") == ["nan"]
    assert StrictReader(whole=str, fraction=str).read("[1, 2.5]") == ["1", "2.5"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_sound_json_is_read_as_it_was_written(value: object) -> None:
    assert StrictReader().read(json.dumps(value)) == value


def test_pairs_of_surrogates_are_characters() -> None:
    assert READER.read(r'["\ud83d\ude00", "d800", "\\ud800", {"a": 1}]') == [
        "😀",
        "d800",
        r"\ud800",
        {"a": 1},
    ]
    assert StrictReader(halves=True).read(r'"\ud800"') == "\ud800"
    assert (is_unicode("é😀"), is_unicode("a\udcff")) == (True, False)
