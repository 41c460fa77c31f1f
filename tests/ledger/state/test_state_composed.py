"""A latched trigger over another policy: what that policy was at past instants is not lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.ledgers import evaluate, snapshot, write

CHILD = """\
policy: losses
version: 1.0.0
title: Losses
owner: risk
verdicts: [CALM, LOOK, LEAVE]
max_gap: 26h
rules:
  - {id: days, when: streak(daily < -3%) >= 2, then: LEAVE, unknown: LOOK}
"""
PARENT = """\
policy: stop
version: 1.0.0
title: Stop
owner: risk
verdicts: [GO, NO_GO]
max_gap: 26h
rules:
  - {id: losses, policy: losses, reaches: LEAVE, latch: true}
"""
OVER = PARENT.replace("policy: stop", "policy: over").replace(
    "policy: losses, reaches: LEAVE", "policy: stop, reaches: NO_GO"
)
GOOD = {f"2026-03-{day:02}": 0.01 for day in range(1, 26)}
BAD = GOOD | {"2026-03-26": -0.05, "2026-03-27": -0.05}
TORN = {"unknown": "torn source"}


def judged(root: Path, ledger: Path, policy: str, *days: Any) -> list[tuple[str, str, bool]]:
    """The rule after snapshots of three instants, each with what it gives of the days."""
    times = ("2026-03-26T06:30:00Z", "2026-03-28T06:30:00Z", "2026-03-30T06:30:00Z")
    shots = [
        snapshot(at, daily=TORN) if each is TORN else snapshot(at, each)
        for at, each in zip(times, days, strict=True)
        if each is not None
    ]
    verdicts = [each for found in evaluate(root, ledger, *shots) for each in found.verdicts]
    rules = [each for found in verdicts if found.policy == policy for each in found.rules]
    return [(each.outcome, each.contribution or "", each.latched) for each in rules]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, losses=CHILD, stop=PARENT, over=OVER)


LATER = BAD | {"2026-03-28": 0.01, "2026-03-29": 0.01}


@pytest.mark.parametrize("policy", ["stop", "over"])
@pytest.mark.parametrize("second", [BAD, TORN, None], ids=["seen", "torn", "not recorded"])
def test_days_between_records_fire(root: Path, tmp_path: Path, policy: str, second: Any) -> None:
    found = judged(root, tmp_path / "ledger.db", policy, GOOD, second, LATER)
    assert found[-1] == ("fail", "NO_GO", True)
    if second is TORN:
        assert found[1] == ("unknown", "NO_GO", False)


def test_days_that_stay_unknown_leave_it_unknown(root: Path, tmp_path: Path) -> None:
    late = {"2026-03-28": 0.01, "2026-03-29": 0.01}
    found = judged(root, tmp_path / "ledger.db", "stop", GOOD, TORN, late)
    assert found[-1] == ("unknown", "NO_GO", False)


def test_good_days_end_the_doubt(root: Path, tmp_path: Path) -> None:
    days = GOOD | {f"2026-03-{day}": 0.01 for day in range(26, 30)}
    found = judged(root, tmp_path / "ledger.db", "stop", GOOD, TORN, days)
    assert [each[0] for each in found] == ["pass", "unknown", "pass"]
