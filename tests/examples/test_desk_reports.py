"""Every kind of report over the example desk, held to its golden file and to what the desk wrote itself."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from interlock.cli.main import run
from interlock.collect.json_documents import check_artefact

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
GOLDEN = Path(__file__).parent / "golden" / "reports"
POLICIES = ("--policies", str(ROOT / "policies"))
PAPER = ("--environment", "paper", "--stateless", "--historic")
JSON = {
    "daily": "daily_shadow_health_2026-03-29.json",
    "gate-progress": "phase2b_gate_progress.json",
    "go-no-go": "phase2b_go_nogo_summary.json",
    "readiness": "readiness.json",
    "weekly": "weekly_shadow_report_2026-03-29.json",
}
MARKDOWN = {
    "baseline": "baseline_2026-03-30.md",
    "checklist": "checklist_2026-03-30.md",
    "cutover-log": "cutover_log_2026-03-30.md",
    "incident": "incident_2026-03-30.md",
    "scorecard": "scorecard_2026-03-30.md",
    "weekly-summary": "weekly_shadow_summary_2026-03-29.md",
}
SCHEMAS = {
    "daily": "daily-health",
    "gate-progress": "gate-progress",
    "go-no-go": "go-no-go-summary",
    "readiness": "readiness",
    "weekly": "weekly-evidence",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a report of every kind, made from one snapshot."""
    folder = tmp_path_factory.mktemp("reports")
    snapshot = str(folder / "snapshot.json")
    words = ("--as-of", "2026-03-30T06:30:00Z", "--archive", "--quiet", "-o", snapshot)
    assert run(["collect", "--root", str(DESK), *words, *POLICIES]) == 0
    for kind in (*JSON, *MARKDOWN):
        assert run(["report", snapshot, "--kind", kind, *PAPER, *POLICIES, "-o", str(folder)]) == 0
    return folder


def masked(text: str) -> str:
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", text)


@pytest.mark.parametrize("name", [*JSON.values(), *MARKDOWN.values()])
def test_a_report(written: Path, name: str) -> None:
    text = masked((written / name).read_text(encoding="utf-8"))
    if os.environ.get("INTERLOCK_UPDATE_GOLDEN") == "1":
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_shipped_kind_is_here() -> None:
    assert sorted(each.stem for each in (ROOT / "policies" / "reports").iterdir()) == sorted(
        [*JSON, *MARKDOWN]
    )


@pytest.mark.parametrize("kind", JSON)
def test_a_json_report_keeps_the_schema_of_the_artefact(written: Path, kind: str) -> None:
    found = json.loads((written / JSON[kind]).read_text(encoding="utf-8"))
    check_artefact(SCHEMAS[kind], found, kind, nulls=True)
    nulls = sorted(place for place, value in leaves(found) if value is None)
    assert nulls == sorted(found["unknown"])


def leaves(value: Any, place: str = "") -> list[tuple[str, Any]]:
    """Every value that is no object, with its pointer."""
    if not isinstance(value, dict):
        return [(place, value)]
    return [pair for key, each in value.items() for pair in leaves(each, f"{place}/{key}")]


def close(one: Any, other: Any) -> bool:
    """Whether two values are equal, numbers to the digits that the desk writes."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == other if isinstance(one, (str, bool)) else abs(one - other) < 0.0001


@pytest.mark.parametrize("week", [13, 12, 5])
def test_a_week_from_the_log_is_that_of_the_desk(tmp_path: Path, week: int) -> None:
    words = ("--kind", "weekly", "--week", str(week), "--root", str(DESK), "--as-of", "2026-03-30T06:30:00Z")
    file = tmp_path / "weekly.json"
    assert run(["report", *words, "--archive", *PAPER, *POLICIES, "-o", str(file)]) == 0
    made = json.loads(file.read_text(encoding="utf-8"))
    (theirs,) = (
        each
        for each in map(
            json.loads, (file.read_text() for file in (DESK / "data/reports").glob("weekly_*.json"))
        )
        if each["week_number"] == week
    )
    known = {place: value for place, value in leaves(made) if value is not None}
    own = dict(leaves(theirs))
    same = set(own) - set(made["unknown"]) - {"/summary/promotion_gate_progress/assessed_at"}
    assert len(same) > 35 and made["week_number"] == week
    assert [place for place in sorted(same) if not close(known[place], own[place])] == []


def test_a_day_from_the_log_is_that_of_the_desk(written: Path) -> None:
    made = dict(leaves(json.loads((written / JSON["daily"]).read_text(encoding="utf-8"))))
    theirs = dict(leaves(json.loads((DESK / "data/reports" / JSON["daily"]).read_text(encoding="utf-8"))))
    other = {  # of the moment of writing, and shifts of strategies where the desk counts single ones
        "/timestamp", "/shadow_collection/pending_decisions", "/tradegate/rejection_reasons",
        "/strategy_weighting/shifts_today", "/strategy_weighting/max_shift_observed",
    }  # fmt: skip
    assert {place: made[place] for place in theirs if place not in other and place in made} == {
        place: value for place, value in theirs.items() if place not in other and place in made
    }


def test_a_daily_report_is_read_back(written: Path, tmp_path: Path) -> None:
    """The desk's own source takes what was written in the place of its own report, and the gate is as before."""
    made = (written / JSON["daily"]).read_text(encoding="utf-8")
    check_artefact("daily-health", json.loads(made), "it")
    desk = tmp_path / "desk"
    shutil.copytree(DESK, desk)
    (desk / "data/reports" / JSON["daily"]).write_text(made, encoding="utf-8")
    words = (
        "--root",
        str(desk),
        "--as-of",
        "2026-03-30T06:30:00Z",
        "--archive",
        "--historic",
        *PAPER,
        *POLICIES,
    )
    file = tmp_path / "verdicts.json"
    assert run(["evaluate", *words, "--policy", "daily-report", "--format", "json", "-o", str(file)]) == 3
    (verdict,) = json.loads(file.read_text(encoding="utf-8"))["verdicts"]
    assert (verdict["verdict"], {each["outcome"] for each in verdict["rules"]}) == ("FRESH", {"pass"})


def test_a_weekly_report_is_read_back(written: Path, tmp_path: Path) -> None:
    """What the log cannot tell is unknown in that week, and closes the gates that need it; the rest of it counts."""
    desk = tmp_path / "desk"
    shutil.copytree(DESK, desk)
    shutil.copy(written / JSON["weekly"], desk / "data/reports" / JSON["weekly"])
    words = ("--root", str(desk), "--as-of", "2026-03-30T06:30:00Z", "--archive", *PAPER, *POLICIES)
    file = tmp_path / "verdicts.json"
    asked = ("--policy", "phase-2c-promotion", "--policy", "shadow-weekly-evidence")
    assert run(["evaluate", *words, *asked, "--format", "json", "-o", str(file)]) == 1
    verdicts = json.loads(file.read_text(encoding="utf-8"))["verdicts"]
    outcomes = {each["policy"]: {rule["id"]: rule["outcome"] for rule in each["rules"]} for each in verdicts}
    promotion, evidence = outcomes["phase-2c-promotion"], outcomes["shadow-weekly-evidence"]
    known = (
        "weeks-collected",
        "weekly-edge",
        "cumulative-edge",
        "hit-rate",
        "incremental-sharpe",
        "regimes-majority",
    )
    assert (promotion["drawdown"], {promotion[name] for name in known}) == ("unknown", {"pass"})
    unknown = ("profit-before-costs", "cost-share", "realism-unchanged")
    assert {evidence[name] for name in unknown} == {"unknown"}
    assert evidence["btc-diagnosis"] == "fail"


@pytest.mark.parametrize("lost", ["2025-12|2026-01", "2026-02-1[0-5]|2026-02-09"])
def test_nothing_is_summed_over_a_log_that_lacks_weeks(tmp_path: Path, lost: str) -> None:
    """Neither where its beginning was cut off nor where weeks are lost: its worst weeks may be gone."""
    desk = tmp_path / "desk"
    shutil.copytree(DESK, desk)
    log = desk / "data" / "rl" / "shadow_decisions.jsonl"
    kept = [
        line for line in log.read_text(encoding="utf-8").splitlines() if not re.search(f'"({lost})', line)
    ]
    log.write_text("\n".join(kept) + "\n", encoding="utf-8")
    words = ("--root", str(desk), "--as-of", "2026-03-30T06:30:00Z", "--archive", *PAPER, *POLICIES)
    made = {}
    for kind in ("weekly", "daily"):
        assert run(["report", "--kind", kind, *words, "-o", str(tmp_path / kind)]) == 0
        made |= dict(leaves(json.loads((tmp_path / kind).read_text(encoding="utf-8"))))
    whole = "/counterfactual_evaluation/cumulative/"
    assert {value for place, value in made.items() if place.startswith(whole)} == {None}
    assert made["/shadow_collection/total_all_time"] is None
    assert (made["/data_collection/total_decisions"], made["/shadow_collection/decisions_today"]) == (59, 10)


def test_the_first_week_is_told_too(tmp_path: Path) -> None:
    words = ("--root", str(DESK), "--as-of", "2026-03-30T06:30:00Z", "--archive", *PAPER, *POLICIES)
    file = tmp_path / "weekly.json"
    assert run(["report", "--kind", "weekly", "--week", "1", *words, "-o", str(file)]) == 0
    made = json.loads(file.read_text(encoding="utf-8"))
    assert (made["week_number"], made["week_ending"], made["data_collection"]["total_decisions"]) == (
        1,
        "2026-01-04",
        52,
    )


def test_a_gap_in_the_log_is_null_and_never_a_good_value(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    shutil.copytree(DESK, desk)
    log = desk / "data" / "rl" / "shadow_decisions.jsonl"
    kept = [line for line in log.read_text(encoding="utf-8").splitlines() if "2026-03-29" not in line]
    log.write_text("\n".join(kept) + "\n", encoding="utf-8")
    file = tmp_path / "daily.json"
    words = ("--root", str(desk), "--as-of", "2026-03-30T06:30:00Z", "--archive", *PAPER, *POLICIES)
    assert run(["report", "--kind", "daily", *words, "-o", str(file)]) == 0
    made = json.loads(file.read_text(encoding="utf-8"))
    assert made["shadow_collection"]["decisions_today"] is None
    assert made["shadow_collection"]["logging_healthy"] is None
    assert made["tradegate"]["rejections_today"] is None
    assert made["summary"]["overall_health"] == "WARNING"
    assert made["unknown"]["/shadow_collection/decisions_today"].startswith(
        "log_day.decisions: missing at 2026-03-29"
    )
