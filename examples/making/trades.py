"""The closed paper trades, in the shape of a freqtrade result file, so that the same sources read both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .chance import Chance
from .decisions import Decision
from .period import Period

__all__ = ["START_BALANCE", "Trade", "make_trades", "result_document"]

START_BALANCE = 20_000.0
_STAKE = 1_000.0
_FEE = 0.001
_PRICES = {"BTC-USD": 68_400.0, "ETH-USD": 2_350.0}
_PAIRS = {"BTC-USD": "BTC/USDT", "ETH-USD": "ETH/USDT"}


@dataclass(frozen=True)
class Trade:
    """One closed trade of a fixed stake."""

    symbol: str
    opened: datetime
    closed: datetime
    open_rate: float
    close_rate: float
    is_short: bool
    exit_reason: str | None

    @property
    def amount(self) -> float:
        """Coins traded."""
        return round(_STAKE / self.open_rate, 8)

    @property
    def profit(self) -> float:
        """Profit after the fees of entry and exit."""
        side = -1 if self.is_short else 1
        move = side * self.amount * (self.close_rate - self.open_rate)
        return round(move - self.fees, 8)

    @property
    def fees(self) -> float:
        """Fees of entry and exit."""
        return _FEE * self.amount * (self.open_rate + self.close_rate)


def make_trades(period: Period, decisions: list[Decision]) -> list[Trade]:
    """Trade some of the allowed decisions; those still open at the moment asked about are left out."""
    chance, prices, trades = Chance("trades"), dict(_PRICES), []
    for decision in decisions:
        if not decision.allowed or not chance.happens(0.38):
            continue
        price = prices[decision.symbol] = round(prices[decision.symbol] * (1 + 0.006 * chance.normal()), 2)
        closed = decision.at + timedelta(seconds=chance.whole(3600, 43200))
        move = 0.0034 + 0.0065 * chance.normal()
        short = decision.action == "short"
        trade = Trade(
            symbol=decision.symbol,
            opened=decision.at,
            closed=closed,
            open_rate=price,
            close_rate=round(price * (1 - move if short else 1 + move), 2),
            is_short=short,
            exit_reason=_reason(move, chance),
        )
        if closed < period.as_of:
            trades.append(trade)
    return sorted(trades, key=lambda trade: trade.closed)


def _reason(move: float, chance: Chance) -> str | None:
    if chance.happens(0.012):
        return None
    if move < -0.006:
        return "stop_loss"
    return "roi" if move > 0.008 else "exit_signal"


def result_document(period: Period, trades: list[Trade]) -> dict[str, Any]:
    """The result file: what the sources read, and the totals that let a reader check it."""
    profits = [trade.profit for trade in trades]
    won = math.fsum(profit for profit in profits if profit > 0)
    lost = math.fsum(-profit for profit in profits if profit < 0)
    body = {
        "trades": [_row(trade) for trade in trades],
        "total_trades": len(trades),
        "wins": len([profit for profit in profits if profit > 0]),
        "draws": len([profit for profit in profits if profit == 0]),
        "losses": len([profit for profit in profits if profit < 0]),
        "profit_total_abs": round(math.fsum(profits), 8),
        "profit_factor": round(won / lost, 8),
        "starting_balance": START_BALANCE,
        "stake_currency": "USDT",
        "backtest_start": f"{period.began} 00:00:00",
        "backtest_end": period.as_of.strftime("%Y-%m-%d %H:%M:%S"),
    }
    return {"metadata": {"DeskStrategy": {"timeframe": "5m"}}, "strategy": {"DeskStrategy": body}}


def _row(trade: Trade) -> dict[str, Any]:
    return {
        "pair": _PAIRS[trade.symbol],
        "stake_amount": _STAKE,
        "amount": trade.amount,
        "open_date": trade.opened.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "close_date": trade.closed.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "open_rate": trade.open_rate,
        "close_rate": trade.close_rate,
        "fee_open": _FEE,
        "fee_close": _FEE,
        "profit_ratio": round(trade.profit / _STAKE, 8),
        "profit_abs": trade.profit,
        "exit_reason": trade.exit_reason,
        "is_open": False,
        "is_short": trade.is_short,
    }
