"""The weekly evidence reports and the archive of them."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from .decisions import Decision, deviation
from .period import DAY, Period, stamp
from .trades import START_BALANCE
from .writing import Desk

__all__ = ["sharpe", "write_weekly"]

_REALISM = hashlib.sha256(b"fees 10 bps, spread 2 bps, slippage model 3").hexdigest()[:16]


def sharpe(decisions: Iterable[Decision]) -> float:
    """Incremental Sharpe ratio of one decision: the mean of what it added over its deviation."""
    deltas = [one.delta for one in decisions]
    spread = deviation(deltas)
    return round(math.fsum(deltas) / len(deltas) / spread, 4) if spread else 0.0


def write_weekly(desk: Desk, period: Period, decisions: list[Decision]) -> None:
    """Write the report of every complete week and its archived copy, on the Monday after it."""
    before: dict[str, Any] | None = None
    for number, monday in enumerate(period.mondays, start=1):
        report = _report(period, number, monday, decisions, before)
        name = f"weekly_shadow_report_{report['week_ending']}.json"
        desk.json(f"data/reports/{name}", report)
        desk.json(f"data/reports/archive/{name}", report)
        before = report


def _report(
    period: Period, number: int, monday: date, decisions: list[Decision], before: dict[str, Any] | None
) -> dict[str, Any]:
    sunday = monday + 6 * DAY
    allowed = [one for one in decisions if one.allowed and one.at.date() <= sunday]
    week = [one for one in allowed if one.at.date() >= monday]
    by_regime = {name: _edge([one for one in week if one.regime == name]) for name in _names(week, "regime")}
    positive = [name for name, edge in by_regime.items() if edge["edge_positive"]]
    evaluation = _evaluation(week)
    return {
        "week_ending": str(sunday),
        "week_number": number,
        "data_collection": {
            "total_decisions": len(week),
            "by_symbol": dict(sorted(Counter(one.symbol for one in week).items())),
            "by_regime": dict(sorted(Counter(one.regime for one in week).items())),
        },
        "counterfactual_evaluation": {**evaluation, "cumulative": _evaluation(allowed)},
        "symbol_edge_analysis": {
            name: _edge([one for one in week if one.symbol == name]) for name in _names(week, "symbol")
        },
        "regime_edge_analysis": by_regime,
        "cost_decomposition": _costs(week),
        "confidence_sweep": _sweep(week),
        "drift_check": _drift(evaluation, before),
        "btc_diagnosis": _diagnosis(number, [one for one in week if one.symbol == "BTC-USD"]),
        "summary": {
            "overall_edge_positive": evaluation["delta_pnl"] > 0,
            "edge_stable_across_regimes": 2 * len(positive) > len(by_regime) and len(positive) > 1,
            "promotion_gate_progress": {
                "assessed_at": stamp(period.at(sunday + DAY, 6.25)),
                "weeks_complete": number,
            },
        },
    }


def _names(decisions: list[Decision], field: str) -> list[str]:
    return sorted({str(getattr(one, field)) for one in decisions})


def _edge(decisions: list[Decision]) -> dict[str, Any]:
    delta = round(math.fsum(one.delta for one in decisions), 2)
    hits = len([one for one in decisions if one.delta > 0])
    return {
        "decisions": len(decisions),
        "delta_pnl": delta,
        "hit_rate": round(hits / len(decisions), 4),
        "sharpe": sharpe(decisions),
        "edge_positive": delta > 0,
    }


def _evaluation(decisions: list[Decision]) -> dict[str, Any]:
    hits = len([one for one in decisions if one.delta > 0])
    total, peak, fall = 0.0, 0.0, 0.0
    for one in decisions:
        total = round(total + one.shadow_pnl, 2)
        peak = max(peak, total)
        fall = max(fall, (peak - total) / (START_BALANCE + peak))
    return {
        "decisions_evaluated": len(decisions),
        "hits": hits,
        "hit_rate": round(hits / len(decisions), 4),
        "delta_pnl": round(math.fsum(one.delta for one in decisions), 2),
        "incremental_sharpe": sharpe(decisions),
        "max_drawdown": round(fall, 6),
    }


def _costs(decisions: list[Decision]) -> dict[str, Any]:
    total = round(math.fsum(1_000 * one.cost_pct / 100 for one in decisions), 2)
    net = round(math.fsum(one.shadow_pnl for one in decisions), 2)
    fees = round(total * 0.8, 2)
    spread = round(total * 0.12, 2)
    return {
        "gross_pnl": round(net + total, 2),
        "total_cost": total,
        "fees": fees,
        "spread": spread,
        "slippage": round(total - fees - spread, 2),
        "cost_pct_of_pnl": round(100 * total / (net + total), 2),
    }


def _sweep(decisions: list[Decision]) -> dict[str, Any]:
    results = []
    for threshold in (0.6, 0.65, 0.7, 0.75, 0.8):
        kept = [one for one in decisions if one.confidence >= threshold]
        results.append(
            {
                "threshold": threshold,
                "decisions": len(kept),
                "delta_pnl": round(math.fsum(one.delta for one in kept), 2),
            }
        )
    best = max(results, key=lambda result: (result["delta_pnl"], result["threshold"]))
    return {"best_threshold": best["threshold"], "results": results}


def _drift(evaluation: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    prior = before["counterfactual_evaluation"]["incremental_sharpe"] if before else None
    change = round(evaluation["incremental_sharpe"] - prior, 4) if prior is not None else None
    return {"prior_sharpe": prior, "sharpe_change": change, "realism_config": _REALISM}


def _diagnosis(number: int, decisions: list[Decision]) -> dict[str, Any]:
    delta = math.fsum(one.delta for one in decisions)
    return {
        "primary_cause": "turnover" if number < 9 else "fees",
        "estimated_recoverable_pct": round(34.0 - 1.6 * number, 1),
        "edge_per_decision": round(delta / len(decisions), 4),
    }
