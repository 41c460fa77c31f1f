"""Finds values of params at which a comparison never varies: the limit lies outside the range of what it bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from ...diagnostics import Collector, Span
from ...language.declarations import MetricDeclaration
from ...language.literals import show
from ...language.nodes import Call, LetRef, Literal, Node, ParamRef
from ...language.printer import to_text
from ...language.ranges import Range, always, static_range
from ..model import Policy
from ..names import followed, params_read
from .environments import Environment

__all__ = ["lint_limits"]

_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")

Values = Mapping[str, object]


def lint_limits(
    policy: Policy,
    trees: Iterable[Node],
    metrics: Mapping[str, MetricDeclaration],
    environments: Mapping[str, Environment],
    collector: Collector,
) -> None:
    """Note each value of a param, the policy's own or that of an environment, that decides a comparison."""
    calls = [each for tree in trees for each in followed(tree, policy.lets) if isinstance(each, Call)]
    for call in (each for each in calls if each.operator in _COMPARISONS):
        for name in sorted(params_read(call, policy.lets)):
            for value, where, span in _values(policy, name, environments):
                sides = [_filled(each, policy, {name: value}) for each in call.arguments]
                ranges = [static_range(each, metrics) for each in sides]
                found = always(call.operator, *ranges)
                if found is None:
                    continue
                shown = show(value, policy.params[name].type)
                message = f"`{to_text(call)}` is always {str(found).lower()}: `{name}` is {shown}{where}"
                hint = _range_hint(call, ranges)
                collector.add("W886", message, span, hint, [("compared here", call.span)])


def _values(
    policy: Policy, name: str, environments: Mapping[str, Environment]
) -> Iterator[tuple[Decimal, str, Span]]:
    """Yield the numbers that a param is given, with words that say where, and the place."""
    param = policy.params[name]
    given = [(param.value, "", param.span)]
    given += [(value, f" at {member}", param.span) for member, value in param.per.items()]
    for environment in environments.values():
        for key, value in environment.values.get(policy.id, {}).items():
            if key == name or key.startswith(f"{name}["):
                given.append((value, f" in the environment `{environment.name}`", environment.span))
    yield from ((value, where, span) for value, where, span in given if isinstance(value, Decimal))


def _filled(node: Node, policy: Policy, given: Values) -> Node:
    """Return a tree with the values of params and the trees of lets in place of their names."""
    if isinstance(node, LetRef) and node.name in policy.lets:
        return _filled(policy.lets[node.name], policy, given)
    if isinstance(node, ParamRef):
        param = policy.params[node.name]
        value = given.get(node.name, None if param.per else param.value)
        return Literal(value, node.type, node.shape, node.span) if isinstance(value, Decimal) else node
    if not isinstance(node, Call):
        return node
    arguments = tuple(_filled(each, policy, given) for each in node.arguments)
    options = tuple((key, _filled(each, policy, given)) for key, each in node.options)
    return replace(node, arguments=arguments, options=options)


def _range_hint(call: Call, ranges: list[Range]) -> str | None:
    """Say in what range the side lies that the param does not decide."""
    for node, (low, high) in zip(call.arguments, ranges, strict=True):
        if low < high and low.is_finite() and high.is_finite():
            ends = f"from {show(low, node.type)} to {show(high, node.type)}"
            return f"correct the limit: `{to_text(node)}` is {ends}"
        if low < high and (low.is_finite() or high.is_finite()):
            end = (
                f"at least {show(low, node.type)}" if low.is_finite() else f"at most {show(high, node.type)}"
            )
            return f"correct the limit: `{to_text(node)}` is {end}"
    return "correct the limit"
