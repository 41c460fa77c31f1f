"""A latched trigger over a window that begins with a stage: the instants before it are judged as an empty window."""

from __future__ import annotations

from pathlib import Path

import pytest

import interlock
from interlock.evaluation.deciding.request import Decision
from support import ledgers, roots
from support.beginnings import recording_in

AS_OF = "2026-03-30T06:30:00Z"
ENTERED = "2026-03-30T01:00:00Z"
CATALOGUE = """
metrics:
  pnl: {type: number, range: [-100, 100], every: event}
  daily: {type: number, range: [-100, 100], every: 1d, began: 2026-03-26}
  entered: {type: timestamp, max_age: never}
"""
POLICY = """
policy: rollback
version: 1.0.0
title: Rollback
owner: risk
verdicts: [CONTINUE, INVESTIGATE, ROLLBACK]
rules:
  - id: trigger
    when: "%s"
    then: ROLLBACK
    unknown: INVESTIGATE
    latch: true
    blind_limit: 9d
"""
LOSS = "mean(pnl, after=entered, min_n=2) < -5"
DAYS = "mean(daily, after=entered, min_n=2) < -5"


def decided(folder: Path, condition: str, metrics: dict[str, object]) -> Decision:
    """The first evaluation that a ledger records: every instant of the series is judged."""
    root = roots.write(
        folder,
        {"interlock.yaml": "interlock: 1\n", "c.yaml": CATALOGUE, "p.yaml": POLICY % condition},
    )
    with recording_in(folder / "ledger.db") as recorder:
        return interlock.load(root).recorded(roots.snapshot(AS_OF, metrics), recorder)


def trades(*given: tuple[str, float]) -> dict[str, object]:
    points = [{"at": f"2026-03-30T0{hour}:00:00Z", "value": value} for hour, value in given]
    return {"entered": ENTERED, "pnl": {"covered": ["2026-03-29T00:00:00Z", AS_OF], "points": points}}


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        (
            [("0", -50), ("1", -50), ("2", -1), ("3", -2)],
            "CONTINUE",
            "mean(pnl, after=entered, min_n=2) is -1.5, needed >= -5",
        ),
        (
            [("0", -50), ("2", -1)],
            "INVESTIGATE",
            "cannot tell: mean(pnl, after=entered, min_n=2): too few samples, 1 of at least 2",
        ),
        (
            [("0", 50), ("2", -9), ("3", -2), ("4", 60)],
            "ROLLBACK",
            "latched since 2026-03-30T03:00:00Z: mean(pnl, after=entered, min_n=2) is -5.5, needed >= -5; only "
            "`interlock log rearm rollback/trigger` clears it",
        ),
    ],
)
def test_only_what_came_after_the_entry_is_judged(
    tmp_path: Path, given: list[tuple[str, float]], verdict: str, reason: str
) -> None:
    found = decided(tmp_path, LOSS, trades(*given))
    assert found.verdicts[0].verdict == verdict
    assert ledgers.rule(found, "trigger").reason == reason


def test_periods_before_the_entry_are_no_blindness(tmp_path: Path) -> None:
    points = [
        {"at": f"2026-03-{day}", "value": value} for day, value in ((26, -50), (27, -50), (28, 1), (29, 2))
    ]
    metrics = {"entered": "2026-03-28T00:00:00Z", "daily": {"points": points}}
    assert decided(tmp_path, DAYS, metrics).verdicts[0].verdict == "CONTINUE"


def test_an_entry_after_the_snapshot_is_blindness(tmp_path: Path) -> None:
    """Without a record it lasts for too long, which too few points never do."""
    found = decided(tmp_path, LOSS, trades(("0", 1), ("2", 1)) | {"entered": "2026-03-30T07:00:00Z"})
    assert (found.verdicts[0].verdict, found.verdicts[0].possible) == ("ROLLBACK", "ROLLBACK")


def test_too_few_points_can_still_be_anything(tmp_path: Path) -> None:
    found = decided(tmp_path, LOSS, trades(("2", -1)))
    assert (found.verdicts[0].verdict, found.verdicts[0].possible) == ("INVESTIGATE", "ROLLBACK")


def test_blindness_counts_from_the_last_time_that_it_was_no_blindness(tmp_path: Path) -> None:
    """Ten days of too few points are not held against the first hour without data."""
    decided(tmp_path, LOSS, trades(("2", -1)))
    later = roots.snapshot("2026-04-09T06:30:00Z", trades(("2", -1)))
    with recording_in(tmp_path / "ledger.db") as recorder:
        found = interlock.load(tmp_path / "policies").recorded(later, recorder)
    assert found.verdicts[0].verdict == "ROLLBACK"
    covered = {"covered": ["2026-03-29T00:00:00Z", "2026-04-09T06:30:00Z"]}
    seen = trades(("2", -1))
    seen["pnl"] = {**seen["pnl"], **covered}  # type: ignore[dict-item]
    with recording_in(tmp_path / "other.db") as recorder:
        policies = interlock.load(tmp_path / "policies")
        policies.recorded(roots.snapshot("2026-04-09T06:30:00Z", seen), recorder)
        found = policies.recorded(roots.snapshot("2026-04-09T07:30:00Z", seen), recorder)
    assert found.verdicts[0].verdict == "INVESTIGATE"
