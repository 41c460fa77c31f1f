"""The clock of a zone: its days are 23 or 25 hours long where it is put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from .sql.duckdb_tables import moment, utc

__all__ = ["DAY", "beginning", "begins", "instant", "is_utc", "moved", "shown", "zone_of"]

DAY = Decimal(86_400)
_LATEST = Decimal(253_400_000_000)
"""Late in the year 9999: no clock is asked for a time after it."""
_UTC = frozenset(["UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu"])


def is_utc(zone: ZoneInfo | None) -> bool:
    """Tell whether the days of a zone are those of UTC, as they are without a zone."""
    return zone is None or str(zone.key).removeprefix("Etc/") in _UTC


def zone_of(span: Decimal, zone: ZoneInfo | None) -> ZoneInfo | None:
    """Return the zone whose clock measures a span: whole days and weeks are local, other spans are as long anywhere."""
    return None if is_utc(zone) or span % DAY or not span else zone


def begins(midnight: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a day of a zone begins where its clock is put forward over midnight; a day may be left out whole."""
    return midnight.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).date() == midnight.date()


def shown(time: Decimal, zone: ZoneInfo | None) -> Decimal:
    """Return what the clock shows at an instant, as seconds since 1970; at the begin of each day it shows midnight."""
    if zone is None or not 0 < time < _LATEST:
        return time
    there = utc(moment(time).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None))
    midnight = there - there % DAY
    return midnight if instant(midnight, zone) == time else there


def beginning(time: Decimal, zone: ZoneInfo | None) -> Decimal:
    """Return what the clock shows where periods begin: a date, which is 00:00Z, is that date in the zone."""
    return shown(time, zone) if time % DAY else time


def instant(clock: Decimal, zone: ZoneInfo | None) -> Decimal:
    """Return when the clock first shows a time, or is put forward over it."""
    if zone is None or not 0 < clock < _LATEST:
        return clock
    return utc(moment(clock).replace(tzinfo=zone))


def moved(time: Decimal, span: Decimal, zone: ZoneInfo | None) -> Decimal:
    """Return the time a span later; whole days later the clock shows the same."""
    zone = zone_of(span, zone)
    return instant(shown(time, zone) + span, zone)
