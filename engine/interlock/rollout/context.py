"""Sees one snapshot as a rollout does: its configuration, what people attested, and where the other rollouts stand."""

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
from .configuration import held_against
from .decision import Context
from .gates import RolloutGate
from .store import Store

__all__ = ["ContextReader"]


@dataclass(frozen=True, slots=True)
class ContextReader:
    """One snapshot, read through the catalogue, within a ledger; `environment` says how long stages last that ask for
    it, `now` is the clock, where verdicts may expire."""

    root: PolicyRoot
    recorder: Store
    measures: Measures
    environment: str | None = None
    now: Decimal | None = None

    def scene(
        self, rollout: Rollout, standing: RolloutState, stage: Stage, gates: Mapping[str, RolloutGate]
    ) -> Context:
        """Return what a rollout sees that is compared with a stage."""
        shown = held_against(stage, self.measures)
        steady = all(each in gates and gates[each].best for each in stage.restart_on)
        trigger = gates[rollout.rollback.policy]
        sequence = self.recorder.state.head.sequence + 1
        as_of = self.measures.as_of
        terms = self.root.environments[self.environment].dwell if self.environment else {}
        return Context(
            as_of=as_of,
            shown=shown,
            look=RolloutObservation(
                as_of, sequence, steady and not shown.differences, shown.key, trigger.best
            ),
            gates=gates,
            attested=frozenset(self._memory().attested(self.root.attestations, self._value)),
            limits={name: self._vouching(name) for name in stage.canary},
            approved=self._approved(stage, standing),
            least=terms.get((rollout.id, stage.id)),
            others=self.recorder.state.rollouts,
            rollouts=self.root.rollouts,
            now=self.now,
        )

    def _approved(self, stage: Stage, standing: RolloutState) -> bool:
        """Whether enough people let the stage be left since it was entered, for the settings as they are."""
        asked = stage.approve
        return asked is not None and bool(
            self._memory().attested({asked.name: asked}, self._value, standing.entered, standing.entry)
        )

    def _vouching(self, metric: str) -> frozenset[str]:
        """The declared attestations that are bound to a set; an approval of a stage is none."""
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
        return LedgerMemory(self.recorder.state, snapshot.as_of, snapshot.digest, self.recorder.load)

    def _value(self, name: str) -> object:
        return bound_value(self.measures.metric(name))
