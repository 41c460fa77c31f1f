"""How commands speak: text on stdout, remarks on stderr, colours and bars only where a person looks."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from typing import TextIO

import click

from ..diagnostics import Diagnostic, render
from ..errors import UsageError, system_reason

__all__ = ["abandon", "coloured", "complaints", "flush", "paint", "prepare", "say", "tell", "width", "write"]

_MARKS = {"error": "red", "warning": "yellow", "hint:": "cyan", "^": "red"}
_PLAIN = str.maketrans({"…": "...", "—": "-", "–": "-", "·": "|", "×": "x", "≥": ">=", "≤": "<=", "→": "->"})


def prepare() -> None:
    """Let a stream that cannot encode a character show its escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "") -> None:
    """Print to stdout. Raises UsageError where the system refuses, BrokenPipeError where nobody reads."""
    try:
        click.echo(encodable(text, sys.stdout), file=sys.stdout, color=coloured(sys.stdout))
    except OSError as problem:
        raise _refused(problem) from None


def tell(text: str) -> None:
    """Print to stderr: what is not the result itself, and therefore lost where nobody can read it."""
    try:
        click.echo(encodable(text, sys.stderr), file=sys.stderr, color=coloured(sys.stderr))
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


def flush() -> None:
    """Hand over what is still buffered."""
    try:
        sys.stdout.flush()
    except OSError as problem:
        raise _refused(problem) from None


def abandon(*streams: TextIO) -> None:
    """Let what a stream still holds go nowhere, so that the end of the process does not try once more."""
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
    """Return the text in plain ASCII signs where the stream's encoding lacks the finer ones."""
    try:
        text.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN)
    return text


def coloured(stream: TextIO) -> bool:
    """Tell whether a person looks at the stream and wants colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, stream: TextIO, *, bold: bool = False) -> str:
    """Return the text in a colour where the stream shows colours."""
    return click.style(text, fg=colour or None, bold=bold) if coloured(stream) else text


def width(stream: TextIO) -> int:
    """Return the columns of the terminal; what is piped has no end."""
    return shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 10_000


def complaints(found: Iterable[Diagnostic], sources: Mapping[str, list[str]], stream: TextIO) -> str:
    """Return complaints with their source lines, in colour where the stream shows colours."""
    return "\n\n".join(_painted(render(each, sources), each.severity, stream) for each in found)


def _painted(text: str, severity: str, stream: TextIO) -> str:
    if not coloured(stream):
        return text
    head, *rest = text.split("\n")
    place, mark, message = head.partition(f": {severity} ")
    colour = _MARKS[severity]
    lines = [paint(place, "", stream, bold=True) + paint(mark, colour, stream, bold=True) + message]
    for line in rest:
        if line.startswith("    | ") and not line[6:].strip().strip("^"):
            line = line[:6] + paint(line[6:], colour, stream, bold=True)
        elif line.startswith("  hint: "):
            line = paint("  hint:", "cyan", stream) + line[7:]
        lines.append(line)
    return "\n".join(lines)
