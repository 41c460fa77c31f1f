"""The desk's verdicts of the trading plan, the cutover and the learning loop, and the scenarios at their limits."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interlock.api import PolicySet, Snapshot, load
from interlock.canonical import canonical
from interlock.evaluation.verdict import Verdict
from support.roots import instant

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
    found = policies.collect(desk, instant(at), now=NOW, archive=at > "2026-03")
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
    "experiment-ready": "NOT_READY",
    "experiment-taken-back": "VERIFIED",
    "experiment-a-side-balance": "NOT_APPLICABLE",
    "experiment-b-entry-quality": "NOT_APPLICABLE",
    "experiment-c-execution-cost": "NOT_APPLICABLE",
    "risk-scaling": "STEP_UP",
    "operating-health": "NORMAL",
    "cutover-preflight": "NO_GO",
    "cutover-watch": "NOT_APPLICABLE",
    "cutover-expand": "NOT_APPLICABLE",
    "cutover-abort": "CONTINUE",
    "cutover-flags": "CLEAR",
    "cutover-rollback-verified": "PENDING",
    "cutover-validated": "NOT_APPLICABLE",
    "normal-mode-admission at job-0001": "NORMAL",
    "normal-mode-admission at job-0002": "SAFE",
    "normal-mode-admission at job-0003": "SAFE",
    "verification-retry": "SETTLED",
    "learning-health": "OK",
    "real-apply": "DENY",
    "normal-mode-cooldown": "CLEAR",
    "learning-safe-runs": "HOLD",
    "learning-normal-runs": "HOLD",
    "learning-failure": "CONTINUE",
    "learning-failure-verified": "PENDING",
}


def test_the_desk_gets_the_verdicts_of_its_readme(judged: Callable[..., dict[str, Verdict]]) -> None:
    found = judged(DESK, *sorted({name.split(" at ")[0] for name in WANTED}))
    assert {name: each.verdict for name, each in found.items()} == WANTED


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(DESK, tmp_path / "desk")
    return tmp_path / "desk"


@pytest.fixture(scope="module")
def making() -> Iterator[Any]:
    """The parts of the generator, found as its script finds them."""
    sys.path.insert(0, str(ROOT / "examples"))
    import make_desk
    from making import agent_variations, variations

    yield SimpleNamespace(
        copy=lambda desk: variations.Copy(desk, make_desk.Period(AS_OF)),
        rejections=agent_variations.rejections,
        lost_run=agent_variations.lost_run,
        scenarios=make_desk.SCENARIOS,
    )
    sys.path.remove(str(ROOT / "examples"))


@pytest.mark.parametrize(
    ("scenario", "policy", "wanted", "rule"),
    [
        ("four-rejections-in-five-minutes", "cutover-abort", "ABORT", "route-rejections"),
        ("four-rejections-in-six-minutes", "cutover-abort", "CONTINUE", None),
        ("loss-29-minutes-ago", "normal-mode-admission", "SAFE", "cooldown"),
        ("loss-31-minutes-ago", "normal-mode-admission", "NORMAL", None),
    ],
)
def test_a_scenario_gets_its_verdict(
    desk: Path,
    judged: Callable[..., dict[str, Verdict]],
    making: Any,
    scenario: str,
    policy: str,
    wanted: str,
    rule: str | None,
) -> None:
    making.scenarios[scenario].change(making.copy(desk))
    verdict = next(iter(judged(desk, policy).values()))
    failed = {each.id for each in verdict.rules if each.outcome != "pass"}
    assert verdict.verdict == wanted
    assert failed - {"pair-rejections"} == ({rule} if rule else set())


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
    making: Any,
    seconds: list[int],
    accepted: int | None,
    wanted: str,
) -> None:
    making.rejections(*seconds, accepted=[accepted])(making.copy(desk))
    verdict = judged(desk, "cutover-abort")["cutover-abort"]
    assert verdict.verdict == wanted
    fired = [(rule.id, rule.reason) for rule in verdict.rules if rule.outcome != "pass"]
    wanted_rules = [
        ("route-rejections", "4 rejections in a row within five minutes"),
        ("pair-rejections", "4 rejections of one symbol in a row within five minutes"),
    ]
    assert fired == (wanted_rules if wanted == "ABORT" else [])


@pytest.mark.parametrize(
    ("minutes", "mode", "reasons"),
    [
        (29, "normal", [("cooldown", "a run in normal mode lost 29m ago, 30m must pass")]),
        (30, "normal", []),
        (29, "safe", []),
    ],
)
def test_a_loss_in_normal_mode_starts_a_cooldown_of_half_an_hour(
    desk: Path,
    judged: Callable[..., dict[str, Verdict]],
    making: Any,
    minutes: int,
    mode: str,
    reasons: list[tuple[str, str]],
) -> None:
    making.lost_run(minutes, mode)(making.copy(desk))
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
