"""The engine of rollouts: decides each one over a snapshot, and records its observations and changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ..arithmetic import own_contexts
from ..errors import UsageError
from ..evaluation.deciding.request import Decision
from ..language.times import show_time
from ..ledger.acts import require_author
from ..ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RolloutState
from ..ledger.state.state import State
from ..policy.loader import PolicyRoot
from ..policy.rollout_model import Rollout, Stage
from .configuration import observe_configuration, settings
from .context import ContextReader
from .decision import HOLD, ROLLBACK, Context, RolloutDecision, decide
from .gates import RolloutGate, gates_of
from .store import PlannedChange, Store, incident_note, record_change, trigger_of

__all__ = ["Judge", "Person", "RolloutEngine", "RolloutStep", "rollout_notes"]


class Judge(Protocol):
    """Evaluates the snapshot by named policies for a rollout, in an environment, and records it."""

    def __call__(self, rollout: str, policies: tuple[str, ...], environment: str | None) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and why; by default the engine itself. Raises UsageError if `by` or `reason` is missing."""

    by: str = "interlock"
    reason: str = "a snapshot was judged"

    def __post_init__(self) -> None:
        require_author(self.by, self.reason)


@dataclass(frozen=True, slots=True)
class RolloutStep:
    """The result of one snapshot for a rollout: its state before, the decision, the recorded change (empty without
    one), and the settings to apply after it."""

    rollout: Rollout
    before: RolloutState
    decision: RolloutDecision
    change: str = ""
    settings: tuple[str, ...] = ()


@own_contexts
@dataclass(frozen=True, slots=True)
class RolloutEngine:
    """Takes rollouts through one snapshot; a store that does not record only gets decisions."""

    reader: ContextReader
    judge: Judge

    @property
    def store(self) -> Store:
        return self.reader.store

    def observe_active(self, skip: str = "") -> tuple[RolloutStep, ...]:
        """Observe every active rollout except `skip`: it may be rolled back, but never advances."""
        states = sorted(self.store.state.rollouts.items())
        known = self.reader.root.rollouts
        names = [name for name, each in states if each.active and name != skip and name in known]
        return tuple(self._observe(known[name]) for name in names)

    def unapplied_settings(self) -> tuple[str, ...]:
        """Return a line for each setting that still differs from the stage of a rollback."""
        found = []
        for name, state in sorted(self.store.state.rollouts.items()):
            rollout = self.reader.root.rollouts.get(name)
            stage = rollout.stage(state.stage) if rollout and state.state == ROLLED_BACK else None
            if stage is not None:
                differences = observe_configuration(stage, self.reader.measures).differences
                found += [f"rollout {name} was rolled back to {stage.id}, and {each}" for each in differences]
        return tuple(found)

    def preview(self, rollout: Rollout) -> RolloutStep:
        """Evaluate all that the next step of a rollout needs; only a rollback changes anything."""
        return self._decide(rollout, self._stage(rollout), Person(), {ROLLBACK})

    def advance(self, rollout: Rollout, person: Person) -> RolloutStep:
        """Record the change that the gates allow: begin, advance, complete or roll back.

        Raises UsageError without a clock, or if the environment is not that of the attempt.
        """
        self._require_clock()
        state, given = self.store.state.rollout(rollout.id), self.reader.environment
        if state.active and given not in (None, state.environment):
            began = f"in the environment `{state.environment}`" if state.environment else "without one"
            raise UsageError(f"`--environment {given}`: this attempt of `{rollout.id}` began {began}")
        return self._decide(rollout, self._stage(rollout), person, {"ADVANCE", COMPLETE, ROLLBACK})

    def rearm(self, rollout: Rollout, person: Person) -> RolloutStep:
        """Begin another attempt of a rollout if every check passes.

        Raises UsageError without a clock, or unless it was rolled back or is complete.
        """
        self._require_clock()
        before = self.store.state.rollout(rollout.id)
        if before.state in (NONE, ACTIVE):
            raise UsageError(
                f"`{rollout.id}` is {before.state}: only a rolled back or completed rollout can be re-armed"
            )
        return self._decide(rollout, self._stage(rollout), person, {"ADVANCE"}, rearming=True)

    def _require_clock(self) -> None:
        """Raise UsageError where no verdict can expire: a stage is entered now, not in the past."""
        if self.reader.now is None:
            raise UsageError("a rollout changes by the clock alone: give the time of now")

    def _stage(self, rollout: Rollout) -> Stage | None:
        """Return the stage to compare the configuration with; None if the document no longer has it."""
        state = self.store.state.rollout(rollout.id)
        return rollout.stage(state.stage) if state.state in (ACTIVE, ROLLED_BACK) else rollout.first

    def _observe(self, rollout: Rollout) -> RolloutStep:
        """Observe an active rollout without evaluating its gate, which is needed only to advance."""
        stage = self._stage(rollout)
        names = (rollout.rollback.policy, *(stage.restart_on if stage else ()))
        gates = dict(self._gates(rollout, names))
        if stage is not None:
            gates.setdefault(
                stage.advance, RolloutGate(stage.advance, refusal="it is needed only to advance")
            )
        return self._step(rollout, stage, gates, Person(), {ROLLBACK})

    def _decide(
        self,
        rollout: Rollout,
        stage: Stage | None,
        person: Person,
        allowed: set[str],
        *,
        rearming: bool = False,
    ) -> RolloutStep:
        state = self.store.state.rollout(rollout.id)
        names = [rollout.rollback.policy]
        if state.state == ROLLED_BACK and rollout.rollback.verified:
            names.append(rollout.rollback.verified)
        if stage is not None:
            names += [*stage.restart_on, *([stage.advance] if state.active else [])]
        gates = self._gates(rollout, names)
        return self._step(rollout, stage, gates, person, allowed, rearming=rearming)

    def _environment(self, rollout: Rollout) -> str | None:
        """Return the environment of the attempt, or the given one before it has begun."""
        state = self.store.state.rollout(rollout.id)
        return state.environment if state.active else self.reader.environment

    def _gates(self, rollout: Rollout, names: Iterable[str]) -> Mapping[str, RolloutGate]:
        once = tuple(dict.fromkeys(names))
        return gates_of(once, self.judge(rollout.id, once, self._environment(rollout)))

    def _step(
        self,
        rollout: Rollout,
        stage: Stage | None,
        gates: Mapping[str, RolloutGate],
        person: Person,
        allowed: set[str],
        *,
        rearming: bool = False,
    ) -> RolloutStep:
        """Decide, record the observation, and record the change if it is `allowed`."""
        before = self.store.state.rollout(rollout.id).copy()
        reader = replace(self.reader, environment=self._environment(rollout))
        context = reader.context(rollout, before, stage or rollout.first, gates)
        decision = decide(rollout, before, context, rearming=rearming)
        if not self.store.record:
            return RolloutStep(rollout, before, decision)
        changes = decision.action != HOLD and decision.action in allowed
        if before.active or not changes:
            self._record_observation(rollout, context, decision, person)
        if not changes:
            return RolloutStep(rollout, before, decision)
        step = self._record_change(rollout, before, decision, gates, person, rearming=rearming)
        if not before.active:
            # the observation belongs to the stage that is now entered
            self._record_observation(rollout, context, decision, person)
        return step

    def _record_observation(
        self, rollout: Rollout, context: Context, decision: RolloutDecision, person: Person
    ) -> None:
        state = self.store.state.rollout(rollout.id)
        body = {
            "rollout": rollout.id,
            "attempt": state.attempt,
            "stage": state.stage,
            "good": context.observation.good,
            "key": context.observation.key,
            "quiet": context.observation.quiet,
            "differences": list(context.configuration.differences),
            "decision": decision.action,
            "missing": [f"{each.about}: {each.text}" for each in decision.missing],
            "by": person.by,
            "reason": person.reason,
        }
        self.store.append(show_time(context.as_of), "look", body)

    def _record_change(
        self,
        rollout: Rollout,
        before: RolloutState,
        decision: RolloutDecision,
        gates: Mapping[str, RolloutGate],
        person: Person,
        *,
        rearming: bool,
    ) -> RolloutStep:
        measures, root = self.reader.measures, self.reader.root
        action = "REARM" if rearming else "BEGIN" if before.state == NONE else decision.action
        at = max([measures.as_of, before.since, *(each.at for each in before.observations)])
        target = rollout.stage(decision.target)
        note, reason = None, person.reason
        if action == ROLLBACK:
            reason = trigger_of(gates[rollout.rollback.policy], root.policies, self.store.state)
            note = incident_note(rollout, before, at, reason, measures)
        name = target.id if target else before.stage
        change = PlannedChange(
            action, at, name, person.by, reason, rollout.version, note,
            self._environment(rollout),
        )  # fmt: skip
        record_change(self.store, rollout.id, before, change)
        return RolloutStep(rollout, before, decision, action, settings(target, measures) if target else ())


def rollout_notes(steps: Iterable[RolloutStep], state: State, root: PolicyRoot) -> Iterator[str]:
    """Yield one line for each change, finding and missing document that people should know of."""
    for step in steps:
        name, stage = step.rollout.id, step.before.stage
        if step.change:
            change = state.rollout(name).changes[-1]
            todo = ", ".join(step.settings)
            yield f"rollout {name}: {step.change} from {change.source} to {change.target}: {change.reason}; set {todo}"
        for each in step.decision.findings:
            yield f"rollout {name} in {stage}: {each}"
    for name, rollout in sorted(state.rollouts.items()):
        if rollout.active and name not in root.rollouts:
            hint = "bring its document back, or roll it back with `interlock rollout rollback`"
            yield f"rollout {name} is active in the ledger and gone from the policies: {hint}"
