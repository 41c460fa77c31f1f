"""Colours and signs of a terminal: where it shows them, and nowhere else."""

from __future__ import annotations

import io

import pytest

from interlock.cli import terminal
from interlock.cli.output import style_of


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Ascii(io.StringIO):
    encoding = "ascii"


def test_a_terminal_sees_colours_within_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    style = style_of(stream)
    assert (style.width, style.ascii) == (30, False)
    assert style.paint("FAIL", "bad") == "\x1b[31mFAIL\x1b[0m"
    assert style.paint("name", "strong") == "\x1b[1mname\x1b[0m"


def test_a_pipe_has_neither_colours_nor_an_end() -> None:
    style = style_of(io.StringIO())
    assert (style.width, style.paint("FAIL", "bad")) == (10_000, "FAIL")
    assert style_of(Ascii()).ascii


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setenv(name, value)
    assert terminal.paint("x", "red", stream) == "x"


def test_ascii_terminals_get_ascii() -> None:
    assert terminal.encodable("0 ≤ x → 2 … – done", Ascii()) == "0 <= x -> 2 ... - done"
    assert terminal.encodable("0 ≤ x", Terminal()) == "0 ≤ x"


def test_a_line_does_not_command_a_ci_job(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.out("::error::x\n  ::warning file=a::y\na ::b")
    terminal.note("::error::x")
    printed = capsys.readouterr()
    assert printed.out == "\\u003a:error::x\n  \\u003a:warning file=a::y\na ::b\n"
    assert printed.err == "\\u003a:error::x\n"
