"""The shipped sources over a desk whose artefacts are written otherwise, or not all there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.canonical import canonical
from interlock.collect.collector import collect
from interlock.collect.declared.source_reader import load_sources
from interlock.collect.model import Sources
from interlock.diagnostics import Collector
from interlock.evaluation.deciding.decide import Request, decide
from interlock.evaluation.expressions.compiled import compile_policy
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.verdict import RuleResult
from interlock.policy.loader import load_root
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
AS_OF = "2026-03-30T06:30:00Z"

Judge = Callable[..., dict[str, RuleResult]]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A copy of the example desk."""
    return Path(shutil.copytree(ROOT / "examples/desk", tmp_path / "desk"))


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Collects a desk from some sources and returns the results of one policy's rules by their ids."""
    collector = Collector()
    root = load_root(ROOT / "policies", collector)
    sources = load_sources(root.sources, root.catalogue, collector)
    assert [str(each) for each in collector.diagnostics] == []
    compiled = {name: compile_policy(policy, root.catalogue) for name, policy in root.policies.items()}
    request = Request(root.environments["paper"].values, stateless=True)

    def judged(desk: Path, policy: str, *names: str) -> dict[str, RuleResult]:
        few = Sources({name: sources.by_id[name] for name in names}, sources.supplier, sources.metric_spans)
        now = Decimal(1_800_000_000)
        found = collect(desk, instant(AS_OF), few, root.catalogue, environ={}, now=now, archive=True)
        measures = Measures(Snapshot.parse(canonical(found.snapshot)), root.catalogue)
        (verdict,) = decide(compiled, measures, request, [policy]).verdicts
        return {each.id: each for each in verdict.rules}

    return judged


@pytest.mark.parametrize(
    ("pair", "member"), [("BTCUSDT", "BTC-USD"), ("btc/usdt", "btc/usdt"), ("XRP/EUR", "XRP/EUR")]
)
def test_no_pair_of_the_trade_file_is_passed_over(desk: Path, pair: str, member: str) -> None:
    """A trade under another name is one more of its member, or of a member that no roster has; never none."""
    file = desk / "freqtrade-backtest.json"
    text = file.read_text("utf-8")
    file.write_text(text.replace('"pair": "BTC/USDT"', f'"pair": "{pair}"', 1), "utf-8")
    assert file.read_text("utf-8") != text
    policies = interlock.load(ROOT / "policies")
    found = policies.collect(desk, instant(AS_OF), environ={}, now=Decimal(1_800_000_000), archive=True)
    figures = found.snapshot["scopes"]["symbol"][member]  # type: ignore[index]
    for name in ("symbol_kpi.net_pnl_per_trade", "symbol_kpi.profit_factor"):
        twice = {"unknown": "conflict", "detail": "the SQL gives 2 rows for one value"}
        assert figures[name] == twice if member == "BTC-USD" else name in figures


KILL = "2026-03-30T06:26:00Z CRITICAL event name=kill_switch"


@pytest.mark.parametrize(
    "line",
    [
        KILL,
        "2026-03-30T06:26:00Z critical event name=kill_switch",
        KILL.replace(" ", "\t"),
        "2026-03-30 06:26:00,123 - orchestrator - CRITICAL - event name=kill_switch",
        "2026-03-30 06:26:00,123 Critical event name=kill_switch",
    ],
)
def test_a_kill_is_read_in_every_form(desk: Path, judge: Judge, line: str) -> None:
    log = desk / "agents/orchestrator.log"
    log.write_text(f"{log.read_text('utf-8')}{line}\n2026-03-30T06:27:00Z INFO event name=alive\n", "utf-8")
    rule = judge(desk, "experiment-0-rollback", "orchestrator-log")["safety-events"]
    assert (rule.outcome, rule.contribution) == ("fail", "ROLLBACK")


@pytest.mark.parametrize(
    "line",
    [
        "[2026-03-30 06:26:00] CRITICAL event name=kill_switch",
        "2026-03-30T06:26:00Z CRITICAL kill_switch thrown",
        "CRITICAL:orchestrator:event name=kill_switch",
        "critical: kill switch thrown",
        "Level 60 - kill switch thrown",
        "    agents.orchestrator - Critical - kill switch thrown",
        KILL[:30],
    ],
)
def test_a_kill_in_a_form_that_is_not_read_is_unknown(desk: Path, judge: Judge, line: str) -> None:
    log = desk / "agents/orchestrator.log"
    before = log.read_text("utf-8")
    log.write_text(f"{before}{line}\n", "utf-8")
    rule = judge(desk, "experiment-0-rollback", "orchestrator-log")["safety-events"]
    assert (rule.outcome, rule.contribution) == ("unknown", "ROLLBACK")
    number = before.count("\n") + 1
    assert {each.detail for each in rule.causes} == {
        f"line {number} of agents/orchestrator.log begins like a record and does not match"
    }


def test_a_milder_level_is_no_error_and_an_unknown_one_is(desk: Path, judge: Judge) -> None:
    log = desk / "agents/orchestrator.log"
    before = log.read_text("utf-8")
    found = {}
    for level in ("warning", "Debug", "SEVERE", "error"):
        burst = "".join(f"2026-03-30T06:26:0{second}Z {level} event name=x\n" for second in range(4))
        log.write_text(f"{before}{burst}", "utf-8")
        found[level] = judge(desk, "cutover-watch", "orchestrator-log")["orchestrator-errors"].outcome
    assert found == {"warning": "pass", "Debug": "pass", "SEVERE": "fail", "error": "fail"}


POOLED = ("weeks-collected", "cumulative-edge", "hit-rate")
FIGURES = ("programme.weeks", "shadow.delta_pnl", "shadow.hit_rate")


def weekly(desk: Path, judge: Judge) -> tuple[set[str], set[str]]:
    """The outcomes and the causes of the figures over all weeks."""
    found = judge(desk, "phase-2c-promotion", "weekly-evidence", "weekly-regimes", "gate-progress")
    causes = {each.detail for name in POOLED for each in found[name].causes if each.metric in FIGURES}
    return {found[name].outcome for name in POOLED}, causes


def test_figures_over_all_weeks_are_unknown_where_a_report_is_lost(desk: Path, judge: Judge) -> None:
    assert weekly(desk, judge)[0] <= {"pass", "fail"}
    for ending in ("2026-01-04", "2026-02-15", "2026-03-22"):
        report = desk / f"data/reports/weekly_shadow_report_{ending}.json"
        kept = report.read_bytes()
        report.unlink()
        outcomes, causes = weekly(desk, judge)
        (cause,) = causes
        assert outcomes == {"unknown"}
        assert cause.startswith("no row of `weekly-evidence` for ")
        assert cause.endswith(f"to {_next_day(ending)}T00:00:00Z")
        report.write_bytes(kept)


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def test_a_week_that_is_reported_twice_closes_the_gate(desk: Path, judge: Judge) -> None:
    reports = desk / "data/reports"
    text = (reports / "weekly_shadow_report_2026-01-04.json").read_text("utf-8")
    (reports / "weekly_shadow_report_2026-01-04_again.json").write_text(f"{text}\n", "utf-8")
    assert weekly(desk, judge) == ({"unknown"}, {"rows 1 and 2 have the same `week`"})


CHECKS = ("period-figures",)
FIGURE_SOURCES = ("trades", "integrity-checks", "signal-evaluations")


@pytest.mark.parametrize(
    ("source", "file", "policy", "rules"),
    [
        ("integrity-checks", "integrity/daily_checks.csv", "baseline-kpis", CHECKS),
        ("paper-days", "rl/paper_live_days.csv", "live-rollout-readiness", ("paper-weeks",)),
        ("signal-evaluations", "signals/evaluations.csv", "baseline-kpis", ("week-figures",)),
    ],
)
def test_figures_over_all_days_are_unknown_where_a_day_is_lost(
    desk: Path, judge: Judge, source: str, file: str, policy: str, rules: tuple[str, ...]
) -> None:
    table = desk / "data" / file
    lines = table.read_text("utf-8").splitlines(keepends=True)
    assert {judge(desk, policy, source, *FIGURE_SOURCES)[name].outcome for name in rules} <= {"pass", "fail"}
    table.write_text("".join(lines[:20] + lines[21:]), "utf-8")
    found = judge(desk, policy, source, *FIGURE_SOURCES)
    assert {found[name].outcome for name in rules} == {"unknown"}
    details = {each.detail for name in rules for each in found[name].causes}
    assert any(each.startswith(f"no row of `{source}` for 2026-01-") for each in details)
