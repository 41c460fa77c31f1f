"""What the trading plan looks at: the planned experiment, position sizes, costs, clean-ups, reviews, the release."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from .chance import Chance
from .period import DAY, Period, stamp
from .writing import Desk

__all__ = ["COMMIT", "write_plan"]

COMMIT = hashlib.sha256(b"phase 1 winner").hexdigest()[:40]
_KPIS = ["net_pnl_per_trade", "profit_factor"]
_SECONDARY = ["trades_per_day", "win_rate", "avg_loss", "drawdown", "rejection_mix"]
_TRIGGERS = ["bad_days", "average_loss", "safety_instability"]


def write_plan(desk: Desk, period: Period) -> None:
    """Write the state of the plan: Experiment A is designed and none has begun."""
    desk.json("data/experiments/strategy_experiment.json", _experiment(period))
    desk.json("data/release.json", _release(period))
    _tables(desk, period)


def _experiment(period: Period) -> dict[str, Any]:
    design = hashlib.sha256(b"experiment a: side balance pressure").hexdigest()[:16]
    return {
        "at": stamp(period.as_of - timedelta(minutes=3)),
        "name": "experiment_a",
        "active": 0,
        "levers_changed": 0,
        "settings": {"fib_proximity_bps": 35, "entry_zone_tolerance_pct": 0.004},
        "design": {
            "levers": ["side_balance_pressure"],
            "primary_kpis": _KPIS,
            "secondary_kpis": _SECONDARY,
            "triggers": _TRIGGERS,
            "horizon_days": 7,
            "designed_at": stamp(period.at(period.today - 3 * DAY, 10)),
            "digest": design,
        },
        "started_at": None,
        "digest_at_start": None,
        "position_scale": 1.0,
    }


def _release(period: Period) -> dict[str, Any]:
    return {
        "at": stamp(period.as_of - timedelta(minutes=6)),
        "tag": "phase-1-winner",
        "deployed_commit": COMMIT,
        "baseline_report_at": stamp(period.at(period.today - 2 * DAY, 9)),
    }


def _tables(desk: Desk, period: Period) -> None:
    chance = Chance("plan")
    sizes, costs, guard = [], [], []
    for day in period.complete_days:
        recorded = stamp(period.at(day + DAY, 0.25))
        modelled = round(chance.between(1.1, 1.5), 4)
        realised = round(modelled * (1 + 0.04 + 0.02 * chance.normal()), 4)
        costs.append((day, recorded, f"{modelled:.4f}", f"{realised:.4f}"))
        sizes.append((recorded, "1.00", "1.00"))
        guard.append((recorded, "alive"))
    sizes += [(stamp(at), "1.00", "1.00") for at in period.alive()]
    guard += [(stamp(at), "alive") for at in period.alive()]
    desk.csv("data/execution/daily_costs.csv", ("day", "recorded_at", "modelled", "realised"), costs)
    desk.csv("data/experiments/position_size.csv", ("at", "scale", "ratio"), sizes)
    desk.csv("data/integrity/guard.csv", ("at", "event"), guard)
    mondays = [
        period.at(day, 8) for day in [*period.mondays[1:], period.today] if period.at(day, 5) < period.as_of
    ]
    reviews = [(stamp(at - timedelta(hours=2)), "keep") for at in mondays]
    desk.csv("data/experiments/scorecards.csv", ("at", "decision"), reviews)
    inputs = hashlib.sha256(b"malformed trades of march").hexdigest()[:16]
    runs = [
        (period.at(period.today - 9 * DAY, 9), "dry_run"),
        (period.at(period.today - 9 * DAY, 9.5), "apply"),
    ]
    desk.csv(
        "data/integrity/cleanup_runs.csv",
        ("at", "mode", "inputs"),
        [(stamp(at), mode, inputs) for at, mode in runs],
    )
