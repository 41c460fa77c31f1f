"""What the cutover looks at: the orchestrator, the live trader, their logs and the trade database."""

from __future__ import annotations

from datetime import timedelta

from .chance import Chance
from .period import Period, stamp
from .writing import Desk

__all__ = ["write_agents"]

_HOURS = 54
_CYCLE_HOURS = 80
_SCHEMA = (
    "id INTEGER PRIMARY KEY, pair TEXT NOT NULL, side TEXT NOT NULL, "
    "status TEXT NOT NULL, created_at TEXT NOT NULL"
)
_CYCLE = "database=ok evidence=trader_db risk=clear state=NORMAL"


def write_agents(desk: Desk, period: Period) -> None:
    """Write pid file, logs and database; the trading lock is absent, as it is while nothing trades live."""
    desk.text("agents/orchestrator.pid", "18251\n")
    desk.lines("agents/orchestrator.log", _orchestrator(period))
    desk.lines("agents/live_trader.log", _trader(period))
    _fills(desk, period)
    _status(desk, period)


def _orchestrator(period: Period) -> list[str]:
    start = period.as_of - timedelta(hours=_CYCLE_HOURS)
    lines = []
    for step in range(2 * _CYCLE_HOURS):
        at = stamp(start + timedelta(minutes=30 * step + 25))
        lines.append(f"{at} INFO cycle number={step + 1} {_CYCLE}")
    return lines


def _trader(period: Period) -> list[str]:
    chance, lines = Chance("routes"), []
    start = period.as_of - timedelta(hours=_HOURS)
    for step in range(_HOURS):
        at = stamp(start + timedelta(minutes=60 * step + chance.whole(2, 55)))
        rejected = chance.happens(0.1)
        outcome = "outcome=rejected reason=min_notional" if rejected else "outcome=accepted"
        lines.append(f"{at} INFO route pair=ETH/USDT {outcome} latency={chance.whole(180, 900)}ms")
    return sorted(lines + [f"{stamp(at)} INFO event name=alive" for at in period.alive()])


def _fills(desk: Desk, period: Period) -> None:
    chance, rows = Chance("fills"), []
    at = period.at(period.began, 3)
    while at < period.as_of - timedelta(days=9):
        status = "filled" if chance.happens(0.94) else "cancelled"
        rows.append((len(rows) + 1, "ETH/USDT", chance.pick(("buy", "sell")), status, stamp(at)))
        at += timedelta(minutes=chance.whole(900, 2600))
    desk.database("agents/trader.db", "live_trades", _SCHEMA, rows)


def _status(desk: Desk, period: Period) -> None:
    status = {
        "at": stamp(period.as_of - timedelta(minutes=2)),
        "orchestrators": 1,
        "lock_owners": 0,
        "foreign_traders": 0,
        "enabled_agents": [],
    }
    desk.json("agents/status.json", status)
    minutes = [period.as_of - timedelta(minutes=step) for step in range(30, -1, -1)]
    lines = [f"{stamp(at)} INFO sample processes=1 errors=0" for at in minutes]
    desk.lines("agents/watch.log", lines)
