"""Each scenario of the desk gets its verdicts, from artefacts through collection to the reason."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical
from interlock.evaluation.verdict import Verdict
from interlock.policy.loader import find_root
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
AS_OF = "2026-03-30T06:30:00Z"
RUNBOOKS = ("phase-2b-operations", "experiment-0-rollout")

HEALTHY = {
    "alert-silence": "QUIET",
    "capital-preservation": "NORMAL",
    "daily-health-report": "HEALTHY",
    "daily-report": "FRESH",
    "experiment-0-canary": "NOT_APPLICABLE",
    "experiment-0-exit": "NOT_APPLICABLE",
    "experiment-0-full": "NOT_APPLICABLE",
    "experiment-0-invariants": "HELD",
    "experiment-0-kpis at BTC-USD": "NOT_APPLICABLE",
    "experiment-0-kpis at ETH-USD": "NOT_APPLICABLE",
    "experiment-0-rollback": "CONTINUE",
    "experiment-0-rollback-verified": "PENDING",
    "experiment-0-telemetry": "PASS",
    "live-rollout-readiness": "GO",
    "overall-readiness": "GO",
    "paper-heartbeat": "RECENT",
    "phase-2c-promotion": "NO_GO",
    "pre-launch-checklist": "NOT_READY",
    "rl-authority": "INTACT",
    "shadow-collection": "OK",
    "shadow-daily-health": "HEALTHY",
    "shadow-weekly-evidence": "REVIEW",
    "startup-safety": "ALLOW_LIVE",
    "turnover-gate at BTC-USD": "ALLOW",
    "turnover-gate at ETH-USD": "ALLOW",
    "weekly-archive": "COMPLETE",
    "weight-clamp": "WITHIN",
}
"""When nothing is wrong: only acts of people and later phases are missing, and the edge of BTC fell."""

TORN = "cannot tell: {}: torn source, line 41 of data/rl/shadow_decisions.jsonl is not JSON, column 15"
NOT_READY = {"live-rollout-readiness": "CONDITIONAL", "startup-safety": "BLOCK_LIVE"}
KILLED = {"live-rollout-readiness": "NO_GO", "startup-safety": "BLOCK_LIVE"}
BLOCKED = {"turnover-gate at BTC-USD": "BLOCK"}
LOST = "cannot tell: {}: missing, no row of `{}` for 2026-02-16T00:00:00Z to 2026-02-23T00:00:00Z"
REGIMES = LOST.format("regimes.observed", "weekly-evidence")

READY, GATE, PROMOTION = "live-rollout-readiness", "turnover-gate at BTC-USD", "phase-2c-promotion"
SCENARIOS: dict[str, tuple[dict[str, str], str, dict[str, str]]] = {
    "healthy": ({}, READY, {}),
    "healthy-12-weeks": (
        {"shadow-weekly-evidence": "CLEAR"},
        READY,
        {},
    ),
    "streak-one-day-short": (
        NOT_READY,
        READY,
        {"paper-streak": "paper trading has run 13 complete days in a row, 14 are needed"},
    ),
    "kill-switch-file": (KILLED, READY, {"kill-switch": "the kill switch is active, set by file"}),
    "kill-switch-environment": (
        KILLED,
        READY,
        {"kill-switch": "the kill switch is active, set by environment"},
    ),
    "lockdown": (
        {
            "capital-preservation": "LOCKDOWN",
            "daily-health-report": "CRITICAL",
            "overall-readiness": "NO_GO",
            "shadow-daily-health": "CRITICAL",
            "turnover-gate at BTC-USD": "BLOCK",
            "turnover-gate at ETH-USD": "BLOCK",
            **KILLED,
        },
        READY,
        {
            "capital-preservation": "capital preservation stands at lockdown",
            "shadow-health": "the collection of shadow data is in a critical state",
        },
    ),
    "heartbeat-two-hours": (
        {
            "overall-readiness": "CONDITIONAL",
            "paper-heartbeat": "SILENT",
            "shadow-collection": "WARNING",
            "shadow-daily-health": "WARNING",
            **NOT_READY,
        },
        READY,
        {"heartbeat": "the last heartbeat is 2h old, it must be younger than 2h"},
    ),
    "heartbeat-under-two-hours": ({}, READY, {}),
    "block-rate-5": ({}, READY, {}),
    "block-rate-below-5": (
        NOT_READY,
        READY,
        {"block-rate-low": "the turnover governor blocked 4.938% of the attempts of 7d, less than 5%"},
    ),
    "block-rate-70": ({}, READY, {}),
    "block-rate-above-70": (
        NOT_READY,
        READY,
        {"block-rate-high": "the turnover governor blocked 70.12% of the attempts of 7d, more than 70%"},
    ),
    "drawdown-5": (
        {},
        PROMOTION,
        {"drawdown": "the largest drawdown is 5%, it must be below 5%"},
    ),
    "ten-positive-weeks": ({}, PROMOTION, {}),
    "nine-positive-weeks": (
        {},
        PROMOTION,
        {"weekly-edge": "9 of the last twelve weeks have an edge, 10 are needed"},
    ),
    "missing-weekly-report": (
        {"weekly-archive": "UNKNOWN"},
        PROMOTION,
        {
            "reports-archived": "cannot tell: weekly.archived: missing at 2026-02-16",
            "regimes-majority": REGIMES,
            "regimes-several": REGIMES,
            "cumulative-edge": LOST.format("shadow.delta_pnl", "weekly-evidence"),
            "hit-rate": LOST.format("shadow.hit_rate", "weekly-evidence"),
            "weeks-collected": LOST.format("programme.weeks", "weekly-evidence"),
            "drawdown": LOST.format("shadow.weekly_drawdown", "weekly-evidence"),
        },
    ),
    "torn-shadow-log": (
        {
            "daily-health-report": "WARNING",
            "overall-readiness": "CONDITIONAL",
            "experiment-0-telemetry": "HOLD",
            "shadow-collection": "WARNING",
            "shadow-daily-health": "WARNING",
            **NOT_READY,
        },
        READY,
        {
            "block-rate-high": TORN.format("turnover.blocked"),
            "block-rate-low": TORN.format("turnover.blocked"),
        },
    ),
    "two-days-at-3": ({}, "experiment-0-rollback", {}),
    "two-days-beyond-3": (
        {
            "experiment-0-rollback": "ROLLBACK",
        },
        "experiment-0-rollback",
        {"money": "a hard trigger on money has fired; the rules of hard-triggers say which"},
    ),
    "btc-at-its-limits": ({}, GATE, {}),
    "btc-interval": (
        BLOCKED,
        GATE,
        {"interval": "the last allowed decision is 3h 59m 59s old, 4h must pass"},
    ),
    "btc-count": (BLOCKED, GATE, {"daily-limit": "3 decisions were allowed today, 3 is the limit"}),
    "btc-value": (
        BLOCKED,
        GATE,
        {"expected-value": "the expected profit of 0.2399% is below 2 times the cost of 0.12%"},
    ),
    "btc-confidence": (BLOCKED, GATE, {"confidence": "the confidence is 74.99%, 75% is needed"}),
    "btc-cooldown": (
        BLOCKED,
        GATE,
        {"loss-cooldown": "2 losses in a row ended 5h 59m 59s ago, 6h must pass"},
    ),
}
PEOPLE = {
    "btc-validated": "it is not attested that the BTC mitigation works",
    "human-review": "the full review of the gates is not attested",
    "sign-off": "the sign-off is not documented",
}
"""What promotion lacks on every desk, for a snapshot holds no acts of people."""


@pytest.fixture(scope="module")
def policies() -> interlock.PolicySet:
    """The shipped policies."""
    return interlock.load(find_root(ROOT / "policies"))


@pytest.fixture(scope="module")
def making() -> Any:
    """The parts of the generator, found as its script finds them."""
    sys.path.insert(0, str(EXAMPLES))
    import make_desk

    yield make_desk
    sys.path.remove(str(EXAMPLES))


def _snapshot(
    policies: interlock.PolicySet, desk: Path, at: str, *, archive: bool = True
) -> interlock.Snapshot:
    found = policies.collect(desk, instant(at), now=Decimal(1_800_000_000), environ={}, archive=archive)
    assert found.findings == ()
    return interlock.Snapshot.parse(canonical(found.snapshot), "snapshot.json")


@pytest.fixture(scope="module")
def judged(policies: interlock.PolicySet, making: Any) -> Callable[[str, Path], list[Verdict]]:
    """Makes a scenario, collects from it and judges it against the example desk of eight weeks before."""
    baseline = _snapshot(policies, EXAMPLES / "desk", "2026-02-02T06:30:00Z", archive=False)

    def judge(name: str, out: Path) -> list[Verdict]:
        scenario = making.SCENARIOS[name]
        at = scenario.as_of or AS_OF
        making.make_desk(out, datetime.fromisoformat(at), scenario)
        found = policies.decide(
            _snapshot(policies, out, at),
            environment="paper",
            stateless=True,
            baselines={"phase_a": baseline},
        )
        assert found.refusals == ()
        return [each for each in found.verdicts if _runbook(policies, each) in RUNBOOKS]

    return judge


def _runbook(policies: interlock.PolicySet, verdict: Verdict) -> str:
    return (policies.policies[verdict.policy].runbook or "").split("#")[0]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_gets_its_verdicts(
    name: str, judged: Callable[[str, Path], list[Verdict]], tmp_path: Path
) -> None:
    differing, focus, reasons = SCENARIOS[name]
    verdicts = judged(name, tmp_path)
    assert {each.name: each.verdict for each in verdicts} == {**HEALTHY, **differing}
    rules = next(each for each in verdicts if each.name == focus).rules
    wanted = {**reasons, **(PEOPLE if focus == PROMOTION else {})}
    assert {rule.id: rule.reason for rule in rules if rule.outcome not in ("pass", "skipped")} == wanted


def test_every_scenario_is_explained_and_told_of(making: Any) -> None:
    text = (EXAMPLES / "README.md").read_text("utf-8")
    assert [name for name in making.SCENARIOS if f"`{name}`" not in text] == []
    assert [name for name, scenario in making.SCENARIOS.items() if not scenario.doc] == []


def test_the_script_makes_a_scenario(tmp_path: Path) -> None:
    script = [sys.executable, "-B", str(EXAMPLES / "make_desk.py")]
    out = tmp_path / "desk"
    done = subprocess.run(
        [*script, "--scenario", "kill-switch-file", "--out", str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith(f" files to {out.as_posix()}\n")
    assert (out / "data/live_kill_switch.txt").read_bytes() == b""
    refused = subprocess.run(
        [*script, "--scenario", "kill-switch"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "invalid choice: 'kill-switch'" in refused.stderr
