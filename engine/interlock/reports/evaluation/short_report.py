"""The short report on one snapshot: what is asked for, the gates that are not at their best, the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ...evaluation.verdict import RuleResult, Verdict
from ...policy.model import Composition
from ...wording import number
from ..style import ReportStyle
from ..tables import folded, tidy
from ..templating import filled
from .evaluation_result import EvaluationResult
from .gate_section import GateSection, gate
from .tasks import Task, tasks

__all__ = ["as_markdown"]

_WIDTH = 80
_TASKS = 10
"""So many tasks are read in a minute; `--full` has them all."""
_ORDER = ("bad", "unknown", "middle", "good")


@dataclass(frozen=True, slots=True)
class ShortTask:
    """One action, everybody who is asked for it, and why; `worst` tells how bad the verdicts are that wait for it."""

    action: str
    routes: tuple[str, ...]
    reason: str
    worst: int


def as_markdown(result: EvaluationResult, style: ReportStyle) -> str:
    """Return the report in lines of 80 columns, the same bytes wherever it is made."""
    every = [gate(result, each) for each in result.applying]
    gates = [each for each in every if each.verdict.policy not in result.parts]
    shown = [*gates, *_unexplained(result, every)]
    asked = sorted(_asked(result), key=lambda each: each.worst)
    text = filled(
        "report.md",
        result=result,
        gates=gates,
        tones={tone: sum(each.tone == tone for each in gates) for tone in _ORDER},
        expired=sum(each.expired for each in every),
        asked=asked[:_TASKS],
        more=len(asked[_TASKS:]),
        programmes=_by_programme([each for each in shown if each.tone != "good"]),
        best=[each for each in gates if each.tone == "good"],
        parts=len({each.verdict.policy for each in every if each not in gates and each.tone == "good"}),
    )
    return folded(tidy(text), _WIDTH)


def _unexplained(result: EvaluationResult, every: Sequence[GateSection]) -> Iterator[GateSection]:
    """Policies that others include and that are not at their best, although all of these others are."""
    fallen = {each.verdict.policy for each in every if each.tone != "good"}
    told = {
        child.policy for name in fallen & set(result.policies) for child in result.policies[name].children
    }
    for each in every:
        if each.verdict.policy in result.parts - told and each.tone != "good":
            yield each


def _by_programme(gates: Sequence[GateSection]) -> dict[str, list[GateSection]]:
    """The gates by the runbook that they were written after, the worst first."""
    listed = sorted(gates, key=lambda each: (_programme(each), _ORDER.index(each.tone)))
    return {name: list(found) for name, found in groupby(listed, key=_programme)}


def _programme(section: GateSection) -> str:
    return section.policy.runbook.partition("#")[0] if section.policy else ""


def _asked(result: EvaluationResult) -> Iterator[ShortTask]:
    """Every action once, in the order of the routes; what another policy asks for itself is not asked twice."""
    found: dict[str, list[tuple[str, Task]]] = {}
    for route, listed in tasks(result).items():
        for task in listed:
            if not all(_told_below(result, *each) for each in task.rules):
                found.setdefault(task.rules[0][1].action or task.action, []).append((route, task))
    for action, pairs in found.items():
        routes = tuple(dict.fromkeys(route for route, _ in pairs))
        rules = {(verdict.name, rule.id) for _, task in pairs for verdict, rule in task.rules}
        first = pairs[0][1]
        needed = f"{number(len(rules), 'rule')} need{'s' if len(rules) == 1 else ''} it"
        reason = needed if first.unknown else first.reasons[0]
        tones = [result.tone(verdict) for _, task in pairs for verdict, _ in task.rules]
        yield ShortTask(action, routes, reason, min(map(_ORDER.index, tones)))


def _told_below(result: EvaluationResult, verdict: Verdict, rule: RuleResult) -> bool:
    """Whether the rule only passes on what a policy says that has a verdict here, and is not at its best."""
    policy = result.policies.get(verdict.policy)
    below = {
        each.condition.policy
        for each in (policy.rules if policy else ())
        if each.id == rule.id and isinstance(each.condition, Composition)
    }
    return any(each.policy in below and not each.is_best for each in result.verdicts)
