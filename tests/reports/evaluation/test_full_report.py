"""The whole report over the grain desk, good and bad, as its golden files hold it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from interlock.reports.evaluation.full_report import as_markdown
from interlock.reports.style import ReportStyle

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
