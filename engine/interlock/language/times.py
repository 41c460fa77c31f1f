"""Instants and durations as decimal seconds: read from text, written in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from ..arithmetic import own_context

__all__ = ["DURATION_UNITS", "parse_duration", "parse_time", "show_duration", "show_time"]

DURATION_UNITS = {
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
    "w": Decimal(604800),
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:([Zz])|([-+])(\d\d):?(\d\d))", re.ASCII
)
_LONGEST = len("2026-03-30T06:30:00.123456789+00:00")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)


def parse_time(text: str) -> Decimal | None:
    """Return seconds since 1970-01-01T00:00:00Z of an RFC 3339 time with `Z` or an offset, or of a plain date,
    which means its 00:00Z. None for anything else, a time without an offset included."""
    return _parsed(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1 << 16)
@own_context
def _parsed(text: str) -> Decimal | None:
    """The same times are read in metric after metric, snapshot after snapshot."""
    try:
        date = _DATE.fullmatch(text)
        if date:
            return _seconds(_instant(UTC, *date.groups()))
        time = _TIME.fullmatch(text)
        if time is None:
            return None
        year, month, day, hour, minute, second, fraction, zulu, sign, hours, minutes = time.groups()
        zone: timezone = UTC
        if not zulu:
            if int(minutes) > 59:
                return None
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(-offset if sign == "-" else offset)
        return _seconds(_instant(zone, year, month, day, hour, minute, second)) + Decimal(fraction or 0)
    except (ValueError, OverflowError):
        return None


def _instant(
    zone: timezone, year: str, month: str, day: str, hour: str = "0", minute: str = "0", second: str = "0"
) -> datetime:
    return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=zone)


def _seconds(moment: datetime) -> Decimal:
    distance = moment - _EPOCH
    return Decimal(distance.days * 86400 + distance.seconds)


def show_time(seconds: Decimal) -> str:
    """Return the instant in UTC, `2026-03-30T06:00:00Z`, with a fraction only when there is one."""
    if seconds.adjusted() > 12:
        return f"{seconds:f} s since 1970"
    whole = int(seconds.to_integral_value(ROUND_FLOOR))
    fraction = seconds - whole
    try:
        text = (_EPOCH + timedelta(seconds=whole)).isoformat()[:19]
    except OverflowError:
        return f"{seconds:f} s since 1970"
    return f"{text}{format(fraction.normalize(), 'f')[1:] if fraction else ''}Z"


def parse_duration(text: str) -> Decimal | None:
    """Return the seconds of a duration such as `90s`, `5m`, `2h`, `14d` or `3w`; None for anything else."""
    match = _DURATION.fullmatch(text)
    return Decimal(match[1]) * DURATION_UNITS[match[2]] if match else None


def show_duration(seconds: Decimal) -> str:
    """Return a duration for people: `never`, `14d`, `1d 02h`, `2h 00m 01s`, `5m 30s`, `0.25s`."""
    if seconds.is_infinite():
        return "never" if seconds > 0 else "-never"
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    whole = int(rest)
    fraction = format((rest - whole).normalize(), "f")[1:] if rest != whole else ""
    days, hours, minutes, left = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if days:
        parts = [f"{days}d", f"{hours:02d}h", f"{minutes:02d}m", f"{left:02d}{fraction}s"]
    elif hours:
        parts = [f"{hours}h", f"{minutes:02d}m", f"{left:02d}{fraction}s"]
    elif minutes:
        parts = [f"{minutes}m", f"{left:02d}{fraction}s"]
    else:
        parts = [f"{left}{fraction}s"]
    while len(parts) > 1 and re.fullmatch(r"00?[hms]", parts[-1]):
        parts.pop()
    return sign + " ".join(parts)
