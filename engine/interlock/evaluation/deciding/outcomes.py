"""Outcomes of rules: their status, contribution and possible contributions, and the join that makes a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...language.times import show_time
from ...language.values import Cause, Unknown, merged
from ...policy.catalogue import Scope
from ...policy.model import Composition, Policy, Rule
from ..verdict import NOT_EVALUATED, Comparison, RuleResult, Verdict
from .cause_text import unknown_origins

__all__ = [
    "Outcome",
    "join",
    "of_children",
    "of_truth",
    "rule_assumptions",
    "scope_assumptions",
    "verdict_of",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` is pass, fail, unknown or skipped; `possible` holds every contribution that the rule may make;
    `sure` is false where an unknown guard leaves open whether the rule applies at all, and `doubt` says why."""

    status: str
    causes: tuple[Cause, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    contribution: str | None = None
    possible: tuple[str, ...] = ()
    note: str = ""
    sure: bool = True
    doubt: tuple[Cause, ...] = ()

    def guarded(self, guard: object) -> Outcome:
        """Note whether the rule surely applies; of one that fails an unknown guard is a cause."""
        if not isinstance(guard, Unknown):
            return self
        causes = merged(self.causes, guard.causes) if self.status == "fail" else self.causes
        return replace(self, causes=causes, sure=False, doubt=guard.causes)

    @property
    def blind(self) -> bool:
        """Whether it is unknown because data are missing: not where a calculation had too few points of a series that
        was seen whole, as at its begin."""
        few = (
            each.cause == "too few samples" and (not each.metric or "(" in each.metric)
            for each in self.causes
        )
        return self.status == "unknown" and not all(few)

    @classmethod
    def skipped(cls, note: str) -> Outcome:
        """A rule that does not apply contributes nothing."""
        return cls("skipped", note=note)

    def contributing(self, rule: Rule, verdicts: Sequence[str], blind: bool) -> Outcome:
        """Add what the rule contributes: nothing in shadow; `blind` for too long as if it had failed."""
        if self.status == "skipped" or rule.shadow is not None:
            return self
        if self.status == "pass":
            return replace(self, contribution=verdicts[0], possible=(verdicts[0],))
        if self.status == "fail":
            return replace(self, contribution=rule.failed, possible=(rule.failed,))
        given = rule.failed if blind else rule.unknown
        possible = (given,) if rule.fail_open else (given, rule.failed)
        return replace(self, contribution=given, possible=possible)


def of_truth(rule: Rule, truth: object) -> Outcome:
    """A requirement passes when true, a trigger when false."""
    if isinstance(truth, Unknown):
        return Outcome("unknown", truth.causes)
    return Outcome("pass" if truth is (rule.kind == "requirement") else "fail")


def of_children(rule: Rule, child: Composition, policy: Policy, verdicts: Sequence[Verdict]) -> Outcome:
    """Compare a child's verdict, the worst over its members, with the bound.

    A requirement is true only if verdict and possible verdict are within the bound; a trigger is true at the
    bound or worse, and unknown if only the possible verdict reaches it. Both are unknown where unknown data alone
    bring the child there: that closes a gate and accuses nobody.
    """
    if verdicts and not any(each.applicable for each in verdicts):
        return _not_applicable(child)
    verdicts = [each for each in verdicts if each.applicable]
    blind = [each for each in verdicts if not each.evaluated]
    if blind or not verdicts:
        causes = merged(
            *(each.doubt for each in blind), *(rule.causes for each in blind for rule in each.rules)
        )
        cause = Cause(child.policy, "", "", "missing", "the policy was not evaluated")
        why = f": {unknown_origins(causes)}" if causes else ""
        return Outcome(
            "unknown",
            causes or (cause,),
            note=f"cannot tell: `{child.policy}` was not evaluated{why}",
            sure=_sure(child, verdicts),
        )
    order = policy.verdicts
    seen = max(order.index(each.verdict) for each in verdicts)
    possible = max(order.index(each.possible) for each in verdicts)
    bound = order.index(child.bound)
    causes = merged(*(rule.causes for each in verdicts for rule in each.failed()))
    within = bound if rule.kind == "requirement" else bound - 1
    status = "fail" if seen > within else "pass" if possible <= within else "unknown"
    if status == "fail" and _unmeasured(policy, verdicts, order[within + 1 :]):
        status = "unknown"
    if status == "pass" and not all(each.sure for each in verdicts):
        # it may not apply: then it is as if it had not been evaluated
        status, causes = "unknown", merged(*(each.doubt for each in verdicts))
    record = _compared(rule, child, status, order[seen], order[possible])
    return Outcome(status, () if status == "pass" else causes, (record,), sure=_sure(child, verdicts))


def _not_applicable(child: Composition) -> Outcome:
    """A rule over a policy that does not apply is skipped where it says so, and unknown otherwise."""
    if child.while_applicable:
        return Outcome.skipped(f"does not apply: `{child.policy}` is not applicable")
    cause = Cause(child.policy, "", "", "missing", "the policy does not apply now")
    return Outcome("unknown", (cause,), note=f"cannot tell: `{child.policy}` is not applicable")


def _sure(child: Composition, verdicts: Sequence[Verdict]) -> bool:
    """Whether it is sure that a rule that is skipped with its policy applies."""
    return not child.while_applicable or any(each.sure for each in verdicts)


def _unmeasured(policy: Policy, verdicts: Sequence[Verdict], beyond: Sequence[str]) -> bool:
    """Tell whether no rule that reaches one of the verdicts `beyond` the bound did so on known data, or because it has
    been unknown for too long."""
    expired = {
        (each.id, each.failed) for each in policy.rules if each.blind_limit and each.failed != each.unknown
    }
    found = [rule for each in verdicts for rule in each.failed() if rule.contribution in beyond]
    return bool(found) and all(
        each.outcome == "unknown" and (each.id, each.contribution) not in expired for each in found
    )


def _compared(rule: Rule, child: Composition, status: str, seen: str, possible: str) -> Comparison:
    requirement = rule.kind == "requirement"
    word = "at worst" if requirement else "better than"
    passing = None if status == "unknown" else status == "pass"
    truth = "unknown" if passing is None else str(passing is requirement).lower()
    shown = seen if seen == possible else f"{seen} (possibly {possible})"
    return Comparison(
        child.span.line, child.span.column, f"policy {child.policy}", "at worst" if requirement else "reaches",
        child.bound, shown, f"{word} {child.bound}", None, truth, passing,
        (f"{child.bound} or better" if requirement else f"{word} {child.bound}") if passing is False else "",
    )  # fmt: skip


def verdict_of(verdicts: Sequence[str], outcomes: Sequence[Outcome | RuleResult]) -> tuple[str, str]:
    """Return the join of the contributions and the join of all possible ones.

    If no contribution is sure, there is no verdict: otherwise a missing guard could turn NOT_EVALUATED into the
    best verdict.
    """
    if not any(each.sure and each.contribution is not None for each in outcomes):
        return NOT_EVALUATED, NOT_EVALUATED
    possible = [word for each in outcomes for word in each.possible]
    return join(verdicts, [each.contribution for each in outcomes]), join(verdicts, possible)


def join(verdicts: Sequence[str], contributions: Sequence[str | None]) -> str:
    """Return the worst contribution, NOT_EVALUATED without any."""
    given = [verdicts.index(each) for each in contributions if each is not None]
    return verdicts[max(given)] if given else NOT_EVALUATED


def scope_assumptions(scopes: Iterable[Scope]) -> Iterator[str]:
    """Yield the assumption that a verdict prints for a scope whose roster is not all that counts, or counts alone."""
    for each in scopes:
        if each.open:
            yield f"the scope `{each.name}` is open: every member in the snapshot counts"
        if each.others:
            yield f"the scope `{each.name}` ignores others: what is measured off its roster does not count"


def rule_assumptions(rule: Rule, verdicts: tuple[str, ...]) -> list[str]:
    """Return the assumption that a verdict prints for a rule outside the laws: in shadow, failing open or milder when
    unknown."""
    if rule.shadow is not None:
        return [f"rule `{rule.id}` is in shadow since {show_time(rule.shadow)} and does not contribute"]
    if rule.fail_open:
        return [f"rule `{rule.id}` fails open: {rule.fail_open}"]
    if verdicts.index(rule.unknown) < verdicts.index(rule.failed):
        return [f"rule `{rule.id}` contributes {rule.unknown} when unknown, {rule.failed} when it fails"]
    return []
