"""What every command refuses before it runs."""

from __future__ import annotations

from typing import Any

import pytest

WHY = "is empty, as from a variable that is not set: give it a value, or leave it out"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("evaluate", ""), "the name of a file"),
        (("evaluate", "a.json", " "), "the name of a file"),
        (("explain", ""), "the name of a file"),
        (("validate", ""), "the name of a file"),
        (("evaluate", "a.json", "--ledger", ""), "`--ledger`"),
        (("evaluate", "a.json", "--ledger="), "`--ledger`"),
        (("evaluate", "--root", " "), "`--root`"),
        (("report", "a.json", "--policies", ""), "`--policies`"),
        (("log", "verify", "--ledger", ""), "`--ledger`"),
        (("log", "export", "-o", ""), "`-o`"),
        (("guard", "--policy", "p", "a.json", "--kill-switch", " ", "--", "true"), "`--kill-switch`"),
        (("guard", "--policy", "p", "", "--", "true"), "the name of a file"),
    ],
)
def test_an_empty_name_of_a_file_is_not_the_present_folder(
    command: Any, words: tuple[str, ...], what: str
) -> None:
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    assert f"{what} {WHY}" in done.err


def test_an_empty_argument_of_the_program_is_its_own(command: Any) -> None:
    done = command("guard", "--policy", "p", "a.json", "--root", "x", "--", "printf", "")
    wrong = "name a snapshot, or a folder to collect from with `--root DIR`: both are given"
    assert (done.code, done.err) == (2, f"error: {wrong}\n")


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_variable_is_not_the_nearest_root(
    command: Any, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", value)
    done = command("validate")
    assert done.code == 2
    assert (
        "the variable INTERLOCK_POLICIES is set and names no policy root: name one, or leave it out"
        in done.err
    )
