"""Times given on the command line: a date, a time with its zone, or `now`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from .. import clock
from ..diagnostics import printable
from ..errors import UsageError
from ..language.times import parse_time

__all__ = ["Instant"]


class Instant(click.ParamType):  # type: ignore[type-arg]
    """An instant in seconds since the epoch. A time without a zone is refused: it would mean another one elsewhere."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if value == "now":
            return clock.now()
        found = parse_time(value)
        if found is None:
            option = max(param.opts, key=len) if param else "a time"
            wanted = "`2026-03-30`, `2026-03-30T06:30:00Z`, `2026-03-30T08:30:00+02:00` or `now`"
            raise UsageError(f"`{option}` cannot be `{printable(value)}`: write {wanted}")
        return found
