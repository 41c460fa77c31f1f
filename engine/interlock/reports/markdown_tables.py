"""Tidies Markdown, so that a report also reads well as plain text: tables are tidy, blank lines stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from .columns import cells

__all__ = ["tidy"]

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
    columns = max(map(len, rows))
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [max(min(cells(row[index]), _WIDEST) for row in rows) for index in range(columns)]
    right = [each.endswith(":") and not each.startswith(":") for each in rows[1]]
    for index, row in enumerate(rows):
        shaped = map(_rule if index == 1 else _cell, row, widths, right)
        yield f"| {' | '.join(shaped)} |"


def _cell(text: str, wide: int, right: bool) -> str:
    space = " " * (wide - cells(text))
    return space + text if right else text + space


def _rule(text: str, wide: int, right: bool) -> str:
    """The line below the headings, which says how the columns are aligned."""
    return ":" * text.startswith(":") + "-" * (wide - text.count(":")) + ":" * text.endswith(":")
