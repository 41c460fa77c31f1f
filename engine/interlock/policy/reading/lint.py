"""Findings about a policy without errors: names that no rule uses, verdicts that none gives, rules that contradict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from decimal import Decimal

from ...diagnostics import Collector
from ...language.literals import show
from ...language.nodes import Call, LetRef, Literal, Node, ParamRef
from ...language.printer import to_text
from ..model import Composition, Param, Policy, Rule
from ..names import lets_read, params_read
from ..yaml.yaml_nodes import Mapping, Scalar
from .templates import template_paths

__all__ = ["lint_policies"]

_GOOD = frozenset(
    {"GO", "ALLOW", "PASS", "OK", "CONTINUE", "HEALTHY", "GREEN", "PROCEED", "READY", "APPROVE", "APPROVED", "RUN",
     "YES", "PROMOTE", "ADVANCE", "CLEAR", "ACCEPT", "ENTER", "TRADE", "VALID"}
)  # fmt: skip
_BAD = frozenset(
    {"BLOCK", "FAIL", "FAILED", "STOP", "ROLLBACK", "CRITICAL", "RED", "HALT", "REJECT", "DENY", "KILL", "LOCKDOWN",
     "ABORT", "EMERGENCY", "UNSAFE", "INVALID", "SHUTDOWN", "FLATTEN", "LIQUIDATE", "NO"}
)  # fmt: skip
_UNUSED = "use it in a rule, or delete it: it reads like a check that does not happen"
_NEGATED = re.compile(r"(NO|NOT|DO_NOT|NEVER|UN)_.*")
_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}

Needed = tuple[Node, str, object]
"""A comparison with a constant that must hold: the other side, the operator, the constant."""


def lint_policies(documents: Iterable[Mapping], policies: Table[str, Policy], collector: Collector) -> None:
    """Note params and lets that nothing uses, verdicts that no rule gives or that run from worst to best, and
    requirements that never hold together; every document is one of a sound and linked policy."""
    for document in documents:
        policy = policies[document.text("policy")]
        _params(policy, collector)
        _lets(policy, document, collector)
        _verdicts(policy, document, collector)
        _contradictions(policy, collector)


def _params(policy: Policy, collector: Collector) -> None:
    used = set[str]().union(*(params_read(each, policy.lets) for each in _trees(policy)))
    used |= {
        each.name for child in policy.children for each in child.params.values() if isinstance(each, Param)
    }
    for name, param in policy.params.items():
        if name not in used:
            collector.add("W880", f"no rule of `{policy.id}` uses the param `{name}`", param.span, _UNUSED)


def _trees(policy: Policy) -> list[Node]:
    """The expressions that decide: conditions, guards, conditions of overrides, and lets that reasons show."""
    found = [
        each
        for rule in policy.rules
        for each in (rule.condition, rule.applies, rule.hold)
        if each is not None and not isinstance(each, Composition)
    ]
    found += [each.override.when for each in policy.params.values() if each.override and each.override.when]
    shown = {path for rule in policy.rules for path in template_paths(rule.reason)}
    return found + [tree for name, tree in policy.lets.items() if name in shown]


def _lets(policy: Policy, document: Mapping, collector: Collector) -> None:
    used = {path for rule in policy.rules for path in template_paths(rule.reason)}
    used |= set[str]().union(*(lets_read(each, policy.lets) for each in _trees(policy)))
    for key, _ in document.mapping("let").pairs:
        if key.text not in used:
            collector.add("W881", f"no rule of `{policy.id}` uses the let `{key.text}`", key.span, _UNUSED)


# verdicts


def _verdicts(policy: Policy, document: Mapping, collector: Collector) -> None:
    listed = document.sequence("verdicts").scalars
    given = {each for rule in policy.rules for each in (rule.failed, rule.unknown)}
    for each in listed[1:]:
        if each.text not in given:
            message = f"no rule of `{policy.id}` can give the verdict `{each.text}`"
            hint = "name it in `else`, `then` or `unknown` of a rule, or delete it"
            collector.add("W882", message, each.span, hint)
    if _sense(listed[0]) == "bad" or _sense(listed[-1]) == "good":
        message = f"the verdicts of `{policy.id}` seem to run from worst to best"
        hint = f"write `verdicts: [{', '.join(reversed(policy.verdicts))}]`: the first one opens the gate"
        collector.add("W883", message, listed[0].span, hint)


def _sense(word: Scalar) -> str:
    text = word.text.upper().replace("-", "_")
    first = text.split("_")[0]
    if _NEGATED.fullmatch(text) or text in _BAD or first in _BAD:
        return "bad"
    return "good" if text in _GOOD or first in _GOOD else ""


# contradictions


def _contradictions(policy: Policy, collector: Collector) -> None:
    """Hold the comparisons that rules without a guard need against each other, two at a time."""
    seen: list[tuple[Rule, Needed]] = []
    for rule in policy.rules:
        if isinstance(rule.condition, Composition) or rule.applies is not None:
            continue
        for needed in _needed(rule.condition, rule.kind == "requirement", policy):
            other = next((each for each in seen if _excludes(each[1], needed)), None)
            if other is not None:
                first, second = _told(other[1]), _told(needed)
                message = f"`{policy.id}` is never at its best: `{first}` and `{second}` do not hold together"
                hint = "correct one of the two limits"
                related = [(f"`{first}` is needed here", other[0].span)] if other[0] is not rule else []
                collector.add("W884", message, rule.span, hint, related)
                return
            seen.append((rule, needed))


def _needed(node: Node, truth: bool, policy: Policy) -> Iterator[Needed]:
    """Yield the comparisons with constants that must hold for a condition to have a truth."""
    if isinstance(node, LetRef) and node.name in policy.lets:
        yield from _needed(policy.lets[node.name], truth, policy)
    elif isinstance(node, Call) and node.operator == "not":
        yield from _needed(node.arguments[0], not truth, policy)
    elif isinstance(node, Call) and node.operator == ("and" if truth else "or"):
        for each in node.arguments:
            yield from _needed(each, truth, policy)
    elif isinstance(node, Call) and node.operator in _OPPOSITE:
        left, right = node.arguments
        operator = node.operator if truth else _OPPOSITE[node.operator]
        for one, other, sign in ((left, right, operator), (right, left, _TURNED[operator])):
            value = _constant(other, policy)
            if value is not None:
                yield one, sign, value
    elif not (isinstance(node, Call) and node.operator in ("and", "or")):
        yield node, "eq", truth


def _constant(node: Node, policy: Policy) -> object:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, ParamRef):
        value = policy.params[node.name].value
        kind = node.type.enum
        if kind is not None:
            return Decimal(kind.values.index(str(value))) if value in kind.values else None
        return value if isinstance(value, (Decimal, str, bool)) else None
    return None


def _excludes(first: Needed, second: Needed) -> bool:
    """Whether two comparisons of the same value with constants cannot both hold."""
    (one, sign, value), (two, other_sign, other) = first, second
    if to_text(one) != to_text(two) or type(value) is not type(other):
        return False
    if not isinstance(value, Decimal) or not isinstance(other, Decimal):
        return (sign == "eq" == other_sign and value != other) or (
            {sign, other_sign} == {"eq", "ne"} and value == other
        )
    return _apart(sign, value, other_sign, other) or _apart(other_sign, other, sign, value)


def _apart(sign: str, value: Decimal, other_sign: str, other: Decimal) -> bool:
    """Whether the first bounds from below, the second from above, and nothing lies between."""
    if {sign, other_sign} == {"eq", "ne"}:
        return value == other
    if sign not in ("gt", "ge", "eq") or other_sign not in ("lt", "le", "eq"):
        return False
    return value > other or (value == other and (sign == "gt" or other_sign == "lt"))


def _told(needed: Needed) -> str:
    node, sign, value = needed
    if isinstance(value, bool):
        return to_text(node) if value is (sign == "eq") else f"not {to_text(node)}"
    symbol = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}[sign]
    return f"{to_text(node)} {symbol} {show(value, node.type)}"
