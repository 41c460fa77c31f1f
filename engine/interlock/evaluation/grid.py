"""The grid of calendar `utc`: periods of equal length counted from Monday 1970-01-05T00:00:00Z."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["calendar_start", "next_slot", "on_grid", "slot_at", "slot_start"]

_ORIGIN = Decimal(4 * 86400)
_PERIODS = {"hour": Decimal(3600), "day": Decimal(86400), "week": Decimal(604800)}


def slot_at(instant: Decimal, every: Decimal) -> int:
    """Return the number of the period of length `every` (seconds) that the instant lies in."""
    distance = instant - _ORIGIN
    return int(distance // every) - (distance < 0 and distance % every != 0)


def slot_start(slot: int, every: Decimal) -> Decimal:
    """Return when a period begins."""
    return _ORIGIN + slot * every


def on_grid(instant: Decimal, every: Decimal) -> bool:
    """Tell whether a period begins at the instant."""
    return (instant - _ORIGIN) % every == 0


def next_slot(instant: Decimal, every: Decimal) -> int:
    """Return the first period that begins at or after the instant."""
    return slot_at(instant, every) + (not on_grid(instant, every))


def calendar_start(word: str, instant: Decimal) -> Decimal:
    """Return when the running `hour`, `day` or `week` (from Monday) began."""
    every = _PERIODS[word]
    return slot_start(slot_at(instant, every), every)
