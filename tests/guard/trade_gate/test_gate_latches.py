"""A trade gate permits nothing while its ledger holds a latch that its policy, or one beneath it, once set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import interlock
from interlock import GateState
from interlock.ledger.acts import Act, rearm
from support.beginnings import begun, recording_in
from support.roots import instant, snapshot, write

NOW = "2026-03-30T06:00:00Z"
LATER = "2026-03-30T06:05:00Z"
HEAD = "version: 1.0.0\ntitle: a\nowner: risk\nverdicts: [ALLOW, BLOCK]\nfor_each: symbol\n"
LATCH = "rules: [{id: loss, when: loss > 5, latch: true}, {id: open, require: open}]\n"
PLAIN = "rules: [{id: loss, when: loss > 5}, {id: open, require: open}]\n"
GONE = "rules: [{id: open, require: open}]\n"
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  open: {type: bool, max_age: 1h}
  loss: {type: number, scope: symbol, max_age: 1h}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
""",
}
GATE = "policy: trade\n" + HEAD
CHILD = "policy: child\n" + HEAD
OVER = GATE + "rules: [{id: child, policy: child, at_worst: ALLOW}]\n"
TOLD = "`{} at BTC-USD` is latched in the ledger: re-arm it with `interlock log rearm`"


def desk(at: str, loss: int) -> interlock.Snapshot:
    members = {"BTC-USD": {"loss": loss}, "ETH-USD": {"loss": 1}}
    return snapshot(at, {"open": True}, scopes={"symbol": members})


def latched(folder: Path, policies: Mapping[str, str]) -> Path:
    """Latch the rule `loss` at one symbol; return the ledger."""
    ledger = folder / "ledger.db"
    begun(ledger)
    root = interlock.load(write(folder / "old", FILES, policies))
    with recording_in(ledger) as recorder:
        root.recorded(desk(NOW, 9), recorder)
    return ledger


def asked(folder: Path, ledger: Path, policies: Mapping[str, str]) -> tuple[bool, str]:
    gate = interlock.load(write(folder / "new", FILES, policies)).gate(
        "trade", ledger=ledger, desk=desk(LATER, 1), state=GateState.begun("2026-03-29")
    )
    found = gate.check(symbol="ETH-USD", now=LATER)
    return found.allowed, found.reason


@pytest.mark.parametrize("rules", [PLAIN, GONE])
def test_a_latch_of_the_policy_stays_without_its_key_or_its_rule(tmp_path: Path, rules: str) -> None:
    ledger = latched(tmp_path, {"trade.yaml": GATE + LATCH})
    now = {"trade.yaml": GATE + rules}
    assert asked(tmp_path, ledger, now) == (False, TOLD.format("trade/loss"))
    rearm(ledger, "trade", "loss", None, Act("ann", "looked", instant(LATER)))
    assert asked(tmp_path, ledger, now) == (True, "")


def test_a_gate_at_work_sees_a_latch_and_its_end(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    begun(ledger)
    gate = interlock.load(write(tmp_path / "new", FILES, {"trade.yaml": GATE + PLAIN})).gate(
        "trade", ledger=ledger, desk=desk(LATER, 1), state=GateState.begun("2026-03-29")
    )
    assert gate.check(symbol="BTC-USD", now=LATER).allowed
    latched(tmp_path, {"trade.yaml": GATE + LATCH})
    found = gate.check(symbol="BTC-USD", now=LATER)
    assert (found.allowed, found.reason) == (False, TOLD.format("trade/loss"))
    rearm(ledger, "trade", "loss", None, Act("ann", "looked", instant(LATER)))
    assert gate.check(symbol="BTC-USD", now=LATER).allowed


@pytest.mark.parametrize(
    "now",
    [
        {"trade.yaml": OVER, "child.yaml": CHILD + PLAIN},
        {
            "trade.yaml": OVER.replace("policy: child,", "policy: kid,"),
            "child.yaml": "policy: kid\nformerly: [child]\n" + HEAD + PLAIN,
        },
        {"trade.yaml": GATE + PLAIN},
    ],
    ids=["composed", "renamed", "gone"],
)
def test_so_does_one_beneath_it_under_any_name_and_of_a_policy_that_is_gone(
    tmp_path: Path, now: Mapping[str, str]
) -> None:
    ledger = latched(tmp_path, {"trade.yaml": OVER, "child.yaml": CHILD + LATCH})
    assert asked(tmp_path, ledger, now) == (False, TOLD.format("child/loss"))


def test_a_latch_of_a_policy_that_the_gate_does_not_judge_is_not_its_own(tmp_path: Path) -> None:
    ledger = latched(tmp_path, {"child.yaml": CHILD + LATCH})
    assert asked(tmp_path, ledger, {"trade.yaml": GATE + PLAIN, "child.yaml": CHILD + LATCH}) == (True, "")
