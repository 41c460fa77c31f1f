"""A made-up bot that lives through experiment 0: its logs for the whole play, and what it shows at each moment."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from making.daily import write_daily
from making.decisions import make_decisions
from making.period import DAY, Period, stamp
from making.state import write_state
from making.telemetry import exit_record, write_exits, write_telemetry
from making.trades import Trade, make_trades, result_document
from making.writing import Desk

__all__ = ["Bot", "Switch"]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CYCLE = "database=ok evidence=trader_db risk=clear"


@dataclass(frozen=True)
class Switch:
    """A moment at which the configuration became that of a phase, with the symbols that both lists hold."""

    at: datetime
    phase: str
    symbols: tuple[str, ...] = ()

    @property
    def on(self) -> bool:
        """Whether both features run."""
        return self.phase in ("canary", "full")


@dataclass
class Bot:
    """Writes its artefacts below `root`. Its logs are made once, to the end of the play; `shows` leaves of them what
    was written by its moment, and writes anew what has no lines.

    `switches` are every change of the configuration in order, `kill` the moment at which the bot killed itself.
    """

    root: Path
    end: datetime
    switches: tuple[Switch, ...]
    kill: datetime
    desk: Desk = field(init=False)
    logs: dict[Path, list[str]] = field(default_factory=dict)
    trades: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = Desk(self.root)

    def live(self) -> None:
        """Write every log of the play."""
        period = Period(self.end)
        decisions = make_decisions(period)
        trades = [
            replace(self._stopped(each), exit_reason=each.exit_reason or "roi")
            for each in make_trades(period, decisions)
        ]
        first = self.switches[0].at - 35 * DAY
        result = result_document(period, trades)
        self.trades = result
        write_daily(self.desk, period, decisions, trades)
        write_state(self.desk, period, [each for each in decisions if each.at >= first])
        write_telemetry(self.desk, period, trades)
        exits = [self._exit(each) for each in trades if each.closed >= first]
        write_exits(self.desk, exits, period.alive(first))
        self.desk.lines("agents/orchestrator.log", self._cycles(self.switches[0].at - 2 * DAY))
        self.desk.csv(
            "data/experiment_0_days.csv", ("day", "recorded_at", "phase", "other_changes"), self._days(period)
        )
        for path in self.root.rglob("*"):
            if path.suffix in (".log", ".jsonl", ".csv"):
                self.logs[path] = path.read_text(encoding="utf-8").splitlines(keepends=True)

    def shows(self, at: datetime) -> None:
        """Write what the bot shows at a moment: the configuration that it runs with, and that no experiment is on."""
        self._write_logs(at)
        now = self._running(at)
        written = stamp(at - timedelta(minutes=4))
        symbols = list(now.symbols)
        self.desk.json(
            "data/runtime_config.json",
            {
                "at": written,
                "since": stamp(now.at),
                "multi_tp": {"hybrid_exit_mode_enabled": now.on, "hybrid_exit_canary_symbols": symbols},
                "risk": {
                    "auction_no_signal_persistence_enabled": now.on,
                    "auction_no_signal_persistence_canary_symbols": symbols,
                    "auction_swap_threshold": 12.0,
                    "side_balance_pressure_enabled": False,
                },
                "execution": {"fill_level_costs_enabled": False},
                "canary_symbols": ["ETH-USD"],
            },
        )
        experiment = {"at": written, "active": 0, "levers_changed": 0, "position_scale": 1.0}
        self.desk.json("data/experiments/strategy_experiment.json", experiment)

    def note(self, text: str, at: datetime) -> None:
        """Lay the incident note where the desk keeps it, with how far the mitigation is."""
        told = json.loads(text)
        self.desk.json(
            "data/incidents/experiment_0.json", {**told, "at": stamp(at), "mitigation": "mitigated"}
        )

    def _write_logs(self, at: datetime) -> None:
        """Write of every log, and of the trades, what had been written by a moment."""
        for path, lines in self.logs.items():
            kept = (each for each in lines if all(time <= stamp(at) for time in _TIME.findall(each)))
            path.write_text("".join(kept), encoding="utf-8", newline="\n")
        (name, body), *_ = self.trades["strategy"].items()
        trades = [each for each in body["trades"] if _instant(each["close_date"]) <= at]
        end = min(_instant(body["backtest_end"]), at)
        found = {**body, "trades": "rows of trades", "backtest_end": f"{end:%Y-%m-%d %H:%M:%S}"}
        document = {**self.trades, "strategy": {name: found}}
        self.desk.compact("freqtrade-backtest.json", document, trades, "rows of trades")

    def _running(self, at: datetime) -> Switch:
        return [each for each in self.switches if each.at <= at][-1]

    def _stopped(self, trade: Trade) -> Trade:
        """The trade with the stop that is set since the first phase: a loss ends 0.15 % from the entry."""
        if trade.closed < self.switches[0].at:
            return trade
        low, high = round(trade.open_rate * 0.9985, 2), round(trade.open_rate * 1.0015, 2)
        rate = min(trade.close_rate, high) if trade.is_short else max(trade.close_rate, low)
        return replace(trade, close_rate=rate)

    def _exit(self, trade: Trade) -> Mapping[str, Any]:
        """An exit; hybrid mode chooses it where it runs for the symbol."""
        past = [each for each in self.switches if each.at <= trade.closed]
        now = past[-1] if past else self.switches[0]
        chosen = now.on and (not now.symbols or trade.symbol in now.symbols)
        mode = {"effective_exit_mode": "runner"} if chosen else {}
        return {
            **exit_record(trade),
            **mode,
            "chosen_by_hybrid": chosen,
            "canary": trade.symbol in now.symbols,
        }

    def _cycles(self, first: datetime) -> Iterator[str]:
        """A line every half hour, and the kill."""
        at, number = first, 1
        while at < self.end:
            yield f"{stamp(at)} INFO cycle number={number} {_CYCLE} state=NORMAL"
            if at <= self.kill < at + timedelta(minutes=30):
                yield f"{stamp(self.kill)} CRITICAL event name=kill reason=fills_out_of_order"
            at, number = at + timedelta(minutes=30), number + 1

    def _days(self, period: Period) -> Iterator[tuple[date, str, str, int]]:
        """The phase of each complete day: mixed on a day that changed it."""
        for day in period.complete_days:
            start = period.at(day, 0)
            before = ["none", *(each.phase for each in self.switches if each.at < start)]
            changed = any(start <= each.at < start + DAY for each in self.switches)
            yield day, stamp(start + DAY + timedelta(minutes=15)), "mixed" if changed else before[-1], 0


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
