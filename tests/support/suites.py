"""A small policy root with its tests documents, made of texts."""

from __future__ import annotations

from pathlib import Path

from interlock.diagnostics import Collector, render
from interlock.policy.loader import PolicyRoot
from interlock.testing.policies.model import Suite
from interlock.testing.policies.runner import CaseResult, CaseRunner
from interlock.testing.suite_reader import read_suites

from . import roots

ROOT = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  kill.active: {type: bool, max_age: 5m}
  kill.source: {type: enum, values: [none, file], ordered: false}
  hit_rate: {type: ratio, range: [0, 1], min_n: 100, max_age: 8d}
  heartbeat.at: {type: timestamp, max_age: never}
  daily: {type: ratio, range: [-1, 10], every: 1d, lag: 6h}
  alerts: {type: event, slack: 1h}
  route.ok: {type: bool, every: event, slack: 1h}
  jobs:
    every: event
    slack: 1h
    record: {outcome: {type: enum, ordered: false, values: [win, loss]}, size: {type: integer}}
  trade.confidence: {type: ratio, range: [0, 1], scope: symbol}
  unread: {type: integer}
scopes:
  symbol: {members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTCUSD]}}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: A gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
params:
  min_rate: 55%
  max_age: 2h
  bad_day: -3%
let:
  bad_run: streak(daily < bad_day)
rules:
  - id: kill
    require: not kill.active
    reason: the switch is set by {{ kill.source }}
  - id: rate
    require: hit_rate >= min_rate
    else: WAIT
  - id: alive
    require: age(heartbeat.at) < max_age
    else: WAIT
  - id: bad-days
    when: bad_run >= 2
    unknown: WAIT
  - id: quiet
    require: count(alerts, within=14d) < 1
    else: WAIT
""",
    "trade.yaml": """\
policy: trade
version: 1.0.0
title: A trade
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
params:
  min_confidence: {value: 60%, per: {BTC-USD: 75%}}
rules:
  - {id: confidence, require: trade.confidence >= min_confidence}
""",
}
BASE = """\
tests: gate
base:
  as_of: 2026-03-30T06:00:00Z
  set:
    kill.active: false
    kill.source: none
    hit_rate: {value: 57%, n: 412}
    heartbeat.at: -10m
    daily: [0.5% x5]
    alerts: []
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the root with these files besides; return it."""
    return roots.write(folder, ROOT, files)


def read(root: Path) -> tuple[PolicyRoot, tuple[Suite, ...], Collector]:
    """Read the root and its tests."""
    found, collector = roots.read(root)
    return found, read_suites(found, collector), collector


def complaints(folder: Path, text: str) -> str:
    """Return every complaint about a tests document."""
    _, _, collector = read(write(folder, {"t.yaml": text}))
    return "\n".join(render(each, collector.sources) for each in collector.sorted())


def results(folder: Path, text: str) -> tuple[CaseResult, ...]:
    """Run a tests document that is sound."""
    root, suites, collector = read(write(folder, {"t.yaml": text}))
    assert [render(each, collector.sources) for each in collector.sorted()] == []
    return CaseRunner(root).run(suites)
