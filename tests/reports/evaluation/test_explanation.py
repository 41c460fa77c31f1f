"""The explanation of good and bad verdicts, whole; each rule with its comparisons, and where unknowns were born."""

from __future__ import annotations

import json

import pytest

from interlock.api import check
from interlock.reports.evaluation.explanation import VerdictExplanation, as_json, as_markdown, as_text
from interlock.reports.style import ReportStyle
from support.grain import POLICIES

from ..desk import broken, collected, golden, judged, masked

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


@pytest.fixture(scope="module")
def sources() -> dict[str, list[str]]:
    return check(POLICIES)[1].sources


def test_the_desk(sources: dict[str, list[str]]) -> None:
    text = as_text(VerdictExplanation(judged(collected()), sources), ReportStyle(width=120))
    assert masked(text) == golden("desk.explanation.txt", text)


def test_a_bad_day(sources: dict[str, list[str]]) -> None:
    text = as_text(VerdictExplanation(judged(broken()), sources), ReportStyle(width=80))
    assert masked(text) == golden("bad_day.explanation.txt", text)


def test_one_rule_of_one_policy(sources: dict[str, list[str]]) -> None:
    found = judged(broken(), policies=["live-start"])
    explained = VerdictExplanation(found, sources, ["days"])
    lines = as_text(explained, ReportStyle(width=120)).splitlines()
    assert [each for each in lines if each.startswith(("✔", "✘", "?", "!", "·"))] == [
        "? days unknown, contributes CONDITIONAL  policies/live-start.yaml:34"
    ]
    assert "    36 | require: run_of_days >= min_run" in lines
    assert "      run_of_days  seen between 8 and 29  needed >= 14" in lines
    assert "      - days.orders: missing for 12 days from 2026-03-10 to 2026-03-21" in lines
    assert "      - days.orders comes from source `days`, `data/days.csv`" in lines


def test_without_the_source_lines_all_else_is_there() -> None:
    found = judged(collected(), policies=["trade"])
    text = as_text(VerdictExplanation(found, rules=["confidence"]), ReportStyle())
    assert "      trade.confidence  seen 72%  needed >= 75%  margin -3%  nearest passing value: 75%\n" in text
    assert " | " not in text


def test_markdown_and_json_explain_the_same(sources: dict[str, list[str]]) -> None:
    found = VerdictExplanation(judged(broken(), policies=["live-start", "trade"]), sources)
    text = as_markdown(found, ReportStyle())
    assert masked(text) == golden("bad_day.explanation.md", text)
    text = as_json(found, ReportStyle())
    assert masked(text) == golden("bad_day.explanation.json", text)


def test_rules_limit_every_format(sources: dict[str, list[str]]) -> None:
    result = judged(broken(), policies=["live-start"])
    found = VerdictExplanation(result, sources, ["days"])
    (verdict,) = json.loads(as_json(found, ReportStyle()))["verdicts"]
    assert [each["id"] for each in verdict["rules"]] == ["days"]
    assert verdict["origins"] == ["days.orders comes from source `days`, `data/days.csv`"]
    shown = as_markdown(found, ReportStyle())
    assert [each for each in shown.splitlines() if each.startswith("- ")] == [
        "- ? `days` unknown, contributes CONDITIONAL, written in `policies/live-start.yaml:34`"
    ]


def test_nothing_to_explain() -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-start"])
    found = VerdictExplanation(refused)
    assert as_text(found, ReportStyle()) == "no policy was evaluated\n"
    assert as_markdown(found, ReportStyle()) == "No policy was evaluated.\n"
    assert json.loads(as_json(found, ReportStyle())) == {"interlock": 1, "verdicts": []}
