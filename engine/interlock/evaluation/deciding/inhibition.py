"""Which alarms another verdict explains: who hears of that one is spared them, and nobody else is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...policy.model import Inhibition, Policy
from ..verdict import NOT_EVALUATED, RuleResult, Verdict
from .outcomes import join

__all__ = ["InhibitionNote", "explained"]


@dataclass(frozen=True, slots=True)
class InhibitionNote:
    """What explains a part of a verdict, in words, and who is spared it: all of them hear of what explains it."""

    by: str
    spared: frozenset[str]


def explained(
    policies: Mapping[str, Policy], verdicts: Iterable[Verdict]
) -> Mapping[tuple[str, str], InhibitionNote]:
    """Return what the verdicts of one evaluation explain of each other, by policy and member; none is changed.

    A verdict explains only while one of its rules fails by what was read: unknown, latched and shadow rules prove
    nothing. Only what fails is explained: no verdict explains why data is missing. Spared is who would not be told but
    for the rules that are explained.
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
    """Whether what was read proves that the verdict is reached."""
    return any(_proves(rule, verdict, by) for rule in verdict.rules)


def _proves(rule: RuleResult, verdict: Verdict, by: Inhibition) -> bool:
    if rule.outcome != "fail" or rule.shadow or rule.latched or rule.causes or rule.contribution is None:
        return False
    return verdict.verdicts.index(rule.contribution) >= verdict.verdicts.index(by.reaches)


def _otherwise(policy: Policy, verdict: Verdict, without: frozenset[str]) -> frozenset[str]:
    """Who would be told of the verdict if the rules that are explained had passed."""
    rest = [rule for rule in verdict.failed() if rule.id not in without]
    then = join(verdict.verdicts, [rule.contribution for rule in rest])
    told = {name for rule in rest for name in rule.notify}
    if then not in (NOT_EVALUATED, policy.best):
        told |= set(policy.notify.get(then, ()))
    return frozenset(told)
