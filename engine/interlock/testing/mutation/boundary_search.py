"""Searches snapshots near the boundaries of rules for a case that covers a cell or distinguishes a mutant."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import partial

from ...evaluation.expressions.compiled import CompiledPolicy
from ...evaluation.snapshot.series_values import Members, Series, Shaped
from ...language.literals import CONTEXT
from ...language.nodes import Node
from ...language.times import parse_time, show_time
from ...language.types import Kind
from ...policy.model import Policy, Rule
from ..policies.model import Situation
from ..policies.runner import CaseRunner
from .boundary_values import FormMaker
from .search_changes import Change, beside
from .search_targets import SearchedRules, SearchTarget

__all__ = ["BoundarySearch"]

_FORMS = 400
_PAIRED = 10
_STEPS = {"integer": Decimal(1), "ratio": Decimal("0.0001"), "number": Decimal("0.001")}


@dataclass(slots=True)
class BoundarySearch:
    """Probes of some rules of a policy; `compiled` are the policies cut down to these rules."""

    bench: CaseRunner
    policy: Policy
    rules: tuple[Rule, ...]
    compiled: Mapping[str, CompiledPolicy]

    def situations(self, seed: Situation) -> Iterator[Situation]:
        """Yield situations to try, by turns over what can be changed: the seed with one change, then with two."""
        rules = SearchedRules(self.bench.root, self.policy, self.rules)
        constants = rules.constants(self.bench.values(self.policy.id, seed))
        kept: list[list[Change]] = []
        for target in rules.targets(seed.draft):
            catalogue, now = self.bench.root.catalogue, target.draft(seed).as_of
            probing = FormMaker(target.metric, target.columns, now, constants, catalogue)
            solved = self.solved(seed, target, probing)
            forms = _distinct(itertools.islice(probing.forms(target.form(seed), solved), _FORMS))
            kept.append([partial(_put, target, form) for form in forms])
        kept += beside(rules, seed, constants)
        yield from (change(seed) for change in _by_turns(kept))
        pairs = [
            [partial(_both, one, two) for one, two in itertools.product(_spread(these), _spread(those))]
            for these, those in itertools.combinations(kept, 2)
        ]
        yield from (change(seed) for change in _by_turns(pairs))

    def read_from(self, situation: Situation) -> str:
        """Return what the rules read of a situation, as a key."""
        rules = SearchedRules(self.bench.root, self.policy, self.rules)
        forms = [target.form(situation) for target in rules.targets(situation.draft)]
        rest = (situation.draft.as_of, situation.draft.env, situation.environment, situation.params)
        held = sorted(situation.baselines), situation.attested, situation.blind_for, situation.rollouts
        return repr((forms, rest, held))

    # boundaries

    def solved(self, seed: Situation, target: SearchTarget, probing: FormMaker) -> list[Decimal]:
        """Return the values of a numeric metric at which a comparison turns, and their neighbours."""
        kind = target.metric.type
        if not kind.numeric or target.columns or target.metric.series == "irregular":
            return []
        step = _STEPS.get(kind.flavour, Decimal("0.01") if kind.kind is Kind.MONEY else Decimal(1))
        start = _current(target, seed)
        low = target.metric.low
        below = kind.kind is Kind.TIMESTAMP or low is None or start - 64 * step >= low
        ends = [start, start - 64 * step if below else start + 64 * step]
        gaps = [self.gaps(target.put(seed, _form(target, probing, seed, each))) for each in ends]
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


def _put(target: SearchTarget, form: object, before: Situation) -> Situation:
    return target.put(before, form)


def _both(one: Change, two: Change, before: Situation) -> Situation:
    return two(one(before))


def _by_turns(groups: Iterable[Sequence[Change]]) -> Iterator[Change]:
    """Yield the first of each group, then the second of each, and so on."""
    for row in itertools.zip_longest(*groups):
        yield from (each for each in row if each is not None)


def _spread(changes: Sequence[Change]) -> list[Change]:
    """Return the first changes and, of the others, some at equal distances with the last one."""
    half = _PAIRED // 2
    rest = changes[half:]
    step = max(1, len(rest) // half)
    return [*changes[:half], *reversed(list(reversed(rest))[::step])]


def _newest(shaped: Shaped) -> object:
    if isinstance(shaped, Members):
        return next((_newest(each) for each in shaped.values.values()), None)
    if isinstance(shaped, Series):
        return shaped.points[-1].value if shaped.points else None
    return shaped


def _current(target: SearchTarget, seed: Situation) -> Decimal:
    form = target.form(seed)
    value = form.get("value") if isinstance(form, dict) else form
    if isinstance(form, dict) and form.get("points"):
        value = form["points"][-1].get("value")
    if target.metric.type.kind is Kind.TIMESTAMP:
        return (parse_time(value) if isinstance(value, str) else None) or target.draft(seed).as_of
    return value if isinstance(value, Decimal) else Decimal(0)


def _form(target: SearchTarget, probing: FormMaker, seed: Situation, value: Decimal) -> object:
    if target.metric.series == "regular":
        return probing.patched(target.form(seed), (0,), value)
    raw: object = show_time(value) if target.metric.type.kind is Kind.TIMESTAMP else value
    size = target.metric.min_n
    return raw if size is None else {"value": raw, "n": Decimal(size)}


def _distinct(forms: Iterable[object]) -> list[object]:
    return list({repr(each): each for each in forms}.values())
