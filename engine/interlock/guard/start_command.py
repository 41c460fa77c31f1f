"""Starts a command in place of this process, which keeps its process id and passes on signals and exit code."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from ..errors import InterlockError, system_reason

__all__ = ["StartError", "start"]

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class StartError(InterlockError):
    """A command that is missing or cannot be run; the exit code is that of a shell."""

    def __init__(self, text: str, code: int) -> None:
        self.exit_code = code
        super().__init__(text)


def start(command: Sequence[str]) -> int:
    """Run the command without a shell; return its exit code on systems that cannot replace a process.

    Raises StartError if the command is missing or the system refuses to run it.
    """
    program = shutil.which(command[0])
    if program is None:
        there = os.path.exists(command[0])  # noqa: PTH110  the name as it was typed
        why = "it is not executable" if there else "there is no such command"
        raise StartError(f"cannot start `{command[0]}`: {why}", _NOT_EXECUTABLE if there else _NOT_FOUND)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # a closed output must not stop the command
            stream.flush()
    try:
        return _replace_process(program, command) if os.name == "posix" else _run_child(program, command)
    except OSError as problem:
        why = system_reason(problem)
        raise StartError(f"cannot start `{command[0]}`: {why}", _NOT_EXECUTABLE) from None


def _replace_process(program: str, command: Sequence[str]) -> NoReturn:
    """Become the command, after restoring the signals that Python ignores."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    # pass the variables that were evaluated: of a duplicate, a shell would take the other one
    os.execve(program, list(command), dict(os.environ))  # noqa: S606  no shell, and the command is the user's own


def _run_child(program: str, command: Sequence[str]) -> int:
    """Run the command as a child process; both get the signals of a terminal."""
    with subprocess.Popen([program, *command[1:]]) as running:  # noqa: S603  no shell, the user's own command
        while True:
            try:
                return running.wait()
            except KeyboardInterrupt:
                continue
