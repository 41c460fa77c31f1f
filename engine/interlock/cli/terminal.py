"""Output of commands: results on stdout, notes on stderr, colours only at a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from io import TextIOWrapper
from typing import TextIO

import click

from ..errors import UsageError, system_reason
from ..reports.escaping import json_text

__all__ = ["abandon", "coloured", "flush", "note", "out", "paint", "prepare", "width", "write", "write_json"]

_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
_PLAIN = str.maketrans({"…": "...", "—": "-", "–": "-", "·": "|", "×": "x", "≥": ">=", "≤": "<=", "→": "->"})


def prepare() -> None:
    """Let a stream that cannot encode a character show its escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def out(text: str = "") -> None:
    """Print to stdout. Raises UsageError where the system refuses, BrokenPipeError where the reader has left."""
    try:
        click.echo(
            _without_commands(encodable(text, sys.stdout)), file=sys.stdout, color=coloured(sys.stdout)
        )
    except OSError as problem:
        raise _refused(problem) from None


def note(text: str) -> None:
    """Print to stderr; what cannot be written there is dropped, since it is no part of the result."""
    try:
        click.echo(
            _without_commands(encodable(text, sys.stderr)), file=sys.stderr, color=coloured(sys.stderr)
        )
    except OSError:
        abandon(sys.stderr)


def write(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as problem:
        raise _refused(problem) from None


def write_json(data: bytes) -> None:
    """Write JSON to stdout: as it is to a pipe, to a terminal with every character escaped that could control it."""
    write(json_text(data.decode()).encode() if sys.stdout.isatty() else data)


def flush() -> None:
    """Write the buffered output."""
    try:
        sys.stdout.flush()
    except OSError as problem:
        raise _refused(problem) from None


def abandon(*streams: TextIO) -> None:
    """Drop what a stream still holds, so the end of the process does not try to write it again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
            stream.flush()


def _refused(problem: OSError) -> Exception:
    if isinstance(problem, BrokenPipeError):
        return problem
    abandon(sys.stdout)
    return UsageError(f"cannot write the output: {system_reason(problem)}")


def encodable(text: str, stream: TextIO) -> str:
    """Return the text in ASCII signs where the stream's encoding lacks the others."""
    try:
        text.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN)
    return text


def _without_commands(text: str) -> str:
    """Escape a colon where a line would command a CI job that shows it: `::error::` at its beginning."""
    return _COMMAND.sub(r"\1\\u003a:", text)


def coloured(stream: TextIO) -> bool:
    """Tell whether the stream is a terminal that shows colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, stream: TextIO, *, bold: bool = False) -> str:
    """Return the text in a colour where the stream shows colours."""
    return click.style(text, fg=colour or None, bold=bold or None) if coloured(stream) else text


def width(stream: TextIO) -> int:
    """Return the columns of a terminal; a pipe has no limit."""
    return shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 10_000
