"""Reads one raw value as its metric's type, without coercion: the value, or the cause why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ...language.times import parse_duration, parse_time, show_time
from ...language.types import Kind
from ...language.values import CAUSES, Cause, Value
from ...limits import SKEW
from ...policy.catalogue import Metric
from ...strict_json import InvalidNumber

__all__ = ["element", "odd_key", "stated_unknown", "too_few"]

_LONGEST_DETAIL = 240


def stated_unknown(form: object) -> tuple[str, str] | None:
    """Return cause and detail where the form says itself that nothing is known."""
    if isinstance(form, InvalidNumber):
        return form.cause, form.text
    if form is None:
        return "missing", "the value is null"
    if isinstance(form, dict) and "unknown" in form:
        cause, detail = form["unknown"], form.get("detail", "")
        known_cause = cause if cause in CAUSES else "missing"
        return known_cause, detail[:_LONGEST_DETAIL] if isinstance(detail, str) else ""
    return None


def odd_key(form: Mapping[str, object], keys: frozenset[str]) -> tuple[str, str] | None:
    """Return cause and detail where a form has a key of no meaning: it may say that the value does not hold."""
    odd = sorted(set(form) - keys)
    return ("wrong type", f"unknown key `{odd[0][:80]}`") if odd else None


def too_few(metric: Metric, form: Mapping[str, object]) -> str:
    """Return what is wrong with the sample size, or nothing."""
    if metric.min_n is None:
        return ""
    size = form.get("n")
    if not isinstance(size, Decimal):
        return f"no `n`, at least {metric.min_n} wanted"
    return f"{size} of at least {metric.min_n}" if size < metric.min_n else ""


def element(metric: Metric, raw: object, as_of: Decimal) -> Value | Cause:
    """Read one value as the metric's type; a Cause (without its place) when it is not one. Never coerced."""
    if isinstance(raw, InvalidNumber):
        return Cause("", "", "", raw.cause, raw.text)
    if raw is None:
        return Cause("", "", "", "missing", "the value is null")
    value = _typed(metric, raw)
    if isinstance(value, Cause):
        return value
    if metric.type.kind is Kind.TIMESTAMP and isinstance(value, Decimal) and value > as_of + SKEW:
        return Cause("", "", "", "clock skew", f"{show_time(value)} lies after the snapshot")
    if isinstance(value, Decimal) and metric.type.kind is not Kind.ENUM:
        low, high = metric.low, metric.high
        if (low is not None and value < low) or (high is not None and value > high):
            return Cause("", "", "", "out of range", f"{raw}")
    return value


def _wrong(raw: object, wanted: str) -> Cause:
    names = {str: "text", bool: "a boolean", Decimal: "a number", list: "a list", dict: "an object"}
    return Cause("", "", "", "wrong type", f"{wanted} wanted, got {names.get(type(raw), 'something else')}")


def _typed(metric: Metric, raw: object) -> Value | Cause:
    kind = metric.type.kind
    if kind is Kind.BOOL:
        return raw if isinstance(raw, bool) else _wrong(raw, "a boolean")
    if kind in (Kind.NUMBER, Kind.MONEY):
        if not isinstance(raw, Decimal):
            return _wrong(raw, "a number")
        whole = metric.type.flavour != "integer" or raw == raw.to_integral_value()
        return raw if whole else _wrong(raw, "a whole number")
    if kind is Kind.DURATION:
        seconds = parse_duration(raw) if isinstance(raw, str) else raw
        return seconds if isinstance(seconds, Decimal) else _wrong(raw, "a duration")
    if kind is Kind.TIMESTAMP:
        moment = parse_time(raw) if isinstance(raw, str) else None
        return moment if moment is not None else _wrong(raw, "a time with `Z` or an offset")
    if kind is Kind.SET:
        if isinstance(raw, list) and all(isinstance(each, str) for each in raw):
            return _members(metric, [metric.spelled.get(each, each) for each in raw])
        return _wrong(raw, "a list of names")
    if not isinstance(raw, str):
        return _wrong(raw, "text")
    if kind is Kind.ENUM and metric.type.enum:
        word = metric.spelled.get(raw, raw)
        if word not in metric.type.enum.values:
            return Cause("", "", "", "undeclared value", f"`{raw[:80]}`")
        return Decimal(metric.type.enum.values.index(word))
    return raw


def _members(metric: Metric, names: list[str]) -> Value | Cause:
    """A set of members; a name off their roster makes all of it unknown, because it may be any of them."""
    beyond = sorted(set(names) - metric.roster) if metric.roster is not None else []
    if beyond:
        return Cause("", "", "", "undeclared value", f"`{beyond[0][:80]}` is no member of `{metric.type.of}`")
    return frozenset(names)
