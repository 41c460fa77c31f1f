"""The clock as commands read it."""

from __future__ import annotations

from ..guard.clock import now

__all__ = ["now"]
