"""The whole report over the grain desk, good and bad, as its golden files hold it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from interlock.reports.evaluation.full_report import as_markdown
from interlock.reports.style import ReportStyle
from support.roots import document, write

from ..desk import broken, collected, golden, judged, masked

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


def test_the_desk() -> None:
    text = as_markdown(judged(collected()), ReportStyle())
    assert masked(text) == golden("desk.report.md", text)


def test_a_bad_day() -> None:
    text = as_markdown(judged(broken()), ReportStyle())
    assert masked(text) == golden("bad_day.report.md", text)


def test_verdicts_that_have_expired() -> None:
    late = judged(collected(), now=Decimal(1_800_000_000), policies=["trade"])
    text = as_markdown(late, ReportStyle())
    assert masked(text) == golden("expired.report.md", text)


def test_nothing_to_report_on() -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-start"])
    text = as_markdown(refused, ReportStyle())
    assert masked(text) == golden("refused.report.md", text)


def test_a_report_needs_neither_settings_nor_policies() -> None:
    found = replace(judged(collected()), settings={}, policies={})
    text = as_markdown(found, ReportStyle())
    assert "The limits are those of" not in text
    assert "### For everyone" in text


def test_what_does_not_apply_is_listed_apart(tmp_path: Path) -> None:
    text = "policy: {}\nversion: 1.0.0\ntitle: {}\nowner: risk\nverdicts: [GO, NO_GO]\napplies: losses > {}\n"
    rules = "rules: [{id: few, require: losses < 5}]\n"
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": "metrics:\n  losses: {type: integer, range: [0, 10], max_age: never, doc: losses}\n",
        **{
            f"{name}.yaml": text.format(name, name, least) + rules
            for name, least in (("a", 8), ("b", 9), ("c", 1))
        },
    }
    policies = interlock.load(write(tmp_path, files))
    snapshot = interlock.Snapshot.parse(document("2026-03-30T06:00:00Z", {"losses": 3}), "s.json")

    def report(*names: str) -> str:
        decision = policies.decide(snapshot, policies=names, stateless=True)
        return as_markdown(EvaluationResult(snapshot, decision, policies.policies), ReportStyle())

    whole = report("a", "b", "c")
    assert "\n\nEvery gate has its best verdict.\n" in whole
    assert "\n\nNot applicable: `a`, `b`.\n\n## What to do now\n" in whole
    assert "\n| ?" not in whole and "### ?" not in whole
    assert "\n\n**No gate applies**, so none is open.\n\nNot applicable: `a`, `b`.\n\n" in report("a", "b")
