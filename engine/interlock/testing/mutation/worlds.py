"""Every way in which the questions of some rules may be answered together; no real one is left out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ...language.nodes import Call, LetRef, Literal, MemberRef, MetricRef, Node, ParamRef
from ...language.printer import to_text
from ...language.types import SCALAR, Kind
from ...policy.catalogue import Catalogue
from ...policy.model import Composition, Param, Policy, Rule
from .search_targets import rule_trees

__all__ = ["Worlds"]

_MOST = 20_000
_COMPARED = ("lt", "le", "gt", "ge", "eq", "ne")
_NOT_EVALUATED, _NOT_APPLICABLE = (-1, -1), (-2, -2)

World = Mapping[str, object]
"""The answer to each question by its key."""


@dataclass(slots=True)
class Worlds:
    """The questions of some rules of a policy, each with the answers that it can have.

    A value that stands alone is known or not, one that is calculated lies between two ends; what compares it with
    constants is answered from the same value, so two such questions never contradict one another. Everything else is
    answered freely: with more worlds than there are, what holds in all of them holds.
    """

    policy: Policy
    policies: Mapping[str, Policy]
    catalogue: Catalogue
    choices: dict[str, list[object]] = field(default_factory=dict)
    compared: dict[str, list[Call]] = field(default_factory=dict)
    ranged: dict[str, list[Call]] = field(default_factory=dict)

    def ask(self, rules: Iterable[Rule]) -> None:
        """Note the questions of the rules."""
        for rule in rules:
            for tree in rule_trees(rule):
                self.note(tree)
            if isinstance(rule.condition, Composition):
                self.choices[_key(rule.condition)] = list(self.verdicts(rule.condition))
        for key, calls in self.compared.items():
            found = self.values(calls)
            self.choices[f"value {key}"] = [each for each in found if not _open(each)]
        for key, calls in self.ranged.items():
            ends = list(self.values(calls))
            pairs = itertools.combinations_with_replacement(ends, 2)
            self.choices[f"range {key}"] = ends if isinstance(ends[0], dict) else list(pairs)

    def every(self) -> Iterator[World] | None:
        """Return every world, or None where there are too many."""
        if math.prod(map(len, self.choices.values())) > _MOST:
            return None
        rows = itertools.product(*self.choices.values())
        return (dict(zip(self.choices, row, strict=True)) for row in rows)

    # what is asked

    def note(self, node: Node) -> None:
        node = self.followed(node)
        if isinstance(node, Call) and node.operator in ("and", "or", "not"):
            for each in node.arguments:
                self.note(each)
        elif isinstance(node, Call) and node.operator in _COMPARED and _plain(node):
            self.leaves(node)
            self.compared.setdefault(to_text(node.arguments[0]), []).append(node)
        elif isinstance(node, Call) and _ordered(node):
            self.ranged.setdefault(to_text(node.arguments[0]), []).append(node)
        elif isinstance(node, Call) and node.operator == "attested":
            self.choices["ledger"] = [True, False]
            self.choices[to_text(node)] = [True, False]
        elif isinstance(node, Call) and node.operator == "known" and _single(node.arguments[0]):
            self.leaves(node)
        elif _single(node):
            self.leaves(node)
            self.choices[to_text(node)] = [True, False]
        elif not isinstance(node, Literal):
            self.choices[to_text(node)] = [True, False, None]

    def leaves(self, node: Node) -> None:
        for each in _leaves(node):
            self.choices[f"known {each}"] = [True] if self.always_known(each) else [True, False]

    def always_known(self, name: str) -> bool:
        """A param that no variable and no other policy can set beyond its range."""
        param = self.policy.params.get(name)
        above = (each.params for policy in self.policies.values() for each in policy.children
                 if each.policy == self.policy.id)  # fmt: skip
        return (
            param is not None
            and param.override is None
            and not any(isinstance(given.get(name), Param) for given in above)
        )

    def followed(self, node: Node) -> Node:
        while isinstance(node, LetRef):
            node = self.policy.lets[node.name]
        return node

    # what can be answered

    def verdicts(self, child: Composition) -> Iterator[tuple[int, int]]:
        """The verdict and the worst possible one of a child, by their places: each is given by a rule, and one that is
        unknown makes possible that it fails."""
        yield from (_NOT_EVALUATED, *[_NOT_APPLICABLE] * child.while_applicable)
        below = self.policies[child.policy]
        place = below.verdicts.index
        rules = [
            (place(each.failed), place(each.unknown), not each.fail_open) for each in below.rules
        ]  # (failed, unknown, whether the failure stays possible)
        for seen in range(len(below.verdicts)):
            least = [max(seen, failed) if may else seen for failed, unknown, may in rules if unknown == seen]
            least += [seen] if seen == 0 or any(failed == seen for failed, *_ in rules) else []
            further = {failed for failed, unknown, may in rules if may and unknown <= seen < failed}
            for possible in sorted({seen, *further}) if least else ():
                if possible >= min(least):
                    yield seen, possible

    def values(self, calls: Sequence[Call]) -> Iterator[object]:
        """Values of the left side that answer its comparisons in every way there is."""
        others = [each.arguments[1] for each in calls]
        if all(isinstance(each, Literal) and isinstance(each.value, Decimal) for each in others):
            yield from self.numbers(calls[0].arguments[0], [each.value for each in others])  # type: ignore[union-attr, misc]
        elif all(isinstance(each, Literal) for each in others):
            yield from [*dict.fromkeys(each.value for each in others), object()]  # type: ignore[union-attr]
        elif len({to_text(each) for each in others}) == 1:
            yield from (-1, 0, 1)
        else:
            texts = sorted({to_text(each) for each in calls})
            yield from (dict(zip(texts, row, strict=True)) for row in _answers(len(texts)))

    def numbers(self, left: Node, constants: Sequence[Decimal]) -> Iterator[object]:
        """The constants, a number between each two of them, one below and one above, as far as the metric has them."""
        metric = self.catalogue.metrics.get(left.name) if isinstance(left, MetricRef) else None
        low, high = (metric.low, metric.high) if metric is not None else (None, None)
        words = left.type.enum.values if left.type.enum else ()
        low, high = (Decimal(0), Decimal(len(words) - 1)) if words else (low, high)
        points = sorted({*constants, *(each for each in (low, high) if each is not None)})
        between = [(one + two) / 2 for one, two in itertools.pairwise(points)]
        found = {*points, *between, points[0] - 1, points[-1] + 1}
        if words or left.type.flavour == "integer":
            ends = {each.to_integral_value(way) for each in found for way in (ROUND_FLOOR, ROUND_CEILING)}
            found = {each + step for each in ends for step in (-1, 0, 1)}
        for each in sorted(found):
            if (low is None or each >= low) and (high is None or each <= high):
                yield each

    # answers in a world

    def truth(self, node: Node, world: World) -> bool | None:
        """Return what an expression comes to, None for unknown."""
        node = self.followed(node)
        if isinstance(node, Call) and node.operator in ("and", "or", "not"):
            return _logic(node.operator, [self.truth(each, world) for each in node.arguments])
        if isinstance(node, Literal):
            return bool(node.value)
        if isinstance(node, Call) and node.operator == "known" and _single(node.arguments[0]):
            return all(world[f"known {each}"] for each in _leaves(node))
        if isinstance(node, Call) and node.operator == "attested":
            return bool(world[to_text(node)]) if world["ledger"] else None
        compared = isinstance(node, Call) and node.operator in _COMPARED and _plain(node)
        if (compared or _single(node)) and not all(world[f"known {each}"] for each in _leaves(node)):
            return None
        if compared and isinstance(node, Call):
            value = world[f"value {to_text(node.arguments[0])}"]
            return value[to_text(node)] if isinstance(value, dict) else _compared(node, value)
        if isinstance(node, Call) and _ordered(node):
            return _ranged(node, world[f"range {to_text(node.arguments[0])}"])
        answer = world[to_text(node)]
        return None if answer is None else bool(answer)

    def outcome(self, rule: Rule, world: World) -> str:
        """Return the outcome of a rule: pass, fail, unknown or skipped."""
        if rule.applies is not None and self.truth(rule.applies, world) is False:
            return "skipped"
        if isinstance(rule.condition, Composition):
            answer = world[_key(rule.condition)]
            assert isinstance(answer, tuple)
            return self.composed(rule, rule.condition, *answer)
        truth = self.truth(rule.condition, world)
        return "unknown" if truth is None else "pass" if truth is (rule.kind == "requirement") else "fail"

    def composed(self, rule: Rule, child: Composition, seen: int, possible: int) -> str:
        if seen < 0:
            return "skipped" if (seen, possible) == _NOT_APPLICABLE else "unknown"
        bound = self.policies[child.policy].verdicts.index(child.bound) - (rule.kind == "trigger")
        return "fail" if seen > bound else "pass" if possible <= bound else "unknown"


def _key(child: Composition) -> str:
    given = sorted((name, str(getattr(each, "name", each))) for name, each in child.params.items())
    return f"policy {child.policy} {given}"


def _single(node: Node) -> bool:
    """A single boolean value of a metric or a param, or any single value of a metric."""
    return isinstance(node, (MetricRef, ParamRef)) and node.shape == SCALAR


def _plain(node: Call) -> bool:
    """A comparison of single values as they are: unknown exactly where one of them is. The size of an unknown set is
    none below 0, so it counts only beside a number for which that leaves the answer open."""
    if isinstance(node.arguments[0], Call) and node.arguments[0].operator == "size":
        other = node.arguments[1]
        positive = node.operator in ("lt", "ge", "eq", "ne")
        number = other.value if isinstance(other, Literal) else Decimal(-1)
        open_ = isinstance(number, Decimal) and (number > 0 if positive else number >= 0)
        return open_ and _single(node.arguments[0].arguments[0])
    return all(_leaf(each) for each in node.arguments)


def _leaf(node: Node) -> bool:
    if isinstance(node, Call) and node.operator in ("age", "baseline"):
        return node.shape == SCALAR and isinstance(node.arguments[-1], MetricRef)
    if isinstance(node, Call) and node.operator in ("last", "previous"):
        return node.shape == SCALAR and node.type.kind is Kind.ENUM
    return _single(node) or isinstance(node, (Literal, MemberRef))


def _leaves(node: Node) -> set[str]:
    """What must be known for the answer to be known; the age of an instant to come is not."""
    if isinstance(node, Call) and node.operator in ("age", "baseline", "last", "previous"):
        return {to_text(node)}
    if isinstance(node, (MetricRef, ParamRef)):
        return {node.name}
    return set().union(*map(_leaves, node.arguments)) if isinstance(node, Call) else set()


def _answers(count: int) -> Iterator[tuple[bool | None, ...]]:
    return itertools.product((True, False, None), repeat=count)


def _open(value: object) -> bool:
    return isinstance(value, dict) and None in value.values()


def _ordered(node: Call) -> bool:
    """A comparison in order of two single numbers that are calculated."""
    return node.operator in _COMPARED[:4] and all(
        each.type.numeric and each.shape == SCALAR for each in node.arguments
    )


def _ranged(node: Call, value: object) -> bool | None:
    """Answer a comparison from the two ends between which its left side lies, or by its own text."""
    if isinstance(value, dict):
        return value[to_text(node)]  # type: ignore[no-any-return]
    assert isinstance(value, tuple)
    one, two = (_compared(node, each) for each in value)
    return one if one is two else None


def _compared(node: Call, value: object) -> bool:
    """Answer a comparison from the value of its left side, or its place to the right side."""
    other = node.arguments[1]
    against: object = other.value if isinstance(other, Literal) else 0
    if node.operator in ("eq", "ne"):
        return (value == against) is (node.operator == "eq")
    assert isinstance(value, (int, Decimal)) and isinstance(against, (int, Decimal))
    return {"lt": value < against, "le": value <= against, "gt": value > against, "ge": value >= against}[
        node.operator
    ]


def _logic(operator: str, truths: Sequence[bool | None]) -> bool | None:
    if operator == "not":
        return None if truths[0] is None else not truths[0]
    decisive = operator == "or"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive
