"""Holds a decision against an expectation: every difference, with the rule that differs where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..evaluation.deciding.decide import Decision
from ..evaluation.verdict import NOT_EVALUATED, RuleResult, Verdict
from ..policy.model import Policy
from .model import Expectation, Expected

__all__ = ["Difference", "differences", "noticed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came otherwise: `what` is verdict, possible, a rule, or the reason of one."""

    what: str
    expected: str
    got: str
    member: str = ""
    rule: str = ""


def differences(expectation: Expectation, policy: Policy, decision: Decision) -> tuple[Difference, ...]:
    """Return everything in which the decision is not what was expected."""
    refusal = next((each.reason for each in decision.refusals if each.policy == policy.id), "")
    if refusal or expectation.refused:
        if expectation.refused and expectation.refused in refusal:
            return ()
        got = f"refused: {refusal}" if refusal else "evaluated"
        return (
            Difference(
                "policy", f"refused: {expectation.refused}" if expectation.refused else "evaluated", got
            ),
        )
    found: list[Difference] = []
    for verdict in decision.verdicts:
        found += noticed(
            expectation.everywhere, verdict.verdict, verdict.possible, verdict.rules, verdict.member or ""
        )
    by_member = {each.member: each for each in decision.verdicts}
    for member, expected in expectation.members.items():
        found += _at(expected, by_member.get(member), member)
    return tuple(found)


def _at(expected: Expected, verdict: Verdict | None, member: str) -> Iterable[Difference]:
    if verdict is None:
        return noticed(expected, NOT_EVALUATED, NOT_EVALUATED, (), member)
    return noticed(expected, verdict.verdict, verdict.possible, verdict.rules, member)


def noticed(
    expected: Expected, verdict: str, possible: str, rules: Iterable[RuleResult], member: str
) -> Iterator[Difference]:
    """Yield every difference at one member; rules that are not there were skipped."""
    if expected.verdict and expected.verdict != verdict:
        yield Difference("verdict", expected.verdict, verdict, member)
    if expected.possible and expected.possible != possible:
        yield Difference("possible", expected.possible, possible, member)
    results = {each.id: each for each in rules}
    wanted = dict.fromkeys(results, expected.others) if expected.others else {}
    for rule, outcome in {**wanted, **expected.rules}.items():
        got = results[rule].outcome if rule in results else "skipped"
        if got != outcome:
            yield Difference("rule", outcome, got, member, rule)
    for rule, words in expected.reasons.items():
        reason = results[rule].reason if rule in results else ""
        for each in words:
            if each not in reason:
                yield Difference("reason", each, reason, member, rule)
