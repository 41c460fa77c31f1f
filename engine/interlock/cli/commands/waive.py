"""`interlock waive`: let one rule fail, or be unknown, for a while, where its policy allows it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ...diagnostics import name_hint, printable
from ...errors import EXIT_BEST, UsageError
from ...language.times import parse_duration, show_time
from ...ledger.acts.waiver import WaiverGrant, waive
from .. import terminal
from ..action_options import act_of, acting_options
from ..inputs import load_policies, resolve_member
from ..options import policies_option

__all__ = ["command"]

_WORDS = {"failing": "fail", "unknown": "unknown"}
_EXAMPLE = """\b
Examples:
  interlock waive gate/spread --for failing --by WHO --role risk --ticket OPS-12 --expires 4h --reason 'venue outage'
"""


@click.command("waive", epilog=_EXAMPLE)
@click.argument("rule")
@click.option("--for", "outcome", required=True, type=click.Choice(tuple(_WORDS)), help="What is let pass.")
@click.option("--role", required=True, metavar="ROLE", help="The role in which the person gives leave.")
@click.option("--ticket", required=True, metavar="TEXT", help="Where it is followed up.")
@click.option("--expires", required=True, metavar="4h", help="For how long, at most what the policy allows.")
@click.option("--member", metavar="MEMBER", help="The member, of a policy that is judged for each.")
@acting_options
@policies_option
def command(
    rule: str,
    outcome: str,
    role: str,
    ticket: str,
    expires: str,
    member: str | None,
    by: str,
    reason: str,
    at: Decimal | None,
    ledger: Path,
    policies: str | None,
) -> int:
    """Let RULE, written POLICY/RULE, count as passed for a while.

    Only rules that their policy calls waivable can be, by the roles and for the time that it allows; a latch never is.
    A rule that composes another policy passes only while every rule beneath it that fails or is unknown may be waived
    so too. What counts, has expired or is not needed is told by `evaluate`.
    """
    act = act_of(by, reason, at)
    lasting = parse_duration(expires)
    if lasting is None:
        raise UsageError(f"`--expires {printable(expires)}` is no duration: write `4h` or `30m`")
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
    leave = WaiverGrant(policy, found, member or "", _WORDS[outcome], role, ticket, lasting)
    until = waive(ledger, loaded.policies, leave, act)
    place = f" at {member}" if member else ""
    terminal.say(f"waived {name}/{wanted}{place} while {outcome} until {show_time(until)}")
    return EXIT_BEST
