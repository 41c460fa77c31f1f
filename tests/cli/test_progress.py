"""A progress bar appears after a second of waiting, at a terminal alone, and goes away."""

from __future__ import annotations

import io
import time

import pytest

from interlock.cli.progress import progress

from .test_terminal import Terminal


def test_a_short_wait_shows_no_bar_and_a_pipe_never_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", stream)
        with progress("reading", 2) as advance:
            advance()
        assert stream.getvalue() == ""


def test_a_long_wait_shows_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("interlock.cli.progress._DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    started = []
    with progress("reading policies", 2) as advance:
        for _ in range(6000):
            advance()
            if "reading policies" in stream.getvalue():
                started.append(True)
                break
            time.sleep(0.01)
    assert started
    assert "\x1b[2K" in stream.getvalue()
