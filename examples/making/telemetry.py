"""What the bot logs while experiment 0 is being prepared: exits, swaps, the phase of each day, and its own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .chance import Chance
from .period import DAY, Period, stamp
from .trades import Trade
from .writing import Desk

__all__ = ["PHASE_A", "exit_record", "write_exits", "write_telemetry"]

PHASE_A = timedelta(hours=69, minutes=30)
"""So long before the end the bot was deployed with both features off."""

_LOGGED = 28
"""The new fields have been logged for so many days."""


def write_telemetry(desk: Desk, period: Period, trades: list[Trade]) -> None:
    """Write the logs of exits and swaps, the days of the experiment, and the log of the paper-live process."""
    first = period.at(period.today - _LOGGED * DAY, 0)
    logged = [trade for trade in trades if trade.closed >= first]
    write_exits(desk, map(exit_record, logged), period.alive())
    desk.lines("logs/swaps.jsonl", _swaps(period, first))
    _days(desk, period)
    desk.lines("logs/paper_live_longrun.out.log", _words(period))


def write_exits(desk: Desk, records: Iterable[Mapping[str, Any]], alive: Iterable[datetime]) -> None:
    """Write the log of exits with the signs of life of its writer."""
    desk.log("logs/exits.jsonl", records, ({"at": stamp(at), "alive": True} for at in alive))


def exit_record(trade: Trade) -> dict[str, Any]:
    return {
        "at": stamp(trade.closed),
        "symbol": trade.symbol,
        "effective_exit_mode": "classic",
        "regime": "bull" if trade.closed.weekday() in (0, 1, 5) else "sideways",
        "fallback_used": False,
        "chosen_by_hybrid": False,
        "canary": False,
        "delayed_by_persistence": False,
        "close_reason": "protective" if trade.exit_reason == "stop_loss" else "strategic",
        "position_known": True,
    }


def _swaps(period: Period, first: datetime) -> list[dict[str, Any]]:
    """Two candidates for a swap a day, with the values that were compared."""
    chance, rows, at = Chance("swaps"), [], first
    while (at := at + timedelta(minutes=chance.whole(500, 940))) < period.as_of:
        held, other = round(chance.between(20, 60), 2), round(chance.between(20, 60), 2)
        values = {"close_value": held, "new_value": other, "gap": round(other - held, 2), "threshold": 12.0}
        rows.append({"at": stamp(at), "symbol": chance.pick(("BTC-USD", "ETH-USD")), **values})
    return rows


def _days(desk: Desk, period: Period) -> None:
    """Every complete day: before phase A the bot ran without the experiment."""
    began = (period.as_of - PHASE_A).date()
    rows = []
    for day in period.complete_days:
        phase = "none" if day <= began else "telemetry"
        rows.append((day, stamp(period.at(day + DAY, 0.25)), phase, 0))
    desk.csv("data/experiment_0_days.csv", ("day", "recorded_at", "phase", "other_changes"), rows)


def _words(period: Period) -> list[str]:
    """A sign of life every five minutes of the last day."""
    moments = [period.as_of - timedelta(minutes=5 * step, seconds=95) for step in range(287, -1, -1)]
    return [f"{stamp(at)} INFO heartbeat mode=PAPER_LIVE processes=1" for at in moments]
