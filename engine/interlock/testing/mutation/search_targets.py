"""What the rules of a policy read, and where a search may therefore set a value: in the snapshot or in a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ...language.nodes import Call, LetRef, Literal, MetricRef, Node, ParamRef, walk
from ...language.types import Kind, Type
from ...policy.catalogue import Metric
from ...policy.loader import PolicyRoot
from ...policy.model import Composition, Policy, Rule, StageGuard
from ...policy.names import params_read
from ..policies.model import Situation, SnapshotDraft
from .boundary_values import Constants

__all__ = ["EVERYWHERE", "SearchTarget", "SearchedRules", "rule_trees"]

EVERYWHERE = "*"
"""Stands for all members of a scope at once."""


@dataclass(frozen=True, slots=True)
class SearchTarget:
    """One metric at one place that a search may set: its key in a snapshot, declaration and columns; in the named
    baseline where there is one."""

    key: str
    metric: Metric
    columns: dict[str, Type]
    place: tuple[str, str] | None = None
    baseline: str = ""

    def draft(self, situation: Situation) -> SnapshotDraft:
        """Return what it is set in; a baseline that is missing begins as the snapshot itself."""
        return situation.baselines.get(self.baseline, situation.draft) if self.baseline else situation.draft

    def form(self, situation: Situation) -> object:
        """Return the written form; for all members the form of the first."""
        draft = self.draft(situation)
        if self.place is None or self.place[1] != EVERYWHERE:
            return draft.form(self.key, self.place)
        tables = draft.scopes.get(self.place[0], {}).values()
        return next((each[self.key] for each in tables if self.key in each), None)

    def put(self, situation: Situation, form: object) -> Situation:
        """Return the situation with another form there."""
        draft, places = self.draft(situation), [self.place]
        if self.place is not None and self.place[1] == EVERYWHERE:
            places = [(self.place[0], member) for member in draft.scopes.get(self.place[0], {})]
        for place in places:
            draft = draft.with_form(self.key, form, place)
        if not self.baseline:
            return replace(situation, draft=draft)
        return replace(situation, baselines={**situation.baselines, self.baseline: draft})


@dataclass(frozen=True, slots=True)
class SearchedRules:
    """Some rules of a policy, with those of the policies that they compose."""

    root: PolicyRoot
    policy: Policy
    rules: tuple[Rule, ...]

    def every(self) -> Iterator[tuple[Policy, Rule]]:
        """Yield each rule with its policy."""
        waiting = [(self.policy, rule) for rule in self.rules]
        for policy, rule in waiting:
            yield policy, rule
            if isinstance(rule.condition, Composition):
                child = self.root.policies[rule.condition.policy]
                waiting += [(child, each) for each in child.rules]

    def trees(self) -> Iterator[tuple[Policy, Node]]:
        """Yield every condition, guard and let that they use, with its policy."""
        for policy, rule in self.every():
            for tree in _followed(rule, policy):
                yield policy, tree

    @property
    def params(self) -> tuple[str, ...]:
        """The params of the policy that its rules use, themselves or to give them to another policy."""
        found: set[str] = set()
        for rule in self.rules:
            for tree in (*rule_trees(rule), *self.policy.guard):
                found |= params_read(tree, self.policy.lets)
            given = rule.condition.params.values() if isinstance(rule.condition, Composition) else ()
            names = (getattr(each, "name", "") for each in given)
            found |= {name for name in names if name in self.policy.params}
        return tuple(sorted(found))

    @property
    def attestable(self) -> tuple[str, ...]:
        """What they ask people to attest."""
        return tuple(sorted(set(self.named("attested"))))

    def named(self, operator: str) -> Iterator[str]:
        for policy, tree in self.trees():
            for node in walk(tree):
                if isinstance(node, Call) and node.operator == operator:
                    yield from _words(node.arguments[0], policy)

    @property
    def baselines(self) -> tuple[str, ...]:
        """The baselines that they name."""
        return tuple(sorted(set(self.named("baseline"))))

    @property
    def stages(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The states and stages that guards of their policies turn on, by rollout."""
        guards = {policy.id: policy.applies for policy, _ in self.every()}
        named = {
            each.rollout: self.root.rollouts[each.rollout]
            for each in guards.values()
            if isinstance(each, StageGuard)
        }
        return {
            name: (("NOT_BEGUN", ""), *(("ACTIVE", stage.id) for stage in rollout.stages),
                   *((state, rollout.stages[0].id) for state in ("COMPLETE", "ROLLED_BACK")))
            for name, rollout in named.items()
        }  # fmt: skip

    def constants(self, values: Mapping[str, Mapping[str, object]]) -> Constants:
        """Return what the rules turn on: the literals of their trees and the values of their params."""
        numbers: list[Decimal] = []
        durations: list[Decimal] = []
        words: list[str] = []
        for policy, tree in self.trees():
            for value, kind in _constants(tree, policy, values.get(policy.id, {})):
                if isinstance(value, str):
                    words.append(value)
                else:
                    (durations if kind.kind is Kind.DURATION else numbers).append(value)
        return Constants(*(tuple(dict.fromkeys(each)) for each in (numbers, durations, words)))  # type: ignore[arg-type]

    def targets(self, draft: SnapshotDraft) -> tuple[SearchTarget, ...]:
        """Return every metric that they read, at every member that it has, in the snapshot and in baselines."""
        found: dict[tuple[str, tuple[str, str] | None, str], SearchTarget] = {}
        frozen: set[int] = set()
        for policy, node in ((policy, node) for policy, tree in self.trees() for node in walk(tree)):
            if isinstance(node, Call) and node.operator == "baseline":
                name, metric = node.arguments
                frozen.add(id(metric))
                for word in _words(name, policy) if isinstance(metric, MetricRef) else ():
                    self.add(found, getattr(metric, "name", ""), draft, word)
            elif isinstance(node, MetricRef) and id(node) not in frozen:
                self.add(found, node.name, draft, "")
        return tuple(found.values())

    def add(
        self,
        found: dict[tuple[str, tuple[str, str] | None, str], SearchTarget],
        name: str,
        draft: SnapshotDraft,
        baseline: str,
    ) -> None:
        catalogue = self.root.catalogue
        metric = catalogue.metrics.get(name)
        if metric is None:
            return
        key = metric.record or name
        columns = {
            each.name.removeprefix(f"{key}."): each.type
            for each in catalogue.metrics.values() if each.record == key
        }  # fmt: skip
        for place in self.places(metric, draft):
            found.setdefault((key, place, baseline), SearchTarget(key, metric, columns, place, baseline))
        roster = catalogue.scopes[metric.scope].members_from if metric.scope else None
        if roster is not None:
            target = SearchTarget(roster, catalogue.metrics[roster], {}, None, baseline)
            found.setdefault((roster, None, baseline), target)

    def places(self, metric: Metric, draft: SnapshotDraft) -> list[tuple[str, str] | None]:
        if metric.scope is None:
            return [None]
        scope = self.root.catalogue.scopes[metric.scope]
        members = scope.members or tuple(draft.scopes.get(metric.scope, {}))
        return [
            *((metric.scope, each) for each in members[:3]),
            *([(metric.scope, EVERYWHERE)] if members[1:] else []),
        ]


def _words(name: Node, policy: Policy) -> list[str]:
    """The names that stand in quotes, or that a param may give."""
    if isinstance(name, ParamRef):
        return [each for each in policy.params[name.name].values if isinstance(each, str)]
    return [str(name.value)] if isinstance(name, Literal) else []


def rule_trees(rule: Rule) -> list[Node]:
    """Return the condition and the guard of a rule, as far as they are expressions."""
    condition = () if isinstance(rule.condition, Composition) else (rule.condition,)
    return [each for each in (*condition, rule.applies) if each is not None]


def _followed(rule: Rule, policy: Policy) -> Iterator[Node]:
    """The trees of a rule, and those of the lets that they name."""
    waiting = [*rule_trees(rule), *policy.guard]
    names: set[str] = set()
    for tree in waiting:
        yield tree
        for node in walk(tree):
            if isinstance(node, LetRef) and node.name not in names:
                names.add(node.name)
                waiting.append(policy.lets[node.name])


def _constants(
    tree: Node, policy: Policy, values: Mapping[str, object]
) -> Iterator[tuple[Decimal | str, Type]]:
    for node in walk(tree):
        if isinstance(node, Literal) and node.type.kind is not Kind.ENUM and not isinstance(node.value, bool):
            yield node.value, node.type
    for name in sorted(params_read(tree, policy.lets)):
        param = policy.params[name]
        for value in (values.get(name, param.value), *param.per.values()):
            if isinstance(value, (Decimal, str)):
                yield value, param.type
