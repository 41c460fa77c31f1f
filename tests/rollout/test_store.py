"""What fired a rollback: also a latch in a policy that the rollback policy composes, on any level."""

from __future__ import annotations

from pathlib import Path

import interlock
from interlock.evaluation.deciding.memory import Latch
from interlock.ledger.state.state import State
from interlock.rollout.gates import RolloutGate
from interlock.rollout.store import trigger_of
from support.roots import instant, write

HEAD = "version: 1.0.0\ntitle: a\nowner: risk\nverdicts: [STAY, BACK]\n"
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": "metrics:\n  live: {type: bool, max_age: 1h}\n",
    "back.yaml": f"policy: back\n{HEAD}rules: [{{id: one, policy: middle, reaches: BACK}}]\n",
    "middle.yaml": f"policy: middle\n{HEAD}rules: [{{id: two, policy: deep, reaches: BACK}}]\n",
    "deep.yaml": f"policy: deep\nformerly: [old]\n{HEAD}rules: [{{id: three, when: live, latch: true}}]\n",
    "other.yaml": f"policy: other\n{HEAD}rules: [{{id: four, when: live, latch: true}}]\n",
}


def test_a_latch_beneath_the_rollback_policy_is_named(tmp_path: Path) -> None:
    policies, state, at = (
        interlock.load(write(tmp_path, FILES)).policies,
        State(),
        instant("2026-03-30T06:00:00Z"),
    )
    for key in (("old", "", "three"), ("deep", "BTC-USD", "three"), ("other", "", "four")):
        state.latches[key] = Latch(at, "BACK", "live is true")
    told = "live is true (2026-03-30T06:00:00Z)"
    assert (
        trigger_of(RolloutGate("back"), policies, state)
        == f"deep/three at BTC-USD: {told}; old/three: {told}"
    )
    assert trigger_of(RolloutGate("other"), policies, state) == ""
    assert trigger_of(RolloutGate("gone"), policies, state) == ""
