"""The one place that reads the clock; evaluation knows no other time than the snapshot's."""

from __future__ import annotations

import time
from decimal import Decimal

__all__ = ["now"]


def now() -> Decimal:
    """Return the seconds since the epoch, whole ones."""
    return Decimal(int(time.time()))
