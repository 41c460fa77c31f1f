"""`interlock baseline`: freeze a snapshot under a name, once and for good."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ...diagnostics import printable
from ...errors import EXIT_BEST
from ...language.times import show_time
from ...ledger.acts import freeze, recorded_snapshot
from .. import terminal
from ..action_options import act_of, acting_options
from ..inputs import read_snapshot
from ..terminal_tables import Table

__all__ = ["command"]

_EXAMPLE = """\b
Examples:
  interlock baseline freeze phase_a --from snapshot.json --by quant-desk --reason 'end of phase A'
  interlock baseline freeze phase_a --from 12 --by quant-desk --reason 'end of phase A'
"""


@click.group("baseline", epilog=_EXAMPLE)
def command() -> None:
    """Freeze what later days are compared with.

    An expression reads it by its name: `baseline('phase_a', trades.avg_loss)`.
    """


@command.command("freeze", epilog=_EXAMPLE)
@click.argument("name")
@click.option(
    "--from", "origin", required=True, metavar="SNAPSHOT|N", help="A snapshot's file, or an entry's number."
)
@acting_options
def freeze_command(name: str, origin: str, by: str, reason: str, at: Decimal | None, ledger: Path) -> int:
    """Freeze a snapshot as the baseline NAME; a name is frozen once, and a failed run never."""
    act = act_of(by, reason, at)
    recorded = origin.isascii() and origin.isdecimal()
    snapshot = recorded_snapshot(ledger, int(origin)) if recorded else read_snapshot(origin)
    table = Table(("metric", "n", "points", "window"), right=frozenset({"n", "points"}))
    for metric, sample in freeze(ledger, name, snapshot, act).items():
        window = sample.get("covered") or sample.get("from") or sample.get("at") or ""
        words = " to ".join(map(str, window)) if isinstance(window, list) else str(window)
        table.add(metric, str(sample.get("n", "")), str(sample.get("points", "")), words)
    terminal.say(f"froze {printable(name)} as of {show_time(snapshot.as_of)}")
    table.show()
    return EXIT_BEST
