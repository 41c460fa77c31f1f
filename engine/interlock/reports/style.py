"""How a text is laid out where it goes: width, marks, colours, and the path in front of files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["MARKS", "ReportStyle", "mark"]

MARKS = {
    "good": ("✔", "ok"),
    "middle": ("!", "!"),
    "bad": ("✘", "x"),
    "unknown": ("?", "?"),
    "idle": ("·", "-"),
}
"""The mark of each tone, and the one in plain ASCII."""


@dataclass(frozen=True, slots=True)
class ReportStyle:
    """The layout of a text.

    `width` is the columns to wrap at; `ascii` asks for marks in plain ASCII; `paint` colours a text in a tone: `good`,
    `middle`, `bad`, `unknown`, `idle`, `strong` or `faint`; `above` is the path from here to the folder that holds the
    policy root.
    """

    width: int = 10_000
    ascii: bool = False
    paint: Callable[[str, str], str] = lambda text, tone: text
    above: str = ""

    def path(self, file: str) -> str:
        """Return the path of a file of the policy root, seen from here."""
        return file if self.above in ("", ".") else f"{self.above}/{file}"


def mark(tone: str, style: ReportStyle = ReportStyle()) -> str:
    """Return the mark of a tone."""
    return MARKS[tone][style.ascii]
