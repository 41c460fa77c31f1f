"""The two laws, as what a pair of runs must not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.evaluation.deciding.request import Decision
from interlock.evaluation.verdict import NOT_APPLICABLE, NOT_EVALUATED, RuleResult, Verdict
from interlock.policy.model import Composition, Policy, Rule

from .judging import Policies
from .pairs import Run
from .policies import VERDICTS

Verdicts = Mapping[tuple[str, str], Verdict]


def broken(policies: Policies, whole: Run, damaged: Run) -> str:
    """Return what breaks a law in a snapshot that both sides judge, or nothing.

    **Monotony.** With more damages no policy reaches the best verdict that did not reach it without them, whatever
    its rules say of unknown data. Where every rule is at its worst when unknown, no verdict is better at all. A rule
    that passes passes without them too (or does not apply, where its guard was unknown).

    **Soundness.** What is decided despite damages holds for every truth behind them: the verdict without them is no
    worse than the `possible` verdict with them, and a rule with a condition of its own, no guard and no memory that
    passes or fails has the same outcome without them.

    Three things are no damage: a period that is over and not due yet may be listed or not; the first snapshot begins
    the ledger; a latched trigger over a single value is judged at recorded instants only, and so is `hold`.
    """
    for index in damaged.order:
        if index in whole.decisions:
            found = next(_broken(policies, whole.decisions[index], damaged.decisions[index]), "")
            if found:
                return f"snapshot {index}: {found}"
    return ""


def _broken(policies: Policies, one: Decision, other: Decision) -> Iterator[str]:
    if one is other:
        return
    before, after = _verdicts(one), _verdicts(other)
    for name, compiled in policies.items():
        left = [each for each in before.values() if each.policy == name]
        right = [each for each in after.values() if each.policy == name]
        if right and all(each.is_best for each in right) and not all(each.is_best for each in left):
            yield f"{name} is {VERDICTS[0]} with more damages only"
        for each in right:
            if (each.policy, each.member or "") in before:
                yield from _worse(policies, compiled.policy, before[each.policy, each.member or ""], each)


def _verdicts(decision: Decision) -> Verdicts:
    return {(each.policy, each.member or ""): each for each in decision.verdicts}


def _worse(policies: Policies, policy: Policy, before: Verdict, after: Verdict) -> Iterator[str]:
    pair = f"{before.name} is {before.verdict}, with more damages {after.verdict}"
    if before.evaluated and _strict(policies, policy) and _rank(after.verdict) < _rank(before.verdict):
        yield pair
    if before.evaluated and not after.applicable:
        yield pair
    if before.evaluated and after.evaluated and _rank(before.verdict) > _rank(after.possible):
        yield f"{pair} and at worst {after.possible}"
    rules = {each.id: each for each in policy.rules}
    outcomes = {each.id: each.outcome for each in before.rules}
    for result in after.rules:
        yield from _changed(rules[result.id], outcomes[result.id], result, policy.applies is not None)


def _changed(rule: Rule, before: str, after: RuleResult, guarded: bool) -> Iterator[str]:
    text = f"rule {rule.id} is {before}, with more damages {after.outcome}"
    child = rule.condition
    guarded |= rule.applies is not None or (isinstance(child, Composition) and child.while_applicable)
    if after.outcome == "pass" and before not in (("pass", "skipped") if guarded else ("pass",)):
        yield text
    if after.outcome == "skipped" and before != "skipped":
        yield text
    plain = not (guarded or rule.stateful or isinstance(rule.condition, Composition))
    if plain and after.outcome == "fail" and before != "fail":
        yield text


def _strict(policies: Policies, policy: Policy) -> bool:
    """Whether every rule of a policy, and of those that it composes, is at its worst when unknown."""
    return all(
        rule.unknown == rule.failed
        and (
            not isinstance(rule.condition, Composition)
            or _strict(policies, policies[rule.condition.policy].policy)
        )
        for rule in policy.rules
    )


def _rank(verdict: str) -> int:
    return {NOT_EVALUATED: len(VERDICTS), NOT_APPLICABLE: -1}.get(verdict) or VERDICTS.index(verdict)


def changed(whole: Run, damaged: Run) -> bool:
    """Whether damages made a difference to a verdict or to the outcome of a rule."""
    both = [each for each in damaged.order if each in whole.decisions]
    return any(_outcomes(whole.decisions[each]) != _outcomes(damaged.decisions[each]) for each in both)


def _outcomes(decision: Decision) -> list[tuple[object, ...]]:
    return [
        (each.policy, each.member, each.verdict, each.possible, *(rule.outcome for rule in each.rules))
        for each in decision.verdicts
    ]
