"""A healthy desk is quiet: every gate that applies is open, nobody is alerted, and every probe file is run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from interlock.cli.registry import interlock as command
from support.desk_changes import change
from support.probes import AS_OF, ROOT, Bench

RUNS = "data/experiments/job_requests.json"
EDGE = "data/reports/weekly_shadow_report_2026-03-29.json"


def test_every_gate_that_applies_is_open_and_the_exit_code_is_0(bench: Bench, tmp_path: Path) -> None:
    """The desk as it is has one edge that fell and three runs at once of which one may have normal mode."""
    desk, ledger = tmp_path / "desk", tmp_path / "ledger.db"
    shutil.copytree(bench.desk, desk)
    shutil.copy(bench.ledger, ledger)
    for step in (
        {"unset": [RUNS, "/requests/job-0002"]},
        {"unset": [RUNS, "/requests/job-0003"]},
        {"set": [EDGE, "/symbol_edge_analysis/BTC-USD/delta_pnl", 80]},
    ):
        change(desk, step)
    events = tmp_path / "events.jsonl"
    done = CliRunner().invoke(
        command,
        [
            *("evaluate", "--root", str(desk), "--archive", "--as-of", AS_OF, "--historic"),
            *("--environment", "paper", "--ledger", str(ledger), "--events", str(events)),
            *("--policies", str(ROOT / "policies")),
        ],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    assert "not applicable: " in done.stdout
    sent = events.read_text("utf-8") if events.exists() else ""
    assert re.findall(r'"best":false', sent) == []


def test_its_report_fits_two_screens_and_its_readiness_is_the_answer_of_the_runbook(bench: Bench) -> None:
    def told(*words: str) -> str:
        desk = (
            "--root",
            str(bench.desk),
            "--archive",
            "--as-of",
            AS_OF,
            "--historic",
            "--environment",
            "paper",
        )
        where = ("--ledger", str(bench.ledger), "--policies", str(ROOT / "policies"))
        done = CliRunner().invoke(command, [*words, *desk, *where], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    lines = told("report").splitlines()
    assert len(lines) <= 100
    assert [each for each in lines if len(each) > 80] == []
    found = json.loads(told("health", "--format", "json"))
    assert (found["overall_readiness"], found["live_rollout_readiness"]) == ("GO", "GO")
    assert found["live_rollout_reasons"] == ["All live rollout criteria met"]
    assert found["live_rollout_next_actions"] == ["System ready for live rollout"]


def test_every_file_of_probes_is_run() -> None:
    run = "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("test_*_probes.py")))
    names = [path.stem for path in sorted((Path(__file__).parent / "probes").glob("*.yaml"))]
    assert names
    assert [each for each in names if f'"{each}"' not in run] == []


def test_a_probe_that_does_not_hold_is_noticed(bench: Bench, tmp_path: Path) -> None:
    probe = {
        "do": [{"set": ["data/capital_preservation_state.json", "/level", "caution"]}],
        "gives": {"capital-preservation": "LOCKDOWN"},
        "misses": {"capital-preservation": ["no-lockdown"]},
        "says": {"capital-preservation": {"no-crisis": "all is well"}},
    }
    level, missed, said = bench.differences(probe, tmp_path)
    assert level.startswith("capital-preservation is NORMAL and not LOCKDOWN")
    assert missed == "capital-preservation misses {} and not ['no-lockdown']"
    assert said.endswith(" and not `all is well`")
