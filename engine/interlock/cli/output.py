"""Delivers a result: rendered in a format, then written to a file, whole or not at all, or to stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

from ..diagnostics import printable
from ..errors import UsageError
from ..files import write_atomically
from ..reports.renderers import rendered
from ..reports.style import ReportStyle
from . import terminal

__all__ = ["deliver", "output_option", "require_writable", "show", "style_of"]

_COLOURS = {"good": "green", "middle": "yellow", "bad": "red", "unknown": "magenta", "faint": "cyan"}

output_option = click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where the result goes; default: stdout."
)


def require_writable(output: str, inputs: Iterable[str | None] = ()) -> None:
    """Raise UsageError, before the work begins, for a file that cannot be written, or that is one of the inputs."""
    if output == "-":
        return
    path = Path(output)
    shown = printable(output)
    folder = path if output.endswith(("/", os.sep)) else path.parent
    if not folder.is_dir():
        raise UsageError(f"cannot write `{shown}`: there is no folder `{printable(folder.as_posix())}`")
    if path.is_symlink():
        raise UsageError(f"cannot write `{shown}`: it is a symbolic link")
    if path.is_dir():
        raise UsageError(f"cannot write `{shown}`: it is a folder")
    if any(_reads(Path(each), path) for each in inputs if each and each != "-"):
        raise UsageError(f"cannot write `{shown}`: it is what is read: name another file with `-o`")


def _reads(given: Path, path: Path) -> bool:
    """Whether an input is this file, or a folder of snapshots of which it is one."""
    try:
        beside = path.suffix == ".json" and given.samefile(path.parent)
        return path.exists() and (beside or given.samefile(path))
    except OSError:
        return False  # an input that cannot be read is told later


def show(kind: str, form: str, record: object, output: str = "-", root: Path | None = None) -> None:
    """Deliver a record in a format; files of the policy root `root` are named as seen from here."""
    above = "" if root is None else Path(os.path.relpath(root.resolve().parent)).as_posix()
    style = style_of(sys.stdout, above) if output == "-" and form == "text" else ReportStyle(above=above)
    deliver(rendered(kind, form, record, style), output, for_people=form == "text")


def deliver(text: str, output: str, *, for_people: bool = False) -> None:
    """Write the text as UTF-8; `for_people` prints it in the signs that the terminal can show."""
    if output != "-":
        write_atomically(Path(output), text.encode("utf-8", "backslashreplace"))
        terminal.note(f"wrote {printable(Path(output).as_posix())}")
    elif for_people:
        if text:
            terminal.out(text.removesuffix("\n"))
    else:
        terminal.write(text.encode("utf-8", "backslashreplace"))


def style_of(stream: TextIO, above: str = "") -> ReportStyle:
    """Return the style of a text on stdout or stderr."""

    def paint(text: str, tone: str) -> str:
        return terminal.paint(text, _COLOURS.get(tone, ""), stream, bold=tone == "strong")

    return ReportStyle(terminal.width(stream), not _shows_marks(stream), paint, above)


def _shows_marks(stream: TextIO) -> bool:
    try:
        "✔✘·".encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
