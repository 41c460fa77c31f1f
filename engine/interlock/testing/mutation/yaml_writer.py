"""Writes forms of a snapshot as a test would: the way back from `forms` and `series`."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ...canonical import plain_number
from ...evaluation.snapshot.series_values import slot_at, slot_start
from ...language.literals import CONTEXT
from ...language.times import DURATION_UNITS, parse_time
from ...language.types import Kind, Type
from ...policy.catalogue import Metric
from ..policies.series_notation import YEAR

__all__ = ["distance", "value_text", "word", "written"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*")
_RESERVED = {"true", "false", "null", "missing", "stale", "unknown", "unlimited"}


def written(metric: Metric, columns: dict[str, Type], form: object, before: object, now: Decimal) -> str:
    """Return what a test writes to turn `before` into `form`, as of `now`."""
    if form is None:
        return "missing"
    if isinstance(form, dict) and "unknown" in form:
        return f"{{unknown: {form['unknown']}}}"
    if metric.series == "regular":
        return _regular(metric, form, before, now)
    if metric.series == "irregular":
        return _irregular(metric, columns, form, now)
    if isinstance(form, dict):
        parts = [f"value: {value_text(form['value'], metric.type, now)}"]
        parts += [f"n: {plain_number(form['n'])}"] if "n" in form else []
        parts += [f"at: {distance(form['at'], now)}"] if "at" in form else []
        return f"{{{', '.join(parts)}}}"
    return value_text(form, metric.type, now)


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


def value_text(value: object, kind: Type, now: Decimal = Decimal(0)) -> str:
    """Return one value with its unit."""
    if value is None:
        return "_"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        value = sorted(value)
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


def _regular(metric: Metric, form: object, before: object, now: Decimal) -> str:
    """The newest slots down to the oldest that differs; older ones stay as they are, unless the series begins later."""
    every = metric.every or Decimal(86400)
    new, old = _points(form), _points(before)
    newest = slot_start(slot_at(now - metric.lag, every) - 1, every)
    begin, began = (_begin(each, newest) for each in (form, before))
    differing = [at for at in {*new, *old} if new.get(at) != old.get(at)]
    first = begin if begin > began else min(differing, default=newest)
    at, items = first, []
    while at <= newest:
        items.append(_item(new.get(at), metric))
        at += every
    return f"{{only: {_runs(items)}}}" if begin > began else _runs(items)


def _begin(form: object, otherwise: Decimal) -> Decimal:
    start = form.get("from") if isinstance(form, dict) else None
    return (parse_time(start) if isinstance(start, str) else None) or otherwise


def _item(point: object, metric: Metric) -> str:
    return value_text(point.get("value"), metric.type, Decimal(0)) if isinstance(point, dict) else "_"


def _irregular(metric: Metric, columns: dict[str, Type], form: object, now: Decimal) -> str:
    listed = form["points"] if isinstance(form, dict) else []
    covered = form["covered"] if isinstance(form, dict) else []
    ends = f"[{', '.join(distance(each, now) for each in covered)}]"
    whole = ends == f"[{_duration(-YEAR)}, 0s]"
    if metric.type.kind is Kind.EVENT and not columns:
        points = f"[{', '.join(distance(each, now) for each in listed)}]"
    else:
        spaced = None if columns else _spaced(metric, listed, now, "" if whole else f", covered: {ends}")
        if spaced is not None:
            return spaced
        points = f"[{', '.join(_point(each, metric, columns, now) for each in listed)}]"
    return points if whole else f"{{covered: {ends}, points: {points}}}"


def _spaced(metric: Metric, listed: Sequence[dict[str, object]], now: Decimal, rest: str) -> str | None:
    moments = [parse_time(str(each["at"])) or now for each in listed]
    gaps = {two - one for one, two in itertools.pairwise(moments)}
    if len(listed) < 3 or len(gaps) != 1:
        return None
    values = _runs(value_text(each.get("value"), metric.type, now) for each in listed)
    return (
        f"{{values: {values}, every: {_duration(gaps.pop())}, until: {_duration(moments[-1] - now)}{rest}}}"
    )


def _point(point: dict[str, object], metric: Metric, columns: dict[str, Type], now: Decimal) -> str:
    types = columns or {"value": metric.type}
    parts = [f"at: {distance(point['at'], now)}"]
    parts += [f"{key}: {value_text(point.get(key), kind, now)}" for key, kind in types.items()]
    return f"{{{', '.join(parts)}}}"
