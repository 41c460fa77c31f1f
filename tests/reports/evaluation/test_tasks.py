"""Each action is said once, to whoever a rule notifies; what is unknown is measured first."""

from __future__ import annotations

import pytest

from interlock.reports.evaluation.tasks import tasks

from ..desk import broken, collected, judged

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")


def test_rules_that_ask_for_the_same_share_a_task() -> None:
    found = tasks(judged(broken(), policies=["trade", "live-start"]))
    assert list(found) == ["research", "risk", "watch"]
    state = found["research"][0]
    assert state.action == "restore `data/bot.json`: market.state: stale, measured at 2026-03-29T01:00:00Z"
    assert state.places == ["trade at WHEAT / closed", "trade at MAIZE / closed"]
    assert (state.reasons, state.otherwise) == ([], ["wait until it opens"])
    switch = found["watch"][0]
    assert switch.action.startswith("find out who set it and why;")
    assert (switch.reasons, switch.otherwise) == (["the stop switch is set by file"], [])


def test_nothing_to_do() -> None:
    assert tasks(judged(collected(), policies=["key-figures"])) == {}
