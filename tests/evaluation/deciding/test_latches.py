"""What it costs to judge a latched trigger at every instant of an irregular series: calls are counted, not seconds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import interlock
from interlock.evaluation.deciding.request import Decision
from interlock.language.times import show_time
from interlock.ledger.recorder import Recorder
from support import roots
from support.beginnings import recording_in
from support.roots import instant

START = instant("2026-03-30T00:00:00Z")
CATALOGUE = """
metrics:
  pnl: {type: number, every: event}
  holes: {type: number, range: [-9, 9], every: event}
  sent: {type: event}
  job: {every: event, record: {a: {type: number, range: [-9, 9]}, b: {type: bool}}}
"""
POLICY = """
policy: gate
version: 1.0.0
title: One trigger
owner: risk
verdicts: [GO, NO_GO]
rules:
  - id: trigger
    when: "%s"
    latch: true
"""
NEVER = (
    "longest(pnl < 0, span=5m, within=1h) > 9999",
    "longest(pnl < 9) > 9999",
    "streak(pnl < 9) > 9999",
    "streak(pnl < 9, span=1m, within=1h) > 9999",
    "most(sent, span=5m, within=1h) > 9999",
    "count(pnl < 0, within=1h) > 9999",
    "count(sent, this='day') > 9999",
    "any(pnl < -9, within=1h)",
    "not all(pnl < 9, within=1h)",
    "share(pnl > 5, within=1h) > 50%",
    "sum(pnl, within=1h) > 9999",
    "mean(pnl, last=100) > 99",
    "min(pnl, within=1h) < -99",
    "max(pnl, within=1h) > 99",
    "stdev(pnl, within=1h) > 99",
    "slope(pnl, within=1h) > 99",
    "median(pnl, within=1h) > 99",
    "quantile(pnl, 90%, within=1h) > 99",
    "last(pnl) > 99",
    "previous(pnl) > 99",
    "since(pnl > 9) < 1s",
    "since(run(pnl < 0) >= 9999) < 1s",
    "max(run(job.b, where=job.a < 3), within=1h) > 9999",
    "any(change(pnl) > 99, within=1h)",
    "count(changed(pnl), within=1h) > 9999",
    "max(peak(pnl), within=1h) > 99",
    "max(drawdown(pnl + 100), within=1h) > 99%",
    "max(gap(sent, within=1h)) > 99d",
    "count(gap(pnl, within=1h) > 99s) > 9999",
    "mean(job.a * 2, within=1h, where=job.b) > 99",
    "count(holes > 0, within=1h) > 9999",
    "sum(holes, within=1h) > 99999",
    "count(change(holes) > 0, within=1h) > 9999",
)
"""None of them is ever true; of each the window holds all points."""


def snapshot(points: int) -> interlock.Snapshot:
    times = [show_time(START + each) for each in range(points)]
    values = [each * 7919 % 11 - 5 for each in range(points)]
    covered = {"covered": ["2026-03-29T00:00:00Z", "2026-03-30T06:00:00Z"]}
    metrics = {
        "pnl": {
            **covered,
            "points": [{"at": at, "value": each} for at, each in zip(times, values, strict=True)],
        },
        "holes": {
            **covered,
            "points": [
                {"at": at, "unknown": "missing"} if each == 5 else {"at": at, "value": each}
                for at, each in zip(times, values, strict=True)
            ],
        },
        "sent": {**covered, "points": times},
        "job": {
            **covered,
            "points": [{"at": at, "a": each, "b": each > -4} for at, each in zip(times, values, strict=True)],
        },
    }
    body = {"interlock": 1, "as_of": "2026-03-30T06:00:00Z", "metrics": metrics}
    return interlock.Snapshot.parse(json.dumps(body).encode(), "snapshot.json")


class Calls:
    """Counts the functions that are called, of Python and of C."""

    def __init__(self) -> None:
        self.number = 0

    def __enter__(self) -> Calls:
        self.before = sys.getprofile()
        sys.setprofile(self.counted)
        return self

    def __exit__(self, *problem: object) -> None:
        sys.setprofile(self.before)

    def counted(self, frame: object, event: str, argument: object) -> None:
        self.number += event in ("call", "c_call")


@pytest.mark.parametrize("condition", NEVER)
def test_twice_the_points_take_twice_the_calls(tmp_path: Path, condition: str) -> None:
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE, "gate.yaml": POLICY % condition}
    policies, counted = interlock.load(roots.write(tmp_path, files)), []
    for points in (100, 400):
        given = snapshot(points)

        def judged(recorder: Recorder, given: interlock.Snapshot = given) -> tuple[Decision, int]:
            with Calls() as calls:
                found = policies.recorded(given, recorder)
            return found, calls.number

        found, calls = recording_in(tmp_path / f"{points}.db").run(judged)
        (rule,) = found.verdicts[0].rules
        assert rule.outcome in ("pass", "unknown")
        counted.append(calls)
    # a window of indexes takes the logarithm of its points
    assert counted[1] < 4.5 * counted[0]
