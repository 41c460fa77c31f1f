"""A live start of the healthy desk: whoever removes the kill switch that a guard threw attests its cause first."""

from __future__ import annotations

import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.errors import NotCleared
from interlock.ledger.acts import Act
from interlock.ledger.attestation import attest, new_statement
from interlock.policy.loader import find_root
from support.beginnings import begun
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
AS_OF = "2026-03-30T06:30:00Z"
SWITCH, ALERTS = Path("data/live_kill_switch.txt"), Path("logs/alerts.jsonl")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    sys.path.insert(0, str(ROOT / "examples"))
    import make_desk

    try:
        make_desk.make_desk(tmp_path / "desk", datetime.fromisoformat(AS_OF), make_desk.SCENARIOS["healthy"])
    finally:
        sys.path.remove(str(ROOT / "examples"))
    begun(tmp_path / "ledger.db")
    return tmp_path / "desk"


@pytest.mark.parametrize("policy", ["startup-safety", "live-rollout-readiness"])
def test_a_removed_switch_wants_its_cause(desk: Path, policy: str) -> None:
    policies, ledger = interlock.load(find_root(ROOT / "policies")), desk.parent / "ledger.db"
    clock = instant(AS_OF)

    def start(**environ: str) -> str:
        """Start live, a second after the start before, and return why it is refused."""
        nonlocal clock
        clock += 1
        live = {"LIVE_MODE": "true", "LIVE_SYMBOL_ALLOWLIST": "ETH/USDT", **environ}
        try:
            found = interlock.require(
                policy,
                root=desk,
                environment="live",
                ledger=ledger,
                policies=policies,
                environ=live,
                now=lambda: clock,
            )
        except NotCleared as problem:
            return str(problem)
        assert found.open
        return ""

    def attested() -> None:
        declared = policies.root.attestations["kill-switch-cause"]
        act = Act("risk desk", "the allowlist was lost", clock + Decimal("0.5"))
        attest(ledger, declared, new_statement(declared, "risk", {}, act))

    assert start() == ""
    assert "is NO_GO" in start(LIVE_SYMBOL_ALLOWLIST="")
    assert (desk / SWITCH).exists()
    assert '"kill switch thrown by interlock guard: ' in (desk / ALERTS).read_text("utf-8").splitlines()[-1]
    (desk / SWITCH).unlink()
    assert "`kill-switch-cause` is not attested since" in start()
    (desk / SWITCH).unlink()
    attested()
    assert start() == ""
    (desk / SWITCH).touch()
    assert "kill switch is active" in start()
    (desk / SWITCH).unlink()
    assert "`kill-switch-cause` is not attested since" in start()
    (desk / SWITCH).unlink()
    attested()
    assert "LIVE_KILL_SWITCH is set" in start(LIVE_KILL_SWITCH="1")
    (desk / SWITCH).unlink()
    assert "`kill-switch-cause` is not attested since" in start()
    (desk / SWITCH).unlink()
    attested()
    assert start() == ""
