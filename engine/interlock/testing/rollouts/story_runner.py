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
from .story_context import LONG_AGO, showing
from .story_expectations import compared
from .story_stubs import StoryStore, StubContextReader, judged

__all__ = ["StepResult", "StoryResult", "run_stories"]

_WHO = "tests"


@dataclass(frozen=True, slots=True)
class StepResult:
    """The result of one step: the state of the rollout before and after, the decision (None: it was refused), and every
    difference from the expectation."""

    step: StoryStep
    before: RolloutState
    after: RolloutState
    course: RolloutDecision | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class StoryResult:
    """The result of one story: its steps up to the first that differs."""

    suite: RolloutSuite
    story: Story
    steps: tuple[StepResult, ...]

    @property
    def passed(self) -> bool:
        """Whether the story holds."""
        return not self.differences

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The differences of the last step."""
        return self.steps[-1].differences


def run_stories(root: PolicyRoot, suites: Iterable[RolloutSuite]) -> tuple[StoryResult, ...]:
    """Run every story, in the order of the documents."""
    return tuple(
        StoryResult(suite, story, tuple(_StoryRun(root, suite.rollout, story).steps()))
        for suite in suites
        for story in suite.stories
    )


@dataclass(slots=True)
class _StoryRun:
    """One run of a story."""

    root: PolicyRoot
    rollout: Rollout
    story: Story
    store: StoryStore = field(default_factory=StoryStore)

    @property
    def state(self) -> RolloutState:
        return self.store.state.rollout(self.rollout.id).copy()

    def steps(self) -> list[StepResult]:
        self.enter_stage()
        found: list[StepResult] = []
        for step in self.story.steps:
            found.append(self.step_result(step))
            if found[-1].differences:
                break
        return found

    def enter_stage(self) -> None:
        """Enter the stage in which the story begins, through all stages before it."""
        names = [each.id for each in self.rollout.stages]
        for name in names[: names.index(self.story.stage) + 1] if self.story.stage else ():
            before = self.state
            word = "ADVANCE" if before.active else "BEGIN"
            change = PlannedChange(
                word, self.story.start, name, _WHO, self.story.name, self.rollout.version, None,
                self.story.environment,
            )  # fmt: skip
            record_change(self.store, self.rollout.id, before, change)

    def step_result(self, step: StoryStep) -> StepResult:
        before, refused = self.state, ""
        self.store.state.rollouts |= self.others(step)
        try:
            course = self.decision(step)
        except UsageError as problem:
            course, refused = None, str(problem)
        after = self.state
        return StepResult(step, before, after, course, tuple(compared(step.wanted, after, course, refused)))

    def decision(self, step: StoryStep) -> RolloutDecision:
        if step.act == "rollback":
            move = record_rollback(
                self.store, self.root, self.rollout.id, Act(_WHO, self.story.name, step.at)
            )
            return RolloutDecision(ROLLBACK, (), move.target)
        person, engine = Person(_WHO, self.story.name), self.engine(step)
        if step.act == "advance":
            return engine.advance(self.rollout, person).decision
        if step.act == "rearm":
            return engine.rearm(self.rollout, person).decision
        return engine.preview(self.rollout).decision

    def engine(self, step: StoryStep) -> RolloutEngine:
        measures = Measures(self.snapshot_draft(step).snapshot(self.story.name), self.root.catalogue)
        viewer = StubContextReader(
            self.root, self.store, measures, self.story.environment, step.at, around=step.around
        )

        def judge(rollout: str, policies: tuple[str, ...], environment: str | None) -> Decision:
            return judged(step, policies, self.root.policies)

        return RolloutEngine(viewer, judge)

    def snapshot_draft(self, step: StoryStep) -> SnapshotDraft:
        draft = showing(self.shown_stage(step), self.root.catalogue, step.at)
        for name, form in step.around.changes.items():
            draft = draft.with_form(name, form)
        return draft

    def shown_stage(self, step: StoryStep) -> Stage:
        """The stage that the snapshot shows: the one named, else that in which the rollout is or begins."""
        state = self.state
        name = step.around.shows or (state.stage if state.state in (ACTIVE, ROLLED_BACK) else "")
        return self.rollout.stage(name) or self.rollout.first

    def others(self, step: StoryStep) -> dict[str, RolloutState]:
        """Rollouts that come before are long complete, the others not begun, unless the step says otherwise."""
        long = step.at - LONG_AGO
        names = set(self.root.rollouts) - {self.rollout.id}
        first = {each.rollout for each in self.rollout.after}
        done = RolloutState(COMPLETE, 1, None, "", long, long, long)
        return {
            name: step.around.others.get(name, done if name in first else RolloutState(NONE))
            for name in names
        }
