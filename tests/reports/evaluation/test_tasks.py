"""Each action is said once, to whoever a rule notifies; what is unknown is measured first."""

from __future__ import annotations

import pytest

from interlock.reports.evaluation.tasks import tasks

from ..desk import broken, collected, judged

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


def test_rules_that_ask_for_the_same_share_a_task() -> None:
    found = tasks(judged(broken(), policies=["turnover-gate", "live-rollout-readiness"]))
    assert list(found) == ["on-call", "quant", "risk"]
    level = found["quant"][0]
    assert level.action == "measure what is unknown: capital.level: stale, measured at 2026-03-29T01:00:00Z"
    assert level.places == ["turnover-gate at BTC-USD / lockdown", "turnover-gate at ETH-USD / lockdown"]
    assert (level.reasons, level.otherwise) == ([], ["wait for recovery; do not force trades"])
    switch = found["on-call"][0]
    assert switch.action.startswith("find out who set it and why;")
    assert (switch.reasons, switch.otherwise) == (["the kill switch is active, set by file"], [])


def test_nothing_to_do() -> None:
    assert tasks(judged(collected(), policies=["baseline-kpis"])) == {}
