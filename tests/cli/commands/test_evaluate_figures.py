"""Peaks, falls, quantiles and roots open no gate over what is missing: from the command line to the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import Command

CATALOGUE = """\
metrics:
  equity:  {type: money, currency: USD, every: 1d, began: 2026-03-25, doc: of the account}
  balance: {type: money, currency: USD, every: event, began: 2026-03-25, doc: after each trade}
  latency: {type: duration, every: 1d, began: 2026-03-25, range: [0s, 1h], doc: of orders}
  noise:   {type: number, max_age: 1d, doc: variance of the returns}
"""
POLICY = """\
policy: gate
version: 1.0.0
title: May it trade?
owner: risk
# best to worst
verdicts: [GO, NO_GO]
params:
  level: {value: 50%, override: {env: LEVEL}, range: [0%, 100%]}
rules:
  - id: only
    require: CONDITION
"""
DAYS = ("2026-03-25", "2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29")
SPAN = ["2026-03-25T00:00:00Z", "2026-03-30T00:00:00Z"]
FALL = "max(drawdown(equity), last=3) < 10%"
BALANCE = "max(drawdown(balance), within=2d) < 10%"
SLOW = "quantile(latency, level, last=5) <= 2s"
LEAST = "last(peak(equity)) < 150USD"


def daily(*values: float | None) -> dict[str, object]:
    return {"points": [{"at": day, "value": each} for day, each in zip(DAYS, values, strict=True) if each]}


def events(covered: list[str], *values: float) -> dict[str, object]:
    points = [{"at": f"{day}T12:00:00Z", "value": each} for day, each in zip(DAYS, values, strict=True)]
    return {"covered": covered, "points": points}


@pytest.mark.parametrize(
    ("condition", "metrics", "level", "outcome"),
    [
        (FALL, {"equity": daily(90, 95, 100, 98, 97)}, "", "pass"),
        (FALL, {"equity": daily(120, 95, 100, 98, 97)}, "", "fail"),
        (FALL, {"equity": daily(None, 95, 100, 98, 97)}, "", "unknown"),
        (FALL, {"equity": daily(90, 95, None, 98, 97)}, "", "unknown"),
        (FALL, {"equity": daily(90, 95, 100, 98, None)}, "", "unknown"),
        (FALL, {"equity": daily(-5, -7, -9, -20, -40)}, "", "unknown"),
        (FALL, {"equity": {"points": []}}, "", "unknown"),
        (FALL, {}, "", "unknown"),
        (LEAST, {"equity": daily(90, 95, 100, 98, 97)}, "", "pass"),
        (LEAST, {"equity": daily(90, None, 100, 98, 97)}, "", "unknown"),
        (BALANCE, {"balance": events(SPAN, 90, 95, 100, 98, 97)}, "", "pass"),
        (BALANCE, {"balance": events(["2026-03-26T00:00:00Z", SPAN[1]], 90, 95, 100, 98, 97)}, "", "unknown"),
        (BALANCE, {"balance": events([SPAN[0], "2026-03-28T13:00:00Z"], 90, 95, 100, 98, 97)}, "", "unknown"),
        (SLOW, {"latency": daily(1, 1, 2, 9, 9)}, None, "pass"),
        (SLOW, {"latency": daily(1, 1, 2, 9, 9)}, "75%", "fail"),
        (SLOW, {"latency": daily(1, 1, 2, 9, 9)}, "101%", "unknown"),
        (SLOW, {"latency": daily(1, 1, 2, 9, 9)}, "most", "unknown"),
        (SLOW, {"latency": daily(1, 2, 9, 9, None)}, None, "unknown"),
        (SLOW, {"latency": daily(1, 1, 2, 1, None)}, None, "pass"),
        ("median(latency, last=5) <= 2s", {"latency": daily(1, None, None, None, 1)}, None, "unknown"),
        ("sqrt(noise) < 3", {"noise": 4}, "", "pass"),
        ("sqrt(noise) < 3", {"noise": -4}, "", "unknown"),
        ("sqrt(noise) < 3", {"noise": "NaN"}, "", "unknown"),
        ("sqrt(noise) < 3", {}, "", "unknown"),
    ],
)
def test_what_is_missing_opens_nothing(
    command: Command, tmp_path: Path, condition: str, metrics: dict[str, object], level: str, outcome: str
) -> None:
    root = tmp_path / "policies"
    root.mkdir()
    (root / "interlock.yaml").write_text("interlock: 1\n", encoding="utf-8")
    (root / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    (root / "gate.yaml").write_text(POLICY.replace("CONDITION", condition), encoding="utf-8")
    snapshot = {"interlock": 1, "as_of": SPAN[1], "metrics": metrics, "env": {"LEVEL": level}}
    (tmp_path / "s.json").write_text(json.dumps(snapshot), encoding="utf-8")
    done = command("evaluate", tmp_path / "s.json", "--policies", root, "--historic", "--format", "json")
    verdict = json.loads(done.out)["verdicts"][0]
    assert (verdict["rules"][0]["outcome"], done.code) == (outcome, int(outcome != "pass"))
