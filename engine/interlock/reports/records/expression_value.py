"""The value of an expression: its points or members, what is unknown and why, and what was compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...canonical import canonical
from ...diagnostics import printable
from ...evaluation.deciding.cause_text import cause_lines
from ...evaluation.expressions.comparisons import shown
from ...evaluation.expressions.expression import ExpressionResult
from ...evaluation.snapshot.series_values import Members, Series
from ...language.literals import show
from ...language.times import show_time
from ...language.types import EVENT, Kind, Type
from ...language.values import Cause, Unknown, Value
from ..style import ReportStyle
from ..tables import Cell, Table

__all__ = ["ExpressionValue", "as_json", "as_text", "plain_value"]

_DIGITS = 16
_TONES = {"true": "good", "false": "bad", "unknown": "middle"}


@dataclass(frozen=True, slots=True)
class ExpressionValue:
    """An expression as it was typed, with its result; text shows the newest `most` points of a series (None: all)."""

    text: str
    result: ExpressionResult
    most: int | None = None


def as_json(expression: ExpressionValue, style: ReportStyle) -> str:
    """Return one line; numbers are as exact as they were computed, durations are in seconds."""
    found = expression.result
    kind, shape = found.node.type, found.node.shape
    names = ("line", "column", "left", "op", "right", "seen", "needed", "margin", "truth")
    table = {
        "expression": expression.text,
        "type": str(kind),
        "shape": {"time": shape.time is not None, "members": shape.members},
        **_shaped(found.value, kind),
        "comparisons": [{name: getattr(each, name) for name in names} for each in found.comparisons],
        "assumptions": list(found.assumptions),
    }
    return canonical(table).decode("utf-8") + "\n"


def _shaped(value: object, kind: Type) -> dict[str, Any]:
    match value:
        case Members():
            members = {name: _shaped(each, kind) for name, each in value.values.items()}
            return {"members": members, **_unknown((*value.doubt, *value.others))}
        case Series():
            points = [{"at": show_time(each.at), **_shaped(each.value, kind)} for each in value.points]
            return {"points": points, **_unknown((*value.blank, *value.uncovered))}
        case Unknown():
            bounds = {"low": value.low, "high": value.high}
            known = {name: plain_value(each, kind) for name, each in bounds.items() if each.is_finite()}
            return {"value": None, **(known if kind.numeric else {}), **_unknown(value.causes)}
    return {"value": plain_value(value, kind)}


def _unknown(causes: tuple[Cause, ...]) -> dict[str, Any]:
    names = ("metric", "member", "at", "cause", "detail")
    return {"unknown": [{name: getattr(each, name) for name in names} for each in causes]} if causes else {}


def plain_value(value: object, kind: Type) -> object:
    """Return a known value for JSON: an instant as text, a value of an enum by name, an endless duration as `never`."""
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


def as_text(expression: ExpressionValue, style: ReportStyle) -> str:
    """Return the value, its type, what is unknown, and a table of the comparisons."""
    found = expression.result
    shape = found.node.shape
    along = "along " if shape.time or shape.members else ""
    lines = [
        f"type: {found.node.type}, {along}{shape}",
        *(f"unknown: {each}" for each in cause_lines(_causes(found.value))),
        *(f"assumed: {each}" for each in found.assumptions),
    ]
    parts = [*_value(expression, style), *map(printable, lines), *_comparisons(found, style)]
    return "".join(f"{each}\n" for each in parts)


def _causes(value: object) -> Iterable[Cause]:
    """Every cause in a value, in order."""
    match value:
        case Unknown():
            return value.causes
        case Series():
            inner = [cause for point in value.points for cause in (*_causes(point.value), *point.doubt)]
            return [*value.blank, *inner]
        case Members():
            inner = [cause for each in value.values.values() for cause in _causes(each)]
            return [*value.doubt, *value.others, *inner]
    return ()


def _value(expression: ExpressionValue, style: ReportStyle) -> Iterator[str]:
    value, kind = expression.result.value, expression.result.node.type
    match value:
        case Members():
            yield from _members(expression, value, style)
        case Series() if not value.points:
            yield "value: no points"
        case Series():
            table = Table(("at", "value"))
            for row in _points(expression, value):
                table.add(*row)
            yield from table.lines(style)
            yield from _cut(len(value.points), expression.most)
            if value.uncovered and value.covered_to.is_finite():
                covered = f"{show_time(value.covered_from)} to {show_time(value.covered_to)}"
                yield f"seen: {covered}, else unknown"
        case _:
            yield printable(f"value: {_exact(value, kind)}")


def _members(expression: ExpressionValue, value: Members, style: ReportStyle) -> Iterator[str]:
    found = expression.result
    scope = found.node.shape.members or "member"
    series = {name: each for name, each in value.values.items() if isinstance(each, Series)}
    if not value.values:
        yield "value: no members"
        return
    table = Table((scope, "at", "value") if series else (scope, "value"))
    for name, each in value.values.items():
        if isinstance(each, Series):
            for row in _points(expression, each):
                table.add(name, *row)
        else:
            table.add(name, _exact(each, found.node.type))
    yield from table.lines(style)
    yield from _cut(max((len(each.points) for each in series.values()), default=0), expression.most)


def _points(expression: ExpressionValue, value: Series) -> list[tuple[str, str]]:
    most, kind = expression.most, expression.result.node.type
    points = value.points if most is None else value.points[-most:]
    return [
        (show_time(each.at), _point(each.value, kind) + (", if it counts at all" if each.doubt else ""))
        for each in points
    ]


def _point(value: Value, kind: Type) -> str:
    return "an event" if kind == EVENT and value is True else _exact(value, kind)


def _exact(value: Value, kind: Type) -> str:
    """A known value with more digits than a report shows; an unknown one with its bounds."""
    return shown(value, kind) if isinstance(value, Unknown) else show(value, kind, _DIGITS)


def _cut(points: int, most: int | None) -> Iterator[str]:
    if most is not None and points > most:
        yield f"the newest {most} of {points} points: `--all` shows every one"


def _comparisons(found: ExpressionResult, style: ReportStyle) -> Iterator[str]:
    if not found.comparisons:
        return
    table = Table(("compared", "seen", "needed", "margin", "truth"))
    for each in found.comparisons:
        truth = Cell(each.truth, _TONES[each.truth])
        table.add(f"{each.left} {each.op} {each.right}", each.seen, each.needed, each.margin or "", truth)
    yield ""
    yield from table.lines(style)
