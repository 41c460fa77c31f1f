"""Reads the context of a decision from one snapshot: configuration, attestations, and the other rollouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..evaluation.deciding.past import bound_value
from ..evaluation.snapshot.measures import Measures
from ..ledger.state.ledger_memory import LedgerMemory
from ..ledger.state.rollout_state import RolloutObservation, RolloutState
from ..policy.loader import PolicyRoot
from ..policy.rollout_model import Rollout, Stage
from .configuration import observe_configuration
from .decision import Context
from .gates import RolloutGate
from .store import Store

__all__ = ["ContextReader"]


@dataclass(frozen=True, slots=True)
class ContextReader:
    """One snapshot, read through the catalogue, with the state of a ledger.

    `environment` gives the minimum time of stages that leave it open; `now` is the clock if verdicts may expire.
    """

    root: PolicyRoot
    store: Store
    measures: Measures
    environment: str | None = None
    now: Decimal | None = None

    def context(
        self, rollout: Rollout, state: RolloutState, stage: Stage, gates: Mapping[str, RolloutGate]
    ) -> Context:
        """Return the context of a rollout whose configuration is compared with a stage."""
        configuration = observe_configuration(stage, self.measures)
        steady = all(each in gates and gates[each].is_best for each in stage.restart_on)
        trigger = gates[rollout.rollback.policy]
        sequence = self.store.state.head.sequence + 1
        as_of = self.measures.as_of
        terms = self.root.environments[self.environment].dwell if self.environment else {}
        return Context(
            as_of=as_of,
            configuration=configuration,
            observation=RolloutObservation(
                as_of,
                sequence,
                steady and not configuration.differences,
                configuration.key,
                trigger.is_best,
            ),
            gates=gates,
            attested=frozenset(self._memory().attested(self.root.attestations, self._value)),
            canary_attestations={name: self._bound_attestations(name) for name in stage.canary},
            approved=self._approved(stage, state),
            minimum=terms.get((rollout.id, stage.id)),
            others=self.store.state.rollouts,
            rollouts=self.root.rollouts,
            now=self.now,
            newer=self.store.state.archive.newer(as_of, self.measures.snapshot.digest),
        )

    def _approved(self, stage: Stage, state: RolloutState) -> bool:
        """Tell whether enough people approved the stage since it was entered, for its current settings."""
        approval = stage.approve
        return approval is not None and bool(
            self._memory().attested({approval.name: approval}, self._value, state.entered, state.entry)
        )

    def _bound_attestations(self, metric: str) -> frozenset[str]:
        """Return the attestations that are bound to a canary set; approvals of stages are not among them."""
        approvals = {
            stage.approve.name
            for each in self.root.rollouts.values()
            for stage in each.stages
            if stage.approve
        }
        bound = {name for name, each in self.root.attestations.items() if metric in each.binds}
        return frozenset(bound - approvals)

    def _memory(self) -> LedgerMemory:
        snapshot = self.measures.snapshot
        return LedgerMemory(self.store.state, snapshot.as_of, snapshot.digest, self.store.load)

    def _value(self, name: str) -> object:
        return bound_value(self.measures, name)
