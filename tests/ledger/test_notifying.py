"""Alerts: told once, told again after an interval, told when over, and never of the past."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.errors import UsageError
from interlock.ledger.evaluations import Recorder
from interlock.ledger.notifying import append_lines

from .roots import snapshot, write

POLICY = """\
policy: rollback
version: 1.0.0
title: Gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
notify: {NO_GO: [on-call]}
rules:
  - id: calm
    require: loss < 50
    else: NO_GO
    notify: [risk]
  - id: cool
    require: loss < 30
    else: WAIT
"""


def told(
    tmp_path: Path, losses: dict[str, int], renotify: int | None = None
) -> list[tuple[str, str, str, list[str]]]:
    """The events of snapshots at hours of one day, each recorded by itself."""
    policies = interlock.load(write(tmp_path, rollback=POLICY))
    found = []
    for hour, loss in losses.items():
        interval = None if renotify is None else Decimal(renotify)
        with Recorder(tmp_path / "ledger.db", renotify=interval) as recorder:
            policies.recorded(snapshot(f"2026-03-27T{hour}:00Z", loss=loss), recorder)
        found += [
            (hour, str(each["before"]), str(each["verdict"]), each["audience"]) for each in recorder.events
        ]
    return found  # type: ignore[return-value]


def test_a_change_is_told_once_and_so_is_the_recovery(tmp_path: Path) -> None:
    losses = {"06:00": 10, "07:00": 70, "08:00": 80, "09:00": 10, "10:00": 10, "11:00": 40}
    assert told(tmp_path, losses) == [
        ("07:00", "", "NO_GO", ["on-call", "risk"]),
        ("09:00", "NO_GO", "GO", ["on-call", "risk"]),
    ]


def test_what_stays_is_told_again_after_the_interval(tmp_path: Path) -> None:
    losses = {"06:00": 70, "07:00": 70, "08:00": 70, "09:00": 10, "12:00": 10}
    assert [each[0] for each in told(tmp_path, losses, renotify=7200)] == ["06:00", "08:00", "09:00"]


def test_a_late_snapshot_is_not_told(tmp_path: Path) -> None:
    assert [each[0] for each in told(tmp_path, {"08:00": 70, "07:00": 10, "09:00": 70})] == ["08:00"]


def test_events_are_appended_as_lines(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    for number in range(2):
        append_lines(file, [{"number": number}])
    append_lines(file, [])
    assert [json.loads(line) for line in file.read_text().splitlines()] == [{"number": 0}, {"number": 1}]
    with pytest.raises(UsageError) as problem:
        append_lines(tmp_path, [{"number": 2}])
    hint = "they are in the ledger: `interlock log show --kind notify --format json`"
    assert str(problem.value) == f"cannot write the events to `{tmp_path.as_posix()}`: is a directory; {hint}"
