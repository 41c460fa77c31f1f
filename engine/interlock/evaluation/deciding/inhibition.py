"""Inhibition of alarms: people who are notified of one verdict are spared the alarms that it explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...policy.model import Inhibition, Policy
from ..verdict import NOT_EVALUATED, RuleResult, Verdict
from .outcomes import join

__all__ = ["InhibitionNote", "explained"]


@dataclass(frozen=True, slots=True)
class InhibitionNote:
    """The verdicts that explain a part of another one, as text, and the recipients who are spared its alarm."""

    by: str
    spared: frozenset[str]


def explained(
    policies: Mapping[str, Policy], verdicts: Iterable[Verdict]
) -> Mapping[tuple[str, str], InhibitionNote]:
    """Return which alarms the verdicts of one evaluation explain, by policy and member; no verdict changes.

    A verdict explains only while one of its rules fails on known data: unknown, latched and shadow rules prove nothing.
    Only failing rules are explained: no verdict explains missing data. A recipient is spared if only explained rules
    would notify them.
    """
    every = {(each.policy, each.member or ""): each for each in verdicts}
    found = {}
    for key, verdict in every.items():
        by = _explaining(policies[verdict.policy], verdict, every)
        if by:
            spared = frozenset.intersection(*(each.audience for each in by.values()))
            spared -= _otherwise(policies[verdict.policy], verdict, frozenset(by))
            words = ", ".join(sorted({f"{each.name} is {each.verdict}" for each in by.values()}))
            found[key] = InhibitionNote(words, spared)
    return found


def _explaining(
    policy: Policy, verdict: Verdict, every: Mapping[tuple[str, str], Verdict]
) -> dict[str, Verdict]:
    """The verdicts that explain failing rules, by rule."""
    given = {rule.id: rule.inhibited_by for rule in policy.rules}
    found = {}
    for result in verdict.failed():
        by = given.get(result.id)
        if by is None or result.outcome != "fail":
            continue
        other = every.get((by.policy, verdict.member or "")) or every.get((by.policy, ""))
        if other is not None and _stands(other, by):
            found[result.id] = other
    return found


def _stands(verdict: Verdict, by: Inhibition) -> bool:
    """Whether known data prove that the verdict is reached."""
    return any(_proves(rule, verdict, by) for rule in verdict.rules)


def _proves(rule: RuleResult, verdict: Verdict, by: Inhibition) -> bool:
    if rule.outcome != "fail" or rule.shadow or rule.latched or rule.contribution is None:
        return False
    return verdict.verdicts.index(rule.contribution) >= verdict.verdicts.index(by.reaches)


def _otherwise(policy: Policy, verdict: Verdict, without: frozenset[str]) -> frozenset[str]:
    """Return who would be notified of the verdict if the explained rules had passed."""
    rest = [rule for rule in verdict.failed() if rule.id not in without]
    then = join(verdict.verdicts, [rule.contribution for rule in rest])
    recipients = {name for rule in rest for name in rule.notify}
    if then not in (NOT_EVALUATED, policy.best):
        recipients |= set(policy.notify.get(then, ()))
    return frozenset(recipients)
