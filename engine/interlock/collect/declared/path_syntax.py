"""What may be written as a path, a pattern or a variable's name: one complaint each, or none."""

from __future__ import annotations

import re

__all__ = ["path_complaint", "pattern_complaint", "variable_complaint"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:")


def path_complaint(text: str) -> tuple[str, str | None] | None:
    """Return what is wrong with a path below the root, and a hint; None when nothing is."""
    found = _shape(text)
    if found:
        return found
    if any(each in text for each in "*?"):
        return f"the path `{text}` is a pattern", "write `files:` where there are many files"
    return None


def pattern_complaint(text: str) -> tuple[str, str | None] | None:
    """Return what is wrong with a pattern below the root, and a hint; None when nothing is."""
    found = _shape(text)
    if found:
        return found
    if not any(each in text for each in "*?"):
        return f"the pattern `{text}` has no `*` or `?`", "write `file:` where there is one file"
    if any("**" in step and step != "**" for step in text.split("/")) or text.split("/")[-1] == "**":
        return f"in the pattern `{text}` a `**` is not a whole folder", "write it as in `data/**/*.json`"
    if "[" in text or "{" in text:
        return f"the pattern `{text}` uses more than `*`, `?` and `**`", None
    return None


def variable_complaint(text: str) -> str | None:
    """Return what is wrong with the name of an environment variable; None when nothing is."""
    if _VARIABLE.fullmatch(text):
        return None
    return f"`{text}` is no name of an environment variable"


def _shape(text: str) -> tuple[str, str | None] | None:
    below = "write it relative to the root, with `/`"
    if "\\" in text:
        return f"the path `{text}` holds a backslash", f"write `{text.replace(chr(92), '/')}`"
    if text.startswith("/") or _DRIVE.match(text):
        return f"the path `{text}` is absolute", below
    if text.startswith("~"):
        return f"the path `{text}` begins with `~`", below
    steps = text.split("/")
    if ".." in steps:
        return f"the path `{text}` leaves the root with `..`", below
    if any(step in ("", ".") for step in steps) or not text.isprintable():
        return f"the path `{text}` has an empty or invisible part", below
    return None
