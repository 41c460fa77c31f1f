"""The desk's verdicts of the trading plan, the cutover and the learning loop, and the scenarios at their limits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.api import PolicySet, Snapshot, load
from interlock.evaluation.canonical import canonical
from interlock.evaluation.verdict import Verdict
from interlock.language.times import parse_time

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
AS_OF = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
NOW = Decimal(1_800_000_000)
BASELINES = ("phase_a", "experiment_a", "experiment_b", "experiment_c", "scaling_step", "pre_cutover")


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load(ROOT / "policies")


def _snapshot(policies: PolicySet, desk: Path, at: str = "2026-03-30T06:30:00Z") -> Snapshot:
    moment = parse_time(at)
    assert moment is not None
    found = policies.collect(desk, moment, now=NOW, archive=True)
    return Snapshot.parse(canonical(found.snapshot))


@pytest.fixture(scope="module")
def judged(policies: PolicySet) -> Callable[..., dict[str, Verdict]]:
    """Judges policies on a desk, against the example desk of eight weeks before as every baseline."""
    before = _snapshot(policies, DESK, "2026-02-02T06:30:00Z")
    today = _snapshot(policies, DESK)
    baselines = dict.fromkeys(BASELINES, before) | {"pre_cutover": today}

    def judge(desk: Path, *names: str) -> dict[str, Verdict]:
        decision = policies.decide(
            _snapshot(policies, desk),
            policies=names,
            environment="paper",
            stateless=True,
            baselines=baselines,
        )
        assert decision.refusals == ()
        return {each.name: each for each in decision.verdicts}

    return judge


WANTED = {
    "baseline-kpis": "COMPLETE",
    "baseline-stability": "OK",
    "data-integrity": "WARNING",
    "experiment-design": "VALID",
    "strategy-experiment-rollback": "CONTINUE",
    "experiment-a-side-balance": "ROLLBACK",
    "experiment-b-entry-quality": "ROLLBACK",
    "experiment-c-execution-cost": "ITERATE",
    "risk-scaling": "STEP_UP",
    "operating-health": "NORMAL",
    "cutover-preflight": "NO_GO",
    "cutover-watch": "FAIL",
    "cutover-expand": "FAIL",
    "cutover-abort": "CONTINUE",
    "cutover-rollback-verified": "PENDING",
    "cutover-validated": "VERIFIED",
    "normal-mode-admission at job-0001": "NORMAL",
    "normal-mode-admission at job-0002": "SAFE",
    "normal-mode-admission at job-0003": "SAFE",
    "verification-retry": "SETTLED",
    "learning-health": "OK",
    "real-apply": "DENY",
}


def test_the_desk_gets_the_verdicts_of_its_readme(judged: Callable[..., dict[str, Verdict]]) -> None:
    found = judged(DESK, *sorted({name.split(" at ")[0] for name in WANTED}))
    assert {name: each.verdict for name, each in found.items()} == WANTED


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(DESK, tmp_path / "desk")
    return tmp_path / "desk"


def _routes(desk: Path, seconds: list[int], accepted: int | None = None) -> None:
    """Replace the routes of the last hour by rejections, so many seconds before the desk is looked at."""
    path = desk / "agents/live_trader.log"
    start = (AS_OF - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        line for line in path.read_text("utf-8").splitlines() if "INFO route" not in line or line < start
    ]
    for each in seconds:
        at = (AS_OF - timedelta(seconds=each)).strftime("%Y-%m-%dT%H:%M:%SZ")
        outcome = "outcome=accepted" if each == accepted else "outcome=rejected reason=min_notional"
        lines.append(f"{at} INFO route pair=ETH/USDT {outcome} latency=300ms")
    path.write_text("".join(line + "\n" for line in sorted(lines)), "utf-8")


@pytest.mark.parametrize(
    ("seconds", "accepted", "wanted"),
    [
        ([900, 800, 700, 600], None, "ABORT"),  # first and last are exactly five minutes apart
        ([960, 840, 720, 600], None, "CONTINUE"),  # six minutes
        ([901, 800, 700, 600], None, "CONTINUE"),
        ([800, 700, 600], None, "CONTINUE"),  # three in a row
        ([900, 800, 750, 700, 600], 750, "CONTINUE"),  # an accepted order ends the row
    ],
)
def test_four_rejections_in_five_minutes_abort_and_in_six_do_not(
    desk: Path,
    judged: Callable[..., dict[str, Verdict]],
    seconds: list[int],
    accepted: int | None,
    wanted: str,
) -> None:
    _routes(desk, seconds, accepted)
    verdict = judged(desk, "cutover-abort")["cutover-abort"]
    assert verdict.verdict == wanted
    fired = [(rule.id, rule.reason) for rule in verdict.rules if rule.outcome != "pass"]
    wanted_rules = [("route-rejections", "4 rejections in a row within five minutes")]
    assert fired == (wanted_rules if wanted == "ABORT" else [])


def _loss(desk: Path, minutes: int, mode: str = "normal", started: int = 90) -> None:
    """Add a run that was started long ago and whose loss became known so many minutes ago."""
    path = desk / "data/experiments/experiment_runs_v2.json"
    document = json.loads(path.read_text("utf-8"))
    moment = (AS_OF - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    run = dict(document["runs"][-1], run_id="run-9000", mode=mode, outcome="loss", finished_at=moment)
    run["started_at"] = (AS_OF - timedelta(minutes=started)).strftime("%Y-%m-%dT%H:%M:%SZ")
    document["runs"].append(run)
    path.write_text(json.dumps(document), "utf-8")


HOURLY = ("hourly-limit", "1 runs had normal mode in the last 1h, 1 is the limit")


@pytest.mark.parametrize(
    ("minutes", "mode", "reasons"),
    [
        (29, "normal", [HOURLY, ("cooldown", "a run in normal mode lost 29m ago, 30m must pass")]),
        (30, "normal", [HOURLY]),
        (31, "normal", [HOURLY]),
        (61, "normal", []),
        (29, "safe", []),
    ],
)
def test_a_loss_in_normal_mode_starts_a_cooldown_of_half_an_hour(
    desk: Path,
    judged: Callable[..., dict[str, Verdict]],
    minutes: int,
    mode: str,
    reasons: list[tuple[str, str]],
) -> None:
    _loss(desk, minutes, mode)
    verdict = judged(desk, "normal-mode-admission")["normal-mode-admission at job-0001"]
    assert verdict.verdict == ("SAFE" if reasons else "NORMAL")
    assert [(rule.id, rule.reason) for rule in verdict.rules if rule.outcome != "pass"] == reasons


def test_a_failed_command_of_the_archive_closes_the_preflight(
    desk: Path, judged: Callable[..., dict[str, Verdict]]
) -> None:
    path = desk / "commands.json"
    document = json.loads(path.read_text("utf-8"))
    for entry in document["commands"]:
        if entry["command"] == ["pytest", "-q"]:
            entry["exit"] = 1
    path.write_text(json.dumps(document), "utf-8")
    verdict = judged(desk, "cutover-preflight")["cutover-preflight"]
    failed = [rule.id for rule in verdict.rules if rule.outcome == "fail"]
    assert (verdict.verdict, failed) == ("NO_GO", ["full-tests", "dry-run"])
