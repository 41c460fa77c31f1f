"""The shipped sources over a desk whose artefacts are written otherwise, or not all there."""

from __future__ import annotations

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
