"""Tables align in a pipe and in a terminal, whatever the letters are, and data never steers the terminal."""

from __future__ import annotations

import io
import time

import pytest

from interlock.cli import terminal
from interlock.cli.progress import waiting
from interlock.cli.terminal_tables import Table


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Ascii(io.StringIO):
    encoding = "ascii"


def table() -> Table:
    found = Table(("name", "value", "what it is"), colours={"FAIL": "red"}, right=frozenset({"value"}))
    found.add("a", "12", "FAIL")
    found.add("約定率", "3", "two\nlines\tand \x1b[31m\u202e")
    return found


def test_plain_columns_align_and_show_what_is_hidden() -> None:
    assert list(table().plain()) == [
        "name    value  what it is",
        "a          12  FAIL",
        "約定率      3  two\\u000alines\\u0009and \\u001b[31m\\u202e",
    ]


def test_a_terminal_sees_colours_and_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    table().show()
    text = stream.getvalue()
    assert "\x1b[31mFAIL" in text and "\x1b[31m\u202e" not in text
    assert max(map(len, text.replace("\x1b[1m", "").splitlines())) < 60


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv(name, value)
    table().show()
    assert "\x1b" not in stream.getvalue()
    assert terminal.paint("x", "red", stream) == "x"


def test_ascii_terminals_get_ascii() -> None:
    assert terminal.encodable("0 ≤ x → 2 … – done", Ascii()) == "0 <= x -> 2 ... - done"
    assert terminal.encodable("0 ≤ x", Terminal()) == "0 ≤ x"


def test_a_short_wait_shows_no_bar_and_a_pipe_never_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", stream)
        with waiting("reading", 2) as advance:
            advance()
        assert stream.getvalue() == ""


def test_a_long_wait_shows_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("interlock.cli.progress._DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    started = []
    with waiting("reading policies", 2) as advance:
        for _ in range(200):
            advance()
            if "reading policies" in stream.getvalue():
                started.append(True)
                break
            time.sleep(0.01)
    assert started
    assert "\x1b[2K" in stream.getvalue()
