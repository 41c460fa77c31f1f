"""Records a person's leave for one rule to fail or to be unknown, where its policy says that it may be waived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ...errors import UsageError
from ...evaluation.deciding.waivers import waiver_obstacle
from ...language.times import show_duration, show_time
from ...policy.model import Composition, Policy, Rule
from ..recorder import Recorder
from .acts import Act

__all__ = ["WaiverGrant", "waive"]

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class WaiverGrant:
    """What is let pass: a rule of a policy at a member (empty without one), while its outcome is `fail` or `unknown`,
    by a role, for so many seconds, and the ticket where it is followed up."""

    policy: Policy
    rule: Rule
    member: str
    outcome: str
    role: str
    ticket: str
    lasting: Decimal

    @property
    def name(self) -> str:
        """The rule as `POLICY/RULE`."""
        return f"{self.policy.id}/{self.rule.id}"


def waive(path: Path, policies: Mapping[str, Policy], leave: WaiverGrant, act: Act) -> Decimal:
    """Record a waiver and return until when it counts.

    Raises UsageError, a line for each, where the rule may not be waived, by that role, for that long, or without naming
    a member; where no rule beneath a composition may be; and for what a latch would keep anyway.
    """
    problems = list(_problems(leave)) or list(_beneath(policies, leave))
    if problems:
        raise UsageError("\n".join(problems))
    until = act.at + leave.lasting
    body = {
        "policy": leave.policy.id,
        "member": leave.member,
        "rule": leave.rule.id,
        "outcome": leave.outcome,
        "by": act.by,
        "role": leave.role,
        "ticket": leave.ticket,
        "reason": act.reason,
        "until": show_time(until),
    }
    with Recorder(path, anchor=act.anchor) as recorder:
        recorder.append(act.time, "waiver", body)
    return until


def _problems(leave: WaiverGrant) -> Iterator[str]:
    name, policy, rule, child = leave.name, leave.policy, leave.rule, leave.rule.condition
    if rule.waivable is None:
        inner = f": waive the rule of `{child.policy}` that fails" if isinstance(child, Composition) else ""
        yield f"`{name}` is not waivable{inner}"
        return
    roles, longest = rule.waivable
    if leave.role not in roles:
        yield f"`{leave.role}` may not waive `{name}`: roles are {', '.join(roles)}"
    if not 0 < leave.lasting <= longest:
        most, asked = show_duration(longest), show_duration(leave.lasting)
        yield f"`{name}` may be waived for {most} at most, not for {asked}"
    if rule.latch and leave.outcome == "fail":
        yield f"`{name}` latches when it fires, and only a person re-arms it: waive it `--for unknown`"
    if not leave.ticket.strip() or len(leave.ticket) > _LONGEST:
        yield f"`--ticket` says in 1 to {_LONGEST} characters where it is followed up"
    if (policy.for_each is not None) != bool(leave.member):
        yield (
            f"`{policy.id}` is judged for each {policy.for_each}: name one with `--member`"
            if policy.for_each
            else f"`{policy.id}` is not judged for members"
        )


def _beneath(policies: Mapping[str, Policy], leave: WaiverGrant) -> Iterator[str]:
    child = leave.rule.condition
    if isinstance(child, Composition) and not _open(policies, child.policy, leave):
        words = f"`{leave.role}` may waive no rule for {show_duration(leave.lasting)}"
        yield f"`{leave.name}` composes `{child.policy}`, of which {words}"


def _open(policies: Mapping[str, Policy], name: str, leave: WaiverGrant) -> bool:
    """Whether any rule of a policy, or beneath it, may be waived so: a waiver of its composition could count."""
    for rule in policies[name].rules:
        if waiver_obstacle(rule.waivable, leave.role, leave.lasting):
            continue
        child = rule.condition
        if not isinstance(child, Composition) or _open(policies, child.policy, leave):
            return True
    return False
