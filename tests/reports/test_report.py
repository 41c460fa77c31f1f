"""The whole report over the example desk, good and bad, as its golden files hold it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from interlock.reports.report import report

from .desk import agrees, broken, collected, judged

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


def test_the_desk() -> None:
    assert agrees("desk.report.md", report(judged(collected())))


def test_a_bad_day() -> None:
    assert agrees("bad_day.report.md", report(judged(broken())))


def test_verdicts_that_have_expired() -> None:
    late = judged(collected(), now=Decimal(1_800_000_000), policies=["turnover-gate"])
    assert agrees("expired.report.md", report(late))


def test_nothing_to_report_on() -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-rollout-readiness"])
    assert agrees("refused.report.md", report(refused))


def test_a_report_needs_neither_settings_nor_policies() -> None:
    found = replace(judged(collected()), settings={}, policies={})
    text = report(found)
    assert "environment" not in text.split("## What to do now")[0]
    assert "### For everyone" in text
