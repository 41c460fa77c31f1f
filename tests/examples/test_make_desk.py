"""The committed example desk is what its generator makes, and its figures agree with each other."""

from __future__ import annotations

import json
import math
import runpy
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
DESK = EXAMPLES / "desk"
AS_OF = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)


@pytest.fixture
def make_desk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, datetime], list[str]]:
    """The function of the script, found as the script finds its own parts."""
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made: Callable[[Path, datetime], list[str]] = runpy.run_path(str(EXAMPLES / "make_desk.py"))["make_desk"]
    return made


def _files(root: Path) -> dict[str, bytes]:
    found = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def _weekly() -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(DESK.glob("data/reports/weekly_*.json"))]


def _decisions() -> list[dict[str, Any]]:
    lines = (DESK / "data/rl/shadow_decisions.jsonl").read_text("utf-8").splitlines()
    return [found for line in lines if "alive" not in (found := json.loads(line))]


def test_the_generator_reproduces_the_committed_bytes(
    make_desk: Callable[[Path, datetime], list[str]], tmp_path: Path
) -> None:
    written = make_desk(tmp_path, AS_OF)
    made, committed = _files(tmp_path), _files(DESK)
    assert sorted(written) == sorted(made)
    assert sorted(made) == sorted(committed)
    assert [path for path in sorted(made) if made[path] != committed[path]] == []


def test_the_desk_is_small_and_spans_thirteen_complete_weeks() -> None:
    assert sum(len(data) for data in _files(DESK).values()) < 1_000_000
    assert [week["week_number"] for week in _weekly()] == list(range(1, 14))
    assert _weekly()[-1]["week_ending"] == "2026-03-29"


def test_the_weekly_reports_sum_the_shadow_log() -> None:
    decisions = [line for line in _decisions() if line["allowed"]]
    for week in _weekly():
        sunday = date.fromisoformat(week["week_ending"])
        monday = sunday - timedelta(days=6)
        inside = [line for line in decisions if str(monday) <= line["timestamp"][:10] <= str(sunday)]
        delta = math.fsum(line["shadow_pnl"] - line["baseline_pnl"] for line in inside)
        assert week["data_collection"]["total_decisions"] == len(inside)
        assert week["data_collection"]["by_symbol"] == dict(Counter(line["symbol"] for line in inside))
        assert week["counterfactual_evaluation"]["delta_pnl"] == round(delta, 2)
        for part in ("symbol_edge_analysis", "regime_edge_analysis"):
            edges = week[part].values()
            assert sum(edge["decisions"] for edge in edges) == len(inside)
            assert round(math.fsum(edge["delta_pnl"] for edge in edges), 2) == round(delta, 2)


def test_the_daily_reports_sum_the_shadow_log_and_to_the_weekly_ones() -> None:
    weeks: Counter[str] = Counter()
    for path in sorted(DESK.glob("data/reports/daily_*.json")):
        report = json.loads(path.read_text("utf-8"))
        lines = [line for line in _decisions() if line["timestamp"][:10] == report["date"]]
        allowed = [line for line in lines if line["allowed"]]
        assert report["shadow_collection"]["decisions_today"] == len(allowed)
        assert report["tradegate"]["rejections_today"] == len(lines) - len(allowed)
        assert sum(report["tradegate"]["rejection_reasons"].values()) == len(lines) - len(allowed)
        day = date.fromisoformat(report["date"])
        weeks[str(day + timedelta(days=6 - day.weekday()))] += len(allowed)
    assert weeks == {week["week_ending"]: week["data_collection"]["total_decisions"] for week in _weekly()}


def test_the_trade_file_sums_its_trades() -> None:
    body = json.loads((DESK / "freqtrade-backtest.json").read_text("utf-8"))["strategy"]["DeskStrategy"]
    profits = [trade["profit_abs"] for trade in body["trades"]]
    won = math.fsum(profit for profit in profits if profit > 0)
    lost = math.fsum(-profit for profit in profits if profit < 0)
    assert body["total_trades"] == len(profits) == body["wins"] + body["draws"] + body["losses"]
    assert body["profit_total_abs"] == round(math.fsum(profits), 8)
    assert body["profit_factor"] == round(won / lost, 8)
