"""Notifications of changed verdicts: who gets which event, and which events each channel still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...evaluation.deciding.inhibition import InhibitionNote
from ...evaluation.deciding.request import Decision
from ...evaluation.verdict import Verdict
from ...language.times import parse_time, show_time

__all__ = ["Event", "NotificationKey", "NotificationState", "Outbox", "events", "notification_key"]


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded event: the number of its entry, and its body."""

    entry: int
    data: Mapping[str, Any]

    def line(self) -> dict[str, object]:
        """Return the event as it is sent; its entry number identifies an event that is sent twice."""
        return {"entry": self.entry, **{key: each for key, each in self.data.items() if key != "next"}}


@dataclass(slots=True)
class Outbox:
    """The events that channels still lack.

    `through` holds, for each channel, the entry up to which it has every event. A new channel gets no earlier events.
    """

    through: dict[str, int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def add_event(self, entry: int, data: Mapping[str, Any]) -> None:
        """Add an event; one without an audience is not sent."""
        if self.through and data["audience"]:
            self.events.append(Event(entry, data))

    def add_delivery(self, data: Mapping[str, Any]) -> None:
        """Apply the record that a channel was added, or took its events up to an entry."""
        name, entry = str(data["channel"]), int(data["through"])
        self.through[name] = max(entry, self.through.get(name, entry))
        behind = min(self.through.values())
        self.events = [each for each in self.events if each.entry > behind]

    def pending(self, channel: str) -> Sequence[Event]:
        """Return the events that a channel has not taken yet, oldest first."""
        after = self.through.get(channel)
        return [] if after is None else [each for each in self.events if each.entry > after]


NotificationKey = tuple[str, str, str]
"""The subject of an event: policy, member and the rollout that asked for the evaluation, each empty without one."""

_UNINHIBITED: InhibitionNote = InhibitionNote("", frozenset())


@dataclass(frozen=True, slots=True)
class LastNotification:
    """The verdict that a recipient got last, and its instant."""

    verdict: str
    at: Decimal


@dataclass(frozen=True, slots=True)
class NotificationState:
    """What was sent about a policy at a member.

    `verdict` is the newest one that anybody got, `at` the instant of the newest event, `recipients` what each of those
    who follow it got last, and `withheld` a verdict and who did not get it, because another verdict explains it.
    """

    verdict: str = ""
    at: Decimal | None = None
    recipients: Mapping[str, LastNotification] = field(default_factory=dict)
    withheld: tuple[str, frozenset[str]] = ("", frozenset())

    def after(self, data: Mapping[str, Any]) -> NotificationState:
        """Return the state after an event is recorded."""
        at = parse_time(data["as_of"])
        assert at is not None
        audience, withheld = data["audience"], frozenset(data.get("withheld", ()))
        now = {name: LastNotification(data["verdict"], at) for name in audience}
        newest = {**self.recipients, **now}
        return NotificationState(
            data["verdict"] if audience else self.verdict,
            at,
            {name: newest[name] for name in data["next"] if name in newest},
            (data["verdict"] if withheld else "", withheld),
        )


def notification_key(data: Mapping[str, Any]) -> NotificationKey:
    """Return the subject of a recorded event."""
    return data["policy"], data["member"], data.get("rollout", "")


def events(
    decision: Decision,
    notified: Mapping[NotificationKey, NotificationState],
    renotify: Decimal | None,
    rollout: str | None = None,
) -> Iterator[dict[str, object]]:
    """Yield one event for each verdict that has a recipient, or whose withheld recipients changed.

    A verdict goes to its audience unless they got it already, and to everybody who got another verdict before, so they
    learn of a recovery too. An unchanged verdict goes out again after `renotify` seconds unless it is the best. No
    verdict of a late snapshot is sent.
    """
    for each in decision.verdicts:
        last = notified.get((each.policy, each.member or "", rollout or ""), NotificationState())
        if last.at is not None and each.as_of < last.at:
            continue
        due = frozenset(_recipients(each, last, renotify))
        why = decision.explained.get((each.policy, each.member or ""), _UNINHIBITED)
        withheld = frozenset() if each.is_best else due & why.spared
        if due - withheld or (each.verdict if withheld else "", withheld) != last.withheld:
            yield _event(each, last, rollout or "", due - withheld, InhibitionNote(why.by, withheld))


def _recipients(verdict: Verdict, last: NotificationState, renotify: Decimal | None) -> Iterator[str]:
    """Yield those to whom the verdict is new, or due again."""
    for name in {*verdict.audience, *last.recipients}:
        got = last.recipients.get(name)
        overdue = got is not None and renotify is not None and verdict.as_of - got.at >= renotify
        if got is None or got.verdict != verdict.verdict or (overdue and not _settled(verdict)):
            yield name


def _settled(verdict: Verdict) -> bool:
    """Whether nobody needs to follow a verdict: the best one, and one of a policy that does not apply."""
    return verdict.is_best or not verdict.applicable


def _event(
    verdict: Verdict, last: NotificationState, rollout: str, audience: frozenset[str], why: InhibitionNote
) -> dict[str, object]:
    following = verdict.audience if _settled(verdict) else {*last.recipients, *audience}
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
