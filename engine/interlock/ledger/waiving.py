"""Records a person's leave for one rule to fail or to be unknown, where its policy says that it may be waived."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from ..errors import UsageError
from ..language.times import show_duration, show_time
from ..policy.model import Composition, Policy, Rule
from .acts import Act
from .evaluations import Recorder

__all__ = ["waive"]


def waive(
    path: Path,
    policy: Policy,
    rule: Rule,
    member: str,
    outcome: str,
    role: str,
    ticket: str,
    lasting: Decimal,
    act: Act,
) -> Decimal:
    """Record a waiver of a rule for the outcome `fail` or `unknown` and return until when it counts.

    Raises UsageError where the rule may not be waived, by that role, for that long, or without naming a member.
    """
    name = f"{policy.id}/{rule.id}"
    if isinstance(rule.condition, Composition):
        raise UsageError(f"`{name}` composes `{rule.condition.policy}`: waive the rule in it that fails")
    if rule.waivable is None:
        raise UsageError(f"`{name}` is not waivable")
    roles, longest = rule.waivable
    if role not in roles:
        raise UsageError(f"`{role}` may not waive `{name}`: roles are {', '.join(roles)}")
    if not 0 < lasting <= longest:
        raise UsageError(
            f"`{name}` may be waived for {show_duration(longest)} at most, not for {show_duration(lasting)}"
        )
    if (policy.for_each is not None) != bool(member):
        raise UsageError(
            f"`{policy.id}` is judged for each {policy.for_each}: name one with `--member`"
            if policy.for_each
            else f"`{policy.id}` is not judged for members"
        )
    until = act.at + lasting
    body = {
        "policy": policy.id,
        "member": member,
        "rule": rule.id,
        "outcome": outcome,
        "by": act.by,
        "role": role,
        "ticket": ticket,
        "reason": act.reason,
        "until": show_time(until),
    }
    with Recorder(path, anchor=act.anchor) as recorder:
        recorder.append(act.time, "waiver", body)
    return until
