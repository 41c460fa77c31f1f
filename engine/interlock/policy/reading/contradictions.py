"""Finds requirements of one policy that never hold together: their limits of one value leave nothing between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from ...diagnostics import Collector
from ...language.declarations import MetricDeclaration
from ...language.literals import show
from ...language.nodes import Call, LetRef, Literal, Node, ParamRef
from ...language.printer import to_text
from ...language.ranges import static_range
from ...language.types import Kind
from ...wording import listed
from ..model import UNLIMITED, Composition, Policy, Rule
from ..names import params_read

__all__ = ["lint_contradictions"]

_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_SYMBOLS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}

Value = Decimal | str | bool


class _Need(NamedTuple):
    """A comparison with a constant that must hold: the other side, the operator, the constant, and its rule."""

    node: Node
    sign: str
    value: Value
    rule: Rule

    def __str__(self) -> str:
        if isinstance(self.value, bool):
            return to_text(self.node) if self.value is (self.sign == "eq") else f"not {to_text(self.node)}"
        return f"{to_text(self.node)} {_SYMBOLS[self.sign]} {show(self.value, self.node.type)}"


def lint_contradictions(
    policy: Policy, metrics: Mapping[str, MetricDeclaration], collector: Collector
) -> None:
    """Note the first needs of rules without a guard that do not hold together; at most one finding a policy."""
    seen: dict[str, list[_Need]] = {}
    for rule in policy.rules:
        if isinstance(rule.condition, Composition) or not _always_counts(rule, policy):
            continue
        for need in _needed(rule.condition, rule.kind == "requirement", rule, policy):
            needs = seen.setdefault(to_text(need.node), [])
            needs.append(need)
            if _empty(needs, metrics):
                _note(policy, _least(needs, metrics), collector)
                return


def _always_counts(rule: Rule, policy: Policy) -> bool:
    """Whether a rule applies and contributes whatever the data are."""
    assert not isinstance(rule.condition, Composition)
    read = params_read(rule.condition, policy.lets)
    free = any(policy.params[name].value in (None, UNLIMITED) for name in read)
    return rule.applies is None and rule.shadow is None and not free


def _note(policy: Policy, needs: Sequence[_Need], collector: Collector) -> None:
    *others, last = needs
    told = listed([f"`{each}`" for each in needs])
    message = f"`{policy.id}` is never at its best: {told} do not hold together"
    related = [(f"`{each}` is needed here", each.rule.span) for each in others if each.rule is not last.rule]
    collector.add(
        "W884", message, last.rule.span, f"correct one of the {_COUNTS[min(len(needs), 4)]}limits", related
    )


_COUNTS = {2: "two ", 3: "three ", 4: ""}


# the needs of a condition


def _needed(node: Node, truth: bool, rule: Rule, policy: Policy) -> Iterator[_Need]:
    """Yield the comparisons with constants that must hold for a condition to have a truth."""
    if isinstance(node, LetRef) and node.name in policy.lets:
        yield from _needed(policy.lets[node.name], truth, rule, policy)
    elif isinstance(node, Call) and node.operator == "not":
        yield from _needed(node.arguments[0], not truth, rule, policy)
    elif isinstance(node, Call) and node.operator == ("and" if truth else "or"):
        for each in node.arguments:
            yield from _needed(each, truth, rule, policy)
    elif isinstance(node, Call) and node.operator in _OPPOSITE:
        left, right = node.arguments
        operator = node.operator if truth else _OPPOSITE[node.operator]
        for one, other, sign in ((left, right, operator), (right, left, _TURNED[operator])):
            value = _constant(other, policy)
            if value is not None:
                yield _Need(one, sign, value, rule)
    elif not (isinstance(node, Call) and node.operator in ("and", "or")):
        yield _Need(node, "eq", truth, rule)


def _constant(node: Node, policy: Policy) -> Value | None:
    """The value of a literal, or of a param that has one value for all members."""
    if isinstance(node, Literal):
        return node.value
    if not isinstance(node, ParamRef) or policy.params[node.name].per:
        return None
    value, enum = policy.params[node.name].value, node.type.enum
    if enum is not None:
        return Decimal(enum.values.index(str(value))) if value in enum.values else None
    return value if isinstance(value, (Decimal, str, bool)) else None


# what the needs of one value leave


def _least(needs: Sequence[_Need], metrics: Mapping[str, MetricDeclaration]) -> list[_Need]:
    """Return those that already leave nothing, none of them to spare."""
    found = list(needs)
    for each in needs:
        rest = [other for other in found if other is not each]
        if len(rest) > 1 and _empty(rest, metrics):
            found = rest
    return found


def _empty(needs: Sequence[_Need], metrics: Mapping[str, MetricDeclaration]) -> bool:
    """Whether no value meets every need; a need alone is not judged."""
    if len(needs) < 2:
        return False
    if not all(isinstance(each.value, Decimal) for each in needs):
        equal = {each.value for each in needs if each.sign == "eq"}
        other = {each.value for each in needs if each.sign == "ne"}
        return len(equal) > 1 or bool(equal & other) or {True, False} <= other
    numbers = [(each.sign, each.value) for each in needs if isinstance(each.value, Decimal)]
    return _nothing_between(numbers, needs[0].node, metrics)


def _nothing_between(
    limits: Sequence[tuple[str, Decimal]], node: Node, metrics: Mapping[str, MetricDeclaration]
) -> bool:
    enum = node.type.enum
    low, high = (Decimal(0), Decimal(len(enum.values) - 1)) if enum else static_range(node, metrics)
    floor = max([low, *(value for sign, value in limits if sign in ("gt", "ge", "eq"))])
    ceiling = min([high, *(value for sign, value in limits if sign in ("lt", "le", "eq"))])
    beyond = {value for sign, value in limits if sign in ("gt", "lt", "ne")}
    if enum or (node.type.kind is Kind.NUMBER and node.type.flavour == "integer"):
        floor = floor.to_integral_value(ROUND_CEILING) if floor.is_finite() else floor
        ceiling = ceiling.to_integral_value(ROUND_FLOOR) if ceiling.is_finite() else ceiling
        between = {each for each in beyond if floor <= each <= ceiling and each == each.to_integral_value()}
        return ceiling - floor + 1 <= len(between) if ceiling >= floor else True
    return floor > ceiling or (floor == ceiling and floor in beyond)
