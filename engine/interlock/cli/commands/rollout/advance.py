"""`interlock rollout advance`: begins a rollout, or enters its next stage where the gates allow it."""

from __future__ import annotations

from typing import Any

import click

from ....rollout.engine import Person
from ...command import Subcommand
from ...options import begin_option
from .rollouts import STEP_EXITS
from .transition import change_rollout, transition_options

__all__ = ["command"]


@click.command(
    "advance",
    cls=Subcommand,
    short_help="Enter the next stage where the gates allow it.",
    examples=(
        "interlock rollout advance experiment-0 snapshot.json \\\n    --by WHO --reason 'gate passed'",
    ),
    exits=STEP_EXITS,
)
@transition_options
@begin_option()
def command(name: str, snapshot: str | None, by: str, reason: str, begin: bool, **options: Any) -> int:
    """Begin NAME, or enter its next stage, where every gate allows that on this snapshot.

    The snapshot is evaluated and recorded; a trigger that fires rolls the rollout back.
    """
    return change_rollout(name, snapshot, Person(by, reason), options, again=False, new=begin)
