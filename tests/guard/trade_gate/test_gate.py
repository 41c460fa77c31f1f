"""The trade gate over the policy of the grain desk: permissions, refusals and counters."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock import Gate, GateState, PolicySet, Snapshot
from support.grain import POLICIES
from support.roots import document

TRADE: dict[str, Any] = {
    "confidence": 0.8,
    "expected_profit_pct": 1.0,
    "cost_pct": 0.3,
    "position_value_usd": 1000,
}
ENV = {"GRAIN_MAX_DAILY": None, "GRAIN_MIN_RATIO": None}
ALLOWED = (True, ())


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return interlock.load(POLICIES)


def desk(state: str = "calm", as_of: str = "2026-03-30T06:00:00Z") -> Snapshot:
    metrics = {"market.state": state, "bot.mode": "paper"}
    return Snapshot.parse(document(as_of, metrics, env=ENV), "desk.json")


@pytest.fixture(params=["state", "ledger"])
def gate(request: pytest.FixtureRequest, policies: PolicySet, tmp_path: Path) -> Gate:
    """The gate, its counters kept by the caller or in a ledger: the answers are the same."""
    kept = {"ledger": tmp_path / "ledger.db", "begin": True} if request.param == "ledger" else {}
    return policies.gate("trade", state=GateState.begun("2026-03-28"), desk=desk(), **kept)


def check(gate: Gate, time: str, symbol: str = "WHEAT", **changed: object) -> tuple[bool, tuple[str, ...]]:
    found = gate.check(symbol=symbol, now=f"2026-03-30T{time}Z", **(TRADE | changed))
    assert found.reason == "; ".join(found.reasons)
    return found.allowed, found.reasons


def test_a_trade_is_permitted_once_and_the_interval_runs_from_it(gate: Gate) -> None:
    assert check(gate, "06:30:00") == ALLOWED
    assert check(gate, "06:30:00") == (
        False,
        ("interval: the last allowed decision is 0s old, 4h must pass",),
    )
    assert check(gate, "06:30:00", "MAIZE") == ALLOWED
    reopened = "interval: the last allowed decision is 59m 59s old, 1h must pass"
    assert check(gate, "07:29:59", "ZC") == (False, (reopened,))
    assert check(gate, "07:30:00", "ZC") == ALLOWED


def test_refused_attempts_do_not_restart_the_interval(gate: Gate) -> None:
    assert check(gate, "02:00:00", desk=desk(as_of="2026-03-30T02:00:00Z")) == ALLOWED
    assert check(gate, "05:59:59")[0] is False
    assert check(gate, "06:00:00") == ALLOWED


def test_the_fourth_decision_of_a_day_waits_for_the_next(gate: Gate) -> None:
    for hour in (0, 5, 10):
        at = f"{hour:02}:00:00"
        assert check(gate, at, desk=desk(as_of=f"2026-03-30T{at}Z")) == ALLOWED
    late = desk(as_of="2026-03-30T23:59:59Z")
    reason = "daily-limit: 3 decisions were allowed today, 3 is the limit"
    assert check(gate, "23:59:59", desk=late) == (False, (reason,))
    assert gate.check(symbol="WHEAT", now="2026-03-31T00:00:00Z", desk=late, **TRADE).allowed


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cost_pct": None}, "worth: cannot tell: trade.cost_pct at WHEAT: missing"),
        (
            {"cost_pct": 0.6},
            "worth: the expected profit of 1% is below 2 times the cost of 0.6%",
        ),
        ({"confidence": 0.74}, "confidence: the confidence is 74%, 75% is needed"),
        ({"confidence": None}, "confidence: cannot tell: trade.confidence at WHEAT: missing"),
        (
            {"confidence": math.nan},
            "confidence: cannot tell: trade.confidence at WHEAT: not finite, the call gave no usable number",
        ),
        (
            {"confidence": "0.9"},
            "confidence: cannot tell: trade.confidence at WHEAT: wrong type, the call gave no usable number",
        ),
        (
            {"confidence": True},
            "confidence: cannot tell: trade.confidence at WHEAT: wrong type, the call gave no usable number",
        ),
    ],
)
def test_a_trade_that_is_not_worth_it_is_refused_with_the_reason(
    gate: Gate, changed: dict[str, object], reason: str
) -> None:
    assert check(gate, "06:30:00", **changed) == (False, (reason,))
    assert gate.state.allowed == {}


@pytest.mark.parametrize("value", [8, -0.1, 10**500, Decimal("1e9999"), math.inf])
def test_a_malformed_number_never_permits(gate: Gate, value: object) -> None:
    allowed, reasons = check(gate, "06:30:00", confidence=value)
    assert allowed is False
    assert [each.split(": cannot tell")[0] for each in reasons] == ["confidence"]


def test_two_losses_in_a_row_start_a_cooldown_that_a_win_does_not_shorten(gate: Gate) -> None:
    for time, pnl in (("03:00", -5), ("04:00", 0), ("05:00", -1.5), ("06:00", 3)):
        gate.closed(symbol="ZW", pnl=pnl, now=f"2026-03-30T{time}:00Z")
    reason = "cooldown: 2 losses in a row ended 5h 59m 59s ago, 6h must pass"
    late = desk(as_of="2026-03-30T10:00:00Z")
    assert check(gate, "10:59:59", desk=late) == (False, (reason,))
    assert check(gate, "10:59:59", "MAIZE", desk=late) == ALLOWED
    assert check(gate, "11:00:00", desk=late) == ALLOWED


def test_a_closed_market_and_a_desk_that_is_too_old_have_the_last_word(gate: Gate) -> None:
    reason = "closed: the market is closed and has the last word"
    assert check(gate, "06:30:00", desk=desk("closed")) == (False, (reason,))
    assert check(gate, "08:00:00") == ALLOWED
    reason = "closed: cannot tell: market.state: stale, measured at 2026-03-30T06:00:00Z"
    assert check(gate, "12:00:01") == (False, (reason,))


def test_counters_survive_a_restart(policies: PolicySet, tmp_path: Path) -> None:
    gate = policies.gate("trade", state=GateState.begun("2026-03-28"), desk=desk())
    assert check(gate, "06:30:00") == ALLOWED
    gate.state.write(tmp_path / "state.json")
    reopened = policies.gate("trade", state=GateState.read(tmp_path / "state.json"), desk=desk())
    assert check(reopened, "06:31:00") == (
        False,
        ("interval: the last allowed decision is 1m old, 4h must pass",),
    )


def test_a_desk_tells_nothing_of_the_trade(gate: Gate) -> None:
    """What the call does not give is missing, whatever a snapshot says of a trade."""
    values = {
        "trade.confidence": 0.99,
        "trade.cost_pct": 0,
        "trades.pnl": {"covered": ["2026-01-01", "2026-03-30"], "points": []},
    }
    bare = desk()
    form = json.loads(bare.canonical()) | {"scopes": {"symbol": {"WHEAT": values, "ZW": values}}}
    with_trade = Snapshot.parse(json.dumps(form).encode(), "desk.json")
    assert check(gate, "06:30:00", desk=with_trade, confidence=None) == (
        False,
        ("confidence: cannot tell: trade.confidence at WHEAT: missing",),
    )
    assert check(gate, "06:30:00", desk=with_trade) == ALLOWED


def test_a_state_that_has_not_seen_enough_does_not_permit(policies: PolicySet) -> None:
    young = policies.gate("trade", state=GateState.begun("2026-03-30T06:00:00Z"), desk=desk())
    allowed, reasons = check(young, "06:30:00")
    assert (allowed, [each.split(":")[0] for each in reasons]) == (
        False,
        ["interval", "daily-limit", "cooldown"],
    )


def test_a_clock_that_goes_back_does_not_permit(gate: Gate) -> None:
    assert check(gate, "06:30:00") == ALLOWED
    reason = (
        "the clock went back: it is 2026-03-30T06:29:57Z, but the state already knows 2026-03-30T06:30:00Z"
    )
    assert check(gate, "06:29:57") == (False, (reason,))


def test_an_unknown_symbol_is_refused(gate: Gate) -> None:
    with pytest.raises(interlock.UsageError) as caught:
        check(gate, "06:30:00", "WHEAT/US")
    assert str(caught.value) == "`WHEAT/US` is no member of `symbol`: did you mean `WHEAT/USD`?"
    with pytest.raises(interlock.UsageError):
        gate.closed(symbol="RYE", pnl=1)
    assert gate.state == GateState.begun("2026-03-28")


@pytest.mark.parametrize(
    ("pnl", "now", "message"),
    [
        (math.nan, "2026-03-30", "`pnl` is no finite number: `nan`"),
        (
            1,
            "2026-03-27",
            "a trade closed at 2026-03-27T00:00:00Z lies before the state began at 2026-03-28T00:00:00Z",
        ),
        (
            1,
            "2026-03-30T06:00:00",
            "`2026-03-30T06:00:00` is no instant: give seconds since 1970, `2026-03-30T06:00:00Z` "
            "or a datetime with its zone",
        ),
    ],
)
def test_a_malformed_closed_trade_is_refused(gate: Gate, pnl: float, now: str, message: str) -> None:
    with pytest.raises(interlock.UsageError) as caught:
        gate.closed(symbol="WHEAT", pnl=pnl, now=now)
    assert str(caught.value) == message


def test_a_policy_that_is_no_gate_for_trades_is_refused(policies: PolicySet) -> None:
    state = GateState.begun("2026-03-28")
    with pytest.raises(interlock.UsageError) as caught:
        policies.gate("live-start", state=state)
    message = "`live-start` is no gate for trades: it is not judged for each member of a scope"
    assert str(caught.value) == message
    with pytest.raises(interlock.UsageError) as caught:
        policies.gate("trades", state=state)
    assert str(caught.value) == "no policy is called `trades`: did you mean `trade`?"


@pytest.mark.parametrize(
    ("as_of", "recorded"),
    [
        ("2026-03-30T06:30:00Z", True),
        ("2026-03-29T06:30:00Z", True),
        ("2026-03-29T06:29:59Z", False),
        ("2020-03-30T06:30:00Z", False),
    ],
)
def test_variables_of_a_desk_of_more_than_a_day_loosen_nothing(
    policies: PolicySet, as_of: str, recorded: bool
) -> None:
    metrics = {"market.state": {"value": "calm", "at": as_of}, "bot.mode": {"value": "paper", "at": as_of}}
    loose = Snapshot.parse(document(as_of, metrics, env={**ENV, "GRAIN_MAX_DAILY": "5"}), "desk.json")
    gate = policies.gate("trade", state=GateState.begun("2026-03-28"), desk=loose)
    found = gate.check(symbol="WHEAT", now="2026-03-30T06:30:00Z", **TRADE)
    assert found.allowed is (as_of == "2026-03-30T06:30:00Z")
    assert ("the snapshot did not record GRAIN_MAX_DAILY" in found.reason) is not recorded


def test_a_desk_that_was_of_the_future_once_permits_nothing(gate: Gate) -> None:
    """Its clock was ahead: when its time has come, what it says is as much older than it says."""
    skewed = (
        "the desk is as of 2026-03-30T09:00:00Z, and was handed in at 2026-03-30T08:00:00Z: check both clocks"
    )
    gate.desk = desk(as_of="2026-03-30T08:00:02Z")
    assert check(gate, "08:00:00") == ALLOWED
    gate.desk = desk(as_of="2026-03-30T09:00:00Z")
    for time in ("08:00:00", "08:30:00", "09:00:00", "09:30:00", "23:00:00"):
        assert check(gate, time, "MAIZE") == (False, (skewed,))
    gate.desk = None
    again = {"desk": desk(as_of="2026-03-30T09:00:00Z")}
    assert check(gate, "10:00:00", "MAIZE", **again) == (False, (skewed,))
    gate.desk = desk(as_of="2026-03-30T08:59:00Z")
    assert check(gate, "10:00:00", "MAIZE") == ALLOWED
