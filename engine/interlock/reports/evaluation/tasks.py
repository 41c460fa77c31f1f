"""Tasks for people: the actions of rules that fail or are unknown, each once, by route."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...evaluation.deciding.cause_text import unknown_origins
from ...evaluation.verdict import RuleResult, Verdict
from .evaluation_result import EvaluationResult, open_rules

__all__ = ["Task", "tasks"]


@dataclass(slots=True)
class Task:
    """One action with the rules that require it; `unknown` where the action is to measure something."""

    action: str
    unknown: bool = False
    rules: list[tuple[Verdict, RuleResult]] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """The reasons of the rules, each once; the action says why where something is unknown."""
        return [] if self.unknown else list(dict.fromkeys(rule.reason for _, rule in self.rules))

    @property
    def otherwise(self) -> list[str]:
        """The rules' own actions, for when it cannot be measured."""
        return list(dict.fromkeys(rule.otherwise for _, rule in self.rules if rule.otherwise))

    @property
    def places(self) -> list[str]:
        """The rules, as `policy / rule`."""
        return list(dict.fromkeys(f"{verdict.name} / {rule.id}" for verdict, rule in self.rules))


def tasks(result: EvaluationResult) -> dict[str, list[Task]]:
    """Return the tasks by route, the routes in order: who a rule notifies, else its policy, else the owner."""
    found: dict[str, dict[str, Task]] = {}
    for verdict in result.verdicts:
        for rule in open_rules(verdict):
            action = _action(rule)
            for route in _routes(result, verdict, rule):
                fresh = Task(action, rule.outcome == "unknown")
                task = found.setdefault(route, {}).setdefault(action, fresh)
                task.rules.append((verdict, rule))
    return {route: list(found[route].values()) for route in sorted(found)}


def _action(rule: RuleResult) -> str:
    if rule.outcome == "unknown":
        return f"{rule.action}: {unknown_origins(rule.causes)}"
    return rule.action or f"look into the rule {rule.id}"


def _routes(result: EvaluationResult, verdict: Verdict, rule: RuleResult) -> Iterable[str]:
    policy = result.policies.get(verdict.policy)
    return rule.notify or verdict.notify or ((policy.owner,) if policy and policy.owner else ("everyone",))
