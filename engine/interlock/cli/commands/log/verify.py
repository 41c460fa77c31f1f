"""`interlock log verify`: checks every entry, document and page of the ledger against its hash."""

from __future__ import annotations

from pathlib import Path

import click

from ....errors import EXIT_BEST, EXIT_INTEGRITY, EXIT_NOT_EVALUATED
from ....ledger.file.anchors import anchor_line, ledger_anchors
from ....ledger.file.ledger import Ledger
from ....ledger.file.verify import verify
from ... import terminal
from ...command import Subcommand
from ...desk_choices import anchor_of_desk
from ...options import ledger_option

__all__ = ["command"]


@click.command(
    "verify",
    cls=Subcommand,
    short_help="Check every entry against its hash.",
    examples=("interlock log verify --anchor ledger.head",),
    exits={
        EXIT_BEST: "the ledger is sound",
        EXIT_NOT_EVALUATED: "the ledger cannot be read",
        EXIT_INTEGRITY: "an entry is bad or missing",
    },
)
@ledger_option()
@click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    metavar="FILE",
    callback=anchor_of_desk,
    help="Heads that were kept elsewhere; default: the anchor of `defaults`, for the ledger there.",
)
def command(ledger: Path, anchor: Path | None) -> int:
    """Check every entry, document and page against its hash; the first bad or missing one is named.

    With --anchor it also shows that no entry was cut off at the end.
    """
    anchors = () if anchor is None else ledger_anchors(anchor, ledger)
    with Ledger(ledger) as opened:
        found = verify(opened, anchors)
    held = f", {found.anchors} anchors hold" if anchors else ""
    terminal.out(f"{found.head.sequence} entries and {found.documents} documents are sound{held}")
    terminal.out(anchor_line(found.head))
    return EXIT_BEST
