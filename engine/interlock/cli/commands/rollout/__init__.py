"""`interlock rollout`: lists rollouts, shows their status, advances them, rolls them back, and shows their history."""

from __future__ import annotations

import click

from ...command import CommandGroup

__all__ = ["command"]

_ROOM = "interlock.cli.commands.rollout"
_READ, _ACT = "Look at rollouts", "Change a rollout"


@click.group(
    "rollout",
    cls=CommandGroup,
    table={
        "list": (_READ, f"{_ROOM}.list"),
        "status": (_READ, f"{_ROOM}.status"),
        "history": (_READ, f"{_ROOM}.history"),
        "note": (_READ, f"{_ROOM}.note"),
        "advance": (_ACT, f"{_ROOM}.advance"),
        "rollback": (_ACT, f"{_ROOM}.rollback"),
        "rearm": (_ACT, f"{_ROOM}.rearm"),
    },
    short_help="Take a change through its stages, and back.",
    examples=(
        "interlock rollout list",
        "interlock rollout advance experiment-0 snapshot.json \\\n    --by WHO --reason 'begin' --environment paper",
        "interlock rollout status experiment-0",
        "interlock rollout rollback experiment-0 --by WHO --reason 'fills look wrong'",
        "interlock rollout note experiment-0 -o incident.md",
    ),
)
def command() -> None:
    """Take a change through its stages: gates advance it, triggers roll it back, people re-arm it.

    Every `evaluate --ledger` also checks the triggers of the active rollouts, in every stage.
    """
