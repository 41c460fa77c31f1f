"""What declared ranges say of an expression: its lowest and highest value, and comparisons that never vary."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .declarations import MetricDeclaration
from .nodes import Call, Literal, MetricRef, Node
from .operators import OPERATORS

__all__ = ["Range", "always", "static_range"]

Range = tuple[Decimal, Decimal]

_INFINITY = Decimal("Infinity")
ANY: Range = (-_INFINITY, _INFINITY)


def static_range(node: Node, metrics: Mapping[str, MetricDeclaration]) -> Range:
    """Return the lowest and highest value that the node can have; `ANY` where nothing is declared."""
    if isinstance(node, Literal):
        return (node.value, node.value) if isinstance(node.value, Decimal) else ANY
    if isinstance(node, MetricRef):
        declared = metrics.get(node.name)
        low, high = (declared.low, declared.high) if declared else (None, None)
        return (-_INFINITY if low is None else low, _INFINITY if high is None else high)
    if not isinstance(node, Call):
        return ANY
    operator = OPERATORS[node.operator]
    low, high = static_range(node.arguments[-1 if operator.by_name else 0], metrics)
    match operator.range:
        case "argument":
            return low, high
        case "share":
            return Decimal(0), Decimal(1)
        case "points":
            return Decimal(0), _most_points(node)
        case "positive":
            return Decimal(0), _INFINITY
        case "absolute":
            return max(low, -high, Decimal(0)), max(abs(low), abs(high))
        case "negated":
            return -high, -low
        case "sum":
            return _sum_range(node, metrics)
    return ANY


def _most_points(node: Call) -> Decimal:
    """A window of `last=n` holds at most n points."""
    last = dict(node.options).get("last")
    return last.value if isinstance(last, Literal) and isinstance(last.value, Decimal) else _INFINITY


def _sum_range(node: Call, metrics: Mapping[str, MetricDeclaration]) -> Range:
    (low, high), (other_low, other_high) = (static_range(each, metrics) for each in node.arguments)
    if node.operator == "sub":
        other_low, other_high = -other_high, -other_low
    return (
        low + other_low if (low + 0).is_finite() and other_low.is_finite() else -_INFINITY,
        high + other_high if high.is_finite() and other_high.is_finite() else _INFINITY,
    )


def always(operator: str, left: Range, right: Range) -> bool | None:
    """Tell whether the comparison holds for every value of both ranges (True), for none (False), or varies."""
    (a, b), (c, d) = left, right
    point = a == b == c == d
    apart = b < c or d < a
    table = {
        "lt": (b < c, a >= d),
        "le": (b <= c, a > d),
        "gt": (a > d, b <= c),
        "ge": (a >= d, b < c),
        "eq": (point, apart),
        "ne": (apart, point),
    }
    holds, fails = table[operator]
    return True if holds else False if fails else None
