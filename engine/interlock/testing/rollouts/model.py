"""What a test of a rollout is once it is read: frozen records of stories, their steps, and what each must come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...diagnostics import Span
from ...ledger.state.rollout_state import RolloutState
from ...policy.rollout_model import Rollout

__all__ = ["RolloutSuite", "Story", "StoryContext", "StoryExpectation", "StoryStep"]


@dataclass(frozen=True, slots=True)
class StoryContext:
    """The differences of a step from the state that the rollout wants.

    The snapshot has the settings of the stage `shows` (empty: of the one that it is compared with) but for the forms in
    `changes` (None: missing). `verdicts` and `possible` are those of policies that are not at their best, `refused`
    those without any; `attested` None: everything is; `others` is where other rollouts stand.
    """

    shows: str = ""
    changes: Mapping[str, object] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    possible: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    attested: frozenset[str] | None = None
    approved: bool = True
    others: Mapping[str, RolloutState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoryExpectation:
    """What a step must come to; an empty text and None ask nothing. `missing` are all checks that do not pass,
    `reasons` words of a check's text, `findings` words of some finding, `earliest` is a time or `none`, `refused` are
    words of a refusal."""

    decision: str = ""
    state: str = ""
    stage: str = ""
    attempt: int | None = None
    missing: frozenset[str] | None = None
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[str, ...] | None = None
    earliest: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One snapshot of a story, or one act: `act` is advance, rearm, rollback, or empty where it is only recorded."""

    at: Decimal
    act: str
    around: StoryContext
    wanted: StoryExpectation
    span: Span


@dataclass(frozen=True, slots=True)
class Story:
    """One case: from `start` on, in `stage` (empty: not begun), in an environment, step by step."""

    name: str
    start: Decimal
    stage: str
    environment: str | None
    steps: tuple[StoryStep, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RolloutSuite:
    """The stories of one document, all about one rollout."""

    rollout: Rollout
    title: str
    stories: tuple[Story, ...]
    span: Span
