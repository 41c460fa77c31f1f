"""The one place that reads the clock; evaluation knows no other time than the snapshot's."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

__all__ = ["now", "stopwatch"]


def now() -> Decimal:
    """Return the seconds since the epoch, whole ones."""
    return Decimal(int(time.time()))


def stopwatch() -> Callable[[], Decimal]:
    """Return a function that tells how many seconds went by since this call, whole ones."""
    started = time.monotonic()
    return lambda: Decimal(int(time.monotonic() - started))
