"""Converts times and values of artefacts and queries to what a snapshot holds, and never one type to another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..language.times import parse_time, show_time
from ..language.types import Kind, Type
from ..language.values import CauseName
from ..limits import EARLIEST_TIME
from .local_clock import begins
from .sql.duckdb_tables import moment, utc
from .unreadable import Unreadable

__all__ = [
    "AmbiguousTime",
    "NoTime",
    "floored",
    "from_json",
    "from_sql",
    "is_number",
    "is_time",
    "number",
    "read_moment",
    "shown_day",
    "sql_time",
    "sql_types",
]

_UNITS = {"s": Decimal(1), "ms": Decimal("1e-3"), "us": Decimal("1e-6"), "ns": Decimal("1e-9")}
_LATEST = Decimal(253_402_300_799)
"""The last second of year 9999."""

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))?)?( ?[Zz]| ?[-+]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_EXPONENT = 6_000
_NUMERIC = ("INTEGER", "BIGINT", "HUGEINT", "SMALLINT", "TINYINT", "DOUBLE", "FLOAT", "DECIMAL", "U")


class NoTime(Exception):
    """A value is not a time; the text says why, and follows the place of the value in a sentence."""

    def __init__(self, text: str, cause: CauseName = "no time") -> None:
        super().__init__(text)
        self.cause: CauseName = cause


class AmbiguousTime(NoTime):
    """A local time in the hour that a zone repeats: it is one of two."""

    def __init__(self, zone: str, earlier: Decimal, later: Decimal) -> None:
        super().__init__(f"is ambiguous in {zone}: the clock is put back there")
        self.earlier, self.later = earlier, later


def read_moment(value: object, zone: ZoneInfo | None, unit: str = "s") -> Decimal:
    """Return the seconds since 1970 of a text or a number.

    A text is RFC 3339, a date, or the same with a space or a comma; a number counts `unit` since 1970. Raises NoTime
    for another value, for a time before 2000, without offset and zone, or ambiguous in its zone.
    """
    if isinstance(value, str):
        found = _time_text(value.strip(), zone)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite() or number.adjusted() > 30:
            raise NoTime("is no time")
        found = number * _UNITS[unit]
    else:
        raise NoTime("is no time")
    if not EARLIEST_TIME <= found <= _LATEST:
        raise NoTime("lies outside the years 2000 to 9999", "out of range")
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
    if offset:
        return found + rest
    return _local(datetime.fromisoformat(f"{day}T{clock}"), rest, zone, day_only=minutes is None)


def _local(naive: datetime, rest: Decimal, zone: ZoneInfo | None, day_only: bool) -> Decimal:
    """Return the instant of a local time; a date alone is when its day begins, also where it has no midnight."""
    if zone is None:
        raise NoTime("has no offset and the source declares no `timezone`")
    first, second = (_seconds(naive.replace(tzinfo=zone, fold=fold)) + rest for fold in (0, 1))
    if first < second:
        raise AmbiguousTime(str(zone.key), first, second)
    if first > second and not (day_only and begins(naive, zone)):
        raise NoTime(f"does not exist in {zone.key}: the clock is put forward there")
    return first


def _seconds(moment: datetime) -> Decimal:
    distance = moment - _EPOCH
    return Decimal(distance.days * 86400 + distance.seconds)


def shown_day(seconds: Decimal) -> str:
    """Return a time, cut to the second, for a detail."""
    return show_time(seconds.to_integral_value("ROUND_FLOOR"))


def number(value: object) -> Decimal:
    """Return a finite number as a decimal. Raises Unreadable for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unreadable("wrong type", "it is no number")
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite():
        raise Unreadable("not finite", "it is not a finite number")
    if found and abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise Unreadable("out of range", "it is beyond the range of numbers")
    return found


def from_json(value: object, kind: Type, zone: ZoneInfo | None, unit: str = "s") -> object:
    """Return a JSON value as a snapshot holds it. Raises Unreadable if it is not of the type."""
    if kind.kind is Kind.TIMESTAMP:
        try:
            return show_time(read_moment(value, zone, unit))
        except NoTime as problem:
            wrong_type = problem.cause == "no time" and not isinstance(value, str)
            raise Unreadable("wrong type" if wrong_type else problem.cause, f"it {problem}") from None
    return _CHECKS[kind.kind](value, kind)


def from_sql(value: object, kind: Type) -> object:
    """Return a value of a query's result as a snapshot holds it. Raises Unreadable if it is not of the type."""
    if kind.kind is Kind.TIMESTAMP:
        return show_time(sql_time(value))
    if isinstance(value, timedelta):
        value = Decimal(value.days * 86400 + value.seconds) + Decimal(value.microseconds) / 1_000_000
    return _CHECKS[kind.kind](value, kind)


def sql_time(value: object) -> Decimal:
    """Return a time in a query's result as seconds since 1970. Raises Unreadable for one before 2000."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    assert isinstance(value, datetime)  # the types of the columns are checked
    found = utc(value)
    if not EARLIEST_TIME <= found <= _LATEST:
        raise Unreadable("out of range", "the SQL gives a time outside the years 2000 to 9999")
    return found


def sql_types(kind: Type) -> tuple[str, Callable[[str], bool]]:
    """Return what a query must give for the type, for a message, and a test of the SQL type's name."""
    match kind.kind:
        case Kind.BOOL:
            return "a boolean", lambda name: name == "BOOLEAN"
        case Kind.TIMESTAMP:
            return "a timestamp", is_time
        case Kind.DURATION:
            return "an interval or a number of seconds", lambda name: name == "INTERVAL" or is_number(name)
        case Kind.SET:
            return "a list of texts", lambda name: name == "VARCHAR[]"
        case Kind.ENUM | Kind.STRING:
            return "a text", lambda name: name == "VARCHAR"
        case _:
            return "a number", is_number


def is_number(name: str) -> bool:
    """Tell whether an SQL type holds numbers."""
    return name.startswith(_NUMERIC) and not name.startswith("UUID") and not name.endswith("]")


def is_time(name: str) -> bool:
    """Tell whether an SQL type holds instants without a zone, which are UTC here."""
    return name == "DATE" or (name.startswith("TIMESTAMP") and "ZONE" not in name)


def floored(seconds: Decimal) -> Decimal:
    """Return a time cut to the precision of SQL, to compare it with one from a result."""
    return utc(moment(seconds))


def _bool(value: object, _: Type) -> object:
    if not isinstance(value, bool):
        raise Unreadable("wrong type", "it is neither true nor false")
    return value


def _number(value: object, kind: Type) -> object:
    found = number(value)
    if kind.flavour == "integer" and found != found.to_integral_value():
        raise Unreadable("wrong type", "it is no whole number")
    return found


def _text(value: object, _: Type) -> object:
    if not isinstance(value, str):
        raise Unreadable("wrong type", "it is no text")
    return value


def _set(value: object, _: Type) -> object:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unreadable("wrong type", "it is no list of texts")
    return sorted(set(value))


_CHECKS: dict[Kind, Callable[[object, Type], object]] = {
    Kind.BOOL: _bool,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DURATION: _number,
    Kind.ENUM: _text,
    Kind.STRING: _text,
    Kind.SET: _set,
    Kind.EVENT: lambda value, _: value,
}
