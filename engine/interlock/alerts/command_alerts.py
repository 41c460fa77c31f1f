"""Hands events to a command on its standard input: no shell, a time limit, and nothing that it prints is shown."""

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

__all__ = ["CommandChannel", "command_channel"]

_NO_COMMAND = "there is no such command"


@dataclass(frozen=True, slots=True)
class CommandChannel:
    """A command that takes events; the words after its own name may hold secrets and are never shown."""

    words: tuple[str, ...]
    name: str

    @property
    def shown(self) -> str:
        return f"the command `{_called(self.words[0])}`"

    def obstacle(self) -> str:
        return "" if shutil.which(self.words[0]) else _NO_COMMAND

    def hand(self, lines: bytes) -> None:
        program = shutil.which(self.words[0])
        if program is None:
            raise Undelivered(_NO_COMMAND)
        try:
            ended = run_program([program, *self.words[1:]], seconds=EVENTS_SECONDS, given=lines)
        except OutOfTime:
            raise Undelivered(f"it took longer than {EVENTS_SECONDS} s") from None
        except OSError as problem:
            raise Undelivered(system_reason(problem)) from None
        if ended.status < 0:
            raise Undelivered(f"it was ended by signal {-ended.status}")
        if ended.status:
            raise Undelivered(f"it ended with code {ended.status}")


def command_channel(text: str) -> CommandChannel:
    """Return the channel of a command line; raises UsageError for one that cannot be meant."""
    try:
        words = _split(text)
    except ValueError:
        raise UsageError("`--events-command`: a quote in it has no end") from None
    if not words or not words[0] or "\0" in text:
        raise UsageError("`--events-command` names no command")
    return CommandChannel(words, f"command {_called(words[0])} {fingerprint(chr(0).join(words))}")


def _split(text: str) -> tuple[str, ...]:
    """Split as a shell would; where backslashes are part of paths they stay, and only whole words are unquoted."""
    if os.name == "posix":
        return tuple(shlex.split(text))
    words = shlex.split(text, posix=False)
    return tuple(each[1:-1] if len(each) > 1 and each[0] == each[-1] in "'\"" else each for each in words)


def _called(word: str) -> str:
    return printable(word.replace("\\", "/").rpartition("/")[2] or word)
