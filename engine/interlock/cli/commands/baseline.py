"""`interlock baseline`: freeze a snapshot under a name."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import click

from ...diagnostics import printable
from ...errors import EXIT_BEST
from ...language.times import show_time
from ...ledger.acts import freeze, recorded_snapshot
from ...reports.tables import Table
from .. import terminal
from ..action_options import LEDGER_EXITS, act_from, beginning_act_options
from ..command import CommandGroup, Subcommand
from ..desk_choices import note_begun
from ..inputs import read_snapshot
from ..output import style_of

__all__ = ["command", "freeze_command"]

_EXAMPLES = (
    "interlock baseline freeze phase_a --from snapshot.json \\\n    --by quant-desk --reason 'end of phase A'",
    "interlock baseline freeze phase_a --from 12 \\\n    --by quant-desk --reason 'end of phase A'",
    "interlock baseline freeze phase_a --again --from 40 \\\n    --by quant-desk --reason 'second attempt'",
)


@click.group(
    "baseline",
    cls=CommandGroup,
    table={"freeze": ("Commands", "interlock.cli.commands.baseline:freeze_command")},
    short_help="Freeze a snapshot to compare later days with.",
    examples=_EXAMPLES,
)
def command() -> None:
    """Freeze a snapshot that later days are compared with.

    An expression reads it by its name: `baseline('phase_a', trades.avg_loss)`.
    """


@click.command(
    "freeze",
    cls=Subcommand,
    short_help="Freeze a snapshot as a baseline.",
    examples=_EXAMPLES,
    exits={EXIT_BEST: "the baseline is frozen", **LEDGER_EXITS},
)
@click.argument("name")
@click.option(
    "--from", "origin", required=True, metavar="SNAPSHOT|N", help="A snapshot's file, or an entry's number."
)
@click.option(
    "--again", is_flag=True, help="Freeze a name anew, for a new attempt; the old one stays in the ledger."
)
@beginning_act_options
def freeze_command(
    name: str, origin: str, by: str, reason: str, at: Decimal | None, ledger: Path, *, again: bool
) -> int:
    """Freeze a snapshot as the baseline NAME: once, unless `--again` is said, and never a failed run."""
    act = act_from(by, reason, at)
    recorded = origin.isascii() and origin.isdecimal()
    snapshot = recorded_snapshot(ledger, int(origin)) if recorded else read_snapshot(origin)
    table = Table(("metric", "n", "points", "window"), right=("n", "points"))
    frozen = freeze(ledger, name, snapshot, act, again=again)
    note_begun(ledger, act.anchor, new=act.new)
    for metric, sample in frozen.items():
        window = sample.get("covered") or sample.get("from") or sample.get("at") or ""
        shown = " to ".join(map(str, window)) if isinstance(window, list) else str(window)
        table.add(metric, str(sample.get("n", "")), str(sample.get("points", "")), shown)
    word = "froze again" if again else "froze"
    terminal.out(f"{word} {printable(name)} as of {show_time(snapshot.as_of)}")
    terminal.out("\n".join(table.lines(style_of(sys.stdout))))
    return EXIT_BEST
