"""Which cells of rollouts the stories saw: every way in which a stage is left, and every check that holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...diagnostics import Span
from ...ledger.state.rollout_state import ACTIVE, NONE
from ...policy.loader import PolicyRoot
from ...policy.rollout_model import COMPLETE, Rollout, Stage
from ...rollout.decision import HOLD, ROLLBACK
from ..policies.cell_coverage import CellCoverage, CoverageCell
from .story_runner import StepResult, StoryResult

__all__ = ["rollout_cells", "stories_covered"]

ADVANCE, DUE = "ADVANCE", "review due"
_BEGIN, _REARM = "begin", "rearm"
_TOLD = {
    ADVANCE: "never seen to advance",
    COMPLETE: "never seen to complete",
    ROLLBACK: "never seen to roll back",
    DUE: "never seen with its review due",
}
# A setting that differs stops the time as well, and one that is a canary set limits nothing then.
_FOLLOWS: Mapping[str, frozenset[str]] = {
    "configuration": frozenset({"time", "canary"}),
    "steady": frozenset({"time"}),
}

Seen = tuple[str, str]
"""Where and what: a stage, `begin` or `rearm`, and a decision, `review due` or the check that alone held."""


def rollout_cells(rollout: Rollout, root: PolicyRoot) -> tuple[CoverageCell, ...]:
    """Return every cell of a rollout: beginning, beginning anew, then stage by stage."""
    found = [_cell(rollout, _BEGIN, what, "beginning", rollout.span) for what in _beginning(rollout, root)]
    anew = (ADVANCE, "triggers", *(["rollback verified"] if rollout.rollback.verified else []))
    found += [_cell(rollout, _REARM, what, "beginning anew", rollout.span) for what in anew]
    for stage in rollout.stages:
        for what in _staying(rollout, stage):
            found.append(_cell(rollout, stage.id, what, f"stage {stage.id}", stage.span))
    return tuple(found)


def stories_covered(
    rollouts: Iterable[Rollout], root: PolicyRoot, results: Iterable[StoryResult]
) -> CellCoverage:
    """Return what the stories saw of some rollouts."""
    listed = list(rollouts)
    seen = {
        (result.suite.rollout.id, *each)
        for result in results
        for step in result.steps
        for each in _seen(result.suite.rollout, step)
    }
    every = tuple(cell for each in listed for cell in rollout_cells(each, root))
    missed = [
        each for each in every if (each.policy.removeprefix("rollout "), each.where, each.what) not in seen
    ]
    return CellCoverage(every, tuple(missed))


def _cell(rollout: Rollout, where: str, what: str, owner: str, span: Span) -> CoverageCell:
    told = _TOLD.get(what, f"never seen to hold for `{what}` alone")
    return CoverageCell(f"rollout {rollout.id}", "stage", where, what, f"{owner} {told}", span)


def _beginning(rollout: Rollout, root: PolicyRoot) -> Iterator[str]:
    yield ADVANCE
    if rollout.after:
        yield "after"
    if any(each.exclusive == rollout.exclusive for name, each in root.rollouts.items() if name != rollout.id):
        yield "one at a time"


def _staying(rollout: Rollout, stage: Stage) -> Iterator[str]:
    yield ADVANCE if rollout.following(stage.id) else COMPLETE
    yield from ("triggers", "configuration")
    yield from ["canary"] if stage.canary else []
    yield from ["steady"] if stage.restart_on else []
    yield from ["time"] if _lasts(stage) else []
    yield "gate"
    yield from ["approval"] if stage.approve else []
    yield ROLLBACK
    yield from [DUE] if stage.dwell.target else []


def _lasts(stage: Stage) -> bool:
    """A stage without a least time waits for its configuration only."""
    least = stage.dwell.least
    return least is None or bool(least.days or least.seconds)


# what a step saw


def _seen(rollout: Rollout, step: StepResult) -> Iterator[Seen]:
    """What a step saw; what it does not ask for it did not see."""
    course, before, wanted = step.course, step.before, step.step.wanted
    if course is None or step.step.act == "rollback":
        return
    asked = bool(wanted.decision or wanted.state or wanted.stage)
    where = before.stage if before.state == ACTIVE else _REARM if step.step.act == "rearm" else _BEGIN
    if where == _BEGIN and before.state != NONE:
        return
    if course.word != HOLD:
        yield from [(where, course.word)] if asked else []
        return
    together = _together(rollout, rollout.stage(before.stage))
    missing = {each.about for each in course.missing}
    for about in missing if wanted.decision or wanted.missing is not None or wanted.reasons else ():
        if missing <= {about} | together.get(about, frozenset()) | _FOLLOWS.get(about, frozenset()):
            yield where, about
    if wanted.findings and any(each.startswith(DUE) for each in course.findings):
        yield where, DUE


def _together(rollout: Rollout, stage: Stage | None) -> dict[str, frozenset[str]]:
    """Checks that rest on one policy never fail alone."""
    resting = {"triggers": {rollout.rollback.policy}, "rollback verified": {rollout.rollback.verified}}
    if stage is not None:
        resting |= {"gate": {stage.advance}, "steady": set(stage.restart_on)}
    return {
        about: frozenset(other for other, theirs in resting.items() if names & theirs - {""})
        for about, names in resting.items()
    }
