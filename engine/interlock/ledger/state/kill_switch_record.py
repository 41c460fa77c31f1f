"""What a ledger knows of the kill switch: when it was thrown, and when it was seen off again."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...evaluation.snapshot.snapshot import Snapshot
from ...language.times import show_time
from ...limits import EARLIEST_TIME
from ...policy.catalogue import KILL_SWITCH

__all__ = ["KillSwitchRecord", "seen_active", "series_form"]

_METRIC = "kill_switch.active"


@dataclass(slots=True)
class KillSwitchRecord:
    """The changes in order of instant: thrown (true), or seen off again by a recorded snapshot (false).

    `guarded_at` is when a guard last threw it.
    """

    changes: list[tuple[Decimal, int, bool]] = field(default_factory=list)
    guarded_at: Decimal = EARLIEST_TIME

    def apply(self, at: Decimal, sequence: int, data: Mapping[str, Any]) -> None:
        """Apply one entry."""
        insort(self.changes, (at, sequence, bool(data["active"])))
        if data["by"] == "guard":
            self.guarded_at = max(self.guarded_at, at)

    @property
    def standing(self) -> bool:
        """Tell whether it was thrown and not seen off since."""
        return bool(self.changes) and self.changes[-1][2]

    @property
    def thrown_at(self) -> Decimal | None:
        """When it was last thrown."""
        return max((at for at, _, active in self.changes if active), default=None)

    def changed_by(self, active: bool, as_of: Decimal) -> bool:
        """Tell whether a snapshot with the switch on or off tells something new; a late one never ends anything."""
        before = [each for at, _, each in self.changes if at <= as_of]
        late = len(before) < len(self.changes)
        return active != (before[-1] if before else False) and (active or not late)

    def metrics(self, as_of: Decimal) -> dict[str, object]:
        """Return the reserved series before an instant: evaluating a snapshot twice gives the same verdict."""
        return series_form(as_of, [(at, active) for at, _, active in self.changes if at < as_of])


def series_form(as_of: Decimal, changes: list[tuple[Decimal, bool]]) -> dict[str, object]:
    """Return the reserved series of these changes; without a ledger there are none, as there are no latches."""
    points = [{"at": show_time(at), "value": active} for at, active in changes]
    return {KILL_SWITCH: {"covered": [show_time(EARLIEST_TIME), show_time(as_of)], "points": points}}


def seen_active(snapshot: Snapshot) -> bool | None:
    """Return whether a snapshot says that the kill switch is on; None where it does not say."""
    form = snapshot.metrics.get(_METRIC)
    value = form.get("value") if isinstance(form, dict) else form
    return value if isinstance(value, bool) else None
