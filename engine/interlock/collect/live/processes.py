"""Counts the processes whose command line matches, from `/proc` on Linux; elsewhere nothing is known."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..artefact_root import Root
from ..unreadable import Unreadable, decode, read_json

__all__ = ["archived_lines", "command_lines", "count"]

_PROC = Path("/proc")


def count(pattern: str, lines: list[str]) -> int:
    """Return how many command lines hold a match."""
    shape = re.compile(pattern)
    return sum(1 for each in lines if shape.search(each))


def command_lines(proc: Path = _PROC) -> list[str]:
    """Return the command line of every process but this one, arguments joined by spaces.

    Trouble where there is no `/proc`, or where it hides the processes of others: a count would be too low.
    """
    if not (proc / "self").exists() or not (proc / "1" / "cmdline").exists():
        raise Unreadable("missing", "this system does not tell its processes in /proc")
    found = []
    for each in sorted(proc.iterdir()):
        if each.name.isdecimal() and int(each.name) != os.getpid():
            text = _line(each / "cmdline")
            found.extend([text] if text else [])
    return found


def _line(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    except OSError:
        raise Unreadable("missing", "/proc hides the processes of other users") from None


def archived_lines(root: Root) -> list[str]:
    """Return the command lines that `processes.json` at the root of a copy tells, a list of texts."""
    found = read_json(decode(root.open("processes.json").data, "processes.json"), "processes.json")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Unreadable("torn source", "processes.json is not a list of texts")
    return found
