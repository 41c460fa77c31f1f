"""Turns what the interpreter compared into records for people: seen, needed, margin, and where it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ...language.literals import show, show_pair
from ...language.nodes import Call, LetRef, Literal, Node, ParamRef
from ...language.operators import OPERATORS
from ...language.printer import to_text
from ...language.types import DURATION, Kind, Type
from ...language.values import Unknown, Value
from ..verdict import Comparison
from .interpreter import ComparedValues
from .scalar_semantics import SCALARS

__all__ = ["compared", "nearest", "polarities", "shown"]


_BEYOND = {
    Kind.DURATION: {"gt": "longer than", "lt": "shorter than"},
    Kind.TIMESTAMP: {"gt": "later than", "lt": "earlier than"},
}


def nearest(operator: str, limit: Value, shown: str, kind: Type) -> str:
    """Return the value nearest to `limit` that satisfies the operator; `shown` is the limit as printed.

    A bound that counts is its own nearest value. Beside a bound that does not count stands the next integer or
    the next word of an ordered vocabulary where there is one; a continuum has none, and the side is named.
    """
    if operator in ("le", "ge", "eq"):
        return shown
    if operator in ("lt", "gt"):
        return _beside(operator, limit, kind) or f"{_word(operator, kind)} {shown}"
    words = {"ne": "anything but", "in": "a member of", "not_in": "anything outside"}
    return f"{words[operator]} {shown}" if operator in words else shown


def _beside(operator: str, limit: Value, kind: Type) -> str | None:
    step = Decimal(1 if operator == "gt" else -1)
    if not isinstance(limit, Decimal) or not limit.is_finite():
        return None
    if kind.kind is Kind.ENUM and kind.enum:
        return show(limit + step, kind) if 0 <= limit + step < len(kind.enum.values) else None
    if kind.kind is Kind.NUMBER and kind.flavour == "integer" and abs(limit) < Decimal("1e30"):
        whole = limit.to_integral_value("ROUND_FLOOR" if operator == "gt" else "ROUND_CEILING")
        return show(whole + step, kind)
    return None


def _word(operator: str, kind: Type) -> str:
    return _BEYOND.get(kind.kind, {"gt": "above", "lt": "below"})[operator]


_OPPOSITE = {
    "lt": "ge",
    "le": "gt",
    "gt": "le",
    "ge": "lt",
    "eq": "ne",
    "ne": "eq",
    "in": "not_in",
    "not_in": "in",
}
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def polarities(condition: Node, wanted: bool, lets: Mapping[str, Node]) -> dict[int, bool]:
    """Return for each comparison under and, or and not, by identity, the truth that helps the rule to pass."""
    found: dict[int, bool] = {}

    def visit(node: Node, helpful: bool) -> None:
        if isinstance(node, LetRef) and node.name in lets:
            visit(lets[node.name], helpful)
        elif isinstance(node, Call) and node.operator in ("and", "or"):
            for each in node.arguments:
                visit(each, helpful)
        elif isinstance(node, Call) and node.operator == "not":
            visit(node.arguments[0], not helpful)
        else:
            found.setdefault(id(node), helpful)

    visit(condition, wanted)
    return found


def compared(seen: Iterable[ComparedValues], wanted: Mapping[int, bool]) -> tuple[Comparison, ...]:
    """Return the records of the comparisons that the rule's truth rests on, in the order of the file."""
    found = {
        id(each.node): _comparison(each, wanted[id(each.node)]) for each in seen if id(each.node) in wanted
    }
    return tuple(sorted(found.values(), key=lambda each: (each.line, each.column, each.left)))


def _comparison(seen: ComparedValues, helpful: bool) -> Comparison:
    node, span = seen.node, seen.node.span
    truth = "unknown" if isinstance(seen.truth, Unknown) else "true" if seen.truth else "false"
    passing = None if isinstance(seen.truth, Unknown) else seen.truth is helpful
    if not isinstance(node, Call) or node.operator not in _OPPOSITE:
        text = to_text(node)
        needed = "true" if helpful else "false"
        near = needed if passing is False else ""
        return Comparison(
            span.line, span.column, text, "is", needed, truth, needed, None, truth, passing, near
        )
    (left, left_value), (right, right_value) = zip(node.arguments, (seen.left, seen.right), strict=True)
    operator = node.operator
    if (
        isinstance(left, (Literal, ParamRef))
        and operator in _MIRRORED
        and not isinstance(right, (Literal, ParamRef))
    ):
        left, right, left_value, right_value = right, left, right_value, left_value
        operator = _MIRRORED[operator]
    needed_operator = operator if helpful else _OPPOSITE[operator]
    one, two = _pair(left_value, right_value, left.type, right.type)
    symbol = OPERATORS[needed_operator].symbol
    margin = _margin(needed_operator, left_value, right_value, left.type)
    return Comparison(
        span.line, span.column, to_text(left), OPERATORS[operator].symbol, to_text(right),
        one, f"{symbol} {two}", margin, truth, passing,
        nearest(needed_operator, right_value, two, left.type) if passing is False else "",
    )  # fmt: skip


def _pair(left: Value, right: Value, kind: Type, other: Type) -> tuple[str, str]:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return shown(left, kind), shown(right, _common(other, kind))
    return show_pair(left, right, kind) if kind.kind is other.kind else (show(left, kind), show(right, other))


def _common(kind: Type, other: Type) -> Type:
    """A bare number beside a ratio prints as the ratio does."""
    return other if kind.kind is other.kind else kind


def shown(value: Value, kind: Type) -> str:
    """Return a value for people; an unknown one with its bounds where it has them."""
    if not isinstance(value, Unknown):
        return show(value, kind)
    if not kind.numeric or (value.low.is_infinite() and value.high.is_infinite()):
        return "unknown"
    if value.high.is_infinite():
        return f"at least {show(value.low, kind)}"
    if value.low.is_infinite():
        return f"at most {show(value.high, kind)}"
    return f"between {show(value.low, kind)} and {show(value.high, kind)}"


def _margin(operator: str, left: Value, right: Value, kind: Type) -> str | None:
    """The distance to the limit, positive on the passing side."""
    if operator not in ("lt", "le", "gt", "ge") or not kind.numeric:
        return None
    if not isinstance(left, Decimal) or not isinstance(right, Decimal):
        return None
    ordered = (right, left) if operator in ("lt", "le") else (left, right)
    distance = SCALARS["sub"](*ordered)
    if not isinstance(distance, Decimal):
        return None
    unit = DURATION if kind.kind is Kind.TIMESTAMP else kind
    return show(distance, unit)
