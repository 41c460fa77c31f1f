"""Delivers to every channel the events that it lacks, and records what it took; a failure waits for the next run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..canonical import canonical
from ..diagnostics import printable
from ..errors import InterlockError
from ..language.times import show_time
from ..ledger.file.anchors import anchored_writing
from ..ledger.file.entry import EntryDraft
from ..ledger.file.ledger import Ledger
from ..ledger.recorder import Recorder
from ..ledger.state.notifications import Event
from ..limits import EVENTS_AT_ONCE, EVENTS_SECONDS
from ..wording import number
from .channel import Channel, Undelivered

__all__ = ["deliver_events"]


def deliver_events(channels: Iterable[Channel], recorder: Recorder, now: Decimal) -> tuple[str, ...]:
    """Deliver after a recorder has closed without an error; return a line for each problem and each queue.

    Events are delivered at least once: after a crash between delivery and record they are sent again, with the same
    entry numbers. A failure is returned, never raised.
    """
    lines: list[str] = []
    for channel in channels:
        waiting = recorder.state.outbox.pending(channel.name)
        why = "" if waiting else channel.problem()
        if why:
            lines.append(f"warning: no event could be delivered to {channel.label}: {printable(why)}")
        if waiting:
            lines += _deliver(channel, waiting[:EVENTS_AT_ONCE], recorder, now) or _remaining(
                channel, len(waiting)
            )
    return tuple(lines)


def _remaining(channel: Channel, waiting: int) -> list[str]:
    if waiting <= EVENTS_AT_ONCE:
        return []
    rest = number(waiting - EVENTS_AT_ONCE, "event")
    return [f"note: {rest} more for {channel.label}: the next run with this channel delivers them"]


def _deliver(channel: Channel, events: Sequence[Event], recorder: Recorder, now: Decimal) -> list[str]:
    """Deliver events and record it; return what went wrong."""
    try:
        channel.deliver(b"".join(canonical(each.line()) + b"\n" for each in events))
    except Undelivered as problem:
        why = f"{number(len(events), 'event')} not delivered to {channel.label}: {problem}"
        return [f"error: {printable(why)}; the next run with this channel tries again"]
    body = {"channel": channel.name, "through": events[-1].entry}
    try:
        _record(recorder, EntryDraft.of(show_time(now), "delivery", body))
    except InterlockError as problem:
        why = (
            f"{number(len(events), 'event')} delivered to {channel.label} and not recorded as such: {problem}"
        )
        return [f"error: {printable(why)}; the next run with this channel delivers them again"]
    return []


def _record(recorder: Recorder, draft: EntryDraft) -> None:
    ledger = Ledger(recorder.path, write=True, wait=EVENTS_SECONDS)
    with ledger, anchored_writing(ledger, recorder.anchor) as writing:
        writing.append(draft)
