"""What `interlock eval --format json` prints: the value as data, with bounds, causes, points and members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..canonical import canonical
from ..evaluation.expressions.expression import Evaluated
from ..evaluation.snapshot.series_values import Members, Series
from ..language.times import show_time
from ..language.types import Kind, Type
from ..language.values import Cause, Unknown

__all__ = ["record"]


def record(expression: str, found: Evaluated) -> bytes:
    """Return one JSON object; numbers are as exact as they were computed, durations in seconds."""
    kind, shape = found.node.type, found.node.shape
    table = {
        "expression": expression,
        "type": str(kind),
        "shape": {"time": shape.time is not None, "members": shape.members},
        **_shaped(found.value, kind),
        "comparisons": [
            {
                "line": each.line,
                "column": each.column,
                "left": each.left,
                "op": each.op,
                "right": each.right,
                "seen": each.seen,
                "needed": each.needed,
                "margin": each.margin,
                "truth": each.truth,
            }
            for each in found.comparisons
        ],
        "assumptions": list(found.assumptions),
    }
    return canonical(table) + b"\n"


def _shaped(value: object, kind: Type) -> dict[str, Any]:
    match value:
        case Members():
            members = {name: _shaped(each, kind) for name, each in value.values.items()}
            return {"members": members, **_unknown(value.doubt)}
        case Series():
            points = [{"at": show_time(each.at), **_shaped(each.value, kind)} for each in value.points]
            return {"points": points, **_unknown((*value.blank, *value.uncovered))}
        case Unknown():
            bounds = {"low": value.low, "high": value.high}
            known = {name: _plain(each, kind) for name, each in bounds.items() if each.is_finite()}
            return {"value": None, **(known if kind.numeric else {}), **_unknown(value.causes)}
    return {"value": _plain(value, kind)}


def _unknown(causes: tuple[Cause, ...]) -> dict[str, Any]:
    names = ("metric", "member", "at", "cause", "detail")
    return {"unknown": [{name: getattr(each, name) for name in names} for each in causes]} if causes else {}


def _plain(value: object, kind: Type) -> object:
    """A known value as JSON has it: instants as text, words of an enum by name, never for an endless duration."""
    if isinstance(value, frozenset):
        return sorted(value)
    if not isinstance(value, Decimal):
        return value
    if not value.is_finite():
        return "never"
    if kind.kind is Kind.TIMESTAMP:
        return show_time(value)
    if kind.kind is Kind.ENUM and kind.enum:
        return kind.enum.values[int(value)]
    return value
