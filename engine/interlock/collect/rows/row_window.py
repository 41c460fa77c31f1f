"""The times that rows may have: those that a snapshot sees, and none later than a file can have been written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ...limits import SKEW
from ..typed_values import shown_day
from ..unreadable import Unreadable

__all__ = ["Window"]


@dataclass(frozen=True, slots=True)
class Window:
    """The times that SQL sees: from `since` (None: all) to `as_of`.

    No file can have been written after `latest`: the time of an archive, else that of this machine. `present` says that
    `as_of` is the present, so a file that was written since then was alive at `as_of`.
    """

    since: Decimal | None
    as_of: Decimal
    latest: Decimal
    archive: bool = False
    present: bool = False

    def check_date(self, name: str, modified: Decimal) -> None:
        """Raise Unreadable for the date of a file that has not come yet."""
        if modified > self.latest + SKEW:
            raise self._skew(f"the date of {name}", modified, self._reached())

    def check_time(self, where: str, time: Decimal, modified: Decimal) -> None:
        """Raise Unreadable for a time that a file of this date cannot hold: clocks disagree, or a zone is wrong."""
        if time > modified + SKEW:
            raise self._skew(where, time, f"the date of its file, {shown_day(modified)}")
        if time > self.latest + SKEW:
            raise self._skew(where, time, self._reached())

    def _reached(self) -> str:
        what = "the archive's time" if self.archive else "the time of this machine"
        return f"{what}, {shown_day(self.latest)}"

    def _skew(self, where: str, time: Decimal, limit: str) -> Unreadable:
        return Unreadable("clock skew", f"{where} is {shown_day(time)}, after {limit}")
