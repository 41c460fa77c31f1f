"""Hands a result to a file, written whole or not at all, or to stdout."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from ..diagnostics import printable
from ..errors import UsageError
from ..files import write_atomically
from ..policy.loader import find_root
from ..reports.evaluation_result import ReportStyle
from . import terminal

__all__ = ["deliver", "look", "on_screen", "output_option", "writable"]

_COLOURS = {
    "good": "green",
    "middle": "yellow",
    "bad": "red",
    "blind": "magenta",
    "idle": "",
    "strong": "",
    "faint": "cyan",
}

output_option = click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where the result goes; default: stdout."
)


def writable(output: str) -> None:
    """Raise UsageError before the work rather than after it."""
    if output == "-":
        return
    path = Path(output)
    shown = printable(output)
    if not path.parent.is_dir():
        raise UsageError(f"cannot write `{shown}`: there is no folder `{printable(path.parent.as_posix())}`")
    if path.is_symlink():
        raise UsageError(f"cannot write `{shown}`: it is a symbolic link")
    if path.is_dir():
        raise UsageError(f"cannot write `{shown}`: it is a folder")


def deliver(text: str, output: str, *, for_people: bool = False) -> None:
    """Write the text as UTF-8; `for_people` prints it as the terminal can show it."""
    if output != "-":
        write_atomically(Path(output), text.encode("utf-8", "backslashreplace"))
        terminal.tell(f"wrote {printable(Path(output).as_posix())}")
    elif for_people:
        terminal.say(text.removesuffix("\n"))
    else:
        terminal.write(text.encode("utf-8", "backslashreplace"))


def look(output: str, policies: str | None) -> ReportStyle:
    """Return how the result is to look where it goes."""
    above = Path(os.path.relpath(find_root(policies).resolve().parent)).as_posix()
    return ReportStyle(above=above) if output != "-" else replace(on_screen(), above=above)


def on_screen() -> ReportStyle:
    """Return how a result is to look on stdout that names no place in the policies."""
    return ReportStyle(terminal.width(sys.stdout), not _fine(), _paint)


def _fine() -> bool:
    """Whether stdout can show the marks."""
    try:
        "✔✘·".encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _paint(text: str, tone: str) -> str:
    return terminal.paint(text, _COLOURS[tone], sys.stdout, bold=tone == "strong")
