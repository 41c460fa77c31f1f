"""What people have to do: the actions of the rules that fail, by whom they are for, each said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..evaluation.deciding.reasons import unknown_origins
from ..evaluation.verdict import RuleResult, Verdict
from .evaluation_result import EvaluationResult, open_rules

__all__ = ["Task", "tasks"]


@dataclass(slots=True)
class Task:
    """One action, with the rules that ask for it. Of what is unknown the first action is to measure it."""

    action: str
    unknown: bool = False
    asked: list[tuple[Verdict, RuleResult]] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why it is asked, each reason once; what is unknown says so itself."""
        return [] if self.unknown else list(dict.fromkeys(rule.reason for _, rule in self.asked))

    @property
    def otherwise(self) -> list[str]:
        """What the rules ask for if it cannot be measured."""
        return list(dict.fromkeys(rule.action for _, rule in self.asked if self.unknown and rule.action))

    @property
    def places(self) -> list[str]:
        """Which rules ask, as `policy / rule`."""
        return list(dict.fromkeys(f"{verdict.name} / {rule.id}" for verdict, rule in self.asked))


def tasks(judged: EvaluationResult) -> dict[str, list[Task]]:
    """Return the tasks by route, the routes in order: who a rule notifies, else its policy, else the owner."""
    found: dict[str, dict[str, Task]] = {}
    for verdict in judged.verdicts:
        for rule in open_rules(verdict):
            action = _action(rule)
            for route in _routes(judged, verdict, rule):
                fresh = Task(action, rule.outcome == "unknown")
                task = found.setdefault(route, {}).setdefault(action, fresh)
                task.asked.append((verdict, rule))
    return {route: list(found[route].values()) for route in sorted(found)}


def _action(rule: RuleResult) -> str:
    if rule.outcome == "unknown":
        return f"measure what is unknown: {unknown_origins(rule.causes)}"
    return rule.action or f"look into the rule {rule.id}"


def _routes(judged: EvaluationResult, verdict: Verdict, rule: RuleResult) -> Iterable[str]:
    policy = judged.policies.get(verdict.policy)
    return rule.notify or verdict.notify or ((policy.owner,) if policy and policy.owner else ("everyone",))
