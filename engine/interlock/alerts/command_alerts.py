"""Delivers events to the standard input of a command: no shell, a time limit, and its output is discarded."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass

from ..diagnostics import printable
from ..errors import UsageError, system_reason
from ..limits import EVENTS_SECONDS
from ..process import OutOfTime, run_program
from .channel import Undelivered, fingerprint

__all__ = ["command_channel"]

_NO_COMMAND = "there is no such command"


@dataclass(frozen=True, slots=True)
class CommandChannel:
    """A command that takes events; its arguments may hold secrets and are never shown."""

    arguments: tuple[str, ...]
    name: str

    @property
    def label(self) -> str:
        return f"the command `{_program_name(self.arguments[0])}`"

    def problem(self) -> str:
        return "" if shutil.which(self.arguments[0]) else _NO_COMMAND

    def deliver(self, lines: bytes) -> None:
        program = shutil.which(self.arguments[0])
        if program is None:
            raise Undelivered(_NO_COMMAND)
        try:
            ended = run_program([program, *self.arguments[1:]], seconds=EVENTS_SECONDS, given=lines)
        except OutOfTime:
            raise Undelivered(f"it took longer than {EVENTS_SECONDS} s") from None
        except OSError as problem:
            raise Undelivered(system_reason(problem)) from None
        if ended.status < 0:
            raise Undelivered(f"it was ended by signal {-ended.status}")
        if ended.status:
            raise Undelivered(f"it ended with code {ended.status}")


def command_channel(text: str) -> CommandChannel:
    """Return the channel of a command line; raises UsageError for a malformed one."""
    try:
        arguments = _split(text)
    except ValueError:
        raise UsageError("`--events-command`: a quote is not closed") from None
    if not arguments or not arguments[0] or "\0" in text:
        raise UsageError("`--events-command` names no command")
    return CommandChannel(
        arguments, f"command {_program_name(arguments[0])} {fingerprint(chr(0).join(arguments))}"
    )


def _split(text: str) -> tuple[str, ...]:
    """Split like a shell; on Windows backslashes stay, and only whole arguments are unquoted."""
    if os.name == "posix":
        return tuple(shlex.split(text))
    arguments = shlex.split(text, posix=False)
    return tuple(each[1:-1] if len(each) > 1 and each[0] == each[-1] in "'\"" else each for each in arguments)


def _program_name(path: str) -> str:
    return printable(path.replace("\\", "/").rpartition("/")[2] or path)
