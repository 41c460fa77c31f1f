"""`interlock rollout list`: every rollout with its state."""

from __future__ import annotations

from pathlib import Path

import click

from ....errors import EXIT_BEST, UsageError
from ....ledger.file.ledger import DEFAULT
from ....ledger.file.missing_ledger import missing_ledger
from ....ledger.state.state import State
from ....reports.records.rollout_records import ListedRollout
from ... import terminal
from ...action_options import LEDGER_EXITS
from ...command import Subcommand
from ...inputs import load_policies
from ...options import format_option, ledger_option, policies_option
from ...output import show
from .rollouts import read_state

__all__ = ["command"]


@click.command(
    "list",
    cls=Subcommand,
    short_help="List rollouts with their state.",
    examples=("interlock rollout list", "interlock rollout list --format json"),
    exits={EXIT_BEST: "the rollouts are listed", **LEDGER_EXITS},
)
@format_option("rollouts")
@ledger_option()
@policies_option
def command(form: str, ledger: Path, policies: str | None) -> int:
    """List the rollouts of the policy root and of the ledger, each with its state and stage.

    Where no ledger is named and none is begun, no rollout is either.
    """
    loaded = load_policies(policies)
    if ledger != DEFAULT or ledger.exists():
        state = read_state(ledger)
    else:
        terminal.note(f"note: {missing_ledger(ledger)}")
        state = State()
    known = loaded.root.rollouts
    listed = [
        ListedRollout(name, known.get(name), state.rollout(name))
        for name in sorted({*known, *state.rollouts})
    ]
    if not listed and form != "json":
        raise UsageError("the policy root holds no rollout")
    show("rollouts", form, listed)
    return EXIT_BEST
