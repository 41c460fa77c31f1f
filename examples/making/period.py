"""The time that the desk has run: thirteen complete weeks and the morning of the moment asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

__all__ = ["DAY", "WEEKS", "Period", "stamp"]

DAY = timedelta(days=1)
WEEKS = 13
_ALIVE = timedelta(minutes=10)


def stamp(moment: datetime) -> str:
    """A moment as the artefacts write it, to the second and in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Period:
    """From the Monday on which the programme began to the moment at which the desk is looked at."""

    as_of: datetime
    weeks: int = WEEKS

    @property
    def today(self) -> date:
        """The running day."""
        return self.as_of.date()

    @property
    def began(self) -> date:
        """The first Monday of the programme."""
        return self.today - DAY * self.today.weekday() - timedelta(weeks=self.weeks)

    @property
    def complete_days(self) -> list[date]:
        """Every day that is over."""
        return [self.began + DAY * step for step in range((self.today - self.began).days)]

    @property
    def mondays(self) -> list[date]:
        """The first day of every week that is over."""
        return [self.began + timedelta(weeks=step) for step in range(self.weeks)]

    def alive(self, first: datetime | None = None) -> list[datetime]:
        """When a log's writer shows itself alive: every ten minutes of the last six hours, or since `first`."""
        steps = 36 if first is None else (self.as_of - first) // _ALIVE
        return [self.as_of - step * _ALIVE - timedelta(seconds=20) for step in range(steps - 1, -1, -1)]

    def at(self, day: date, hour: float) -> datetime:
        """The moment of a day at so many hours, cut to the second."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return start + timedelta(seconds=int(hour * 3600))
