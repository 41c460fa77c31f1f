"""The short report on one snapshot: what is asked for, the gates that are not at their best, the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ...evaluation.verdict import RuleResult, Verdict
from ...language.nodes import Call, walk
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
    """One action, everybody who is asked for it, and why; the most urgent sorts first."""

    action: str
    routes: tuple[str, ...]
    reason: str
    urgency: tuple[int, bool, bool, int]


def as_markdown(result: EvaluationResult, style: ReportStyle) -> str:
    """Return the report in lines of 80 columns, the same bytes wherever it is made."""
    every = [gate(result, each) for each in result.applying]
    gates = [each for each in every if each.verdict.policy not in result.parts]
    shown = [*gates, *_unexplained(result, every)]
    asked = sorted(_asked(result), key=lambda each: each.urgency)
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
        urgency = _urgency(result, [each for _, task in pairs for each in task.rules])
        yield ShortTask(action, routes, reason, urgency)


def _urgency(
    result: EvaluationResult, rules: Sequence[tuple[Verdict, RuleResult]]
) -> tuple[int, bool, bool, int]:
    """How bad the worst verdict is, whether it is only people who are waited for, whether nobody is alerted to it, and
    how many policies wait, counted down."""
    worst = min(_ORDER.index(result.tone(verdict)) for verdict, _ in rules)
    people = all(_waits_for_people(result, *each) for each in rules)
    silent = not any(rule.notify or verdict.notify for verdict, rule in rules)
    return worst, people, silent, -len(_waiting(result, {verdict.policy for verdict, _ in rules}))


def _waits_for_people(result: EvaluationResult, verdict: Verdict, rule: RuleResult) -> bool:
    """Whether nothing is wrong: a baseline is not frozen yet, or something is not attested yet."""
    if rule.outcome == "unknown":
        return (rule.action or "").startswith("freeze the baseline ")
    policy = result.policies.get(verdict.policy)
    conditions = [each.condition for each in policy.rules if each.id == rule.id] if policy else []
    calls = [call for each in conditions if not isinstance(each, Composition) for call in walk(each)]
    return any(isinstance(each, Call) and each.operator == "attested" for each in calls)


def _waiting(result: EvaluationResult, policies: set[str]) -> set[str]:
    """These policies, and those below their best that include one of them, however deep."""
    fallen = {each.policy for each in result.verdicts if not each.is_best} & set(result.policies)
    above = {
        name for name in fallen if any(each.policy in policies for each in result.policies[name].children)
    }
    return policies if above <= policies else _waiting(result, policies | above)


def _told_below(result: EvaluationResult, verdict: Verdict, rule: RuleResult) -> bool:
    """Whether the rule only passes on what a policy says that has a verdict here, and is not at its best."""
    policy = result.policies.get(verdict.policy)
    below = {
        each.condition.policy
        for each in (policy.rules if policy else ())
        if each.id == rule.id and isinstance(each.condition, Composition)
    }
    return any(each.policy in below and not each.is_best for each in result.verdicts)
