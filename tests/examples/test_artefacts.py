"""The artefacts of the example desk satisfy the schemas that document them."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from interlock.cli.main import run

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
SCHEMAS = ROOT / "schemas" / "artefacts"

DOCUMENTS = {
    "daily-health": "data/reports/daily_shadow_health_*.json",
    "weekly-evidence": "data/reports/**/weekly_shadow_report_*.json",
    "paper-live-heartbeat": "data/rl/paper_live_heartbeat.json",
    "capital-preservation-state": "data/capital_preservation_state.json",
    "strategy-weights": "data/rl/strategy_weights.json",
    "gate-progress": "data/phase2b_gate_progress.json",
    "decision-requests": "data/rl/decision_requests.json",
    "freqtrade-result": "freqtrade-backtest.json",
    "runtime-config": "data/runtime_config.json",
    "orchestrator-status": "agents/status.json",
    "experiment-runs-v2": "data/experiments/experiment_runs_v2.json",
    "environment": "env.json",
    "commands": "commands.json",
    "strategy-experiment": "data/experiments/strategy_experiment.json",
    "release": "data/release.json",
    "realised-evidence": "agents/evidence.json",
    "cutover-note": "agents/cutover_note.json",
    "job-requests": "data/experiments/job_requests.json",
    "learning-status": "data/memory/learning_status.json",
}
LINES = {
    "shadow-decision": "data/rl/shadow_decisions.jsonl",
    "outcome-evidence": "data/memory/outcome_evidence.jsonl",
    "alert": "logs/alerts.jsonl",
    "exit-record": "logs/exits.jsonl",
    "swap-record": "logs/swaps.jsonl",
}
TEXTS = {
    "orchestrator-log": "agents/orchestrator.log",
    "live-trader-log": "agents/live_trader.log",
    "paper-live-log": "logs/paper_live_longrun.out.log",
}
TABLES = {
    "daily-costs": "data/execution/daily_costs.csv",
    "position-size": "data/experiments/position_size.csv",
    "integrity-guard": "data/integrity/guard.csv",
    "scorecard": "data/experiments/scorecards.csv",
    "cleanup-run": "data/integrity/cleanup_runs.csv",
    "paper-live-days": "data/rl/paper_live_days.csv",
    "experiment-0-days": "data/experiment_0_days.csv",
    "authority-audit": "data/rl/authority_audit.csv",
    "signal-evaluations": "data/signals/evaluations.csv",
    "execution-quality": "data/execution/daily_quality.csv",
    "integrity-check": "data/integrity/daily_checks.csv",
    "config-digests": "data/config_digests.csv",
    "pending-recheck": "data/memory/pending_recheck.csv",
}
ABSENT = {"go-no-go-summary", "incident-note", "kill-switch", "readiness", "trading-lock"}
"""Artefacts that a desk without live trading does not have, or that are written from verdicts."""


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _records(name: str) -> Iterator[Any]:
    if name in DOCUMENTS:
        yield from (json.loads(path.read_text("utf-8")) for path in sorted(DESK.glob(DOCUMENTS[name])))
    elif name in LINES:
        yield from map(json.loads, (DESK / LINES[name]).read_text("utf-8").splitlines())
    elif name in TEXTS:
        yield from (DESK / TEXTS[name]).read_text("utf-8").splitlines()
    elif name in TABLES:
        with (DESK / TABLES[name]).open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                digests = {"config", "risk_caps", "inputs"}
                yield {key: text if key in digests else _value(text) for key, text in row.items()}
    elif name == "pid-file":
        yield from (
            (DESK / path).read_text("utf-8") for path in ("logs/paper_live.pid", "agents/orchestrator.pid")
        )
    elif name == "live-trades":
        base = sqlite3.connect(f"{(DESK / 'agents/trader.db').as_uri()}?mode=ro&immutable=1", uri=True)
        base.row_factory = sqlite3.Row
        yield from (dict(row) for row in base.execute("SELECT * FROM live_trades"))
        base.close()


@pytest.mark.parametrize("name", sorted({path.stem for path in SCHEMAS.glob("*.json")} - ABSENT))
def test_the_desk_satisfies_the_schema(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    records = list(_records(name))
    validator = Draft202012Validator(schema)
    assert records
    assert [error.message for record in records for error in validator.iter_errors(record)] == []


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_every_schema_is_one_and_documents_every_field(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert _undocumented(schema, path.stem) == []


def _undocumented(schema: dict[str, Any], where: str) -> list[str]:
    found = [] if "description" in schema else [where]
    for name, part in schema.get("properties", {}).items():
        found += _undocumented(part, f"{where}/{name}")
    for key in ("items", "additionalProperties"):
        part = schema.get(key)
        if isinstance(part, dict) and "properties" in part:
            found += _undocumented(part, f"{where}/{key}")
    return found


def test_the_doctor_finds_the_copy_sound_whatever_the_dates_of_its_files(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    words = ("--root", str(DESK), "--archive", "--as-of", "2026-03-30T06:30:00Z")
    assert run(["doctor", *words, "--policies", str(ROOT / "policies"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["artefacts"]
    assert [(each["source"], each["state"]) for each in found if each["state"] != "there"] == [
        ("agent-files", "not looked at"),
        ("trading-lock", "absent"),
        ("incident-note", "absent"),
    ]
