"""Patterns: their groups, and those that a match may pass by."""

from __future__ import annotations

import pytest

from interlock.collect.patterns import parse_pattern


@pytest.mark.parametrize(
    ("text", "groups", "skippable"),
    [
        (r"(?P<a>x)(?P<b>y)?", ("a", "b"), {"b"}),
        (r"(?P<a>(?P<c>x|y)|z)(?P<b>[)(|]*)", ("a", "c", "b"), {"c"}),
        (r"(?P<a>x)|(?P<b>\(y)", ("a", "b"), {"a", "b"}),
        (r"((?P<a>x)(?P<b>y)){0,3}(?P<d>[]|)]*)", ("", "a", "b", "d"), {"a", "b"}),
        (r"(?:(?P<a>x)|y)(?P<b>z){1,3}(?P<c>[^]?])*", ("a", "b", "c"), {"a", "c"}),
        (r"(?P<a>\S+) (?P<b>.*)", ("a", "b"), set()),
    ],
)
def test_groups(text: str, groups: tuple[str, ...], skippable: set[str]) -> None:
    found = parse_pattern(text)
    assert (found.text, found.groups, found.skippable) == (text, groups, skippable)
    assert found.names == tuple(each for each in groups if each)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(", "missing ), unterminated subpattern at position 0"),
        ("[[:alpha:]]", "Possible nested set at position 1"),
    ],
)
def test_no_pattern(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match="^" + reason.replace(")", r"\)").replace("(", r"\(") + "$"):
        parse_pattern(text)
