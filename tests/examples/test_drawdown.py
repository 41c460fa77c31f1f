"""The drawdown of the shipped policies is the largest share lost, not the largest amount: from trades to the figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from interlock.cli.main import run

POLICIES = Path(__file__).parents[2] / "policies"
AS_OF = "2026-03-20T00:00:00Z"


def trade(day: int, profit: float) -> dict[str, Any]:
    closed = f"2026-03-{day:02}T10:00:00Z"
    return {
        **{"pair": "BTC/USDT", "open_date": closed, "close_date": closed, "profit_abs": profit},
        **{"profit_ratio": profit / 1000, "amount": 0.001, "open_rate": 80000.0, "close_rate": 80000.0},
        **{"fee_open": 0.001, "fee_close": 0.001, "exit_reason": "roi", "is_short": False, "is_open": False},
        **{"stake_amount": 80.0, "open_timestamp": 1, "close_timestamp": 2, "trade_duration": 120},
    }


def desk(tmp_path: Path, balance: float, profits: dict[int, float]) -> Path:
    """A desk whose only artefact is a result with these profits, one trade a day of March 2026."""
    result = {
        "trades": [trade(day, profit) for day, profit in profits.items()],
        **{"starting_balance": balance, "total_trades": len(profits)},
        **{"backtest_start": "2026-02-01 00:00:00", "backtest_end": "2026-03-20 00:00:00"},
    }
    root = tmp_path / "desk"
    root.mkdir(parents=True)
    document = {"strategy": {"S": result}, "strategy_comparison": []}
    (root / "freqtrade-backtest.json").write_text(json.dumps(document), encoding="utf-8")
    return root


def collected(root: Path, tmp_path: Path) -> dict[str, Any]:
    out = tmp_path / "snapshot.json"
    words = ["--policies", str(POLICIES), "--root", str(root), "--as-of", AS_OF, "--archive", "-o", str(out)]
    assert run(["collect", *words]) == 0
    metrics = json.loads(out.read_text(encoding="utf-8"))["metrics"]
    names = ("kpi.drawdown", "kpi.bot_drawdown", "kpi_7d.drawdown", "kpi_30d.drawdown")
    return {name: metrics[name].get("value") for name in names}


LOST_AND_WON = {14: -700, 15: 9700, 16: -750, 17: 10, 18: 10}
"""Of 1,000 no more than 300 are left, then the account grows to 10,000 and loses 750."""


def test_a_lost_account_is_not_hidden_by_a_larger_fall_in_money(tmp_path: Path) -> None:
    root = desk(tmp_path, 1000, LOST_AND_WON)
    assert collected(root, tmp_path) == {
        **{"kpi.drawdown": 0.7, "kpi.bot_drawdown": 0.075, "kpi_7d.drawdown": 0.7, "kpi_30d.drawdown": 0.7}
    }


def test_the_week_has_its_own_peak(tmp_path: Path) -> None:
    root = desk(tmp_path, 1000, {5: -700, 14: 10, 15: 20, 16: -33, 17: 30, 18: 40})
    found = collected(root, tmp_path)
    assert (found["kpi_7d.drawdown"], found["kpi_30d.drawdown"]) == (0.1, 0.703)


def test_a_fall_from_nothing_has_no_share(tmp_path: Path) -> None:
    root = desk(tmp_path, 100, {5: -150, 14: -10, 15: -20, 16: -30, 17: 10, 18: 10})
    found = collected(root, tmp_path)
    assert (found["kpi_7d.drawdown"], found["kpi_30d.drawdown"]) == (None, 2.1)
