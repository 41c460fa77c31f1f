"""What the desk's programs keep of the present: heartbeat, levels, weights, progress, variables, alerts."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

from .chance import Chance
from .decisions import Decision
from .period import DAY, Period, stamp
from .telemetry import PHASE_A
from .writing import Desk

__all__ = ["write_state"]

_PID = 18244
_UNSET = (
    "LIVE_MODE",
    "LIVE_KILL_SWITCH",
    "LIVE_SYMBOL_ALLOWLIST",
    "PAPER_LIVE_TURNOVER_MIN_RATIO",
    "PAPER_LIVE_TURNOVER_MAX_DAILY",
)
_LEARNING = {
    "ENABLE_PROPOSAL_V2": "true",
    "ENABLE_EXPERIMENT_EXECUTOR": "true",
    "EXECUTION_MODE_DEFAULT": "safe",
    "ENABLE_POLICY_BANDIT": "true",
    "ENABLE_WINDOWED_SELF_CHECK": "true",
    "ENABLE_SYNTHETIC_OPPORTUNITIES": "true",
    "SYNTHETIC_OPPORTUNITY_THRESHOLD": "3",
    "VERIFICATION_RETRY_INTERVAL_SECONDS": "300",
    "VERIFICATION_RETRY_MAX_ATTEMPTS": "3",
    "ENABLE_NORMAL_MODE_CANARY": "true",
    "NORMAL_MODE_MAX_PER_HOUR": "1",
    "NORMAL_MODE_MIN_PRIORITY": "0.9",
    "NORMAL_MODE_ALLOWED_RISK": "low",
    "NORMAL_MODE_COOLDOWN_SECONDS": "1800",
    "ENABLE_EXECUTOR_REAL_APPLY": "false",
    "EXECUTOR_REAL_APPLY_MAX_PATCHES": "1",
}


def write_state(desk: Desk, period: Period, decisions: list[Decision]) -> None:
    """Write every artefact that holds one present state."""
    _paper(desk, period, decisions)
    _requests(desk, period, decisions)
    _capital(desk, period)
    _progress(desk, period)
    _configuration(desk, period)
    _alerts(desk, period)
    alive = ({"timestamp": stamp(at), "alive": True} for at in period.alive())
    desk.log("data/rl/shadow_decisions.jsonl", (_line(one, period) for one in decisions), alive)
    desk.json("env.json", {**dict.fromkeys(_UNSET), **_LEARNING})


def _line(one: Decision, period: Period) -> dict[str, Any]:
    told = one.allowed and not one.open_at(period.as_of)
    return {
        "timestamp": stamp(one.at),
        "symbol": one.symbol,
        "regime": one.regime,
        "action": one.action,
        "confidence": one.confidence,
        "expected_profit_pct": one.expected_profit_pct,
        "cost_pct": one.cost_pct,
        "allowed": one.allowed,
        "blocked_by": one.blocked_by,
        "baseline_pnl": one.baseline_pnl if told else None,
        "shadow_pnl": one.shadow_pnl if told else None,
    }


def _paper(desk: Desk, period: Period, decisions: list[Decision]) -> None:
    started = period.at(period.began, 0)
    session = [one for one in decisions if one.allowed and one.at >= started]
    heartbeat = {
        "timestamp": stamp(period.as_of - timedelta(seconds=95)),
        "pid": _PID,
        "total_decisions_session": len(session),
        "mode": "PAPER_LIVE",
        "processes": 1,
        "collector": {"enabled": True, "enable_rl_shadow": True},
    }
    desk.json("data/rl/paper_live_heartbeat.json", heartbeat)
    desk.text("logs/paper_live.pid", f"{_PID}\n")


def _requests(desk: Desk, period: Period, decisions: list[Decision]) -> None:
    """The trades that wait for permission, and what was permitted of late: BTC is not confident enough."""
    btc = {"expected_profit_pct": 0.31, "cost_pct": 0.12, "confidence": 0.72}
    eth = {"expected_profit_pct": 0.42, "cost_pct": 0.13, "confidence": 0.8}
    requests = {
        "BTC-USD": {"position_value_usd": 1000, **btc},
        "ETH-USD": {"position_value_usd": 1000, **eth},
    }
    since = period.as_of - 2 * DAY
    recent = [one for one in decisions if one.at >= since]
    document = {
        "requested_at": stamp(period.as_of - timedelta(seconds=5)),
        "recent_from": stamp(since),
        "requests": requests,
        "recent": "recent attempts",
    }
    rows = [{"at": stamp(one.at), "symbol": one.symbol, "allowed": one.allowed} for one in recent]
    desk.compact("data/rl/decision_requests.json", document, rows, "recent attempts")


def _capital(desk: Desk, period: Period) -> None:
    now = stamp(period.as_of - timedelta(minutes=5))
    entered = stamp(period.at(period.today - 46 * DAY, 9.5))
    state = {"updated_at": now, "level": "normal", "entered_at": entered, "reason": "recovery criteria met"}
    desk.json("data/capital_preservation_state.json", state)
    weights = {"momentum": (0.36, 0.34), "mean_reversion": (0.33, 0.345), "breakout": (0.31, 0.315)}
    told = {
        name: {"weight": weight, "day_start_weight": start, "day_shift": round(weight - start, 4)}
        for name, (weight, start) in weights.items()
    }
    document = {"updated_at": now, "max_daily_shift": 0.1, "strategies": told}
    desk.json("data/rl/strategy_weights.json", document)


def _progress(desk: Desk, period: Period) -> None:
    gates = {"data_collection": True, "positive_edge": True, "hit_rate": True, "incremental_sharpe": True}
    gates |= {"max_drawdown": True, "btc_mitigation": True, "human_sign_off": False}
    progress = {
        "programme_began": stamp(period.at(period.began, 0)),
        "updated_at": stamp(period.at(period.today - period.today.weekday() * DAY, 6.3)),
        "reviewed_at": stamp(period.at(period.today - 13 * DAY, 14)),
        "weeks_complete": len(period.mondays),
        "gates": gates,
    }
    desk.json("data/phase2b_gate_progress.json", progress)


def _configuration(desk: Desk, period: Period) -> None:
    config = {
        "at": stamp(period.as_of - timedelta(minutes=4)),
        "since": stamp(period.as_of - PHASE_A),
        "multi_tp": {"hybrid_exit_mode_enabled": False, "hybrid_exit_canary_symbols": []},
        "risk": {
            "auction_no_signal_persistence_enabled": False,
            "auction_no_signal_persistence_canary_symbols": [],
            "auction_swap_threshold": 12.0,
            "side_balance_pressure_enabled": False,
        },
        "execution": {"fill_level_costs_enabled": False},
        "canary_symbols": ["ETH-USD"],
    }
    desk.json("data/runtime_config.json", config)
    digest = hashlib.sha256(b"phase 1 winner").hexdigest()[:16]
    caps = hashlib.sha256(b"leverage 1, position 5%").hexdigest()[:16]
    rows = [(day, stamp(period.at(day + DAY, 0)), digest, caps) for day in period.complete_days]
    desk.csv("data/config_digests.csv", ("day", "recorded_at", "config", "risk_caps"), rows)


def _alerts(desk: Desk, period: Period) -> None:
    """A line each morning, and every ten minutes one that shows the log alive; one critical alert, six weeks ago."""
    chance, rows = Chance("alerts"), []
    for day in [*period.complete_days, period.today]:
        left = (period.today - day).days
        if period.at(day, 6.1) <= period.as_of:
            rows.append(_alert(period.at(day, 6.1), "INFO", "daily report written"))
        if left == 41:
            text = "price feed of ETH-USD silent for 11 minutes"
            rows.append(_alert(period.at(day, 13.2), "CRITICAL", text))
        elif left and chance.happens(0.05):
            text = f"reconnected after {math.ceil(chance.between(5, 40))} s"
            rows.append(_alert(period.at(day, 18.7), "WARNING", text))
    desk.log("logs/alerts.jsonl", rows, (_alert(at, "INFO", "alive") for at in period.alive()))


def _alert(at: datetime, severity: str, message: str) -> dict[str, str]:
    return {"at": stamp(at), "severity": severity, "message": message}
