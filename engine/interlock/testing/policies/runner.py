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

__all__ = ["CaseResult", "CaseRunner"]


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


@dataclass(slots=True)
class CaseRunner:
    """The policies of a root, compiled once, and the measures of every situation, read once; `watch` is called with
    every comparison."""

    root: PolicyRoot
    watch: Watch | None = None
    compiled: dict[str, CompiledPolicy] = field(default_factory=dict)
    _requests: dict[int, tuple[Measures, Request]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        catalogue = self.root.catalogue
        self.compiled = {name: compile_policy(each, catalogue) for name, each in self.root.policies.items()}

    def run(self, suites: Iterable[Suite]) -> tuple[CaseResult, ...]:
        """Run every case, in the order of the documents."""
        return tuple(self.result(suite, case) for suite in suites for case in suite.cases)

    def result(self, suite: Suite, case: Case) -> CaseResult:
        """Run one case; its measures are kept for as long as the suites live."""
        self.keep(suite.policy, case.situation)
        decision = self.decide(suite.policy, case.situation)
        policy = self.root.policies[suite.policy]
        return CaseResult(suite, case, decision, differences(case.expectation, policy, decision))

    def keep(self, policy: str, situation: Situation) -> None:
        """Read the measures of a situation once and for all; who calls keeps the situation alive."""
        if id(situation) not in self._requests:
            self._requests[id(situation)] = self._request(policy, situation)

    def decide(
        self,
        policy: str,
        situation: Situation,
        compiled: Mapping[str, CompiledPolicy] | None = None,
        watch: Watch | None = None,
    ) -> Decision:
        """Judge a situation by one policy; `compiled` stands in for the policies as they are written."""
        measures, request = self.request(policy, situation)
        if watch is not None:
            request = replace(request, watch=watch)
        return decide(compiled or self.compiled, measures, request, [policy])

    def request(self, policy: str, situation: Situation) -> tuple[Measures, Request]:
        """Return the measures and the request of a situation; those of the cases are kept."""
        kept = self._requests.get(id(situation))
        return kept if kept is not None else self._request(policy, situation)

    def _request(self, policy: str, situation: Situation) -> tuple[Measures, Request]:
        catalogue = self.root.catalogue
        frozen = {
            name: Measures(each.snapshot(name), catalogue)
            for name, each in sorted(situation.baselines.items())
        }
        request = Request(
            self.values(policy, situation), frozen, stateless=True,
            attested=situation.attested, blind_for=situation.blind_for, watch=self.watch,
        )  # fmt: skip
        given = situation.draft.metrics
        inside = {name: given[name] for name in RESERVED if name in given}
        return Measures(situation.draft.snapshot("case"), catalogue, rollout=inside), request

    def values(self, policy: str, situation: Situation) -> Mapping[str, Mapping[str, Value]]:
        """Return the values of params: those of the environment, then those of the situation."""
        named = self.root.environments[situation.environment].values if situation.environment else {}
        return {**named, policy: {**named.get(policy, {}), **situation.params}}
