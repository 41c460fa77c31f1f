"""The explanation of good and bad verdicts, whole; each rule with its comparisons, and where unknowns were born."""

from __future__ import annotations

import pytest

from interlock.api import check
from interlock.reports.evaluation_result import ReportStyle
from interlock.reports.explanation import explained
from support.grain import POLICIES

from .desk import broken, collected, golden, judged, masked

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


@pytest.fixture(scope="module")
def sources() -> dict[str, list[str]]:
    return check(POLICIES)[1].sources


def test_the_desk(sources: dict[str, list[str]]) -> None:
    text = explained(judged(collected()), ReportStyle(width=120), sources)
    assert masked(text) == golden("desk.explanation.txt", text)


def test_a_bad_day(sources: dict[str, list[str]]) -> None:
    text = explained(judged(broken()), ReportStyle(width=80), sources)
    assert masked(text) == golden("bad_day.explanation.txt", text)


def test_one_rule_of_one_policy(sources: dict[str, list[str]]) -> None:
    found = judged(broken(), policies=["live-start"])
    lines = explained(found, ReportStyle(width=120), sources, ["days"]).splitlines()
    assert [each for each in lines if each.startswith(("✔", "✘", "?", "!", "·"))] == [
        "? days unknown, contributes CONDITIONAL  policies/live-start.yaml:34"
    ]
    assert "    36 | require: run_of_days >= min_run" in lines
    assert "      run_of_days  seen between 8 and 29  needed >= 14" in lines
    assert "      - days.orders: missing for 12 days from 2026-03-10 to 2026-03-21" in lines
    assert "      - days.orders comes from source `days`, `data/days.csv`" in lines


def test_without_the_source_lines_all_else_is_there() -> None:
    found = judged(collected(), policies=["trade"])
    text = explained(found, ReportStyle(), {}, ["confidence"])
    assert "      trade.confidence  seen 72%  needed >= 75%  margin -3%  nearest passing value: 75%\n" in text
    assert " | " not in text
