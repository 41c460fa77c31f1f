"""Plays stories through the engine of the rollouts, its decisions and the fold over its record, without a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...errors import UsageError
from ...evaluation.deciding.request import Decision
from ...evaluation.snapshot.measures import Measures
from ...ledger.acts import Act
from ...ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RolloutState
from ...policy.loader import PolicyRoot
from ...policy.rollout_model import Rollout, Stage
from ...rollout.decision import ROLLBACK, RolloutDecision
from ...rollout.engine import Person, RolloutEngine
from ...rollout.store import PlannedChange, record_change, record_rollback
from ..policies.expectations import Difference
from ..policies.model import SnapshotDraft
from .model import RolloutSuite, Story, StoryStep
from .stage_snapshot import showing
from .story_context import LONG_AGO
from .story_expectations import compared
from .story_stubs import StoryStore, StubContextReader, judged

__all__ = ["PlayedStep", "StoryResult", "play"]

_WHO = "tests"


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """One step that was taken: how the rollout stood before and after, what was decided (None: it was refused), and
    everything in which that is not what was expected."""

    step: StoryStep
    before: RolloutState
    after: RolloutState
    course: RolloutDecision | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class StoryResult:
    """One story that was played, up to its first step that differs."""

    suite: RolloutSuite
    story: Story
    played: tuple[PlayedStep, ...]

    @property
    def passed(self) -> bool:
        """Whether the story holds."""
        return not self.differences

    @property
    def differences(self) -> tuple[Difference, ...]:
        """In what the last step differs."""
        return self.played[-1].differences


def play(root: PolicyRoot, suites: Iterable[RolloutSuite]) -> tuple[StoryResult, ...]:
    """Play every story, in the order of the documents."""
    return tuple(
        StoryResult(suite, story, tuple(_Stage(root, suite.rollout, story).played()))
        for suite in suites
        for story in suite.stories
    )


@dataclass(slots=True)
class _Stage:
    """Where one story is played."""

    root: PolicyRoot
    rollout: Rollout
    story: Story
    notes: StoryStore = field(default_factory=StoryStore)

    @property
    def standing(self) -> RolloutState:
        return self.notes.state.rollout(self.rollout.id).copy()

    def played(self) -> list[PlayedStep]:
        self.begun()
        found: list[PlayedStep] = []
        for step in self.story.steps:
            found.append(self.taken(step))
            if found[-1].differences:
                break
        return found

    def begun(self) -> None:
        """Go to the stage in which the story begins, one after the other, all at once."""
        names = [each.id for each in self.rollout.stages]
        for name in names[: names.index(self.story.stage) + 1] if self.story.stage else ():
            before = self.standing
            word = "ADVANCE" if before.active else "BEGIN"
            change = PlannedChange(
                word, self.story.start, name, _WHO, self.story.name, self.rollout.version, None,
                self.story.environment,
            )  # fmt: skip
            record_change(self.notes, self.rollout.id, before, change)

    def taken(self, step: StoryStep) -> PlayedStep:
        before, refused = self.standing, ""
        self.notes.state.rollouts |= self.others(step)
        try:
            course = self.acted(step)
        except UsageError as problem:
            course, refused = None, str(problem)
        after = self.standing
        return PlayedStep(step, before, after, course, tuple(compared(step.wanted, after, course, refused)))

    def acted(self, step: StoryStep) -> RolloutDecision:
        if step.act == "rollback":
            move = record_rollback(
                self.notes, self.root, self.rollout.id, Act(_WHO, self.story.name, step.at)
            )
            return RolloutDecision(ROLLBACK, (), move.target)
        person, steering = Person(_WHO, self.story.name), self.steering(step)
        if step.act == "advance":
            return steering.advance(self.rollout, person).decision
        if step.act == "rearm":
            return steering.rearm(self.rollout, person).decision
        return steering.preview(self.rollout).decision

    def steering(self, step: StoryStep) -> RolloutEngine:
        measures = Measures(self.shown(step).snapshot(self.story.name), self.root.catalogue)
        viewer = StubContextReader(
            self.root, self.notes, measures, self.story.environment, around=step.around
        )

        def judge(rollout: str, policies: tuple[str, ...], environment: str | None) -> Decision:
            return judged(step, policies, self.root.policies)

        return RolloutEngine(viewer, judge)

    def shown(self, step: StoryStep) -> SnapshotDraft:
        draft = showing(self.compared(step), self.root.catalogue, step.at)
        for name, form in step.around.changes.items():
            draft = draft.with_form(name, form)
        return draft

    def compared(self, step: StoryStep) -> Stage:
        """The stage that the snapshot shows: the one named, else that in which the rollout is or begins."""
        standing = self.standing
        name = step.around.shows or (standing.stage if standing.state in (ACTIVE, ROLLED_BACK) else "")
        return self.rollout.stage(name) or self.rollout.first

    def others(self, step: StoryStep) -> dict[str, RolloutState]:
        """Those that come before are complete for long, the others were never begun, unless the step says more."""
        long = step.at - LONG_AGO
        names = set(self.root.rollouts) - {self.rollout.id}
        first = {each.rollout for each in self.rollout.after}
        done = RolloutState(COMPLETE, 1, None, "", long, long, long)
        return {
            name: step.around.others.get(name, done if name in first else RolloutState(NONE))
            for name in names
        }
