"""The explanation of good and bad verdicts, whole; each rule with its comparisons, and where unknowns were born."""

from __future__ import annotations

import json

import pytest

from interlock.api import check
from interlock.reports.evaluation.explanation import VerdictExplanation, as_json, as_markdown, as_text
from interlock.reports.style import ReportStyle

from ..desk import ROOT, broken, collected, golden, judged, masked

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


@pytest.fixture(scope="module")
def sources() -> dict[str, list[str]]:
    return check(ROOT / "tests" / "frozen" / "policies")[1].sources


def test_the_desk(sources: dict[str, list[str]]) -> None:
    text = as_text(VerdictExplanation(judged(collected()), sources), ReportStyle(width=120))
    assert masked(text) == golden("desk.explanation.txt", text)


def test_a_bad_day(sources: dict[str, list[str]]) -> None:
    text = as_text(VerdictExplanation(judged(broken()), sources), ReportStyle(width=80))
    assert masked(text) == golden("bad_day.explanation.txt", text)


def test_one_rule_of_one_policy(sources: dict[str, list[str]]) -> None:
    found = judged(broken(), policies=["live-rollout-readiness"])
    lines = as_text(VerdictExplanation(found, sources, ["paper-streak"]), ReportStyle(width=120)).splitlines()
    assert [each for each in lines if each.startswith(("✔", "✘", "?", "!", "·"))] == [
        "? paper-streak unknown, contributes CONDITIONAL"
        "  policies/phase-2b-operations/live-rollout-readiness.yaml:76"
    ]
    assert "    79 | require: paper_streak >= min_streak" in lines
    assert "      paper_streak  seen between 8 and 91  needed >= 14" in lines
    assert "      - paper.decisions: missing for 12 days from 2026-03-10 to 2026-03-21" in lines
    assert "      - paper.decisions comes from source `paper-days`, `data/rl/paper_live_days.csv`" in lines


def test_without_the_source_lines_all_else_is_there() -> None:
    found = judged(collected(), policies=["turnover-gate"])
    text = as_text(VerdictExplanation(found, rules=["confidence"]), ReportStyle())
    assert "      trade.confidence  seen 72%  needed >= 75%  margin -3%  nearest passing value: 75%\n" in text
    assert " | " not in text


def test_markdown_and_json_explain_the_same(sources: dict[str, list[str]]) -> None:
    found = VerdictExplanation(
        judged(broken(), policies=["live-rollout-readiness", "turnover-gate"]), sources
    )
    text = as_markdown(found, ReportStyle())
    assert masked(text) == golden("bad_day.explanation.md", text)
    text = as_json(found, ReportStyle())
    assert masked(text) == golden("bad_day.explanation.json", text)


def test_rules_limit_every_format(sources: dict[str, list[str]]) -> None:
    result = judged(broken(), policies=["live-rollout-readiness"])
    found = VerdictExplanation(result, sources, ["paper-streak"])
    (verdict,) = json.loads(as_json(found, ReportStyle()))["verdicts"]
    assert [each["id"] for each in verdict["rules"]] == ["paper-streak"]
    assert verdict["origins"] == [
        "paper.decisions comes from source `paper-days`, `data/rl/paper_live_days.csv`"
    ]
    shown = as_markdown(found, ReportStyle())
    assert [each for each in shown.splitlines() if each.startswith("- ")] == [
        "- ? `paper-streak` unknown, contributes CONDITIONAL, written in "
        "`policies/phase-2b-operations/live-rollout-readiness.yaml:76`"
    ]


def test_nothing_to_explain() -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-rollout-readiness"])
    found = VerdictExplanation(refused)
    assert as_text(found, ReportStyle()) == "no policy was evaluated\n"
    assert as_markdown(found, ReportStyle()) == "No policy was evaluated.\n"
    assert json.loads(as_json(found, ReportStyle())) == {"interlock": 1, "verdicts": []}
