"""Times as artefacts write them; a time without offset counts only in a declared zone, and only if it is one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..language.times import parse_time, show_time

__all__ = ["EARLIEST", "LATEST", "UNITS", "NoTime", "read_moment", "shown_day"]

UNITS = {"s": Decimal(1), "ms": Decimal("1e-3"), "us": Decimal("1e-6"), "ns": Decimal("1e-9")}

EARLIEST = Decimal(-62_135_596_800)
"""The first second of year 1."""

LATEST = Decimal(253_402_300_799)
"""The last second of year 9999."""

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))?)?( ?[Zz]| ?[-+]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoTime(Exception):
    """The value is no time; the text says why, without repeating it."""


def read_moment(value: object, zone: ZoneInfo | None, unit: str = "s") -> Decimal:
    """Return seconds since 1970 of a text (RFC 3339, a date, the same with a space or a comma) or of a number in
    `unit`. Raises NoTime: not a time, without offset and zone, or ambiguous in its zone."""
    if isinstance(value, str):
        found = _time_text(value.strip(), zone)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite() or number.adjusted() > 30:
            raise NoTime("is no time")
        found = number * UNITS[unit]
    else:
        raise NoTime("is no time")
    if not EARLIEST <= found <= LATEST:
        raise NoTime("lies outside the years 1 to 9999")
    return found


def _time_text(text: str, zone: ZoneInfo | None) -> Decimal:
    form = _FORM.fullmatch(text)
    if form is None:
        raise NoTime("is no time")
    day, minutes, seconds, fraction, offset = form.groups()
    clock = f"{minutes or '00:00'}{seconds or ':00'}"
    if offset is not None and minutes is None:
        raise NoTime("is no time")
    suffix = (offset or "Z").strip()
    if len(suffix) == 3:
        suffix += "00"
    found = parse_time(f"{day}T{clock}{suffix}")
    if found is None:
        raise NoTime("is no time")
    rest = Decimal(f"0.{fraction or 0}")
    return (found if offset else _local(datetime.fromisoformat(f"{day}T{clock}"), zone)) + rest


def _local(naive: datetime, zone: ZoneInfo | None) -> Decimal:
    if zone is None:
        raise NoTime("has no offset and the source declares no `timezone`")
    first, second = (naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or first != second:
        raise NoTime(f"is ambiguous in {zone.key}: the clock changes there")
    distance = naive.replace(tzinfo=UTC) - first - _EPOCH
    return Decimal(distance.days * 86400 + distance.seconds)


def shown_day(seconds: Decimal) -> str:
    """Return a time for a detail, to the second."""
    return show_time(seconds.to_integral_value("ROUND_FLOOR"))
