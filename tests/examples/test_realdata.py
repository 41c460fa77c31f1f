"""The result file of a real trading bot: what is collected from its trades agrees with what the bot reports.

Trades that closed at the same instant are one step of the account: in file order they would show a deeper fall
between them than the bot reports.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from support.desks import metrics, run

CATALOGUE = """
metrics:
  trades.count: {type: integer, max_age: never, doc: a}
  trades.wins: {type: integer, max_age: never, doc: a}
  trades.losses: {type: integer, max_age: never, doc: a}
  trades.draws: {type: integer, max_age: never, doc: a}
  trades.per_day: {type: number, max_age: never, doc: a}
  trades.profit: {type: money, currency: BTC, max_age: never, doc: a}
  trades.profit_factor: {type: number, max_age: never, doc: a}
  trades.avg_loss: {type: money, currency: BTC, max_age: never, min_n: 5, doc: a}
  account.drawdown: {type: ratio, range: [0, 1], max_age: never, doc: a}
  account.daily: {type: money, currency: BTC, every: 1d, doc: a}
  trade.profit: {type: money, currency: BTC, every: event, doc: a}
"""
SOURCES = """
sources:
  bot:
    kind: rows
    doc: trades of a backtest
    file: freqtrade-backtest.json
    format: json
    rows: /strategy/*/trades
    time: closed
    timezone: UTC
    columns:
      closed: {time: /close_date}
      profit: {number: /profit_abs}
      ratio: {number: /profit_ratio}
      balance: {number: /strategy/*/starting_balance, of: file}
    covered: {from: /strategy/*/backtest_start, to: /strategy/*/backtest_end}
    metrics:
      trades.count: {sql: "select count(*) as value from bot"}
      trades.wins: {sql: "select count(*) as value from bot where ratio > 0"}
      trades.losses: {sql: "select count(*) as value from bot where ratio < 0"}
      trades.draws: {sql: "select count(*) as value from bot where ratio = 0"}
      trades.per_day: {sql: "select count(*) / floor(epoch($to - $from) / 86400) as value from bot"}
      trades.profit: {sql: "select sum(profit) as value from bot"}
      trades.profit_factor:
        sql: select sum(profit) filter (profit > 0) / -sum(profit) filter (profit < 0) as value from bot
      trades.avg_loss: {sql: "select avg(-profit) as value, count(*) as n from bot where ratio < 0"}
      account.drawdown:
        sql: >-
          with steps as (select closed, sum(profit) as profit, max(balance) as balance from bot group by closed),
          account as (select closed, balance, balance + sum(profit) over (order by closed) as equity from steps),
          peaks as (select equity, greatest(balance, max(equity) over (order by closed)) as peak from account)
          select max((peak - equity) / peak) as value from peaks
      account.daily: {sql: "select date_trunc('day', closed) as at, sum(profit) as value from bot group by 1"}
      trade.profit: {sql: "select closed as at, profit as value from bot order by closed, ordinal"}
"""


def collected(realdata: Path, as_of: str, since: str | None = None) -> dict[str, Any]:
    return metrics(run(realdata, SOURCES, as_of, catalogue=CATALOGUE, since=since, now="2018-02-01"))


def report(realdata: Path) -> dict[str, Any]:
    path = realdata / "freqtrade-backtest.json"
    strategies = json.loads(path.read_text(encoding="utf-8"))["strategy"]
    return dict(next(iter(strategies.values())))


def close(found: object, told: float) -> bool:
    assert isinstance(found, Decimal)
    return abs(float(found) - told) <= 1e-9 * abs(told)


def test_the_whole_file_agrees_with_the_bot(realdata: Path) -> None:
    seen, told = collected(realdata, "2018-01-31"), report(realdata)
    assert seen["trades.count"] == {"value": 179, "at": "2018-01-30T04:45:00Z"}
    outcomes = [seen[f"trades.{each}"]["value"] for each in ("wins", "losses", "draws")]
    assert outcomes == [48, 9, 122] == [told["wins"], told["losses"], told["draws"]]
    assert close(seen["trades.profit"]["value"], told["profit_total_abs"])
    assert close(seen["trades.profit_factor"]["value"], 2.4223288739520954)
    assert close(seen["account.drawdown"]["value"], 0.018740312808228732)
    assert told["profit_factor"] == 2.4223288739520954
    assert told["max_drawdown_account"] == 0.018740312808228732
    assert (
        round(seen["trades.per_day"]["value"], 2) == Decimal("9.42") == Decimal(str(told["trades_per_day"]))
    )


def test_days_agree_with_the_bot_and_half_days_are_no_days(realdata: Path) -> None:
    seen, told = collected(realdata, "2018-01-31")["account.daily"], report(realdata)
    assert seen["from"] == "2018-01-10T07:15:00Z"
    days = {point["at"][:10]: float(point["value"]) for point in seen["points"]}
    whole = {day: profit for day, profit in told["daily_profit"] if day not in ("2018-01-10", "2018-01-30")}
    assert sorted(days) == [f"2018-01-{day}" for day in range(11, 30) if f"2018-01-{day}" in days]
    assert all(abs(days.get(day, 0.0) - profit) <= 1e-9 for day, profit in whole.items())


def test_the_file_as_of_the_twentieth(realdata: Path) -> None:
    seen = collected(realdata, "2018-01-20")
    assert seen["trades.count"] == {"value": 103, "at": "2018-01-20T00:00:00Z"}
    assert seen["trades.losses"]["value"] == 5
    assert seen["trades.avg_loss"]["n"] == 5
    assert seen["trade.profit"]["covered"] == ["2018-01-10T07:15:00Z", "2018-01-20T00:00:00Z"]
    assert len(seen["trade.profit"]["points"]) == 103


def test_the_trades_after_the_twentieth(realdata: Path) -> None:
    seen = collected(realdata, "2018-01-31", since="2018-01-20")
    assert (seen["trades.count"]["value"], seen["trades.avg_loss"]["n"]) == (76, 4)


def test_equal_close_times_keep_file_order(realdata: Path) -> None:
    points = collected(realdata, "2018-01-31")["trade.profit"]["points"]
    trades = sorted(report(realdata)["trades"], key=lambda each: each["close_timestamp"])
    assert [float(each["value"]) for each in points] == [each["profit_abs"] for each in trades]
    assert trades != report(realdata)["trades"]
