"""Runs cases: each situation is judged, and what came is held against what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ...evaluation.deciding.decide import Decision, Request, decide
from ...evaluation.expressions.compiled import CompiledPolicy, compile_policy
from ...evaluation.expressions.interpreter import Watch
from ...evaluation.snapshot.measures import Measures
from ...language.values import Value
from ...policy.catalogue import RESERVED
from ...policy.loader import PolicyRoot
from .expectations import Difference, differences
from .model import Case, Situation, Suite

__all__ = ["CaseResult", "CaseRunner", "Prepared"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case that was run, with everything in which it differs from what was expected."""

    suite: Suite
    case: Case
    decision: Decision
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether the case holds."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Prepared:
    """A situation as one policy sees it, its measures read."""

    policy: str
    measures: Measures
    request: Request


@dataclass(slots=True)
class CaseRunner:
    """The policies of a root, compiled once, and the measures of every case, read once; `watch` is called with every
    comparison of the policies as they are written."""

    root: PolicyRoot
    watch: Watch | None = None
    compiled: dict[str, CompiledPolicy] = field(default_factory=dict)
    _kept: dict[int, tuple[Case, Prepared]] = field(default_factory=dict)
    """By identity, each with its case: while it is held here, no other can have its identity."""

    def __post_init__(self) -> None:
        catalogue = self.root.catalogue
        self.compiled = {name: compile_policy(each, catalogue) for name, each in self.root.policies.items()}

    def run(self, suites: Iterable[Suite]) -> tuple[CaseResult, ...]:
        """Run every case, in the order of the documents."""
        return tuple(self.result(suite, case) for suite in suites for case in suite.cases)

    def result(self, suite: Suite, case: Case) -> CaseResult:
        """Run one case; its measures are kept for as long as the runner lives."""
        self._kept[id(case)] = case, self.prepared(suite.policy, case.situation)
        decision = self.decide_case(suite.policy, case)
        policy = self.root.policies[suite.policy]
        return CaseResult(suite, case, decision, differences(case.expectation, policy, decision))

    def prepared(self, policy: str, situation: Situation) -> Prepared:
        """Read the measures of a situation, for a policy whose params it may set."""
        catalogue = self.root.catalogue
        frozen = {
            name: Measures(each.snapshot(name), catalogue)
            for name, each in sorted(situation.baselines.items())
        }
        request = Request(
            self.values(policy, situation), frozen, stateless=True,
            attested=situation.attested, blind_for=situation.blind_for, rollout=situation.rollouts.get,
        )  # fmt: skip
        given = situation.draft.metrics
        inside = {name: given[name] for name in RESERVED if name in given}
        return Prepared(
            policy, Measures(situation.draft.snapshot("case"), catalogue, rollout=inside), request
        )

    def decide_case(
        self, policy: str, case: Case, compiled: Mapping[str, CompiledPolicy] | None = None
    ) -> Decision:
        """Judge a case; one that was run before is not read again."""
        kept = self._kept.get(id(case))
        found = kept[1] if kept is not None else self.prepared(policy, case.situation)
        return self.decide(found, compiled)

    def decide(
        self,
        given: Prepared,
        compiled: Mapping[str, CompiledPolicy] | None = None,
        watch: Watch | None = None,
    ) -> Decision:
        """Judge a situation by its policy; `compiled` stands in for the policies as they are written, which alone are
        watched without a `watch` of their own."""
        if watch is None and compiled is None:
            watch = self.watch
        return decide(
            compiled or self.compiled, given.measures, replace(given.request, watch=watch), [given.policy]
        )

    def values(self, policy: str, situation: Situation) -> Mapping[str, Mapping[str, Value]]:
        """Return the values of params: those of the environment, then those of the situation."""
        named = self.root.environments[situation.environment].values if situation.environment else {}
        return {**named, policy: {**named.get(policy, {}), **situation.params}}
