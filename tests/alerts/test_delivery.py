"""Delivery: each channel gets every event once and in order, and a failure waits and is never raised."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.alerts import delivery
from interlock.alerts.channel import Channel, Undelivered
from interlock.alerts.delivery import deliver_events
from interlock.errors import LedgerError
from interlock.language.times import parse_time
from interlock.ledger.file.anchors import read_anchors
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from support.beginnings import recording_in
from support.ledgers import snapshot, write

POLICY = """\
policy: rollback
version: 1.0.0
title: Gate
owner: risk
verdicts: [GO, NO_GO]
notify: {NO_GO: [on-call]}
rules:
  - {id: calm, require: loss < 50}
"""
NOW = parse_time("2026-03-27T12:00:00Z") or Decimal(0)


@dataclass
class Box:
    """A channel that takes events while it is not `broken`."""

    name: str
    broken: str = ""
    got: list[tuple[int, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"`{self.name}`"

    def problem(self) -> str:
        return self.broken

    def deliver(self, lines: bytes) -> None:
        if self.broken:
            raise Undelivered(self.broken)
        self.got += [(each["entry"], each["verdict"]) for each in map(json.loads, lines.splitlines())]


@dataclass
class Desk:
    """A ledger and the hours that are recorded in it."""

    folder: Path
    anchor: Path | None = None

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def __post_init__(self) -> None:
        self.policies = interlock.load(write(self.folder, rollback=POLICY))

    def run(self, hour: int, loss: int, channels: Sequence[Channel] = ()) -> tuple[str, ...]:
        recorder = recording_in(self.ledger, channels=[each.name for each in channels], anchor=self.anchor)
        with recorder:
            self.policies.recorded(snapshot(f"2026-03-27T{hour:02}:00:00Z", loss=loss), recorder)
        return deliver_events(channels, recorder, NOW)

    def kinds(self) -> list[str]:
        with Ledger(self.ledger) as ledger:
            verify(ledger)
            return [each.kind for each in ledger.entries() if each.kind in ("notify", "delivery")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_event_goes_out_once_and_nothing_is_recorded_of_runs_without_one(desk: Desk) -> None:
    box = Box("a")
    said = [desk.run(hour, loss, [box]) for hour, loss in ((1, 70), (2, 70), (3, 10), (4, 10))]
    assert (said, [verdict for _, verdict in box.got]) == ([(), (), (), ()], ["NO_GO", "GO"])
    assert desk.kinds() == ["delivery", "notify", "delivery", "notify", "delivery"]


def test_what_failed_goes_out_with_the_next_run_before_what_is_new(desk: Desk) -> None:
    box = Box("a", "it answered 503")
    line = "error: 1 event not delivered to `a`: it answered 503; the next run with this channel tries again"
    assert desk.run(1, 70, [box]) == (line,)
    assert desk.run(2, 70, [box]) == (line,)
    assert desk.run(3, 10, [box]) == (line.replace("1 event", "2 events"),)
    box.broken = ""
    assert (desk.run(4, 10, [box]), desk.run(5, 10, [box])) == ((), ())
    assert [verdict for _, verdict in box.got] == ["NO_GO", "GO"]
    assert desk.kinds() == ["delivery", "notify", "notify", "delivery"]


def test_a_channel_with_a_problem_is_reported_before_it_is_needed(desk: Desk) -> None:
    line = "warning: no event could be delivered to `a`: there is no such folder"
    assert desk.run(1, 10, [Box("a", "there is no such folder")]) == (line,)


def test_one_channel_that_fails_holds_up_no_other(desk: Desk) -> None:
    bad, good = Box("bad", "no"), Box("good")
    assert len(desk.run(1, 70, [bad, good])) == 1
    bad.broken = ""
    assert desk.run(2, 70, [bad, good]) == ()
    assert bad.got == good.got and [verdict for _, verdict in good.got] == ["NO_GO"]


def test_a_channel_that_is_left_out_once_gets_what_it_missed(desk: Desk) -> None:
    box = Box("a")
    desk.run(1, 10, [box])
    desk.run(2, 70)
    desk.run(3, 10)
    desk.run(4, 10, [box])
    assert [verdict for _, verdict in box.got] == ["NO_GO", "GO"]


def test_a_new_channel_hears_nothing_of_the_time_before_it(desk: Desk) -> None:
    desk.run(1, 70)
    box = Box("a")
    desk.run(2, 70, [box])
    assert box.got == []
    desk.run(3, 10, [box])
    assert [verdict for _, verdict in box.got] == ["GO"]


def test_a_crash_before_the_first_delivery_loses_nothing(desk: Desk) -> None:
    with recording_in(desk.ledger, channels=["a"]) as recorder:
        desk.policies.recorded(snapshot("2026-03-27T01:00:00Z", loss=70), recorder)
    box = Box("a")
    assert (desk.run(2, 70, [box]), [verdict for _, verdict in box.got]) == ((), ["NO_GO"])


def test_a_delivery_that_cannot_be_recorded_is_reported_and_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise LedgerError("the disk is full")

    box = Box("a")
    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_record", refused)
        (line,) = desk.run(1, 70, [box])
    why = "1 event delivered to `a` and not recorded as such: the disk is full"
    assert line == f"error: {why}; the next run with this channel delivers them again"
    assert desk.run(2, 70, [box]) == ()
    assert len(box.got) == 2 and box.got[0] == box.got[1]


def test_a_long_queue_goes_out_in_parts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "EVENTS_AT_ONCE", 2)
    box = Box("a", "no")
    for hour in range(1, 6):
        desk.run(hour, 70 if hour % 2 else 10, [box])
    box.broken = ""
    more = "more for `a`: the next run with this channel delivers them"
    assert desk.run(6, 70, [box]) == (f"note: 3 events {more}",)
    assert desk.run(7, 70, [box]) == (f"note: 1 event {more}",)
    assert desk.run(8, 70, [box]) == ()
    assert [verdict for _, verdict in box.got] == ["NO_GO", "GO", "NO_GO", "GO", "NO_GO"]


def test_the_anchor_moves_on_with_what_was_delivered(desk: Desk, tmp_path: Path) -> None:
    desk.anchor = tmp_path / "head"
    desk.run(1, 70, [Box("a")])
    with Ledger(desk.ledger) as ledger:
        head = ledger.head()
        assert [each.kind for each in ledger.entries()][-1] == "delivery"
    assert [(each.sequence, each.hash) for each in read_anchors(desk.anchor)] == [(head.sequence, head.hash)]
