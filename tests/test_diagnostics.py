"""Names that nothing has, and the columns of a text."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from interlock.diagnostics import Diagnostic, Span, columns, name_hint, printable, render, unknown_name

MANY = [f"name-{each}" for each in range(31)]


@pytest.mark.parametrize(
    ("known", "otherwise", "hint"),
    [
        (["gate", "exits"], None, "did you mean `gate`?"),
        (["gates"], "look at the list", "did you mean `gates`?"),
        (["one", "two", "three"], None, "there are one, two and three"),
        ({"two", "one"}, None, "there are one and two"),
        (["one", "one"], None, "there are one"),
        ([], None, "there are none"),
        (["one"], "look at the list", "look at the list"),
        (["one"], "", ""),
        (MANY, None, None),
    ],
)
def test_the_hint_for_a_name(known: Iterable[str], otherwise: str | None, hint: str | None) -> None:
    assert name_hint("gaet", known, otherwise) == hint


def test_an_unknown_name_is_a_message_and_a_hint_or_one_text() -> None:
    found = unknown_name("policy", "gaet", ["gate"])
    assert (found.message, found.hint) == ("no policy is called `gaet`", "did you mean `gate`?")
    assert str(found) == "no policy is called `gaet`: did you mean `gate`?"
    assert str(unknown_name("policy", "x\x1b", MANY)) == "no policy is called `x\\u001b`"


@pytest.mark.parametrize(("text", "wide"), [("", 0), ("abc", 3), ("漢字", 4), ("e\u0301", 1)])
def test_the_columns_of_a_text(text: str, wide: int) -> None:
    assert columns(text) == wide


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2J\u202e\ud800\n", r"a\u001b[2J\u202e\ud800\u000a"),
        ("##[error]x ##vso[task.complete] ### a#b", r"#\u0023[error]x #\u0023vso[task.complete] ### a#b"),
        ("a\u3164\u2800b", r"a\u3164\u2800b"),
    ],
)
def test_what_a_terminal_is_not_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_an_excerpt_commands_no_ci_job() -> None:
    found = Diagnostic("E101", "x", Span("a", 1, 1))
    assert "##[" not in render(found, {"a": ["##[error]"]})
