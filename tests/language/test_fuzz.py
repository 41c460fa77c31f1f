"""Whatever text stands where an expression should: complaints with a place, never a traceback and never a hang."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.diagnostics import Collector, render
from interlock.language.checker import check_rule
from interlock.language.nodes import Node, walk
from interlock.language.printer import to_text
from interlock.limits import EXPRESSION_CHARACTERS, EXPRESSION_DEPTH, EXPRESSION_NODES
from support.effort import at_most

from .cases import Case, all_cases
from .reference import Reference, declarations, place, typed

CASES = all_cases()
GOOD = [case for case in CASES if case.wanted.error is None and not case.rule]
DESK = next(case for case in CASES if case.id == "looks/known-true")
NAMES = declarations(DESK)[1]
WORDS = st.sampled_from(
    [
        *[
            "and",
            "or",
            "not",
            "in",
            "true",
            "false",
            "(",
            ")",
            ",",
            "=",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "+",
            "-",
            "*",
            "/",
            ".",
            "%",
            "#",
            '"',
            "'",
            "\\",
            "\n",
        ],
        *[
            "kpi",
            "hit",
            "pnl",
            "up",
            "level",
            "r",
            "t.pnl",
            "conf",
            "alerts",
            "canary",
            "symbol",
            "good_days",
            "steady",
            "word",
            "'crisis'",
            "'phase_a'",
        ],
        *[
            "count",
            "sum",
            "mean",
            "last",
            "streak",
            "run",
            "gap",
            "since",
            "known",
            "default",
            "baseline",
            "attested",
        ],
        *["last=", "within=", "where=", "span=", "this=", "5", "0", "55%", "2h", "500USD", "1e3", "ﬁ"],
    ]
)


def checked(text: str, case: Case = DESK) -> Node | None:
    """Check a text as a rule; every complaint must stand inside the text and render."""
    names = NAMES if case is DESK else declarations(case)[1]
    collector = Collector(sources={"expr": [text]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree = check_rule(text, place, names, collector)
    assert (tree is None) == bool(collector.diagnostics)
    for each in collector.sorted():
        assert 1 <= each.span.column <= max(len(text), 1)
        assert each.span.column < each.span.end_column
        assert render(each, collector.sources)
        assert "Traceback" not in each.message
    return tree


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    checked(text)


@given(st.text("()+-*/<>=!.,%'\"#&|^~@[]{}:;0123456789aeEdhUSD_ \t\n", max_size=60))
def test_text_of_symbols_and_digits(text: str) -> None:
    checked(text)


@given(st.lists(WORDS, max_size=20), st.sampled_from(["", " "]))
def test_words_of_the_language_in_any_order(words: list[str], between: str) -> None:
    checked(between.join(words))


@given(st.sampled_from(GOOD), st.data())
def test_a_good_expression_with_a_slip(case: Case, data: st.DataObject) -> None:
    text = case.expression
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    checked(text[:start] + data.draw(st.text(max_size=3) | WORDS) + text[end:], case)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "(" * 60 + "up" + ")" * 60,
        "not " * 500 + "up",
        "-" * 3000 + "kpi",
        "+".join(["kpi"] * 600) + " > 1",
        "kpi" + ".kpi" * 1000 + " > 1",
        "2**3999999 > 1",
        "'%50000000d' % 1",
        "abs(" * 200 + "kpi" + ")" * 200,
        "a" * (EXPRESSION_CHARACTERS + 1),
        "kpi > " + "9" * 4000,
        "kpi > 1e999999999",
        "kpi > 1" + "e9" * 100,
        "'" * 3001,
        "up and " * 500 + "up",
        " < ".join(["kpi"] * 500),
        "\t" * 4000,
        "#" * 4000,
        "5" + " %" * 1000,
        "1.1" * 1000,
    ],
    ids=lambda text: f"{text[:12].strip()} of {len(text)}",
)
def test_what_is_too_large_is_refused_at_once(text: str) -> None:
    with at_most(5):
        tree = checked(text)
    assert tree is None or len(list(walk(tree))) <= EXPRESSION_NODES


def test_depth_up_to_the_cap_is_checked() -> None:
    levels = EXPRESSION_DEPTH // 2
    assert checked("not (" * levels + "up" + ")" * levels) is not None


@pytest.mark.parametrize("case", GOOD, ids=str)
def test_what_is_printed_means_the_same(case: Case) -> None:
    tree = typed(case)
    assert tree is not None
    assert Reference().evaluate(replace(case, expression=to_text(tree))) == case.wanted
