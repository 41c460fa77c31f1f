"""Judges mutants: only the changed rules are evaluated again, over the cases that could notice, until one does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...evaluation.deciding.decide import Decision
from ...evaluation.deciding.outcomes import verdict_of
from ...evaluation.expressions.compiled import CompiledPolicy, compile_policy
from ...evaluation.verdict import RuleResult, Verdict
from ..policies.expectations import differences, noticed
from ..policies.model import Case, Situation
from ..policies.runner import CaseResult, CaseRunner, Prepared
from .mutants import Mutant

__all__ = ["BoundaryProbe", "MutantRun", "Probes", "differ"]


@dataclass(frozen=True, slots=True)
class BoundaryProbe:
    """A situation near the boundaries of some rules, and what these come to."""

    situation: Situation
    prepared: Prepared
    decision: Decision


Probes = tuple[list[BoundaryProbe], Iterator[BoundaryProbe]]
"""Those at hand, and those to come."""


@dataclass(slots=True)
class MutantRun:
    """The cases of a policy, ready to judge its mutants; `elsewhere` are cases of policies that compose it."""

    bench: CaseRunner
    results: tuple[CaseResult, ...]
    elsewhere: tuple[CaseResult, ...] = ()
    probes: dict[tuple[str, ...], Probes] = field(default_factory=dict)

    def killed(self, mutant: Mutant) -> bool:
        """Tell whether a case notices; cases that name one of the rules come first."""
        compiled = self.compiled(mutant)
        named = sorted(self.results, key=lambda each: not _names(each, mutant.rules))
        if any(self.noticed(each, mutant, compiled) for each in named):
            return True
        if not self.elsewhere:
            return False
        whole = compile_policy(mutant.policy, self.bench.root.catalogue)
        policies = {**self.bench.compiled, mutant.policy.id: whole}
        return any(self.differs(each, policies) for each in self.elsewhere)

    def compiled(self, mutant: Mutant) -> Mapping[str, CompiledPolicy]:
        """Return the policies with the mutated one cut down to its changed rules."""
        rules = tuple(each for each in mutant.policy.rules if each.id in mutant.rules)
        if not rules:
            return self.bench.compiled
        cut = compile_policy(replace(mutant.policy, rules=rules), self.bench.root.catalogue)
        return {**self.bench.compiled, mutant.policy.id: cut}

    def noticed(self, result: CaseResult, mutant: Mutant, compiled: Mapping[str, CompiledPolicy]) -> bool:
        """Tell whether a case comes out otherwise than it expects."""
        again = () if mutant.removed else self.again(mutant, result.case, compiled)
        if again is None:
            return not result.case.expectation.refused
        expectation = result.case.expectation
        for verdict in merged(result.decision.verdicts, again, mutant):
            for expected in (expectation.everywhere, expectation.members.get(verdict.member or "")):
                if expected is None:
                    continue
                found = noticed(
                    expected, verdict.verdict, verdict.possible, verdict.rules, verdict.member or ""
                )
                if next(found, None) is not None:
                    return True
        return False

    def again(
        self, mutant: Mutant, case: Case, compiled: Mapping[str, CompiledPolicy]
    ) -> tuple[Verdict, ...] | None:
        """Return the verdicts of the changed rules alone; None where the policy refuses."""
        decision = self.bench.decide_case(mutant.policy.id, case, compiled)
        return None if decision.refusals else decision.verdicts

    def differs(self, result: CaseResult, policies: Mapping[str, CompiledPolicy]) -> bool:
        """Tell whether a case of another policy notices."""
        decision = self.bench.decide_case(result.suite.policy, result.case, policies)
        policy = self.bench.root.policies[result.suite.policy]
        return bool(differences(result.case.expectation, policy, decision))


def merged(verdicts: Iterable[Verdict], again: Sequence[Verdict], mutant: Mutant) -> Iterator[Verdict]:
    """Yield the verdicts with the changed rules as they came out again, and the join taken anew."""
    changed = {each.member: {rule.id: rule for rule in each.rules} for each in again}
    for verdict in verdicts:
        if verdict.member is None and not verdict.rules:
            continue
        results = changed.pop(verdict.member, {})
        rules = tuple(
            results.get(each.id, each if each.id not in mutant.rules else _skipped(each)) for each in verdict.rules
            if each.id != mutant.removed
        )  # fmt: skip
        yield _joined(verdict, rules, mutant)
    # members at which no rule applied, so that the policy had no verdict there
    yield from (each for each in again if each.member in changed)


def _joined(verdict: Verdict, rules: tuple[RuleResult, ...], mutant: Mutant) -> Verdict:
    status, possible = verdict_of(mutant.policy.verdicts, rules)
    return replace(verdict, rules=rules, verdict=status, possible=possible)


def _skipped(rule: RuleResult) -> RuleResult:
    return replace(rule, outcome="skipped", contribution=None, possible=(), reason="does not apply")


def _names(result: CaseResult, rules: tuple[str, ...]) -> bool:
    expectation = result.case.expectation
    every = (expectation.everywhere, *expectation.members.values())
    return any(each in expected.rules for expected in every for each in rules)


def differ(one: Decision, two: Decision) -> bool:
    """Tell whether a test could tell two decisions apart: verdicts, possible verdicts, outcomes."""

    def meaning(decision: Decision) -> object:
        return [
            (each.member, each.verdict, each.possible, [(rule.id, rule.outcome) for rule in each.rules])
            for each in decision.verdicts
        ], [each.policy for each in decision.refusals]

    return meaning(one) != meaning(two)
