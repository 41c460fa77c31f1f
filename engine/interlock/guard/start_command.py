"""Starts a command in this process's place, so that signals, exit code and process id are the command's own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

from ..errors import InterlockError, system_reason

__all__ = ["StartError", "start"]

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class StartError(InterlockError):
    """A command that is not there or cannot be run; the exit code is the one that shells give."""

    def __init__(self, text: str, code: int) -> None:
        self.exit_code = code
        super().__init__(text)


def start(words: Sequence[str]) -> int:
    """Run the command, never through a shell; return its exit code where the process could not be replaced.

    Raises CannotStart where there is no such command or the system refuses to run it.
    """
    program = shutil.which(words[0])
    if program is None:
        there = os.path.exists(words[0])  # noqa: PTH110  the name as it was typed
        why = "it is not executable" if there else "there is no such command"
        raise StartError(f"cannot start `{words[0]}`: {why}", _NOT_EXECUTABLE if there else _NOT_FOUND)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # who cannot read a remark still wants the program
            stream.flush()
    try:
        return _replaced(program, words) if os.name == "posix" else _waited(program, words)
    except OSError as problem:
        why = system_reason(problem)
        raise StartError(f"cannot start `{words[0]}`: {why}", _NOT_EXECUTABLE) from None


def _replaced(program: str, words: Sequence[str]) -> int:
    """Become the command; the signals that Python ignores for itself get back their meaning first."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    # the variables that were judged: of one that is there twice a shell would take the other
    os.execve(program, list(words), dict(os.environ))  # noqa: S606  no shell, and the words are the user's own
    raise AssertionError("not reached")


def _waited(program: str, words: Sequence[str]) -> int:
    """Run the command below this process where none can be replaced; both get what a terminal sends."""
    with subprocess.Popen([program, *words[1:]]) as running:  # noqa: S603  no shell, the user's own words
        while True:
            try:
                return running.wait()
            except KeyboardInterrupt:
                continue
