"""`interlock log rearm`: clears the latch of a rule."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ....diagnostics import printable
from ....errors import EXIT_BEST, UsageError
from ....ledger.acts import rearm
from ... import terminal
from ...action_options import LEDGER_EXITS, act_from, act_options
from ...command import Subcommand
from ...inputs import renames
from ...options import policies_option

__all__ = ["command"]


@click.command(
    "rearm",
    cls=Subcommand,
    short_help="Clear the latch of a rule.",
    examples=("interlock log rearm experiment-0-rollback/safety-events \\\n    --by WHO --reason 'a drill'",),
    exits={EXIT_BEST: "the latch is cleared", **LEDGER_EXITS},
)
@click.argument("rule")
@click.option("--member", metavar="MEMBER", help="Only at this member; default: wherever it is latched.")
@act_options
@policies_option
def command(
    rule: str,
    member: str | None,
    by: str,
    reason: str,
    at: Decimal | None,
    ledger: Path,
    policies: str | None,
) -> int:
    """Clear the latch of RULE, written POLICY/RULE; from then on only later points can fire it.

    The policies are read for the former names of the rule (`formerly`); without them it is known by this name alone.
    """
    policy, _, name = rule.partition("/")
    if not policy or not name:
        raise UsageError(f"`{printable(rule)}` is no rule: write POLICY/RULE")
    for key in rearm(ledger, policy, name, member, act_from(by, reason, at), renames(policies)):
        place = f" at {key[1]}" if key[1] else ""
        before = "" if (policy, name) == key[::2] else f", latched as {key[0]}/{key[2]}"
        terminal.out(f"re-armed {policy}/{name}{place}{before}")
    return EXIT_BEST
