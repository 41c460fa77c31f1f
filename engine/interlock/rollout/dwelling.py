"""How long a stage has been held: the newest unbroken run of snapshots that show its configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..language.times import show_duration
from ..ledger.state.rollout_state import Look
from ..policy.rollout_model import Dwell, Term, days_from

__all__ = ["Dwelt", "dwelt"]

_DAY = Decimal(86400)


@dataclass(frozen=True, slots=True)
class Dwelt:
    """The time that counts: from `start` (None: it has not begun) to `end`, the `least` that is needed (None: nobody
    says), and `until` when that is over if nothing breaks it. Instants are seconds since the epoch."""

    start: Decimal | None
    end: Decimal
    least: Term | None

    @property
    def until(self) -> Decimal | None:
        if self.least is None:
            return None
        return self.least.end(self.end if self.start is None else self.start)

    @property
    def shown(self) -> str:
        """How long, in the words of what is needed: complete days of the calendar, or time on the clock."""
        start = self.end if self.start is None else self.start
        if self.least is not None and self.least.days:
            days = max(int(self.end // _DAY - days_from(start)), 0)
            return f"{days} complete day{'' if days == 1 else 's'}"
        return show_duration(self.end - start)


def dwelt(dwell: Dwell, least: Term | None, looks: Sequence[Look], newest: Look) -> Dwelt:
    """Return the run that ends at the newest look; a bad look, another configuration or a gap begins it anew.

    `least` is what the environment says, for a stage that asks it.
    """
    wanted = dwell.least or least
    start: Decimal | None = None
    last = newest.at
    for each in sorted({*looks, newest}, reverse=True):
        if each.at > newest.at:
            continue
        if not each.good or each.key != newest.key or last - each.at > dwell.max_gap:
            break
        start = last = each.at
    return Dwelt(start, newest.at, wanted)
