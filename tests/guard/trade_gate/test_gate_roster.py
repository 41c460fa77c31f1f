"""A gate whose state knows trades under a name that the roster no longer has, or of two gates that became one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock import Gate, GateState, Permission, PolicySet
from interlock.errors import UsageError
from interlock.guard.trade_gate.gate_state import instant
from support.roots import snapshot, write

CATALOGUE = """\
metrics:
  decisions.allowed: {type: event, scope: symbol, source: false, doc: allowed decisions}
  trades.pnl: {type: number, every: event, scope: symbol, source: false, doc: closed trades}
  symbols: {type: set, of: symbol, max_age: 1h, doc: what is traded}
scopes:
"""
POLICY = """\
policy: NAME
version: 1.0.0
MOREtitle: One at a time, and none after losses
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
rules:
  - {id: cooldown, require: "since(run(trades.pnl < 0) >= 2) >= 2h"}
  - {id: interval, require: since(decisions.allowed) >= 1h}
"""
BEGUN = "2026-03-28T00:00:00Z"
LOST = ("2026-03-30T10:00:00Z", "2026-03-30T10:30:00Z")
OLD = "{members: [BTC-USD, ETH-USD]}"
RENAMED = "{members: [BTCUSDT, ETH-USD]}"


def load(folder: Path, scope: str, *names: str, more: str = "") -> PolicySet:
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": f"{CATALOGUE}  symbol: {scope}\n"}
    policies = {f"{name}.yaml": POLICY.replace("NAME", name).replace("MORE", more) for name in names}
    return interlock.load(write(folder, {**files, **policies}))


def check(gate: Gate, time: str, symbol: str = "BTCUSDT") -> Permission:
    return gate.check(symbol=symbol, now=f"2026-03-30T{time}Z")


def state_after_losses(folder: Path) -> str:
    """The state of a gate that closed two trades with a loss, and allowed one decision before."""
    gate = load(folder, OLD, "trade").gate("trade", state=GateState.begun(BEGUN))
    assert check(gate, "09:00:00", "BTC-USD").allowed
    for each in LOST:
        gate.closed(symbol="BTC-USD", pnl=-5, now=each)
    assert not check(gate, "11:00:00", "BTC-USD").allowed
    return gate.state.to_json()


def test_a_symbol_that_is_renamed_without_an_alias_permits_nothing_within_the_windows(tmp_path: Path) -> None:
    text = state_after_losses(tmp_path / "old")
    gate = load(tmp_path / "new", RENAMED, "trade").gate("trade", state=GateState.from_json(text))
    for symbol in ("BTCUSDT", "ETH-USD"):
        found = check(gate, "11:00:00", symbol)
        assert (found.allowed, len(found.reasons)) == (False, 1)
        assert found.reason == (
            f"cooldown: cannot tell: trades.pnl at {symbol}: torn source, `BTC-USD` is not on the roster,"
            " and what it did until 2026-03-30T10:30:00Z may be of this symbol"
        )


def test_what_is_older_than_every_window_closes_no_gate(tmp_path: Path) -> None:
    text = state_after_losses(tmp_path / "old")
    gate = load(tmp_path / "new", RENAMED, "trade").gate("trade", state=GateState.from_json(text))
    assert not check(gate, "12:30:00").allowed  # the loss itself may be of this symbol
    assert check(gate, "12:30:01").allowed
    assert not check(gate, "13:00:00").allowed
    assert check(gate, "13:00:00", "ETH-USD").allowed


def test_a_trade_of_this_instant_under_another_name_permits_nothing(tmp_path: Path) -> None:
    text = state_after_losses(tmp_path / "old")
    gate = load(tmp_path / "new", RENAMED, "trade").gate("trade", state=GateState.from_json(text))
    assert not check(gate, "10:30:00").allowed
    found = check(gate, "10:29:57")
    late = "it is 2026-03-30T10:29:57Z, but the state already knows 2026-03-30T10:30:00Z"
    assert (found.allowed, found.reason) == (False, f"the clock went back: {late}")


@pytest.mark.parametrize(
    ("scope", "symbol", "allowed"),
    [
        ("{members: [BTCUSDT, ETH-USD], aliases: {BTCUSDT: [BTC-USD]}}", "BTCUSDT", False),
        ("{members: [BTCUSDT, ETH-USD], aliases: {BTCUSDT: [BTC-USD]}}", "ETH-USD", True),
        ("{members: [BTCUSDT, ETH-USD], others: ignore}", "BTCUSDT", True),
        ("{members: [BTCUSDT, ETH-USD], open: true}", "BTCUSDT", True),
    ],
)
def test_an_alias_or_a_scope_that_ignores_others_answers_for_the_name(
    tmp_path: Path, scope: str, symbol: str, allowed: bool
) -> None:
    text = state_after_losses(tmp_path / "old")
    gate = load(tmp_path / "new", scope, "trade").gate("trade", state=GateState.from_json(text))
    assert check(gate, "11:00:00", symbol).allowed is allowed


@pytest.mark.parametrize(
    ("symbols", "allowed"), [(["BTC-USD", "ETH-USD"], True), (["BTCUSDT", "ETH-USD"], False), (None, False)]
)
def test_a_measured_roster_answers_for_the_names_too(
    tmp_path: Path, symbols: list[str] | None, allowed: bool
) -> None:
    text = state_after_losses(tmp_path / "old")
    policies = load(tmp_path / "new", "{members_from: symbols}", "trade")
    gate = policies.gate("trade", state=GateState.from_json(text))
    gate.desk = snapshot("2026-03-30T10:59:00Z", {} if symbols is None else {"symbols": symbols})
    assert check(gate, "11:00:00", "ETH-USD").allowed is allowed


JOINED = "formerly: [second]\n"


def gates(folder: Path, ledger: Path) -> None:
    """Two gates over one ledger: the second begins with two losses and a decision that its state already knows."""
    policies = load(folder, OLD, "first", "second")
    policies.gate("first", ledger=ledger, state=GateState.begun(BEGUN), begin=True)
    state = GateState.from_json(state_after_losses(folder / "losses"))
    second = policies.gate("second", ledger=ledger, state=state)
    assert not check(second, "11:00:00", "BTC-USD").allowed


def test_two_gates_that_become_one_know_what_both_knew(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    gates(tmp_path / "two", ledger)
    gate = load(tmp_path / "one", OLD, "first", more=JOINED).gate("first", ledger=ledger)
    assert check(gate, "11:00:00", "ETH-USD").allowed
    gate.closed(symbol="BTC-USD", pnl=3, now="2026-03-30T11:30:00Z")
    found = check(gate, "12:29:59", "BTC-USD")
    assert (found.allowed, len(found.reasons)) == (False, 1)
    assert found.reason.startswith("cooldown: ")
    assert check(gate, "12:30:00", "BTC-USD").allowed
    assert [len(each) for each in gate.state.trades.values()] == [3]
    assert GateState.from_json(gate.state.to_json()) == gate.state


@pytest.mark.parametrize("late", ["first", "second"])
def test_two_gates_that_become_one_know_nothing_from_before_the_later_began(
    tmp_path: Path, late: str
) -> None:
    ledger, states = tmp_path / "l.db", {"first": BEGUN, "second": BEGUN, late: "2026-03-30T10:15:00Z"}
    begin = True
    for name, began in states.items():
        state = GateState.begun(began)
        if name != late:
            state.close("BTC-USD", instant("2026-03-30T10:00:00Z"), Decimal(-5))
        policies = load(tmp_path / name, OLD, "first", "second")
        policies.gate(name, ledger=ledger, state=state, begin=begin)
        begin = False
    gate = load(tmp_path / "one", OLD, "first", more=JOINED).gate("first", ledger=ledger)
    assert gate.state == GateState(instant("2026-03-30T10:15:00Z"), {}, {"BTC-USD": []})
    assert not check(gate, "11:00:00", "BTC-USD").allowed
    assert check(gate, "12:15:00", "BTC-USD").allowed


def test_a_gate_that_no_longer_says_its_former_name_is_not_made(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    load(tmp_path / "a", OLD, "second").gate(
        "second", ledger=ledger, state=GateState.begun(BEGUN), begin=True
    )
    renamed = load(tmp_path / "b", OLD, "first", more=JOINED).gate("first", ledger=ledger)
    assert check(renamed, "11:00:00", "BTC-USD").allowed
    with pytest.raises(UsageError) as problem:
        load(tmp_path / "c", OLD, "first").gate("first", ledger=ledger)
    assert str(problem.value) == (
        "entry 3 of the ledger is of the gate `first`, which began under another name: say with `formerly` which"
    )
