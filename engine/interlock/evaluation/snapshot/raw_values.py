"""Reads one raw value as its metric's type, without coercion: the value, or the cause why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ...canonical import canonical, plain_number
from ...language.times import parse_duration, parse_time, show_time
from ...language.types import Kind
from ...language.values import CAUSES, Cause, Value
from ...limits import EARLIEST_TIME, SKEW
from ...policy.catalogue import Metric
from ...strict_json import InvalidNumber

__all__ = ["element", "odd_key", "stated_unknown", "too_few"]

_LONGEST_DETAIL = 240
_LONGEST_VALUE = 80


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
        return Cause("", "", "", raw.cause, quoted(raw) if raw.text else "")
    if raw is None:
        return Cause("", "", "", "missing", "the value is null")
    value = _typed(metric, raw)
    if isinstance(value, Cause):
        return value
    if metric.type.kind is Kind.TIMESTAMP and isinstance(value, Decimal):
        if value > as_of + SKEW:
            return Cause("", "", "", "clock skew", f"{show_time(value)} lies after the snapshot")
        if value < EARLIEST_TIME:
            return Cause("", "", "", "out of range", f"{show_time(value)} lies before the year 2000")
    if isinstance(value, Decimal) and metric.type.kind is not Kind.ENUM:
        low, high = metric.low, metric.high
        if (low is not None and value < low) or (high is not None and value > high):
            return Cause("", "", "", "out of range", f"{quoted(raw)} is not {_range(low, high)}")
    return value


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"from {plain_number(low)} to {plain_number(high)}"
    return (
        f"at least {plain_number(low)}" if low is not None else f"at most {plain_number(high or Decimal(0))}"
    )


def _wrong(raw: object, wanted: str) -> Cause:
    names = {str: "text", bool: "a boolean", Decimal: "a number", list: "a list", dict: "an object"}
    got = names.get(type(raw), "something else")
    return Cause("", "", "", "wrong type", f"{wanted} wanted, got {got} {quoted(raw)}".rstrip())


def quoted(raw: object) -> str:
    """Return a value as it was written, in backticks and at most 80 characters of it."""
    if isinstance(raw, InvalidNumber):
        text = raw.text
    elif isinstance(raw, Decimal):
        text = plain_number(raw)
    elif isinstance(raw, str):
        text = raw
    else:
        text = canonical(_writable(raw)).decode("utf-8")
    return f"`{text[:_LONGEST_VALUE]}{'…' if len(text) > _LONGEST_VALUE else ''}`"


def _writable(raw: object) -> object:
    """The value without numbers that the language cannot take."""
    if isinstance(raw, dict):
        return {key: _writable(each) for key, each in raw.items()}
    if isinstance(raw, list):
        return [_writable(each) for each in raw]
    return raw.text if isinstance(raw, InvalidNumber) else raw


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
            return Cause("", "", "", "undeclared value", quoted(raw))
        return Decimal(metric.type.enum.values.index(word))
    return raw


def _members(metric: Metric, names: list[str]) -> Value | Cause:
    """A set of members; a name off their roster makes all of it unknown, because it may be any of them."""
    beyond = sorted(set(names) - metric.roster) if metric.roster is not None else []
    if beyond:
        return Cause("", "", "", "undeclared value", f"`{beyond[0][:80]}` is no member of `{metric.type.of}`")
    return frozenset(names)
