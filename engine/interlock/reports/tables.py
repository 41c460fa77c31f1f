"""Aligned columns of plain text; the last one wraps under itself where the width ends."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..diagnostics import columns

__all__ = ["Cell", "aligned", "tidy", "wrapped"]


_WIDEST = 48


def tidy(text: str) -> str:
    """Return the Markdown with the columns of every table aligned; a cell that is very long pushes its row only.

    The cells hold no bar of their own: `escaping` writes it as an entity.
    """
    lines: list[str] = []
    single = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    for is_table, group in groupby(single.split("\n"), key=lambda each: each.startswith("|")):
        found = list(group)
        lines += _table(found) if is_table else found
    return "\n".join(lines) + "\n"


def _table(lines: Sequence[str]) -> Iterator[str]:
    rows = [[cell.strip() for cell in each.strip("|").split("|")] for each in lines]
    size = max(map(len, rows))
    rows = [row + [""] * (size - len(row)) for row in rows]
    widths = [max(min(columns(row[index]), _WIDEST) for row in rows) for index in range(size)]
    right = [each.endswith(":") and not each.startswith(":") for each in rows[1]]
    for index, row in enumerate(rows):
        shaped = map(_rule if index == 1 else _cell, row, widths, right)
        yield f"| {' | '.join(shaped)} |"


def _cell(text: str, wide: int, right: bool) -> str:
    space = " " * (wide - columns(text))
    return space + text if right else text + space


def _rule(text: str, wide: int, right: bool) -> str:
    """The line below the headings, which says how the columns are aligned."""
    return ":" * text.startswith(":") + "-" * (wide - text.count(":")) + ":" * text.endswith(":")


_NARROWEST = 24


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a table, with the tone that it is painted in once it is aligned."""

    text: str
    tone: str = ""


def aligned(
    rows: Sequence[Sequence[Cell]],
    width: int,
    paint: Callable[[str, str], str],
    right: Sequence[int] = (),
) -> Iterator[str]:
    """Yield the lines of a table; `right` names columns whose text stands at the right."""
    wide = [max(columns(row[index].text) for row in rows) for index in range(len(rows[0]) - 1)]
    start = sum(wide) + 2 * len(wide)
    for row in rows:
        lead = [_padded(row[index], room, index in right, paint) for index, room in enumerate(wide)]
        first, *more = wrapped(row[-1].text, max(width - start, _NARROWEST)) or [""]
        yield "  ".join([*lead, _painted(first, row[-1].tone, paint)]).rstrip()
        for text in more:
            yield " " * start + _painted(text, row[-1].tone, paint)


def _padded(cell: Cell, room: int, right: bool, paint: Callable[[str, str], str]) -> str:
    space = " " * (room - columns(cell.text))
    text = _painted(cell.text, cell.tone, paint)
    return space + text if right else text + space


def _painted(text: str, tone: str, paint: Callable[[str, str], str]) -> str:
    return paint(text, tone) if text and tone else text


def wrapped(text: str, width: int, lead: str = "", hang: str = "") -> list[str]:
    """Return the text in lines of at most `width` columns, broken at spaces; `hang` begins those after the first."""
    return textwrap.wrap(
        text,
        max(width, _NARROWEST),
        initial_indent=lead,
        subsequent_indent=hang,
        break_on_hyphens=False,
        break_long_words=False,
    )
