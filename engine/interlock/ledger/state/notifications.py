"""Which changes of a verdict people are told of: once, again after an interval, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...evaluation.deciding.inhibition import InhibitionNote
from ...evaluation.deciding.request import Decision
from ...evaluation.verdict import Verdict
from ...language.times import parse_time, show_time

__all__ = ["About", "Event", "LastNotification", "NotificationState", "Outbox", "about", "events"]


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


About = tuple[str, str, str]
"""What an event is about: policy, member and the rollout inside which it was judged, each empty without one."""

_NOTHING: InhibitionNote = InhibitionNote("", frozenset())


@dataclass(frozen=True, slots=True)
class LastNotification:
    """What one of the audience heard last, and of which instant."""

    verdict: str
    at: Decimal


@dataclass(frozen=True, slots=True)
class NotificationState:
    """What was told of a policy: the newest verdict that anybody heard, the instant of the newest event, what each of
    those who follow heard last, and who was spared which verdict."""

    verdict: str = ""
    at: Decimal | None = None
    heard: Mapping[str, LastNotification] = field(default_factory=dict)
    withheld: tuple[str, frozenset[str]] = ("", frozenset())

    def after(self, data: Mapping[str, Any]) -> NotificationState:
        """Return what was told once an event is recorded."""
        at = parse_time(data["as_of"])
        assert at is not None
        audience, spared = data["audience"], frozenset(data.get("withheld", ()))
        now = {name: LastNotification(data["verdict"], at) for name in audience}
        heard = {**self.heard, **now}
        return NotificationState(
            data["verdict"] if audience else self.verdict,
            at,
            {name: heard[name] for name in data["next"] if name in heard},
            (data["verdict"] if spared else "", spared),
        )


def about(data: Mapping[str, Any]) -> About:
    """Return what a recorded event is about."""
    return data["policy"], data["member"], data.get("rollout", "")


def events(
    decision: Decision,
    told: Mapping[About, NotificationState],
    renotify: Decimal | None,
    rollout: str | None = None,
) -> Iterator[dict[str, object]]:
    """Yield one event for each verdict that somebody is to hear of, or is now spared, or is spared no more.

    A verdict is told to those it names who have not heard it yet, and to those who heard another one, so that a
    recovery is heard too; until the best verdict is reached nobody drops out. One that stays is told again after
    `renotify` seconds unless it is the best. What a late snapshot says of the past is not told.
    """
    for each in decision.verdicts:
        last = told.get((each.policy, each.member or "", rollout or ""), NotificationState())
        if last.at is not None and each.as_of < last.at:
            continue
        due = frozenset(_due(each, last, renotify))
        why = decision.explained.get((each.policy, each.member or ""), _NOTHING)
        spared = frozenset() if each.is_best else due & why.spared
        if due - spared or (each.verdict if spared else "", spared) != last.withheld:
            yield _event(each, last, rollout or "", due - spared, InhibitionNote(why.by, spared))


def _due(verdict: Verdict, last: NotificationState, renotify: Decimal | None) -> Iterator[str]:
    """Those who have something to hear."""
    for name in {*verdict.audience, *last.heard}:
        heard = last.heard.get(name)
        again = heard is not None and renotify is not None and verdict.as_of - heard.at >= renotify
        if heard is None or heard.verdict != verdict.verdict or (again and not verdict.is_best):
            yield name


def _event(
    verdict: Verdict, last: NotificationState, rollout: str, audience: frozenset[str], why: InhibitionNote
) -> dict[str, object]:
    following = verdict.audience if verdict.is_best else {*last.heard, *audience}
    return {
        "policy": verdict.policy,
        "member": verdict.member or "",
        "rollout": rollout,
        "verdict": verdict.verdict,
        "best": verdict.is_best,
        "headline": verdict.headline,
        "before": last.verdict,
        "as_of": show_time(verdict.as_of),
        "audience": sorted(audience),
        "next": sorted(following),
        "reasons": [f"{rule.id}: {rule.reason}" for rule in verdict.failed()],
        "withheld": sorted(why.spared),
        "inhibited_by": why.by if why.spared else "",
    }
