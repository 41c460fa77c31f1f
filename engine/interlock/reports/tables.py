"""Tables of text: aligned columns that fit a width, the same rows in Markdown, and Markdown tidied."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, zip_longest

from ..diagnostics import columns, printable
from .escaping import markdown
from .style import ReportStyle

__all__ = ["Cell", "Table", "aligned", "folded", "tidy", "wrapped"]

_ITEM = re.compile(r"^ *(?:- \[[ x]\] |- |\d+\. )?")
_OPENING = re.compile(r"^( *\d*)(?=[-+*>#=.)](?:[-=# ]|$)|::)")
_GAP = 2
_READABLE = 20
_NARROWEST = 6
_WIDEST = 48


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a table, with the tone that it is painted in once it is aligned."""

    text: str
    tone: str = ""


@dataclass(slots=True)
class Table:
    """Rows under headings. Cells are text of any origin: what would control a terminal is shown escaped.

    `right` names the headings whose cells are aligned to the right; `optional` names columns that are left out, in this
    order, where the table does not fit.
    """

    headings: Sequence[str]
    right: Collection[str] = ()
    optional: Sequence[str] = ()
    rows: list[list[Cell]] = field(default_factory=list)

    def add(self, *cells: str | Cell) -> None:
        """Add one row."""
        found = (each if isinstance(each, Cell) else Cell(each) for each in cells)
        self.rows.append([Cell(printable(each.text), each.tone) for each in found])

    def lines(self, style: ReportStyle) -> Iterator[str]:
        """Yield the lines of the table, and a last one that names the columns left out."""
        table = [[Cell(each, "faint") for each in self.headings], *self.rows]
        kept = list(range(len(self.headings)))
        left_out: list[str] = []
        for name in self.optional:
            if _least([[row[index] for index in kept] for row in table]) <= style.width:
                break
            kept.remove(self.headings.index(name))
            left_out.append(name)
        right = [place for place, index in enumerate(kept) if self.headings[index] in self.right]
        yield from aligned([[row[index] for index in kept] for row in table], style, right)
        if left_out:
            yield style.paint(f"left out, for lack of room: {', '.join(left_out)}", "faint")

    def text(self, style: ReportStyle) -> str:
        """Return the lines as one text."""
        return "".join(f"{each}\n" for each in self.lines(style))

    def markdown(self) -> str:
        """Return the table in Markdown, every column and cell whole."""
        rule = ["--:" if each in self.right else "---" for each in self.headings]
        rows = [[markdown(each.text) for each in row] for row in self.rows]
        lines = (f"| {' | '.join(row)} |" for row in [self.headings, rule, *rows])
        return tidy("\n".join(lines))


def aligned(rows: Sequence[Sequence[Cell]], style: ReportStyle, right: Collection[int] = ()) -> Iterator[str]:
    """Yield the lines of rows in columns that fit the width; `right` holds the columns aligned to the right."""
    room = _fitted(rows, style.width)
    last = len(room) - 1
    broken = [
        [_broken(cell.text, room[index], index == last) for index, cell in enumerate(row)] for row in rows
    ]
    widths = [max(columns(text) for parts in broken for text in parts[index]) for index in range(last + 1)]
    for row, parts in zip(rows, broken, strict=True):
        for texts in zip_longest(*parts, fillvalue=""):
            pieces = enumerate(zip(texts, row, widths, strict=True))
            cells = (
                _padded(text, cell.tone, wide, index in right, style) for index, (text, cell, wide) in pieces
            )
            yield (" " * _GAP).join(cells).rstrip()


def _natural(rows: Sequence[Sequence[Cell]]) -> list[int]:
    return [max(columns(row[index].text) for row in rows) for index in range(len(rows[0]))]


def _least(rows: Sequence[Sequence[Cell]]) -> int:
    """The width at which every cell can still be read."""
    return sum(min(each, _READABLE) + _GAP for each in _natural(rows)) - _GAP


def _fitted(rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """The widths of columns that fit together; the widest column gives way first."""
    widths = _natural(rows)
    excess = sum(widths) + _GAP * (len(widths) - 1) - width
    while excess > 0 and max(widths) > _NARROWEST:
        widest = len(widths) - 1 - widths[::-1].index(max(widths))
        widths[widest] -= 1
        excess -= 1
    return widths


def _broken(text: str, width: int, prose: bool) -> list[str]:
    """The lines of a cell; names are broken at hyphens as well, prose at spaces."""
    if columns(text) <= width:
        return [text]
    return textwrap.wrap(text, max(width, _NARROWEST), break_on_hyphens=not prose) or [""]


def _padded(text: str, tone: str, width: int, right: bool, style: ReportStyle) -> str:
    space = " " * (width - columns(text))
    shown = style.paint(text, tone) if text and tone else text
    return space + shown if right else shown + space


def wrapped(text: str, width: int, lead: str = "", hang: str = "") -> list[str]:
    """Return prose in lines of at most `width` columns, broken at spaces alone; `hang` begins those after the first."""
    return textwrap.wrap(
        text,
        max(width, _READABLE),
        initial_indent=lead,
        subsequent_indent=hang,
        break_on_hyphens=False,
        break_long_words=False,
    )


def tidy(text: str) -> str:
    """Return the Markdown with the columns of every table aligned; a cell that is very long pushes its row only.

    The cells hold no bar of their own: `escaping` writes it as an entity.
    """
    lines: list[str] = []
    single = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    for is_table, group in groupby(single.split("\n"), key=lambda each: each.startswith("|")):
        found = list(group)
        lines += _tidied(found) if is_table else found
    return "\n".join(lines) + "\n"


def folded(text: str, width: int) -> str:
    """Return the Markdown with paragraphs and items of lists in lines of at most `width`, tables and code whole."""
    lines, code = [], False
    for each in text.splitlines():
        code ^= each.startswith("```")
        if code or each.startswith(("|", "#", "```")) or columns(each) <= width:
            lines.append(each)
            continue
        rest = _ITEM.sub("", each)
        lead = each[: len(each) - len(rest)]
        first, *others = wrapped(rest, width, lead, " " * (2 if "[" in lead else len(lead)))
        lines += [first, *(_OPENING.sub(r"\1\\", other) for other in others)]
    return "".join(f"{each}\n" for each in lines)


def _tidied(lines: Sequence[str]) -> Iterator[str]:
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
