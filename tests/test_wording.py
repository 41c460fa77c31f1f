"""Counts, articles and lists read as English."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from interlock.wording import listed, number, plural, with_article


@pytest.mark.parametrize(
    ("noun", "wanted"),
    [("rule", "rules"), ("policy", "policies"), ("day", "days"), ("trading day", "trading days")],
)
def test_a_plural(noun: str, wanted: str) -> None:
    assert plural(noun) == wanted


@pytest.mark.parametrize(("count", "wanted"), [(0, "0 policies"), (1, "1 policy"), (2, "2 policies")])
def test_a_count_agrees_with_its_noun(count: int, wanted: str) -> None:
    assert number(count, "policy") == wanted


@pytest.mark.parametrize(("word", "wanted"), [("ratio", "a ratio"), ("integer", "an integer"), ("", "a ")])
def test_an_article_goes_by_the_first_letter(word: str, wanted: str) -> None:
    assert with_article(word) == wanted


@pytest.mark.parametrize(
    ("words", "most", "wanted"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b"], None, "a and b"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c", "d"], 4, "a, b, c and d"),
        (["a", "b", "c", "d", "e"], 4, "a, b, c and 2 more"),
    ],
)
def test_a_list_of_names(words: Sequence[str], most: int | None, wanted: str) -> None:
    assert listed(words, most) == wanted
