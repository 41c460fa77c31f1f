"""`interlock rollout history`: every change of a rollout, and why."""

from __future__ import annotations

from pathlib import Path

import click

from ....diagnostics import printable
from ....errors import EXIT_BEST, UsageError
from ...action_options import LEDGER_EXITS
from ...command import Subcommand
from ...options import format_option, ledger_option
from ...output import show
from .rollouts import read_state

__all__ = ["command"]


@click.command(
    "history",
    cls=Subcommand,
    short_help="Show every change, and why.",
    examples=("interlock rollout history experiment-0",),
    exits={EXIT_BEST: "the changes are shown", **LEDGER_EXITS},
)
@click.argument("name")
@format_option("rollout history")
@ledger_option()
def command(name: str, form: str, ledger: Path) -> int:
    """Show every change of NAME: when, in which attempt, from where to where, by whom and why."""
    found = read_state(ledger).rollout(name).changes
    if not found:
        raise UsageError(f"`{printable(name)}` was never begun")
    show("rollout history", form, found)
    return EXIT_BEST
