"""RE2: the same lines as Python's expressions, in a time that grows with the text alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.collect.patterns import parse_pattern
from interlock.collect.sql import re2
from interlock.collect.sql.re2 import count_matches, full_matches, re2_complaint
from interlock.collect.unreadable import Unreadable

SHIPPED = (
    r"(?P<time>\S+) (?P<level>[A-Z]+) (?P<text>.*)",
    r"(?P<time>\S+) (?P<level>[A-Z]+) (?P<kind>cycle|event) (?P<rest>.*)",
    r"(?P<time>\S+) INFO sample (?P<rest>.*)",
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"(a)\1", r"invalid escape sequence: \1"),
        (r"(?=a)b", "invalid perl operator: (?="),
        (r"(?<!a)b", "invalid perl operator: (?<"),
        (r"(?:a{1000}){1000}", "invalid repetition size: {1000}"),
        (r"it's (?P<a>\d+)", None),
    ],
)
def test_what_re2_cannot_match(text: str, wrong: str | None) -> None:
    assert re2_complaint(parse_pattern(text)) == wrong


def test_the_groups_of_lines() -> None:
    pattern = parse_pattern(r"(?P<time>\S+) ([A-Z]+)(?: (?P<text>.*))?(?P<rest>;*)")
    lines = ["1 INFO it's é", "1 INFO", "info", "x\0y A b", "1 INFO;", "1 INFO\n"]
    assert list(full_matches(pattern, lines)) == [
        {"time": "1", "text": "it's é", "rest": ""},
        {"time": "1", "rest": ""},
        None,
        {"time": "x\0y", "text": "b", "rest": ""},
        {"time": "1", "rest": ";"},
        None,
    ]


@pytest.mark.parametrize("text", SHIPPED)
@given(
    line=st.lists(
        st.sampled_from(["2026-03-30T05:00:00Z", " ", "INFO", "cycle", "event", "sample", "x=é", "\t", "\r"])
    )
)
def test_the_shipped_patterns_read_as_python_reads_them(text: str, line: list[str]) -> None:
    found = re.fullmatch(text, "".join(line))
    assert list(full_matches(parse_pattern(text), ["".join(line)])) == [found and found.groupdict()]


def test_nested_repetition_takes_no_longer() -> None:
    line = "2026 " + "a" * 100_000 + "X"
    assert list(full_matches(parse_pattern(r"(?P<time>\S+) (?P<text>(a+)+)!?$"), [line])) == [None]
    assert count_matches(parse_pattern("(a+)+!"), [line, "a!"]) == 1


def test_what_takes_too_long_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re2, "QUERY_SECONDS", 0.05)
    monkeypatch.setattr(re2, "_LINES", 1)
    with pytest.raises(Unreadable, match=r"^overflow: matching took longer than 0\.05 s$"):
        list(full_matches(parse_pattern(r"(?P<t>(a?){400}(.*){200})"), ["a" * 100_000] * 20))


def test_a_pattern_that_was_not_checked() -> None:
    with pytest.raises(Unreadable, match=r"^torn source: RE2 cannot match the pattern$"):
        list(full_matches(parse_pattern("(?P<a>x)(?=y)y"), ["xy"]))
