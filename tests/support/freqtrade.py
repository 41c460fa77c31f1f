"""Files as freqtrade writes them, small: a result, its zip with what lies beside it, and a bot's database."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

__all__ = ["BEGIN", "END", "database", "result", "trade", "zipped"]

Record = dict[str, Any]
BEGIN, END = "2026-03-01 00:00:00", "2026-03-29 00:00:00"


def trade(day: int, profit: float, **changes: Any) -> Record:
    """One closed trade of a result file; a change to None leaves the key out."""
    found = {
        "pair": "BTC/USDT:USDT",
        "stake_amount": 100.0,
        "amount": 1.0,
        "open_date": f"2026-03-{day:02} 06:00:00+00:00",
        "close_date": f"2026-03-{day:02} 12:00:00+00:00",
        "open_rate": 100.0,
        "close_rate": 100.0 + profit,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "profit_ratio": profit / 100,
        "profit_abs": profit,
        "exit_reason": "roi",
        "is_open": False,
        "enter_tag": "",
        "leverage": 1.0,
        "is_short": False,
        **changes,
    }
    return {key: value for key, value in found.items() if value is not None}


def result(**strategies: list[Record]) -> Record:
    """A result file with the trades of each strategy."""
    whole = {"starting_balance": 1000, "backtest_start": BEGIN, "backtest_end": END}
    found = {name: {"trades": trades, "trade_count_short": 0, **whole} for name, trades in strategies.items()}
    return {"strategy": found, "strategy_comparison": [{"key": name} for name in strategies]}


def zipped(root: Path, name: str, content: object, **more: str) -> Path:
    """Write a result as a zip with its configuration, the metadata beside it, and the pointer to it."""
    path = root / f"{name}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{path.stem}.json", json.dumps(content))
        archive.writestr(f"{path.stem}_config.json", "{}")
        for member, text in more.items():
            archive.writestr(member, text)
    path.write_bytes(packed.getvalue())
    path.with_suffix(".meta.json").write_text('{"A": {"run_id": "1", "backtest_start_time": 1774000000}}')
    (path.parent / ".last_result.json").write_text(json.dumps({"latest_backtest": path.name}))
    return path


def database(path: Path, rows: list[Record], started: str | None = BEGIN) -> Path:
    """Write a database with the columns that the sources read; `started` is the first start of the bot."""
    columns = {
        "strategy": "A",
        "is_open": 0,
        "close_profit": 0.0,
        "close_profit_abs": 0.0,
        "pair": "BTC/USDT:USDT",
        "stake_amount": 100.0,
        "amount": 1.0,
        "open_date": "2026-03-02 06:00:00.000000",
        "close_date": "2026-03-02 12:00:00.000000",
        "open_rate": 100.0,
        "close_rate": 100.0,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "exit_reason": "roi",
        "leverage": 1.0,
        "is_short": 0,
    }
    names = [each for each in columns if not rows or rows[0].get(each, "") is not None]
    names += [each for each in (rows[0] if rows else {}) if each not in columns]
    connection = sqlite3.connect(path)
    connection.execute(f"create table trades (id integer primary key, {', '.join(names)})")
    for row in rows:
        values = [row.get(each, columns.get(each)) for each in names]
        connection.execute(
            f"insert into trades ({', '.join(names)}) values ({', '.join('?' * len(names))})",
            values,
        )
    if started is not None:
        connection.execute("create table KeyValueStore (id integer primary key, key, datetime_value)")
        insert = "insert into KeyValueStore (key, datetime_value) values ('bot_start_time', ?)"
        connection.execute(insert, (started,))
    connection.commit()
    connection.close()
    return path
