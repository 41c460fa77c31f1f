"""The daily health reports, and the tables that carry one row a day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from .chance import Chance
from .decisions import Decision
from .period import DAY, Period, stamp
from .trades import Trade
from .writing import Desk

__all__ = ["STRATEGIES", "write_daily"]

STRATEGIES = ("momentum", "mean_reversion", "breakout")
_CHECKS = (
    "day",
    "recorded_at",
    "malformed_rows",
    "unknown_exits",
    "orphan_trades",
    "close_without_open",
    "swaps",
)
_CAUTION = 47
"""So many days before the end capital preservation was at caution for two days."""


def write_daily(desk: Desk, period: Period, decisions: list[Decision], trades: list[Trade]) -> None:
    """Write a report for every complete day, dated with that day and written at 06:00 of the next."""
    chance = Chance("daily")
    for day in period.complete_days:
        shifts = [round(chance.between(0.004, 0.045), 4) for _ in range(chance.whole(0, 2))]
        report = _report(period, day, decisions, shifts)
        desk.json(f"data/reports/daily_shadow_health_{day}.json", report)
    _tables(desk, period, decisions, trades)


def _report(period: Period, day: date, decisions: list[Decision], shifts: list[float]) -> dict[str, Any]:
    written = period.at(day + DAY, 6) + timedelta(seconds=12)
    today = [one for one in decisions if one.at.date() == day]
    reasons = Counter(one.blocked_by for one in today if one.blocked_by)
    left = (period.today - day).days
    level = "caution" if left in (_CAUTION, _CAUTION + 1) else "normal"
    alerts = ["Capital preservation in CAUTION"] if level == "caution" else []
    return {
        "date": str(day),
        "timestamp": stamp(written),
        "shadow_collection": {
            "logging_healthy": True,
            "decisions_today": len([one for one in today if one.allowed]),
            "pending_decisions": len([one for one in decisions if one.open_at(written)]),
            "total_all_time": len([one for one in decisions if one.allowed and one.at.date() <= day]),
        },
        "capital_preservation": {
            "current_level": level,
            "transitions_today": 1 if left in (_CAUTION + 1, _CAUTION - 1) else 0,
            "alert": level != "normal",
        },
        "strategy_weighting": {
            "enabled": True,
            "shifts_today": len(shifts),
            "max_shift_observed": max(shifts, default=0.0),
            "clamp_exceeded": False,
        },
        "tradegate": {
            "rejections_today": sum(reasons.values()),
            "rejection_reasons": dict(sorted(reasons.items())),
        },
        "summary": {
            "overall_health": "WARNING" if alerts else "HEALTHY",
            "alerts": alerts,
            "recommendations": ["Watch the recovery criteria"] if alerts else [],
        },
    }


def _tables(desk: Desk, period: Period, decisions: list[Decision], trades: list[Trade]) -> None:
    counted = Counter(one.at.date() for one in decisions if one.allowed)
    unexplained = Counter(one.closed.date() for one in trades if one.exit_reason is None)
    chance = Chance("tables")
    paper, signals, quality, integrity, authority = [], [], [], [], []
    for day in period.complete_days:
        recorded = stamp(period.at(day + DAY, 0) + timedelta(seconds=40))
        checked = stamp(period.at(day + DAY, 0.5))
        paper.append((day, recorded, 1440 - chance.whole(0, 6), counted[day]))
        evaluations = 24 * 12 * 2
        signals.append((day, recorded, evaluations, evaluations - chance.whole(40, 75)))
        attempts = chance.whole(14, 26)
        late = round(chance.between(0.35, 0.8), 3)
        slip = round(0.00042 + 0.00006 * chance.normal(), 6)
        quality.append((day, recorded, attempts, attempts - chance.whole(0, 2), f"{slip:.6f}", late))
        integrity.append((day, checked, 0, unexplained[day], 0, 0, chance.whole(0, 3)))
        authority.append((day, checked, 0, 0, 0))
    desk.csv("data/rl/paper_live_days.csv", ("day", "recorded_at", "heartbeats", "decisions"), paper)
    desk.csv("data/signals/evaluations.csv", ("day", "recorded_at", "evaluations", "no_signal"), signals)
    head = ("day", "recorded_at", "attempts", "fills", "mean_slippage", "queue_latency_s")
    desk.csv("data/execution/daily_quality.csv", head, quality)
    desk.csv("data/integrity/daily_checks.csv", _CHECKS, integrity)
    head = ("day", "recorded_at", "rl_orders", "gate_bypasses", "cap_changes")
    desk.csv("data/rl/authority_audit.csv", head, authority)
