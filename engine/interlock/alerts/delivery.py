"""Hands every channel the events that it lacks, and records what it took: what fails waits for the next run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..canonical import canonical
from ..diagnostics import printable
from ..errors import InterlockError
from ..language.times import show_time
from ..ledger.file.anchors import anchored
from ..ledger.file.entry import EntryDraft
from ..ledger.file.ledger import Ledger
from ..ledger.recorder import Recorder
from ..ledger.state.notifications import Event
from ..limits import EVENTS_AT_ONCE, EVENTS_SECONDS
from ..wording import number
from .channel import Channel, Undelivered

__all__ = ["delivered"]


def delivered(channels: Iterable[Channel], recorder: Recorder, now: Decimal) -> tuple[str, ...]:
    """Deliver after a recorder is closed well; return a line for each thing that people are to know.

    Events go out at least once: where a crash or a full disk comes between the delivery and its record they go again,
    with the same entry numbers. Nothing that fails here is raised.
    """
    told: list[str] = []
    for channel in channels:
        waiting = recorder.state.outbox.waiting(channel.name)
        why = "" if waiting else channel.obstacle()
        if why:
            told.append(f"warning: no event could be delivered to {channel.shown}: {printable(why)}")
        if waiting:
            told += _handed(channel, waiting[:EVENTS_AT_ONCE], recorder, now) or _left(channel, len(waiting))
    return tuple(told)


def _left(channel: Channel, waiting: int) -> list[str]:
    if waiting <= EVENTS_AT_ONCE:
        return []
    rest = number(waiting - EVENTS_AT_ONCE, "event")
    return [f"note: {rest} more for {channel.shown}: the next run that names it hands them over"]


def _handed(channel: Channel, events: Sequence[Event], recorder: Recorder, now: Decimal) -> list[str]:
    """Hand events over and record that; return what went wrong."""
    try:
        channel.hand(b"".join(canonical(each.line()) + b"\n" for each in events))
    except Undelivered as problem:
        why = f"{number(len(events), 'event')} not delivered to {channel.shown}: {problem}"
        return [f"error: {printable(why)}; the next run that names it tries again"]
    body = {"channel": channel.name, "through": events[-1].entry}
    try:
        _record(recorder, EntryDraft.of(show_time(now), "delivery", body))
    except InterlockError as problem:
        why = (
            f"{number(len(events), 'event')} delivered to {channel.shown} and not recorded as such: {problem}"
        )
        return [f"error: {printable(why)}; the next run that names it hands them over again"]
    return []


def _record(recorder: Recorder, draft: EntryDraft) -> None:
    ledger = Ledger(recorder.path, write=True, wait=EVENTS_SECONDS)
    with ledger, anchored(ledger, recorder.anchor) as writing:
        writing.append(draft)
