"""`interlock log show`: the entries of the ledger as a table, or one of them whole."""

from __future__ import annotations

from pathlib import Path

import click

from ....diagnostics import unknown_name
from ....errors import EXIT_BEST, UsageError
from ....ledger.file.ledger import Ledger
from ....ledger.state.state import KINDS
from ...action_options import LEDGER_EXITS
from ...command import Subcommand
from ...options import format_option, ledger_option
from ...output import show

__all__ = ["command"]


@click.command(
    "show",
    cls=Subcommand,
    short_help="List the entries, or print one whole.",
    examples=(
        "interlock log show --last 20",
        "interlock log show --kind latch --kind rearm",
        "interlock log show 12",
    ),
    exits={EXIT_BEST: "entries are shown", **LEDGER_EXITS},
)
@click.argument("sequence", required=False, type=int)
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only entries of this kind; several times."
)
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the newest N of them.")
@format_option("entries")
@ledger_option()
def command(sequence: int | None, kinds: tuple[str, ...], last: int | None, form: str, ledger: Path) -> int:
    """List the entries, or print the one with the number SEQUENCE whole, as JSON."""
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(str(unknown_name("kind of entry", kind, KINDS)))
    with Ledger(ledger) as opened:
        found = [each for each in opened.entries() if not kinds or each.kind in kinds]
    if sequence is not None:
        found = [each for each in found if each.sequence == sequence]
        if not found:
            raise UsageError(f"there is no such entry: {sequence}")
    whole = sequence is not None and form == "text"
    show("entries", "json" if whole else form, found[-last:] if last else found)
    return EXIT_BEST
