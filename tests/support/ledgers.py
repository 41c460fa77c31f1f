"""A small policy root with snapshots of made-up days, for tests of what a ledger remembers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import interlock
from interlock.evaluation.deciding.request import Decision
from interlock.evaluation.verdict import RuleResult
from interlock.ledger.acts import Act

from . import roots
from .beginnings import recording_in
from .roots import instant

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  daily: {type: ratio, range: [-1, 10], every: 1d, lag: 6h, began: 2026-03-01}
  rejected: {type: event, slack: 1h}
  loss: {type: number, range: [0, 1000], max_age: 2d}
  hot: {type: bool, max_age: 1h}
""",
    "rollback.yaml": """\
policy: rollback
version: 1.0.0
title: Rollback
owner: risk
verdicts: [CONTINUE, INVESTIGATE, ROLLBACK]
max_gap: 26h
rules:
  - id: bad-days
    when: streak(daily < -3%) >= 2
    then: ROLLBACK
    unknown: INVESTIGATE
    latch: true
    blind_limit: 30h
  - id: loss
    when: loss > 1.4 * baseline('phase_a', loss)
    then: ROLLBACK
    unknown: INVESTIGATE
    blind_limit: 30h
  - id: burst
    when: most(rejected, span=5m, within=7d) > 3
    then: ROLLBACK
    unknown: INVESTIGATE
  - id: calm
    require: loss < 50
    hold: loss < 60
    else: INVESTIGATE
""",
}


def write(folder: Path, **changed: str) -> Path:
    """Write the policy root; `changed` replaces or adds documents by the name before their dot."""
    return roots.write(folder, FILES, {f"{name}.yaml": text for name, text in changed.items()})


def snapshot(as_of: str, days: Mapping[str, float] | None = None, **metrics: Any) -> interlock.Snapshot:
    """A snapshot of some days' changes and whatever else is given; a metric that is None is left out."""
    points = [{"at": day, "value": value} for day, value in sorted((days or {}).items())]
    given = {"loss": 10, "rejected": {"covered": ["2026-03-01T00:00:00Z", as_of], "points": []}, **metrics}
    if days is not None:
        given["daily"] = {"from": min(days, default="2026-03-01"), "points": points}
    return roots.snapshot(as_of, {name: each for name, each in given.items() if each is not None})


def evaluate(root: Path, ledger: Path, *snapshots: interlock.Snapshot) -> list[Decision]:
    """Judge and record snapshots, each in a transaction of its own."""
    policies, found = interlock.load(root), []
    for each in snapshots:
        with recording_in(ledger) as recorder:
            found.append(policies.recorded(each, recorder))
    return found


def rule(decision: Decision, name: str) -> RuleResult:
    return next(each for verdict in decision.verdicts for each in verdict.rules if each.id == name)


def act(at: str) -> Act:
    return Act("risk desk", "checked by hand", instant(at))
