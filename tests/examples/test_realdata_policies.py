"""The shipped sources and policies on the result file of a real trading bot.

The bot kept no log of its safety, so a quiet one is laid beside its file where a whole verdict is wanted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.canonical import canonical
from interlock.collect.collector import collect
from interlock.collect.declared.source_reader import load_sources
from interlock.diagnostics import Collector
from interlock.evaluation.deciding.decide import Request, decide
from interlock.evaluation.expressions.compiled import compile_policy
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.verdict import RuleResult, Verdict
from interlock.policy.loader import load_root
from support.freqtrade import zipped
from support.roots import instant

POLICIES = Path(__file__).parents[2] / "policies"
END, FREEZE = "2018-01-30T04:45:00Z", "2018-01-20"

Collect = Callable[..., Snapshot]


@pytest.fixture(scope="module")
def collected() -> Collect:
    """Collects a snapshot by the shipped sources."""
    pytest.importorskip("duckdb")
    collector = Collector()
    root = load_root(POLICIES, collector)
    sources = load_sources(root.sources, root.catalogue, collector)

    def made(desk: Path, at: str, since: str | None = None) -> Snapshot:
        as_of, begin = instant(at), instant(since) if since else None
        now = Decimal(1_800_000_000)
        found = collect(
            desk,
            as_of,
            sources,
            root.catalogue,
            since=begin,
            environ={},
            now=now,
            archive=as_of >= instant(END),
        )
        return Snapshot.parse(canonical(found.snapshot))

    return made


@pytest.fixture
def desk(realdata: Path, tmp_path: Path) -> Path:
    """The real file, and the log of a bot to which nothing happened until the last trade."""
    shutil.copy(realdata / "freqtrade-backtest.json", tmp_path)
    start, lines = datetime(2018, 1, 10, tzinfo=UTC), []
    for step in range(48 * 20 + 10):
        at = (start + timedelta(minutes=30 * step)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(
            f"{at} INFO cycle number={step} database=ok evidence=trader_db risk=clear state=NORMAL\n"
        )
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents/orchestrator.log").write_text("".join(lines), "utf-8")
    _runs_since(tmp_path, "2018-01-10T07:15:00Z")
    return tmp_path


def _runs_since(desk: Path, since: str) -> None:
    """Let both features of experiment 0 have run for every symbol since an instant."""
    exits = {"hybrid_exit_mode_enabled": True, "hybrid_exit_canary_symbols": []}
    risk = {
        "auction_no_signal_persistence_enabled": True,
        "auction_no_signal_persistence_canary_symbols": [],
        "auction_swap_threshold": 12.0,
        "side_balance_pressure_enabled": False,
    }
    costs = {"fill_level_costs_enabled": False}
    told = {
        "at": END,
        "since": since,
        "multi_tp": exits,
        "risk": risk,
        "execution": costs,
        "canary_symbols": [],
    }
    (desk / "data").mkdir(exist_ok=True)
    (desk / "data/runtime_config.json").write_text(json.dumps(told), "utf-8")


def _verdict(policy: str, now: Snapshot, baseline: Snapshot) -> Verdict:
    root = load_root(POLICIES, Collector())
    compiled = {name: compile_policy(each, root.catalogue) for name, each in root.policies.items()}
    request = Request(baselines={"phase_a": Measures(baseline, root.catalogue)}, stateless=True)
    return decide(compiled, Measures(now, root.catalogue), request, [policy]).verdicts[0]


def _judged(verdict: Verdict) -> list[RuleResult]:
    """The rules on money itself: those of the baseline that is not meant are skipped."""
    return [rule for rule in verdict.rules if rule.outcome != "skipped" and rule.id != "baseline-named"]


def _told(realdata: Path) -> dict[str, Any]:
    document = json.loads((realdata / "freqtrade-backtest.json").read_text("utf-8"))
    return dict(next(iter(document["strategy"].values())))


def _value(snapshot: Snapshot, metric: str) -> Decimal:
    entry = snapshot.metrics[metric]
    assert isinstance(entry, dict)
    value = entry["value"]
    assert isinstance(value, Decimal)
    return value


def test_the_key_figures_agree_with_the_bot(realdata: Path, collected: Collect) -> None:
    now, told = collected(realdata, END), _told(realdata)
    counts = [int(_value(now, f"kpi.{name}")) for name in ("closes", "wins", "losses", "draws")]
    assert counts == [told[name] for name in ("total_trades", "wins", "losses", "draws")] == [179, 48, 9, 122]
    compared = json.loads((realdata / "freqtrade-backtest.json").read_text("utf-8"))["strategy_comparison"][0]
    by_profit = [int(_value(now, f"kpi.{name}_by_profit")) for name in ("wins", "draws", "losses")]
    assert by_profit == [compared[name] for name in ("wins", "draws", "losses")] == [170, 0, 9]
    figures = {
        "kpi.profit_factor": told["profit_factor"],
        "kpi.bot_drawdown": told["max_drawdown_account"],
        "kpi.drawdown": told["max_relative_drawdown"],
        "kpi.net_pnl_per_trade": told["profit_total_abs"] / 179,
        "kpi.net_pnl_per_day": told["profit_total_abs"] / 19,
        "kpi.trades_per_day": 179 / 19,
        "kpi.win_rate": 48 / 179,
        "kpi.unknown_exit_share": 0.0,
    }
    assert {name: float(_value(now, name)) for name in figures} == pytest.approx(figures, rel=1e-9)
    assert round(_value(now, "kpi.trades_per_day"), 2) == Decimal(str(told["trades_per_day"]))


def test_the_zip_of_today_gives_the_same_figures(realdata: Path, tmp_path: Path, collected: Collect) -> None:
    content = json.loads((realdata / "freqtrade-backtest.json").read_text("utf-8"))
    del content["metadata"]
    zipped(tmp_path, "freqtrade-backtest", content).rename(tmp_path / "freqtrade-backtest.json")
    assert collected(tmp_path, END).metrics == collected(realdata, END).metrics


def test_the_rollback_is_decided_over_all_trades(desk: Path, collected: Collect) -> None:
    _runs_since(desk, "2018-01-10T07:15:00Z")
    verdict = _verdict("experiment-0-rollback", collected(desk, END), collected(desk, FREEZE))
    assert (verdict.verdict, verdict.possible) == ("CONTINUE", "CONTINUE")
    assert [(rule.id, rule.outcome) for rule in verdict.rules] == [
        ("money", "pass"),
        ("safety-events", "pass"),
    ]
    money = _verdict("hard-triggers", collected(desk, END), collected(desk, FREEZE))
    assert [(rule.id, rule.outcome, rule.reason) for rule in _judged(money)] == [
        ("bad-days", "pass", "bad_run is 0, needed < 2"),
        ("average-loss-experiment-0", "pass", "loss_of_experiment_0 is 0.00008139, needed <= 0.00014"),
    ]


def test_the_rollback_is_unknown_over_four_losses(desk: Path, collected: Collect) -> None:
    _runs_since(desk, f"{FREEZE}T00:00:00Z")
    verdict = _verdict("hard-triggers", collected(desk, END), collected(desk, FREEZE))
    assert [(rule.id, rule.outcome, rule.reason) for rule in _judged(verdict)] == [
        ("bad-days", "pass", "bad_run is 0, needed < 2"),
        (
            "average-loss-experiment-0",
            "unknown",
            "cannot tell: mean(account.trades.pnl, after=configured, min_n=min_losses, where=account.trades.pnl < 0): "
            "too few samples, 4 of at least 5",
        ),
    ]


def test_the_file_alone_says_nothing_of_safety(realdata: Path, collected: Collect) -> None:
    verdict = _verdict("experiment-0-rollback", collected(realdata, END), collected(realdata, FREEZE))
    rule = verdict.rules[1]
    missing = "missing, agents/orchestrator.log: no such file or directory"
    assert (rule.id, rule.outcome) == ("safety-events", "unknown")
    assert rule.reason == f"cannot tell: safety.degraded, safety.emergencies and safety.kills: {missing}"


def test_the_baseline_is_partial_where_the_file_does_not_reach(realdata: Path, collected: Collect) -> None:
    now = collected(realdata, END)
    verdict = _verdict("baseline-kpis", now, now)
    assert verdict.verdict == "PARTIAL"
    passed = {rule.id for rule in verdict.rules if rule.outcome == "pass"}
    assert {rule.id for rule in verdict.rules if rule.outcome == "fail"} == set()
    assert {"week-unknown-exits", "period-trades"} <= passed
    assert not any(name.startswith("month-") for name in passed)
