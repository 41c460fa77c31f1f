"""`interlock log head`: the number and hash of the newest entry, to keep elsewhere."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import click

from ....errors import EXIT_BEST, EXIT_INTEGRITY, EXIT_NOT_EVALUATED
from ....ledger.file.anchors import anchor_line, anchored_entries, read_anchors, write_anchor
from ....ledger.file.ledger import Ledger
from ... import terminal
from ...command import Subcommand
from ...options import ledger_option

__all__ = ["command"]


@click.command(
    "head",
    cls=Subcommand,
    short_help="Print the newest entry's number and hash.",
    examples=("interlock log head > ledger.head", "interlock log head --anchor ledger.head"),
    exits={
        EXIT_BEST: "the head is printed or written",
        EXIT_NOT_EVALUATED: "the ledger cannot be read",
        EXIT_INTEGRITY: "the ledger is damaged, or the anchor does not hold",
    },
)
@click.option(
    "--anchor", type=click.Path(path_type=Path), metavar="FILE", help="Write the head to this file."
)
@ledger_option()
def command(anchor: Path | None, ledger: Path) -> int:
    """Print the newest entry's number and hash.

    Keep it elsewhere, in git for example: with it `log verify` shows when entries were cut off at the end. An anchor
    file that exists is updated only where it holds; to begin a new one, remove the file by hand.
    """
    # while it reads no other process records, or updates the anchor in between
    with Ledger(ledger) as opened, opened.reading():
        newest = opened.head()
        if anchor is None:
            terminal.out(anchor_line(newest))
        else:
            deque(anchored_entries(opened.entries(), read_anchors(anchor) if anchor.exists() else ()), 0)
            write_anchor(anchor, newest)
    return EXIT_BEST
