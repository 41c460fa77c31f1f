"""`interlock rollout note`: the incident note of a rollback."""

from __future__ import annotations

from pathlib import Path

import click

from ....diagnostics import printable
from ....errors import EXIT_BEST, UsageError
from ...action_options import LEDGER_EXITS
from ...command import Subcommand
from ...options import format_option, ledger_option
from ...output import output_option, require_writable, show
from .rollouts import read_state

__all__ = ["command"]


@click.command(
    "note",
    cls=Subcommand,
    short_help="Write the incident note of a rollback.",
    examples=("interlock rollout note experiment-0 -o incident.md",),
    exits={EXIT_BEST: "the note is written", **LEDGER_EXITS},
)
@click.argument("name")
@format_option("incident")
@output_option
@ledger_option()
def command(name: str, form: str, output: str, ledger: Path) -> int:
    """Write the incident note of the newest rollback of NAME: trigger, window, symbols, mitigation, settings."""
    require_writable(output)
    notes = [each.note for each in read_state(ledger).rollout(name).changes if each.note is not None]
    if not notes:
        raise UsageError(f"`{printable(name)}` was never rolled back")
    show("incident", form, notes[-1], output)
    return EXIT_BEST
