"""Writes a checked tree as one canonical line of the language."""

from __future__ import annotations

from decimal import Decimal

from ..canonical import plain_number
from .literals import CONTEXT
from .nodes import Call, Literal, Node
from .operators import OPERATORS
from .times import DURATION_UNITS
from .types import Kind

__all__ = ["to_text"]


def to_text(node: Node) -> str:
    """Return the expression with single spaces and no bracket that is not needed."""
    return _text(node)[0]


def _text(node: Node) -> tuple[str, int]:
    if isinstance(node, Literal):
        return _literal(node), 9
    if not isinstance(node, Call):
        return node.name, 9
    operator = OPERATORS[node.operator]
    level = operator.level
    if operator.symbol and len(operator.arguments) == 2:
        parts = [
            _inside(each, level + (index > 0 or operator.form in ("compare", "member")))
            for index, each in enumerate(node.arguments)
        ]
        return f" {operator.symbol} ".join(parts), level
    if operator.symbol:
        gap = " " if operator.symbol == "not" else ""
        return f"{operator.symbol}{gap}{_inside(node.arguments[0], level)}", level
    given = [to_text(each) for each in node.arguments]
    given += [f"{key}={to_text(value)}" for key, value in node.options]
    return f"{node.operator}({', '.join(given)})", 9


def _inside(node: Node, level: int) -> str:
    text, own = _text(node)
    return f"({text})" if own < level else text


def _literal(node: Literal) -> str:
    value, kind = node.value, node.type
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}'"
    if kind.kind is Kind.ENUM and kind.enum:
        return f"'{kind.enum.values[int(value)]}'"
    if kind.flavour == "ratio" and not node.bare:
        return plain_number(value.scaleb(2, CONTEXT)) + "%"
    if kind.kind is Kind.MONEY and not node.bare:
        return plain_number(value) + kind.currency
    return _duration(value) if kind.kind is Kind.DURATION and not node.bare else plain_number(value)


def _duration(value: Decimal) -> str:
    """The largest unit that leaves a whole number."""
    for unit, seconds in sorted(DURATION_UNITS.items(), key=lambda each: -each[1]):
        if value and value % seconds == 0:
            return plain_number(value / seconds) + unit
    return plain_number(value) + "s"
