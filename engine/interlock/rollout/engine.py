"""What is to be told of rollouts when snapshots are judged for another reason: rollbacks, findings, lost documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ..errors import UsageError
from ..evaluation.deciding.request import Decision
from ..language.times import show_time
from ..ledger.acts import said
from ..ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RolloutState
from ..ledger.state.state import State
from ..policy.loader import PolicyRoot
from ..policy.rollout_model import Rollout, Stage
from .configuration import held_against, settings
from .context import ContextReader
from .decision import HOLD, ROLLBACK, Context, RolloutDecision, decide
from .gates import RolloutGate, gates_of
from .store import PlannedChange, Store, noted, record, trigger_of

__all__ = ["Judge", "Person", "RolloutEngine", "RolloutStep", "remarks"]


class Judge(Protocol):
    """Judges the snapshot by named policies inside a rollout, in an environment, and records it."""

    def __call__(self, rollout: str, policies: tuple[str, ...], environment: str | None) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and why: the engine itself where nobody asked; raises UsageError for a person who does not say."""

    by: str = "interlock"
    reason: str = "a snapshot was judged"

    def __post_init__(self) -> None:
        said(self.by, self.reason)


@dataclass(frozen=True, slots=True)
class RolloutStep:
    """What one snapshot came to for a rollout: how it stood before, what was decided, the change that was recorded
    (empty: none), and the settings that are to be set where it moved."""

    rollout: Rollout
    before: RolloutState
    course: RolloutDecision
    move: str = ""
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RolloutEngine:
    """One snapshot within a recorder; what the recorder does not record is only told."""

    viewer: ContextReader
    judge: Judge

    @property
    def recorder(self) -> Store:
        return self.viewer.recorder

    def watched(self, but: str = "") -> tuple[RolloutStep, ...]:
        """Look at every active rollout, `but` one: its triggers are live whatever was asked. Never advances."""
        standings = sorted(self.recorder.state.rollouts.items())
        known = self.viewer.root.rollouts
        names = [name for name, each in standings if each.active and name != but and name in known]
        return tuple(self._seen(known[name]) for name in names)

    def left(self) -> tuple[str, ...]:
        """Return a line for each setting that is still not what a rollback asks for."""
        found = []
        for name, standing in sorted(self.recorder.state.rollouts.items()):
            rollout = self.viewer.root.rollouts.get(name)
            stage = rollout.stage(standing.stage) if rollout and standing.state == ROLLED_BACK else None
            if stage is not None:
                shown = held_against(stage, self.viewer.measures)
                found += [
                    f"rollout {name} was rolled back to {stage.id}, and {each}" for each in shown.differences
                ]
        return tuple(found)

    def considered(self, rollout: Rollout) -> RolloutStep:
        """Judge everything that the next step of a rollout needs, and change nothing but by a rollback."""
        return self._decided(rollout, self._stage(rollout), Person(), {ROLLBACK})

    def advanced(self, rollout: Rollout, person: Person) -> RolloutStep:
        """Record the change that the gates allow: begin, advance, complete, or roll back.

        Raises UsageError for another environment than that of the attempt.
        """
        standing, given = self.recorder.state.standing(rollout.id), self.viewer.environment
        if standing.active and given not in (None, standing.environment):
            began = f"in the environment `{standing.environment}`" if standing.environment else "without one"
            raise UsageError(f"`--environment {given}`: this attempt of `{rollout.id}` began {began}")
        return self._decided(rollout, self._stage(rollout), person, {"ADVANCE", COMPLETE, ROLLBACK})

    def rearmed(self, rollout: Rollout, person: Person) -> RolloutStep:
        """Begin another attempt of a rollout that was rolled back or is complete, where nothing forbids it."""
        before = self.recorder.state.standing(rollout.id)
        if before.state in (NONE, ACTIVE):
            raise UsageError(
                f"`{rollout.id}` is {before.state}: what was rolled back or is complete is re-armed"
            )
        return self._decided(rollout, self._stage(rollout), person, {"ADVANCE"}, again=True)

    def _stage(self, rollout: Rollout) -> Stage | None:
        """The stage that the configuration is compared with; None where the document has lost it."""
        standing = self.recorder.state.standing(rollout.id)
        return rollout.stage(standing.stage) if standing.state in (ACTIVE, ROLLED_BACK) else rollout.first

    def _seen(self, rollout: Rollout) -> RolloutStep:
        """Look at an active rollout without asking its gate, which is nobody's question now."""
        stage = self._stage(rollout)
        names = (rollout.rollback.policy, *(stage.restart_on if stage else ()))
        asked = (
            {} if stage is None else {stage.advance: RolloutGate(stage.advance, refused="it was not asked")}
        )
        gates = {**asked, **self._gates(rollout, names)}
        return self._followed(rollout, stage, gates, Person(), {ROLLBACK})

    def _decided(
        self,
        rollout: Rollout,
        stage: Stage | None,
        person: Person,
        allowed: set[str],
        *,
        again: bool = False,
    ) -> RolloutStep:
        standing = self.recorder.state.standing(rollout.id)
        names = [rollout.rollback.policy]
        if standing.state == ROLLED_BACK and rollout.rollback.verified:
            names.append(rollout.rollback.verified)
        if stage is not None:
            names += [*stage.restart_on, *([stage.advance] if standing.active else [])]
        gates = self._gates(rollout, names)
        return self._followed(rollout, stage, gates, person, allowed, again=again)

    def _environment(self, rollout: Rollout) -> str | None:
        """An attempt keeps the environment in which it began."""
        standing = self.recorder.state.standing(rollout.id)
        return standing.environment if standing.active else self.viewer.environment

    def _gates(self, rollout: Rollout, names: Iterable[str]) -> Mapping[str, RolloutGate]:
        once = tuple(dict.fromkeys(names))
        return gates_of(once, self.judge(rollout.id, once, self._environment(rollout)))

    # the record

    def _followed(
        self,
        rollout: Rollout,
        stage: Stage | None,
        gates: Mapping[str, RolloutGate],
        person: Person,
        allowed: set[str],
        *,
        again: bool = False,
    ) -> RolloutStep:
        """Decide, record what was seen, and record the change where it is one of those allowed here."""
        before = self.recorder.state.standing(rollout.id).copy()
        viewer = replace(self.viewer, environment=self._environment(rollout))
        scene = viewer.scene(rollout, before, stage or rollout.first, gates)
        course = decide(rollout, before, scene, again=again)
        if not self.recorder.record:
            return RolloutStep(rollout, before, course)
        moves = course.word != HOLD and course.word in allowed
        if before.active or not moves:
            self._look(rollout, scene, course, person)
        if not moves:
            return RolloutStep(rollout, before, course)
        step = self._moved(rollout, before, course, gates, person, again=again)
        if not before.active:
            # the snapshot was compared with the stage that is now entered
            self._look(rollout, scene, course, person)
        return step

    def _look(self, rollout: Rollout, scene: Context, course: RolloutDecision, person: Person) -> None:
        standing = self.recorder.state.standing(rollout.id)
        body = {
            "rollout": rollout.id,
            "attempt": standing.attempt,
            "stage": standing.stage,
            "good": scene.look.good,
            "key": scene.look.key,
            "quiet": scene.look.quiet,
            "differences": list(scene.shown.differences),
            "decision": course.word,
            "missing": [f"{each.about}: {each.text}" for each in course.missing],
            "by": person.by,
            "reason": person.reason,
        }
        self.recorder.append(show_time(scene.as_of), "look", body)

    def _moved(
        self,
        rollout: Rollout,
        before: RolloutState,
        course: RolloutDecision,
        gates: Mapping[str, RolloutGate],
        person: Person,
        *,
        again: bool,
    ) -> RolloutStep:
        measures, root = self.viewer.measures, self.viewer.root
        word = "REARM" if again else "BEGIN" if before.state == NONE else course.word
        at = max([measures.as_of, before.since, *(each.at for each in before.looks)])
        target = rollout.stage(course.target)
        note, reason = None, person.reason
        if word == ROLLBACK:
            reason = trigger_of(gates[rollout.rollback.policy], root.policies, self.recorder.state)
            note = noted(rollout, before, at, reason, measures)
        where = target.id if target else before.stage
        change = PlannedChange(
            word, at, where, person.by, reason, rollout.version, note,
            self._environment(rollout),
        )  # fmt: skip
        record(self.recorder, rollout.id, before, change)
        return RolloutStep(rollout, before, course, word, settings(target, measures) if target else ())


def remarks(steps: Iterable[RolloutStep], state: State, root: PolicyRoot) -> Iterator[str]:
    """Yield one line for each thing that people are to know."""
    for step in steps:
        name, stage = step.rollout.id, step.before.stage
        if step.move:
            move = state.standing(name).moves[-1]
            todo = ", ".join(step.settings)
            yield f"rollout {name}: {step.move} from {move.source} to {move.target}: {move.reason}; set {todo}"
        for each in step.course.findings:
            yield f"rollout {name} in {stage}: {each}"
    for name, standing in sorted(state.rollouts.items()):
        if standing.active and name not in root.rollouts:
            hint = "bring its document back, or roll it back with `interlock rollout rollback`"
            yield f"rollout {name} is active in the ledger and gone from the policies: {hint}"
