"""Points that an earlier snapshot listed in its future, and days before the first record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import interlock
from support.beginnings import recording_in
from support.ledgers import FILES, snapshot, write

POLICY = """\
policy: rollback
version: 1.0.0
title: Any bad day or rejected order
owner: risk
verdicts: [GO, NO_GO]
rules:
  - {id: days, when: 'any(daily < -3%, last=3)'}
  - {id: orders, when: 'count(rejected, within=1d) > 0'}
"""
EARLY, NOW = "2026-03-25T06:30:00Z", "2026-03-30T06:30:00Z"
DAYS = {f"2026-03-{day:02}": 0.0 for day in range(1, 30)}
COVERED = {"covered": ["2026-03-01T00:00:00Z", NOW], "points": []}


def judged(tmp_path: Path, *snapshots: interlock.Snapshot, **more: str) -> dict[str, str]:
    """The outcomes of each rule at the last of some snapshots."""
    policies, outcomes = interlock.load(write(tmp_path, rollback=POLICY, **more)), {}
    for each in snapshots:
        with recording_in(tmp_path / "ledger.db") as recorder:
            (verdict,) = policies.recorded(each, recorder).verdicts
        outcomes = {rule.id: rule.outcome for rule in verdict.rules}
    return outcomes


def early(**metrics: Any) -> interlock.Snapshot:
    return snapshot(EARLY, DAYS, rejected=COVERED, **metrics)


@pytest.mark.parametrize(
    "now", [{}, {"daily": {"unknown": "torn source"}, "rejected": {"unknown": "torn source"}}]
)
def test_a_clock_that_was_ahead_vouches_for_nothing(tmp_path: Path, now: dict[str, Any]) -> None:
    last = snapshot(NOW, **{"rejected": None, **now})
    assert judged(tmp_path, early(), last) == {"days": "unknown", "orders": "unknown"}


def test_what_was_listed_of_the_past_still_counts(tmp_path: Path) -> None:
    """The control: with a record of each day nothing is missing."""
    records = [
        snapshot(f"2026-03-{day}T06:30:00Z", {k: v for k, v in DAYS.items() if k < f"2026-03-{day}"})
        for day in (25, 28, 30)
    ]
    assert judged(tmp_path, *records) == {"days": "pass", "orders": "pass"}


def test_days_before_the_first_record_count_where_they_are_listed(tmp_path: Path) -> None:
    catalogue = FILES["catalogue.yaml"].replace(", began: 2026-03-01", "")
    bad = {f"2026-03-{day:02}": 0.0 for day in range(1, 30)} | {"2026-03-28": -0.05}
    first = snapshot("2026-03-30T06:30:00Z", {"2026-03-29": 0.0})
    second = snapshot("2026-03-30T07:30:00Z", bad)
    assert judged(tmp_path, first, second, catalogue=catalogue)["days"] == "fail"
