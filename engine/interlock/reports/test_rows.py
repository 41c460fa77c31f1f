"""What `interlock test` ran, and each case as the formats show it: its place, what differs, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..diagnostics import Span
from ..evaluation.deciding.decide import Decision
from ..language.times import show_time
from ..policy.model import Policy
from ..testing.policies.cell_coverage import CellCoverage
from ..testing.policies.expectations import Difference
from ..testing.policies.runner import CaseResult
from ..testing.rollouts.story_runner import StoryResult
from .escaping import line
from .evaluation_result import EvaluationResult, ReportStyle
from .explanation import explained
from .rollout_drawing import drawn

__all__ = ["CaseRow", "TestRun", "rows"]


@dataclass(frozen=True, slots=True)
class TestRun:
    """What was run; `coverage` is None where nobody asked, `sources` holds the lines of the policy files, `stories` are
    the cases of rollouts."""

    results: tuple[CaseResult, ...]
    policies: Mapping[str, Policy]
    sources: Mapping[str, Sequence[str]]
    coverage: CellCoverage | None = None
    wanted: int = 0
    stories: tuple[StoryResult, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a case does not hold."""
        return not (all(each.passed for each in self.results) and all(each.passed for each in self.stories))

    @property
    def short(self) -> bool:
        """Whether less is covered than is wanted."""
        return self.coverage is not None and self.coverage.percent < self.wanted


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case: what it is of, its name and place, a line for each difference (none: it holds), the record of it, and
    a text that explains why, made where it is asked for."""

    subject: str
    name: str
    span: Span
    told: tuple[str, ...]
    record: Mapping[str, object]
    explanation: Callable[[ReportStyle], str]

    @property
    def passed(self) -> bool:
        return not self.told


def rows(tested: TestRun) -> Iterator[CaseRow]:
    """Yield every case, those of policies first."""
    yield from (_case(tested, each) for each in tested.results)
    yield from (_story(each) for each in tested.stories)


def _case(tested: TestRun, result: CaseResult) -> CaseRow:
    differences = [
        {
            "what": each.what,
            "rule": each.rule,
            "member": each.member,
            "expected": each.expected,
            "got": each.got,
        }
        for each in result.differences
    ]
    name, span = result.case.name, result.case.span
    return CaseRow(
        result.suite.policy, name, span, tuple(map(_told, result.differences)),
        _record("policy", result.suite.policy, name, span, differences),
        lambda look: _explanation(tested, result, look),
    )  # fmt: skip


def _story(result: StoryResult) -> CaseRow:
    last, rollout = result.steps[-1], result.suite.rollout
    at, place = show_time(last.step.at), last.step.span.line
    differences = [
        {
            "what": each.what,
            "check": each.rule,
            "at": at,
            "line": place,
            "expected": each.expected,
            "got": each.got,
        }
        for each in result.differences
    ]

    def explanation(look: ReportStyle) -> str:
        return drawn(rollout, last.before, last.course, look) if last.course else ""

    name, span = result.story.name, result.story.span
    return CaseRow(
        f"rollout {rollout.id}", name, span,
        tuple(f"{at} (line {place}): {_told(each)}" for each in result.differences),
        _record("rollout", rollout.id, name, span, differences),
        explanation,
    )  # fmt: skip


def _record(
    kind: str, subject: str, name: str, span: Span, differences: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    return {
        kind: subject,
        "case": name,
        "file": span.file,
        "line": span.line,
        "passed": not differences,
        "differences": differences,
    }


def _told(difference: Difference) -> str:
    what = f"{difference.what} {difference.rule}".rstrip() + (
        f" at {difference.member}" if difference.member else ""
    )
    verb = "should hold" if difference.what in ("reason", "finding") else "expected"
    return f"{what}: {verb} {line(difference.expected)}, got {line(difference.got) or 'nothing'}"


def _explanation(tested: TestRun, result: CaseResult, look: ReportStyle) -> str:
    """Explain the rules that differ; where only a verdict does, those that contributed otherwise than their best."""
    rules = [each.rule for each in result.differences if each.rule]
    members = {each.member for each in result.differences}
    verdicts = tuple(each for each in result.decision.verdicts if (each.member or "") in members)
    if not rules:
        rules = [rule.id for each in verdicts for rule in each.rules if rule.contribution != each.verdicts[0]]
    if not rules or not verdicts:
        return ""
    judged = EvaluationResult(
        result.case.situation.draft.snapshot(result.case.name, hashed=True),
        Decision(verdicts),
        tested.policies,
    )
    return explained(judged, look, tested.sources, tuple(dict.fromkeys(rules)))
