"""The example desk gets the verdicts that its README promises, and breaking it never makes one better."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.canonical import canonical
from interlock.collect.collector import collect
from interlock.collect.declared.source_reader import load_sources
from interlock.collect.model import Sources
from interlock.diagnostics import Collector
from interlock.evaluation.deciding.decide import Decision, Request, decide
from interlock.evaluation.expressions.compiled import compile_policy
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.verdict import RuleResult, Verdict
from interlock.ledger.state.kill_switch_record import series_form
from interlock.policy.loader import PolicyRoot, load_root
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
AS_OF = "2026-03-30T06:30:00Z"
EARLIER = "2026-02-02T06:30:00Z"
NOW = Decimal(1_800_000_000)
ABSENT_NOTE = "missing, data/incidents/experiment_0.json: no such file or directory"
NOTE = {
    "note-current": "incident_note.at",
    "note-trigger": "incident_note.trigger",
    "note-window": "incident_note.window",
    "note-symbols": "incident_note.symbols",
    "note-mitigation": "incident_note.mitigation",
}


@pytest.fixture(scope="module")
def policies() -> tuple[PolicyRoot, Sources]:
    """The shipped policies and sources, without a complaint."""
    collector = Collector()
    root = load_root(ROOT / "policies", collector)
    sources = load_sources(root.sources, root.catalogue, collector)
    assert [str(each) for each in collector.diagnostics] == []
    return root, sources


def _measures(policies: tuple[PolicyRoot, Sources], desk: Path, at: str) -> Measures:
    root, sources = policies
    overrides = [param.override for policy in root.policies.values() for param in policy.params.values()]
    names = [each.env for each in overrides if each is not None]
    found = collect(
        desk,
        instant(at),
        sources,
        root.catalogue,
        environ={},
        now=NOW,
        archive=at != EARLIER,
        env_names=names,
    )
    assert found.findings == ()
    snapshot = Snapshot.parse(canonical(found.snapshot))
    return Measures(snapshot, root.catalogue, reserved=series_form(snapshot.as_of, []))


@pytest.fixture(scope="module")
def judged(policies: tuple[PolicyRoot, Sources]) -> Callable[[Path], Decision]:
    """Judges a desk by the shipped policies, against the example desk of eight weeks before."""
    root, _ = policies
    compiled = {name: compile_policy(policy, root.catalogue) for name, policy in root.policies.items()}
    baselines = {"phase_a": _measures(policies, DESK, EARLIER)}
    request = Request(root.environments["paper"].values, baselines, stateless=True)
    return lambda desk: decide(compiled, _measures(policies, desk, AS_OF), request)


def _named(decision: Decision, name: str) -> Verdict:
    return next(each for each in decision.verdicts if each.name == name)


def _open(verdict: Verdict) -> list[RuleResult]:
    return [rule for rule in verdict.rules if rule.outcome not in ("pass", "skipped")]


def _written_after(policies: tuple[PolicyRoot, Sources], decision: Decision, *runbooks: str) -> list[Verdict]:
    root = policies[0]
    own = {name for name, policy in root.policies.items() if (policy.runbook or "").split("#")[0] in runbooks}
    return [each for each in decision.verdicts if each.policy in own]


def test_the_desk_gets_the_verdicts_of_its_readme(
    policies: tuple[PolicyRoot, Sources], judged: Callable[[Path], Decision]
) -> None:
    decision = judged(DESK)
    assert decision.refusals == ()
    verdicts = _written_after(policies, decision, "phase-2b-operations", "experiment-0-rollout")
    assert {each.name: each.verdict for each in verdicts} == {
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
        "live-rollout-readiness": "CONDITIONAL",
        "overall-readiness": "GO",
        "paper-heartbeat": "RECENT",
        "phase-2c-promotion": "NO_GO",
        "pre-launch-checklist": "NOT_READY",
        "rl-authority": "INTACT",
        "shadow-collection": "OK",
        "shadow-daily-health": "HEALTHY",
        "shadow-weekly-evidence": "REVIEW",
        "startup-safety": "BLOCK_LIVE",
        "turnover-gate at BTC-USD": "BLOCK",
        "turnover-gate at ETH-USD": "ALLOW",
        "weekly-archive": "COMPLETE",
        "weight-clamp": "WITHIN",
    }
    assert [(rule.id, rule.reason) for each in verdicts for rule in _open(each)] == [
        *((rule, f"cannot tell: {metric}: {ABSENT_NOTE}") for rule, metric in NOTE.items()),
        ("block-rate-low", "the turnover governor blocked 4.11% of the attempts of 7d, less than 5%"),
        ("btc-validated", "it is not attested that the BTC mitigation works"),
        ("human-review", "the full review of the gates is not attested"),
        ("sign-off", "the sign-off is not documented"),
        ("readiness-go", "micro-live readiness is CONDITIONAL, it must be GO"),
        ("kill-switch-tested", "no valid attestation says that the kill switch was tested"),
        ("alerts-delivered", "no valid attestation says that a test alert arrived"),
        (
            "reboot-survived",
            "no valid attestation says that task, process, pid file and heartbeat came back after a reboot",
        ),
        ("stakeholders-signed", "the sign-off of the stakeholders is not documented"),
        ("btc-edge", "the edge of BTC-USD changed by -21.77 USD against the week before"),
        ("ready", "micro-live readiness is CONDITIONAL, live trading needs GO"),
        ("confidence", "the confidence is 72%, 75% is needed"),
    ]


def test_every_rule_of_the_shipped_policies_says_what_it_covers(policies: tuple[PolicyRoot, Sources]) -> None:
    rules = [rule for policy in policies[0].policies.values() for rule in policy.rules]
    assert [rule.id for rule in rules if not rule.covers] == []
    assert [rule.id for rule in rules if rule.action is None or rule.reason is None] == []


def _kill(desk: Path) -> None:
    (desk / "data/live_kill_switch.txt").write_bytes(b"")


def _without_reports(desk: Path) -> None:
    for path in sorted(desk.glob("data/reports/daily_*.json"))[-2:]:
        path.unlink()


def _cut_log(desk: Path) -> None:
    path = desk / "data/rl/shadow_decisions.jsonl"
    path.write_bytes(path.read_bytes()[:-25])


def _silent_log(desk: Path) -> None:
    """The last two signs of life are gone: the log ends 20 minutes and 20 seconds before the look."""
    path = desk / "data/rl/shadow_decisions.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))


def _damaged_log(desk: Path) -> None:
    path = desk / "data/rl/shadow_decisions.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[40] = lines[40][:30]
    path.write_bytes(b"\n".join(lines))


def _without_a_day(desk: Path) -> None:
    path = desk / "data/rl/paper_live_days.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("2026-03-20")), "utf-8")


def _live(desk: Path) -> None:
    path = desk / "env.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "LIVE_MODE": "yes"}), "utf-8")


LOW = {"block-rate-low": "the turnover governor blocked 4.11% of the attempts of 7d, less than 5%"}
TORN = "cannot tell: turnover.blocked: torn source, line 41 of data/rl/shadow_decisions.jsonl is not JSON, column 15"
UNFINISHED = (
    "cannot tell: turnover.blocked: torn source, line 1025 of data/rl/shadow_decisions.jsonl is unfinished"
)
SILENT = "cannot tell: turnover.blocked: not covered, seen from 2025-12-29T00:35:56Z to 2026-03-30T06:09:40Z"
BREAKAGES: dict[str, tuple[Callable[[Path], None], str, dict[str, str]]] = {
    "an empty kill switch file": (
        _kill,
        "NO_GO",
        {"kill-switch": "the kill switch is active, set by file", **LOW},
    ),
    "no report of two days": (
        _without_reports,
        "NO_GO",
        {
            "shadow-health": "cannot tell: report.alerts, report.capital_alert, report.overall and 3 more: stale, "
            "measured at 2026-03-28T06:00:12Z; report.critical_alert, report.daily_written, "
            "weights.clamp_exceeded and weights.max_shift: missing at 2026-03-28",
            "critical-alerts": "cannot tell: report.critical_alert: missing at 2026-03-28",
            "daily-report": "the newest daily report is 2d 00h 29m 48s old and overdue",
            **LOW,
        },
    ),
    "a log cut in its last line": (
        _cut_log,
        "CONDITIONAL",
        {"block-rate-high": UNFINISHED, "block-rate-low": UNFINISHED},
    ),
    "a log that fell silent": (
        _silent_log,
        "CONDITIONAL",
        {"block-rate-high": SILENT, "block-rate-low": SILENT},
    ),
    "a log damaged in the middle": (
        _damaged_log,
        "CONDITIONAL",
        {"block-rate-high": TORN, "block-rate-low": TORN},
    ),
    "a day without a row": (
        _without_a_day,
        "CONDITIONAL",
        {
            "paper-streak": "cannot tell: paper.decisions and paper.heartbeats: missing at 2026-03-20",
            "paper-weeks": "cannot tell: paper.weeks: missing, no row of `paper-days` for 2026-03-20T00:00:00Z to "
            "2026-03-21T00:00:00Z",
            **LOW,
        },
    ),
    "live mode without symbols": (
        _live,
        "NO_GO",
        {"live-symbols": "live mode is on and no symbol is allowed", **LOW},
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_breaking_the_desk_closes_the_gate(
    name: str, judged: Callable[[Path], Decision], tmp_path: Path
) -> None:
    change, wanted, reasons = BREAKAGES[name]
    desk = tmp_path / "desk"
    shutil.copytree(DESK, desk)
    change(desk)
    verdict = _named(judged(desk), "live-rollout-readiness")
    assert verdict.verdict == wanted
    assert {rule.id: rule.reason for rule in _open(verdict)} == reasons
