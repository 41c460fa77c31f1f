"""Writes forms of a snapshot as a test would: the way back from `forms` and `series`."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ...canonical import plain_number
from ...language.literals import CONTEXT
from ...language.times import DURATION_UNITS, parse_time
from ...language.types import Kind, Type
from ...policy.catalogue import Metric

__all__ = ["distance", "word", "written"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*")
_RESERVED = {"true", "false", "null", "missing", "stale", "unknown", "unlimited"}


def written(metric: Metric, columns: dict[str, Type], form: object, before: object, now: Decimal) -> str:
    """Return what a test writes to turn `before` into `form`, as of `now`."""
    if form is None:
        return "missing"
    if isinstance(form, dict) and "unknown" in form:
        return f"{{unknown: {form['unknown']}}}"
    if metric.series == "regular":
        return _regular(metric, form, before)
    if metric.series == "irregular":
        return _irregular(metric, columns, form, now)
    if isinstance(form, dict):
        parts = [f"value: {_value(form['value'], metric.type, now)}"]
        parts += [f"n: {plain_number(form['n'])}"] if "n" in form else []
        parts += [f"at: {distance(form['at'], now)}"] if "at" in form else []
        return f"{{{', '.join(parts)}}}"
    return _value(form, metric.type, now)


def distance(text: object, now: Decimal) -> str:
    """Return an instant as the distance from `now`: `-2h`, `-7199s`."""
    moment = parse_time(text) if isinstance(text, str) else None
    return str(text) if moment is None else _duration(moment - now)


def _duration(seconds: Decimal) -> str:
    if not seconds:
        return "0s"
    for unit, size in sorted(DURATION_UNITS.items(), key=lambda each: -each[1]):
        if unit != "w" and abs(seconds) % size == 0:
            return plain_number(seconds / size) + unit
    return plain_number(seconds) + "s"


def word(text: str) -> str:
    """Return text as YAML reads it back: plain where that is safe."""
    plain = _PLAIN.fullmatch(text) and text not in _RESERVED
    return text if plain else json.dumps(text, ensure_ascii=False)


def _value(value: object, kind: Type, now: Decimal) -> str:
    if value is None:
        return "_"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(word(str(each)) for each in value)}]"
    if isinstance(value, Decimal):
        if kind.flavour == "ratio":
            return plain_number(value.scaleb(2, CONTEXT)) + "%"
        if kind.kind is Kind.MONEY:
            return plain_number(value) + kind.currency
        return _duration(value) if kind.kind is Kind.DURATION else plain_number(value)
    return distance(value, now) if kind.kind is Kind.TIMESTAMP else word(str(value))


def _runs(items: Iterable[str]) -> str:
    parts = []
    for text, group in itertools.groupby(items):
        count = len(list(group))
        parts.append(
            f"{text} x{count}"
            if count > 1 and not text.startswith(("{", "[", '"'))
            else ", ".join([text] * count)
        )
    return f"[{', '.join(parts)}]"


def _points(form: object) -> dict[Decimal, object]:
    listed = form.get("points", []) if isinstance(form, dict) else []
    return {parse_time(each["at"]) or Decimal(0): each for each in listed if isinstance(each, dict)}


def _regular(metric: Metric, form: object, before: object) -> str:
    """The newest slots down to the oldest that differs; older ones stay as they are."""
    every = metric.every or Decimal(86400)
    new, old = _points(form), _points(before)
    differing = [at for at in {*new, *old} if new.get(at) != old.get(at)]
    newest = max({*new, *old}, default=Decimal(0))
    at, items = min(differing, default=newest), []
    while at <= newest:
        items.append(_item(new.get(at), metric))
        at += every
    return _runs(items)


def _item(point: object, metric: Metric) -> str:
    return _value(point.get("value"), metric.type, Decimal(0)) if isinstance(point, dict) else "_"


def _irregular(metric: Metric, columns: dict[str, Type], form: object, now: Decimal) -> str:
    listed = form["points"] if isinstance(form, dict) else []
    if metric.type.kind is Kind.EVENT and not columns:
        return f"[{', '.join(distance(each, now) for each in listed)}]"
    spaced = None if columns else _spaced(metric, listed, now)
    return spaced or f"[{', '.join(_point(each, metric, columns, now) for each in listed)}]"


def _spaced(metric: Metric, listed: Sequence[dict[str, object]], now: Decimal) -> str | None:
    moments = [parse_time(str(each["at"])) or now for each in listed]
    gaps = {two - one for one, two in itertools.pairwise(moments)}
    if len(listed) < 3 or len(gaps) != 1:
        return None
    values = _runs(_value(each.get("value"), metric.type, now) for each in listed)
    return f"{{values: {values}, every: {_duration(gaps.pop())}, until: {_duration(moments[-1] - now)}}}"


def _point(point: dict[str, object], metric: Metric, columns: dict[str, Type], now: Decimal) -> str:
    types = columns or {"value": metric.type}
    parts = [f"at: {distance(point['at'], now)}"]
    parts += [f"{key}: {_value(point.get(key), kind, now)}" for key, kind in types.items()]
    return f"{{{', '.join(parts)}}}"
