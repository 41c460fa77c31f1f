"""A row of the day that still runs counts in no shipped policy, from the artefact to the rule's outcome."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.api import PolicySet, Snapshot, load
from interlock.canonical import canonical
from interlock.evaluation.verdict import RuleResult
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
NOW = Decimal(1_800_000_000)


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load(ROOT / "policies")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / "desk", tmp_path / "desk"))


def _rule(policies: PolicySet, desk: Path, at: str, policy: str, rule: str) -> RuleResult:
    found = policies.collect(desk, instant(at), now=NOW, archive=True)
    snapshot = Snapshot.parse(canonical(found.snapshot))
    verdict = policies.evaluate(snapshot, policies=[policy], environment="paper", stateless=True)[0]
    return next(each for each in verdict.rules if each.id == rule)


def _canary(desk: Path, *rows: str) -> None:
    """The canary runs since 26 March: four complete days, and these rows."""
    table = desk / "data/experiment_0_days.csv"
    lines = table.read_text("utf-8").splitlines()
    before = [lines[0], *(line for line in lines[1:] if line < "2026-03-26")]
    days = [f"2026-03-{day},2026-03-{day + 1}T00:05:00Z,canary,0" for day in range(26, 30)]
    table.write_text("\n".join([*before, *days, *rows]) + "\n", "utf-8")
    config = desk / "data/runtime_config.json"
    running = json.loads(config.read_text("utf-8"))
    running["multi_tp"]["hybrid_exit_mode_enabled"] = True
    config.write_text(json.dumps(running), "utf-8")


@pytest.mark.parametrize("rows", [(), ("2026-03-30,2026-03-30T00:10:00Z,canary,0",)])
def test_the_canary_of_four_complete_days_is_too_short(
    policies: PolicySet, desk: Path, rows: tuple[str, ...]
) -> None:
    _canary(desk, *rows)
    found = _rule(policies, desk, "2026-03-30T06:30:00Z", "experiment-0-canary", "days")
    assert (found.outcome, found.reason) == (
        "fail",
        "the canary has run 4 complete days in a row, 5 are needed",
    )


def test_the_fifth_day_counts_when_it_is_over(policies: PolicySet, desk: Path) -> None:
    _canary(desk, "2026-03-30,2026-03-31T00:05:00Z,canary,0")
    found = _rule(policies, desk, "2026-03-31T00:05:00Z", "experiment-0-canary", "days")
    assert found.outcome == "pass"


@pytest.mark.parametrize("rows", [(), ("2026-03-30,2026-03-30T00:10:00Z,200,5",)])
def test_paper_trading_of_thirteen_complete_days_is_too_short(
    policies: PolicySet, desk: Path, rows: tuple[str, ...]
) -> None:
    table = desk / "data/rl/paper_live_days.csv"
    lines = table.read_text("utf-8").splitlines()
    stood = [f"{line[:31]},0,0" if line.startswith("2026-03-16") else line for line in lines]
    table.write_text("\n".join([*stood, *rows]) + "\n", "utf-8")
    found = _rule(policies, desk, "2026-03-30T06:30:00Z", "live-rollout-readiness", "paper-streak")
    assert found.outcome == "fail"
    assert found.reason == "paper trading has run 13 complete days in a row, 14 are needed"
