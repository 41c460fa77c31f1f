"""Searches snapshots near the boundaries of rules for a case that covers a cell or distinguishes a mutant."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException

from ...evaluation.expressions.compiled import CompiledPolicy
from ...evaluation.snapshot.series_values import Members, Series, Shaped
from ...language.literals import CONTEXT
from ...language.nodes import Call, LetRef, Literal, Node, walk
from ...language.times import parse_time, show_time
from ...language.types import Kind, Type
from ...policy.catalogue import Metric
from ...policy.model import Composition, Policy, Rule
from ...policy.names import metrics_read, params_read
from ..policies.model import Situation, SnapshotDraft
from ..policies.runner import CaseRunner
from .boundary_values import Constants, FormMaker

__all__ = ["BoundarySearch", "SearchTarget"]

_FORMS = 200
_PAIRED = 7
EVERYWHERE = "*"
"""Stands for all members of a scope at once."""
_STEPS = {"integer": Decimal(1), "ratio": Decimal("0.0001"), "number": Decimal("0.001")}


@dataclass(frozen=True, slots=True)
class SearchTarget:
    """One metric at one place that a probe may set: its key in a snapshot, declaration and columns."""

    key: str
    metric: Metric
    columns: dict[str, Type]
    place: tuple[str, str] | None = None

    def form(self, draft: SnapshotDraft) -> object:
        """Return the written form; for all members the form of the first."""
        if self.place is None or self.place[1] != EVERYWHERE:
            return draft.form(self.key, self.place)
        tables = draft.scopes.get(self.place[0], {}).values()
        return next((each[self.key] for each in tables if self.key in each), None)


@dataclass(slots=True)
class BoundarySearch:
    """Probes of some rules of a policy; `compiled` are the policies cut down to these rules."""

    bench: CaseRunner
    policy: Policy
    rules: tuple[Rule, ...]
    compiled: Mapping[str, CompiledPolicy]

    def situations(self, seed: Situation) -> Iterator[Situation]:
        """Yield situations to try, each the seed with one or two things changed."""
        constants = self.constants(seed)
        kept: list[tuple[SearchTarget, list[object]]] = []
        for target in self.targets(seed.draft):
            before = target.form(seed.draft)
            probing = FormMaker(
                target.metric, target.columns, seed.draft.as_of, constants, self.bench.root.catalogue
            )
            solved = self.solved(seed, target, probing)
            forms = _distinct(itertools.islice(probing.forms(before, solved), _FORMS))
            kept.append((target, forms[:_PAIRED]))
            for form in forms:
                yield _set(seed, target, form)
        yield from self.beside(seed)
        yield from self.pairs(seed, kept)

    def pairs(self, seed: Situation, kept: list[tuple[SearchTarget, list[object]]]) -> Iterator[Situation]:
        for (one, forms), (two, others) in itertools.combinations(kept[:8], 2):
            for form, other in itertools.product(forms, others):
                yield _set(_set(seed, one, form), two, other)

    def beside(self, seed: Situation) -> Iterator[Situation]:
        """Change attestations, the time that a trigger was blind, and variables."""
        names = sorted(self.attestable())
        for name in names:
            held = seed.attested or frozenset()
            yield replace(seed, attested=held ^ {name})
        if names:
            yield replace(seed, attested=None)
        for limit in sorted({each.blind_limit for each in self.rules if each.blind_limit is not None}):
            for step in (-1, 0, 1):
                for target in self.targets(seed.draft):
                    yield replace(_set(seed, target, None), blind_for=limit + step)
        used = {
            param
            for rule in self.rules
            for tree in _trees(rule)
            for param in params_read(tree, self.policy.lets)
        }
        for param in (self.policy.params[name] for name in sorted(used)):
            if param.override is not None:
                for given in (None, "1", "2", "1000"):
                    yield replace(
                        seed, draft=replace(seed.draft, env={**seed.draft.env, param.override.env: given})
                    )

    # what there is to change

    def constants(self, seed: Situation) -> Constants:
        """The numbers that the rules turn on, from their trees and from the params that they use."""
        numbers: list[Decimal] = []
        durations: list[Decimal] = []
        values = self.bench.values(self.policy.id, seed)
        for policy, rule in self.every():
            for tree in _followed(rule, policy):
                for value, kind in _constants(tree, policy, values.get(policy.id, {})):
                    (durations if kind.kind is Kind.DURATION else numbers).append(value)
        return Constants(tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(durations)))

    def every(self) -> Iterator[tuple[Policy, Rule]]:
        """The rules, and those of the policies that they compose."""
        waiting = [(self.policy, rule) for rule in self.rules]
        for policy, rule in waiting:
            yield policy, rule
            if isinstance(rule.condition, Composition):
                child = self.bench.root.policies[rule.condition.policy]
                waiting += [(child, each) for each in child.rules]

    def targets(self, draft: SnapshotDraft) -> tuple[SearchTarget, ...]:
        """Every metric that the rules read, at every member that it has."""
        catalogue = self.bench.root.catalogue
        found: dict[tuple[str, tuple[str, str] | None], SearchTarget] = {}
        for policy, rule in self.every():
            for tree in _followed(rule, policy):
                for name in sorted(metrics_read(tree, policy.lets)):
                    metric = catalogue.metrics.get(name)
                    if metric is None:
                        continue
                    key = metric.record or name
                    columns = {
                        each.name.removeprefix(f"{key}."): each.type
                        for each in catalogue.metrics.values() if each.record == key
                    }  # fmt: skip
                    for place in self.places(metric, draft):
                        found.setdefault((key, place), SearchTarget(key, metric, columns, place))
                    roster = catalogue.scopes[metric.scope].members_from if metric.scope else None
                    if roster is not None:
                        found.setdefault((roster, None), SearchTarget(roster, catalogue.metrics[roster], {}))
        return tuple(found.values())

    def places(self, metric: Metric, draft: SnapshotDraft) -> list[tuple[str, str] | None]:
        if metric.scope is None:
            return [None]
        scope = self.bench.root.catalogue.scopes[metric.scope]
        members = scope.members or tuple(draft.scopes.get(metric.scope, {}))
        return [
            *((metric.scope, each) for each in members[:3]),
            *([(metric.scope, EVERYWHERE)] if members[1:] else []),
        ]

    def attestable(self) -> set[str]:
        calls = [
            node for policy, rule in self.every() for tree in _followed(rule, policy) for node in walk(tree)
            if isinstance(node, Call) and node.operator == "attested"
        ]  # fmt: skip
        return {str(each.arguments[0].value) for each in calls if isinstance(each.arguments[0], Literal)}

    # boundaries

    def solved(self, seed: Situation, target: SearchTarget, probing: FormMaker) -> list[Decimal]:
        """Return the values of a numeric metric at which a comparison turns, and their neighbours."""
        kind = target.metric.type
        if not kind.numeric or target.columns or target.metric.series == "irregular":
            return []
        step = _STEPS.get(kind.flavour, Decimal("0.01") if kind.kind is Kind.MONEY else Decimal(1))
        start = _current(target, seed.draft)
        low = target.metric.low
        below = kind.kind is Kind.TIMESTAMP or low is None or start - 64 * step >= low
        ends = [start, start - 64 * step if below else start + 64 * step]
        gaps = [self.gaps(_set(seed, target, _form(target, probing, seed.draft, each))) for each in ends]
        found: list[Decimal] = []
        for node in (each for each in gaps[0] if each in gaps[1]):
            slope = gaps[1][node] - gaps[0][node]
            if not slope:
                continue
            try:
                root = CONTEXT.divide(CONTEXT.multiply(gaps[0][node], ends[0] - ends[1]), slope) + ends[0]
            except DecimalException:
                continue
            whole = root if len(root.as_tuple().digits) < 24 else round(root, 12)
            found += [whole, whole - step, whole + step]
        return list(dict.fromkeys(found))

    def gaps(self, situation: Situation) -> dict[tuple[int, str | None], Decimal]:
        """Return how far apart the sides of every comparison are, of a series those of its newest point."""
        found: dict[tuple[int, str | None], Decimal] = {}

        def watch(node: Node, member: str | None, left: Shaped, right: Shaped, truth: Shaped) -> None:
            sides = [_newest(left), _newest(right)]
            if all(isinstance(each, Decimal) and each.is_finite() for each in sides):
                found[id(node), member] = sides[0] - sides[1]  # type: ignore[operator]

        self.bench.decide(self.bench.prepared(self.policy.id, situation), self.compiled, watch)
        return found


def _newest(shaped: Shaped) -> object:
    if isinstance(shaped, Members):
        return next((_newest(each) for each in shaped.values.values()), None)
    if isinstance(shaped, Series):
        return shaped.points[-1].value if shaped.points else None
    return shaped


def _current(target: SearchTarget, draft: SnapshotDraft) -> Decimal:
    form = target.form(draft)
    value = form.get("value") if isinstance(form, dict) else form
    if isinstance(form, dict) and form.get("points"):
        value = form["points"][-1].get("value")
    if target.metric.type.kind is Kind.TIMESTAMP:
        return (parse_time(value) if isinstance(value, str) else None) or draft.as_of
    return value if isinstance(value, Decimal) else Decimal(0)


def _form(target: SearchTarget, probing: FormMaker, draft: SnapshotDraft, value: Decimal) -> object:
    if target.metric.series == "regular":
        return probing.patched(target.form(draft), (0,), value)
    raw: object = show_time(value) if target.metric.type.kind is Kind.TIMESTAMP else value
    size = target.metric.min_n
    return raw if size is None else {"value": raw, "n": Decimal(size)}


def _set(situation: Situation, target: SearchTarget, form: object) -> Situation:
    if target.place is not None and target.place[1] == EVERYWHERE:
        draft = situation.draft
        for member in draft.scopes.get(target.place[0], {}):
            draft = draft.with_form(target.key, form, (target.place[0], member))
        return replace(situation, draft=draft)
    return replace(situation, draft=situation.draft.with_form(target.key, form, target.place))


def _distinct(forms: Iterable[object]) -> list[object]:
    found: list[object] = []
    for each in forms:
        if each not in found:
            found.append(each)
    return found


def _trees(rule: Rule) -> list[Node]:
    condition = () if isinstance(rule.condition, Composition) else (rule.condition,)
    return [each for each in (*condition, rule.applies) if each is not None]


def _followed(rule: Rule, policy: Policy) -> Iterator[Node]:
    """The trees of a rule, and those of the lets that they name."""
    waiting = _trees(rule)
    names: set[str] = set()
    for tree in waiting:
        yield tree
        for node in walk(tree):
            if isinstance(node, LetRef) and node.name not in names:
                names.add(node.name)
                waiting.append(policy.lets[node.name])


def _constants(tree: Node, policy: Policy, values: Mapping[str, object]) -> Iterator[tuple[Decimal, Type]]:
    for node in walk(tree):
        if isinstance(node, Literal) and isinstance(node.value, Decimal) and node.type.kind is not Kind.ENUM:
            yield node.value, node.type
    for name in sorted(params_read(tree, policy.lets)):
        param = policy.params[name]
        for value in (values.get(name, param.value), *param.per.values()):
            if isinstance(value, Decimal):
                yield value, param.type
