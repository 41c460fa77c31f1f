"""What a ledger remembers of the kill switch, in whatever order it came to know it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.ledger.state.kill_switch_record import KillSwitchRecord, seen_active, series_form
from support.roots import document


def record(*changes: tuple[int, bool]) -> KillSwitchRecord:
    found = KillSwitchRecord()
    for number, (at, active) in enumerate(changes):
        found.apply(Decimal(at), number, {"active": active, "by": "snapshot"})
    return found


@pytest.mark.parametrize(
    ("changes", "active", "as_of", "new"),
    [
        ((), False, 10, False),
        ((), True, 10, True),
        (((10, True),), True, 20, False),
        (((10, True),), False, 20, True),
        (((10, True),), False, 5, False),
        (((10, True), (20, False)), True, 15, False),
        (((10, True), (20, False)), False, 15, False),
        (((10, True), (20, False)), True, 5, True),
        (((10, True), (20, False)), True, 30, True),
    ],
)
def test_a_snapshot_tells_what_is_new_and_a_late_one_ends_nothing(
    changes: tuple[tuple[int, bool], ...], active: bool, as_of: int, new: bool
) -> None:
    assert record(*changes).changed_by(active, Decimal(as_of)) is new


def test_the_newest_change_decides_whether_it_stands() -> None:
    assert (record().standing, record().thrown_at) == (False, None)
    assert (record((20, False), (10, True)).standing, record((20, False), (10, True)).thrown_at) == (
        False,
        10,
    )
    assert record((20, True), (10, True)).thrown_at == 20


def test_only_a_guard_throws_it_by_its_own_clock() -> None:
    found = record((10, True))
    assert found.guarded_at == 946684800
    found.apply(Decimal(946684900), 1, {"active": True, "by": "guard"})
    found.apply(Decimal(946684850), 2, {"active": True, "by": "guard"})
    assert found.guarded_at == 946684900


def test_the_series_ends_before_the_instant_that_is_judged() -> None:
    found = record((946684810, True), (946684820, False)).metrics(Decimal(946684820))
    points = [{"at": "2000-01-01T00:00:10Z", "value": True}]
    assert found == {
        "guard.kill_switch": {"covered": ["2000-01-01T00:00:00Z", "2000-01-01T00:00:20Z"], "points": points}
    }
    assert series_form(Decimal(946684820), [])["guard.kill_switch"] == {
        "covered": ["2000-01-01T00:00:00Z", "2000-01-01T00:00:20Z"],
        "points": [],
    }


@pytest.mark.parametrize(
    ("form", "seen"),
    [
        (True, True),
        ({"value": False}, False),
        ({"unknown": "stale"}, None),
        ("yes", None),
        (None, None),
    ],
)
def test_what_a_snapshot_says_of_the_switch(form: object, seen: bool | None) -> None:
    snapshot = Snapshot.parse(document("2026-03-30T12:00:00Z", {"kill_switch.active": form}), "s.json")
    assert seen_active(snapshot) is seen
