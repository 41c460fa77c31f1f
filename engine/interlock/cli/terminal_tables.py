"""Tables that align: drawn by rich for a person at a terminal, plain columns for whoever reads a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..diagnostics import columns, printable
from . import terminal

__all__ = ["Table"]


@dataclass(slots=True)
class Table:
    """Rows under headings. Cells are text of any origin: what would steer a terminal is shown escaped.

    `colours` gives a colour to cells that hold exactly that text; `right` names headings aligned to the right.
    """

    headings: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    colours: dict[str, str] = field(default_factory=dict)
    right: frozenset[str] = frozenset()

    def add(self, *cells: str) -> None:
        """Add one row."""
        self.rows.append([printable(each) for each in cells])

    def show(self, *, aside: bool = False) -> None:
        """Print the table to stdout, or `aside` to stderr."""
        stream = sys.stderr if aside else sys.stdout
        if stream.isatty():
            text = self._drawn(terminal.width(stream), terminal.coloured(stream))
        else:
            text = "\n".join(self.plain())
        (terminal.tell if aside else terminal.say)(text)

    def plain(self) -> Iterable[str]:
        """Yield aligned lines without tabs, colours or trailing spaces."""
        table = [self.headings, *self.rows]
        widths = [max(columns(row[index]) for row in table) for index in range(len(self.headings))]
        for row in table:
            cells = []
            for name, text, wide in zip(self.headings, row, widths, strict=True):
                space = " " * (wide - columns(text))
                cells.append(space + text if name in self.right else text + space)
            yield "  ".join(cells).rstrip()

    def _drawn(self, wide: int, coloured: bool) -> str:
        from rich.console import Console
        from rich.table import Table as Drawn
        from rich.text import Text

        drawn = Drawn(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for name in self.headings:
            drawn.add_column(name, justify="right" if name in self.right else "left", overflow="fold")
        for row in self.rows:
            drawn.add_row(*(Text(each, style=self.colours.get(each, "")) for each in row))
        console = Console(width=wide, force_terminal=coloured, no_color=not coloured, highlight=False)
        with console.capture() as captured:
            console.print(drawn)
        return "\n".join(line.rstrip() for line in captured.get().splitlines())
