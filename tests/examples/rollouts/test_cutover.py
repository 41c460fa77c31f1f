"""Agents go into production one at a time; flags restart the time of a stage, an abort leads back to the dry run."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from interlock.language.times import show_time

from .desk import BEGAN, DAY, MINUTE, Desk, covered


def _enabled(desk: Desk, at: Decimal, *agents: str) -> None:
    """Agents as they are from an instant on, after the last toggle."""
    desk.held["agents.enabled"] = list(agents)
    desk.held["agents.toggled"] = lambda now: covered(now, show_time(at))


def _cutover(stage: Callable[..., Desk]) -> Desk:
    """The cutover at the end of its dry run."""
    desk = stage("production-cutover", "cutover-validated", "cutover-preflight", "cutover-flags")
    _enabled(desk, BEGAN - 10 * DAY)
    assert desk.advanced(BEGAN).change == "BEGIN"
    assert [each.about for each in desk.advanced(BEGAN + MINUTE).decision.missing] == ["gate"]
    desk.frozen("pre_cutover", BEGAN + 2 * MINUTE)
    desk.attested("orchestrator-dry-run", BEGAN + 2 * MINUTE)
    assert desk.advanced(BEGAN + 5 * MINUTE).settings == ("agents.enabled: [live_trader]",)
    return desk


def test_agents_go_into_production_one_at_a_time(stage: Callable[..., Desk]) -> None:
    desk = _cutover(stage)
    first = BEGAN + 7 * MINUTE
    _enabled(desk, first, "live_trader")
    desk.watched(first, first + 29 * MINUTE, MINUTE)
    early = desk.advanced(first + 30 * MINUTE - 1)
    assert [each.about for each in early.decision.missing] == ["time", "gate"]
    assert desk.advanced(first + 30 * MINUTE).change == "ADVANCE"
    second = first + 32 * MINUTE
    _enabled(desk, second, "live_trader", "quant_company_agent")
    desk.watched(second, second + 14 * MINUTE, MINUTE)
    assert desk.advanced(second + 15 * MINUTE).change == "ADVANCE"
    desk.watched(second + 16 * MINUTE, second + 45 * MINUTE, 4 * MINUTE)
    assert desk.advanced(second + 46 * MINUTE).change == "COMPLETE"
    assert desk.moves == [
        ("BEGIN", "dry-run"),
        ("ADVANCE", "live-trader"),
        ("ADVANCE", "quant-company"),
        ("ADVANCE", "validation"),
        ("COMPLETE", "validation"),
    ]


def test_a_flag_begins_the_half_hour_anew(stage: Callable[..., Desk]) -> None:
    desk = _cutover(stage)
    first = BEGAN + 7 * MINUTE
    _enabled(desk, first, "live_trader")
    desk.watched(first, first + 19 * MINUTE, MINUTE)
    twice = show_time(first + 20 * MINUTE)
    desk.held["loops.duplicate_signal"] = lambda now: covered(now, twice)
    desk.watched(first + 20 * MINUTE, first + 39 * MINUTE, MINUTE)
    held = desk.advanced(first + 40 * MINUTE).decision.dwell
    # the look two minutes after the duplicate still sees it
    assert held is not None and held.start == first + 23 * MINUTE


def test_an_abort_leads_back_to_the_dry_run(stage: Callable[..., Desk]) -> None:
    desk = _cutover(stage)
    first = BEGAN + 7 * MINUTE
    _enabled(desk, first, "live_trader")
    raised = first + 90
    desk.held["orchestrator.hard_risk"] = lambda now: covered(now, *[show_time(raised)] * (now >= raised))
    told = desk.watched(first, first + 2 * MINUTE, MINUTE)
    assert desk.moves[-1] == ("ROLLBACK", "dry-run")
    assert "set agents.enabled: []" in " ".join(told)
    stopped = first + 3 * MINUTE
    _enabled(desk, stopped)
    log = show_time(stopped + 30)
    desk.held |= {
        "orchestrator.processes": 0,
        "trading_lock.present": False,
        "trade_database.present": True,
        "logs.orchestrator_at": log,
        "logs.live_trader_at": log,
        "logs.orchestrator_written": log,
        "logs.live_trader_written": log,
        "fills.written": covered,
        "cutover_note.at": show_time(stopped + MINUTE),
    }
    early = desk.rearmed(stopped + 2 * MINUTE)
    assert [each.about for each in early.decision.missing] == ["triggers", "rollback verified"]
    desk.cleared("cutover-abort", "hard-risk", stopped + 6 * MINUTE)
    assert desk.rearmed(stopped + 7 * MINUTE).change == "REARM"
    assert (desk.standing.attempt, desk.standing.stage) == (2, "dry-run")
