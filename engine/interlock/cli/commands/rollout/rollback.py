"""`interlock rollout rollback`: rolls a rollout back by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ....diagnostics import printable
from ....errors import EXIT_BEST
from ....ledger.file.ledger import Ledger
from ....ledger.state.state import fold
from ....rollout.store import roll_back
from ... import terminal
from ...action_options import LEDGER_EXITS, act_from, act_options
from ...command import Subcommand
from ...inputs import sound_policies
from ...options import policies_option
from ...output import show
from .rollouts import require_rollout

__all__ = ["command"]


@click.command(
    "rollback",
    cls=Subcommand,
    short_help="Roll back by hand.",
    examples=("interlock rollout rollback experiment-0 --by WHO --reason 'fills look wrong'",),
    exits={EXIT_BEST: "the rollout is rolled back", **LEDGER_EXITS},
)
@click.argument("name")
@act_options
@policies_option
def command(name: str, by: str, reason: str, at: Decimal | None, ledger: Path, policies: str | None) -> int:
    """Roll NAME back by hand, whatever its triggers show, and print the incident note.

    Invalid documents are passed over, so a broken policy cannot prevent a rollback.
    """
    act = act_from(by, reason, at)
    loaded = sound_policies(policies)
    with Ledger(ledger) as opened:
        if name not in fold(opened.entries()).rollouts:
            require_rollout(loaded, name)
    move = roll_back(ledger, loaded.root, name, act, act.anchor)
    terminal.out(f"{name} was rolled back to {move.target} by {printable(by)}")
    if move.note is not None:
        terminal.out()
        show("incident", "markdown", move.note)
    return EXIT_BEST
