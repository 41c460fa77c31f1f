"""`interlock rollout rearm`: begins another attempt of a rollout."""

from __future__ import annotations

from typing import Any

import click

from ....rollout.engine import Person
from ...command import Subcommand
from .rollouts import STEP_EXITS
from .transition import change_rollout, transition_options

__all__ = ["command"]


@click.command(
    "rearm",
    cls=Subcommand,
    short_help="Begin another attempt after a rollback.",
    examples=(
        "interlock rollout rearm experiment-0 snapshot.json \\\n    --by WHO --reason 'cause was fixed'",
    ),
    exits=STEP_EXITS,
)
@transition_options
def command(name: str, snapshot: str | None, by: str, reason: str, **options: Any) -> int:
    """Begin another attempt of NAME, which was rolled back or is complete.

    The policy that verifies the rollback must be at its best on this snapshot, and no trigger may be latched: re-arm
    each latch first, with `interlock log rearm`.
    """
    return change_rollout(name, snapshot, Person(by, reason), options, again=True)
