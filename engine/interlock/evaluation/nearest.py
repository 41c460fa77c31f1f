"""The nearest value at which a failing comparison would pass, in words."""

from __future__ import annotations

from decimal import Decimal

from ..language.literals import show
from ..language.types import Kind, Type
from ..language.values import Value

__all__ = ["nearest"]

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
