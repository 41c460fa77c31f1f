"""Trade gates that judge nothing, share their ledger, or cannot be made."""

from __future__ import annotations

from pathlib import Path

import pytest

import interlock
from interlock import GateState
from interlock.errors import UsageError
from support.beginnings import recording_in
from support.roots import snapshot, write

CATALOGUE = """\
metrics:
  open: {type: bool, max_age: 1h}
  decisions.allowed: {type: bool, every: event, scope: symbol}
  trades.pnl: {type: number, every: event, scope: symbol}
scopes:
  symbol: {members: [BTC-USD]}
"""
GATE = """\
policy: trade
version: 1.0.0
title: a
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
params: {pause: PAUSE}
rules:
  - {id: interval, applies: open, require: since(decisions.allowed) >= pause}
"""
NOW = "2026-03-30T06:00:00Z"


def load(folder: Path, pause: str = "4h") -> interlock.PolicySet:
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE}
    return interlock.load(write(folder, files, {"trade.yaml": GATE.replace("PAUSE", pause)}))


def test_a_gate_whose_rules_do_not_apply_permits_nothing(tmp_path: Path) -> None:
    gate = load(tmp_path).gate("trade", state=GateState.begun("2026-03-29"))
    closed = snapshot(NOW, {"open": False})
    found = gate.check(symbol="BTC-USD", now=NOW, desk=closed)
    assert (found.allowed, found.reasons) == (False, ("no rule applies: nothing was judged",))
    assert found.verdict is None and gate.state.allowed == {}
    dated = snapshot(NOW, {"open": {"value": True, "at": "2026-03-30T05:00:00Z"}})
    gate.desk = dated
    assert gate.desk is dated
    assert gate.check(symbol="BTC-USD", now=NOW).allowed
    late = gate.check(symbol="BTC-USD", now="2026-03-30T10:00:01Z", desk=dated)
    assert (late.allowed, late.reasons) == (False, ("no rule applies: nothing was judged",))


def test_a_gate_without_a_value_that_its_policy_needs_is_not_made(tmp_path: Path) -> None:
    policies = load(tmp_path, "{required: true, type: duration}")
    with pytest.raises(UsageError) as problem:
        policies.gate("trade", state=GateState.begun("2026-03-29"))
    assert str(problem.value) == (
        "not evaluated: `trade` needs a value for `pause`: give it in an environment (`--environment NAME`)"
    )


def test_other_entries_of_the_ledger_are_no_counters(tmp_path: Path) -> None:
    policies, ledger = load(tmp_path), tmp_path / "ledger.db"
    gate = policies.gate("trade", ledger=ledger, begin=True, state=GateState.begun("2026-03-29"))
    opened = snapshot(NOW, {"open": True})
    assert gate.check(symbol="BTC-USD", now=NOW, desk=opened).allowed
    with recording_in(ledger) as recorder:
        recorder.append(NOW, "verdict", {"evaluation": 1})
        again = {"policy": "trade", "state": GateState.begun("2026-03-29").to_json()}
        recorder.append(NOW, "gate", again)  # by hand: a gate begins once
    found = gate.check(symbol="BTC-USD", now="2026-03-30T06:30:00Z", desk=opened)
    assert (found.allowed, found.reason[:30]) == (False, "interval: since(decisions.allo")
    reopened = policies.gate("trade", ledger=ledger)
    assert not reopened.check(symbol="BTC-USD", now="2026-03-30T06:31:00Z", desk=opened).allowed
