"""The shipped trade gate on a live trade: the switch, the level and the list of symbols have the last word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock import Gate, GateState, PolicySet, Snapshot
from interlock.policy.loader import find_root

ENV = {"PAPER_LIVE_TURNOVER_MIN_RATIO": None, "PAPER_LIVE_TURNOVER_MAX_DAILY": None}
NOW = "2026-03-30T06:00:00Z"
DESK = {
    "live.mode": True,
    "paper.mode": "live",
    "kill_switch.active": False,
    "live.allowlist": ["ETH/USDT"],
    "capital.level": "normal",
}


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return interlock.load(find_root(Path(__file__).parents[2] / "policies"))


def gate(policies: PolicySet, at: str = NOW, **changed: object) -> Gate:
    metrics = {
        name: {"value": value, "at": at} for name, value in {**DESK, **changed}.items() if value is not None
    }
    document = {"interlock": 1, "as_of": at, "metrics": metrics, "env": ENV}
    desk = Snapshot.parse(json.dumps(document).encode(), "desk.json")
    return policies.gate("turnover-gate", state=GateState.begun("2026-03-01"), desk=desk)


def asked(gate: Gate, symbol: str = "ETH-USD") -> list[str]:
    found = gate.check(symbol=symbol, confidence=0.9, expected_profit_pct=1, cost_pct=0.1, now=NOW)
    assert found.allowed is not bool(found.reasons)
    return [each.partition(": ")[0] for each in found.reasons]


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({}, []),
        ({"kill_switch.active": True}, ["live-kill-switch"]),
        ({"kill_switch.active": None}, ["live-kill-switch"]),
        ({"capital.level": "caution"}, []),
        ({"capital.level": "crisis"}, ["live-capital"]),
        ({"capital.level": None}, ["live-capital", "lockdown"]),
        ({"live.allowlist": ["BTC-USD"]}, ["live-symbol"]),
        ({"live.allowlist": []}, ["live-symbol"]),
        ({"live.allowlist": ["ETH-USD", "DOGE-USD"]}, ["live-symbol"]),
        ({"live.allowlist": None}, ["live-symbol"]),
    ],
)
def test_a_live_trade(policies: PolicySet, changed: dict[str, object], rules: list[str]) -> None:
    assert asked(gate(policies, **changed)) == rules
    on_paper = {"live.mode": False, "paper.mode": "paper_live", **changed}
    assert asked(gate(policies, **on_paper)) == [each for each in rules if not each.startswith("live-")]


def test_a_switch_that_was_seen_six_minutes_ago_is_unknown(policies: PolicySet) -> None:
    assert asked(gate(policies, "2026-03-30T05:55:00Z")) == []
    old = asked(gate(policies, "2026-03-30T05:54:59Z"))
    assert old == ["live-kill-switch", "live-symbol"]
