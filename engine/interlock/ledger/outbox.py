"""Which events still have to go out: each channel has a place in the ledger up to which it has them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "Outbox"]


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded event: the number of its entry, and what it says."""

    entry: int
    data: Mapping[str, Any]

    def line(self) -> dict[str, object]:
        """Return what goes out: the entry's number tells an event that comes twice from two events."""
        return {"entry": self.entry, **{key: each for key, each in self.data.items() if key != "next"}}


@dataclass(slots=True)
class Outbox:
    """Channels by name, with the number of the entry up to which each has every event, and the events after the
    smallest of them. A channel has no events of the time before it was begun."""

    through: dict[str, int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def recorded(self, entry: int, data: Mapping[str, Any]) -> None:
        """Follow an event; one that nobody is to hear goes nowhere."""
        if self.through and data["audience"]:
            self.events.append(Event(entry, data))

    def delivered(self, data: Mapping[str, Any]) -> None:
        """Follow the record that a channel was begun, or was handed its events up to an entry."""
        name, entry = str(data["channel"]), int(data["through"])
        self.through[name] = max(entry, self.through.get(name, entry))
        behind = min(self.through.values())
        self.events = [each for each in self.events if each.entry > behind]

    def waiting(self, channel: str) -> Sequence[Event]:
        """Return the events that a channel has not been handed yet, oldest first."""
        after = self.through.get(channel)
        return [] if after is None else [each for each in self.events if each.entry > after]
