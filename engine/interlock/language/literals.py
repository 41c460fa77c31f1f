"""Literals with units, and how values print in their unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ..arithmetic import exact_context
from ..canonical import plain_number
from ..limits import NUMBER_DIGITS
from .times import DURATION_UNITS, show_duration, show_time
from .types import DURATION, INTEGER, NUMBER, RATIO, Kind, Type

__all__ = [
    "CONTEXT",
    "EXACT",
    "LITERAL",
    "OFF_WORDS",
    "ON_WORDS",
    "ParsedLiteral",
    "parse_literal",
    "ratio_hint",
    "show",
    "show_pair",
]

CONTEXT = exact_context(NUMBER_DIGITS, least=-6143, most=6144)
"""The arithmetic of the language: IEEE 754 decimal128, half to even."""

EXACT = exact_context(14_000)
"""Wide enough that no sum of decimals is rounded before its end, so that order never matters."""

OFF_WORDS = frozenset({"", "0", "false", "no", "off"})
"""The words, in any case, by which a variable is off; one that is unset is off too."""

ON_WORDS = frozenset({"1", "true", "yes", "on"})
"""The words, in any case, that read as true where a metric is a boolean."""

_MOST_NAMES = 20
_LONGEST_TEXT = 120

LITERAL = re.compile(
    r"((?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)(%|bps|[smhdw](?![A-Za-z0-9_])|[A-Z]{3}(?![A-Za-z0-9_]))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ParsedLiteral:
    """A number with its unit, already scaled: a ratio in ones, a duration in seconds."""

    value: Decimal
    type: Type
    bare: bool = False


def parse_literal(text: str) -> ParsedLiteral | None:
    """Read `14`, `55%`, `250bps`, `90s`, `2h`, `14d`, `500USD` and the same with a leading minus.

    Returns None for any other text, and for more than 34 digits.
    """
    match = LITERAL.fullmatch(text.removeprefix("-"))
    if match is None or len(re.sub(r"[eE].*|\.", "", match[1]).strip("0")) > NUMBER_DIGITS:
        return None
    number, unit = Decimal(match[1]), match[2]
    if text.startswith("-"):
        number = number.copy_negate()
    if unit is None:
        return ParsedLiteral(number, INTEGER if re.fullmatch(r"\d+", match[1]) else NUMBER, bare=True)
    if unit == "%":
        return ParsedLiteral(number.scaleb(-2, CONTEXT), RATIO)
    if unit == "bps":
        return ParsedLiteral(number.scaleb(-4, CONTEXT), RATIO)
    if unit in DURATION_UNITS:
        return ParsedLiteral(CONTEXT.multiply(number, DURATION_UNITS[unit]), DURATION)
    return ParsedLiteral(number, Type(Kind.MONEY, currency=unit))


def ratio_hint(number: Decimal) -> str:
    """Return how to write a bare number where a ratio is wanted."""
    text, percent = plain_number(number), plain_number(number.scaleb(2, CONTEXT))
    return f"write `{percent}%`" if abs(number) < 1 else f"write `{text}%`, `{text}bps` or `{percent}%`"


def show(value: object, kind: Type, digits: int = 4) -> str:
    """Return a known value in its unit: `-3.01%`, `2h 00m 01s`, `12.5 USD`, `LOCKDOWN`, `{BTC-USD, ETH-USD}`.

    `digits` is the number of significant digits at which a long fraction is cut.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return _names(value)
    if not isinstance(value, Decimal):
        return _short(str(value))
    if kind.kind is Kind.ENUM and kind.enum:
        return kind.enum.values[int(value)]
    if kind.kind is Kind.TIMESTAMP:
        return show_time(value)
    if kind.kind is Kind.DURATION:
        return show_duration(value if value.is_infinite() else _cut(value, max(digits, 12)))
    if kind.kind is Kind.MONEY:
        return f"{plain_number(_cut(value, digits))} {kind.currency}"
    if kind.flavour == "ratio":
        return plain_number(_cut(value, digits).scaleb(2, CONTEXT) if value.is_finite() else value) + "%"
    return plain_number(_cut(value, digits))


def show_pair(seen: object, needed: object, kind: Type) -> tuple[str, str]:
    """Return two values with as many digits as it takes for them to differ when they differ."""
    for digits in range(4, NUMBER_DIGITS + 1, 2):
        first, second = show(seen, kind, digits), show(needed, kind, digits)
        if first != second or seen == needed:
            return first, second
    return show(seen, kind, NUMBER_DIGITS), show(needed, kind, NUMBER_DIGITS)


def _names(names: frozenset[str]) -> str:
    shown = [_short(each) for each in sorted(names)[:_MOST_NAMES]]
    more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return "{" + ", ".join(shown + more) + "}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _cut(value: Decimal, digits: int) -> Decimal:
    """Round to `digits` significant digits, but never into the digits before the point."""
    if not value.is_finite():
        return value
    keep = max(digits, value.adjusted() + 1) if value else digits
    return value if len(value.as_tuple().digits) <= keep else exact_context(keep).plus(value)
