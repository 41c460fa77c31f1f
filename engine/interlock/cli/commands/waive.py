"""`interlock waive`: lets one rule fail, or be unknown, for a while, where its policy allows it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ...diagnostics import name_hint, printable
from ...errors import EXIT_BEST, UsageError
from ...language.times import show_time
from ...ledger.acts import WaiverGrant, waive
from .. import terminal
from ..action_options import LEDGER_EXITS, act_from, beginning_act_options
from ..command import Subcommand
from ..desk_choices import note_begun
from ..inputs import load_policies, resolve_member
from ..options import Period, policies_option

__all__ = ["command"]

_OUTCOMES = {"failing": "fail", "unknown": "unknown"}


@click.command(
    "waive",
    cls=Subcommand,
    short_help="Let one rule fail or be unknown for a while.",
    examples=(
        "interlock waive gate/spread --for failing --by WHO --role risk \\\n"
        "    --ticket OPS-12 --expires 4h --reason 'venue outage'",
    ),
    exits={EXIT_BEST: "the waiver is recorded", **LEDGER_EXITS},
)
@click.argument("rule")
@click.option(
    "--for", "outcome", required=True, type=click.Choice(tuple(_OUTCOMES)), help="The outcome that is waived."
)
@click.option("--role", required=True, metavar="ROLE", help="The role of the person who waives.")
@click.option("--ticket", required=True, metavar="TEXT", help="The ticket that follows it up.")
@click.option(
    "--expires",
    required=True,
    type=Period("4h"),
    metavar="4h",
    help="How long it counts, at most as long as the policy allows.",
)
@click.option(
    "--member", metavar="MEMBER", help="The member, for a policy that is evaluated for each member."
)
@beginning_act_options
@policies_option
def command(
    rule: str,
    outcome: str,
    role: str,
    ticket: str,
    expires: Decimal,
    member: str | None,
    by: str,
    reason: str,
    at: Decimal | None,
    ledger: Path,
    policies: str | None,
) -> int:
    """Let RULE, written POLICY/RULE, count as passed for a while.

    The policy must declare the rule waivable, by this role and for this time; a latch is never waived. A rule that
    includes another policy counts as passed only while every failing or unknown rule of that policy may be waived too.
    `evaluate` shows which waivers count, which have expired and which are not needed.
    """
    act = act_from(by, reason, at)
    loaded = load_policies(policies)
    name, _, wanted = rule.partition("/")
    loaded.known("policy", name, loaded.policies)
    policy = loaded.policies[name]
    found = next((each for each in policy.rules if each.id == wanted), None)
    if found is None:
        hint = name_hint(wanted, [each.id for each in policy.rules], "write POLICY/RULE")
        raise UsageError(f"`{name}` has no rule `{printable(wanted)}`: {hint}")
    if member and policy.for_each:
        member = resolve_member(loaded, policy.for_each, member)[1]
    grant = WaiverGrant(policy, found, member or "", _OUTCOMES[outcome], role, ticket, expires)
    until = waive(ledger, loaded.policies, grant, act)
    note_begun(ledger, act.anchor, new=act.new)
    place = f" at {member}" if member else ""
    terminal.out(f"waived {name}/{wanted}{place} while {outcome} until {show_time(until)}")
    return EXIT_BEST
