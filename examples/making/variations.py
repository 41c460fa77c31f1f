"""Changes of a desk that was made: of its decisions before they are summed, and of single artefacts afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .decisions import Decision
from .period import DAY, Period, stamp

__all__ = ["Copy", "governed", "steady"]

WEEK = timedelta(days=7)


def steady(period: Period, decisions: list[Decision]) -> list[Decision]:
    """The governor was never loosened: each day of the last ten it blocks one attempt that came too soon."""
    found = list(decisions)
    for day in period.complete_days[-10:]:
        today = [one for one in decisions if one.at.date() == day]
        first = next(one for one in today if one.allowed)
        if all(one.blocked_by != "turnover" for one in today):
            found.append(replace(first, at=first.at + timedelta(minutes=20), blocked_by="turnover"))
    return sorted(found, key=lambda one: one.at)


def governed(blocked: int, attempts: int) -> Callable[[Period, list[Decision]], list[Decision]]:
    """The governor blocked so many of so many attempts of the last seven days; what was allowed stays."""

    def change(period: Period, decisions: list[Decision]) -> list[Decision]:
        since = period.as_of - WEEK
        kept = [one for one in decisions if one.at < since or one.blocked_by != "turnover"]
        inside = [one for one in kept if one.at >= since]
        allowed = [one for one in inside if one.allowed and one.at < period.as_of - timedelta(hours=1)]
        reasons = ["turnover"] * blocked + ["low_confidence"] * (attempts - blocked - len(inside))
        for step, reason in enumerate(reasons):
            again = allowed[step % len(allowed)]
            later = again.at + timedelta(minutes=1 + step // len(allowed))
            kept.append(replace(again, at=later, blocked_by=reason))
        return sorted(kept, key=lambda one: one.at)

    return change


@dataclass(frozen=True)
class Copy:
    """A desk that was written, open for changes of single artefacts."""

    root: Path
    period: Period

    def ago(self, **distance: float) -> datetime:
        """The moment so long before the one at which the desk is looked at."""
        return self.period.as_of - timedelta(**distance)

    def document(self, path: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a JSON document."""
        place = self.root / path
        content = json.loads(place.read_text("utf-8"))
        change(content)
        place.write_bytes((json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))

    def field(self, path: str, value: Any, *keys: str) -> None:
        """Set one field of a JSON document."""

        def change(content: dict[str, Any]) -> None:
            for key in keys[:-1]:
                content = content[key]
            content[keys[-1]] = value

        self.document(path, change)

    def row(self, path: str, day: str, *cells: object) -> None:
        """Replace the cells of a table's row from the third on."""
        place = self.root / path
        lines = place.read_text("utf-8").splitlines()
        told = [
            ",".join([*line.split(",")[:2], *map(str, cells)]) if line.startswith(day) else line
            for line in lines
        ]
        place.write_bytes("".join(line + "\n" for line in told).encode("utf-8"))

    def weekly(self, sunday: str) -> Iterator[str]:
        """The report of the week that ended then, and its archived copy."""
        for folder in ("data/reports", "data/reports/archive"):
            yield f"{folder}/weekly_shadow_report_{sunday}.json"

    def losing_week(self, sunday: str) -> None:
        """The advice lost 12.50 in that week; regimes and symbols bear it by their share of the decisions."""

        def change(report: dict[str, Any]) -> None:
            evaluation = report["counterfactual_evaluation"]
            less = evaluation["delta_pnl"] + 12.5
            evaluation["delta_pnl"] = -12.5
            for part in ("symbol_edge_analysis", "regime_edge_analysis"):
                for edge in report[part].values():
                    share = edge["decisions"] / evaluation["decisions_evaluated"]
                    edge["delta_pnl"] = round(edge["delta_pnl"] - less * share, 2)
                    edge["edge_positive"] = edge["delta_pnl"] > 0
            report["summary"]["overall_edge_positive"] = False

        for path in self.weekly(sunday):
            self.document(path, change)

    def request(self, symbol: str, **values: float) -> None:
        """Change the trade of a symbol that waits for permission."""
        self.document(
            "data/rl/decision_requests.json", lambda content: content["requests"][symbol].update(values)
        )

    def allowed(self, symbol: str, *moments: datetime) -> None:
        """Let these be the only decisions that were allowed for a symbol of late."""
        rows = [{"at": stamp(at), "symbol": symbol, "allowed": True} for at in moments]

        def change(content: dict[str, Any]) -> None:
            others = [row for row in content["recent"] if row["symbol"] != symbol]
            content["recent"] = sorted([*others, *rows], key=lambda row: row["at"])

        self.document("data/rl/decision_requests.json", change)

    def lost(self, pair: str, *moments: datetime) -> None:
        """Let the newest trades of a pair have lost 5 each, closed at these moments."""

        def change(content: dict[str, Any]) -> None:
            body = content["strategy"]["DeskStrategy"]
            own = [row for row in body["trades"] if row["pair"] == pair][-len(moments) :]
            for row, at in zip(own, moments, strict=True):
                row.update(close_date=_trade_time(at), profit_abs=-5.0, profit_ratio=-0.005)
            body["trades"].sort(key=lambda row: row["close_date"])

        self.document("freqtrade-backtest.json", change)

    def daily_losses(self, *days: list[float]) -> None:
        """Let the account stand at 20,000 before the newest complete days, and close these trades on each of them.

        Every earlier profit is rounded to a whole number, so that sums and quotients are exact.
        """
        dates = [self.period.today - DAY * left for left in range(len(days), 0, -1)]

        def change(content: dict[str, Any]) -> None:
            body = content["strategy"]["DeskStrategy"]
            earlier = [row for row in body["trades"] if row["close_date"] < str(dates[0])]
            for row in earlier:
                row["profit_abs"] = float(round(row["profit_abs"]))
                row["profit_ratio"] = row["profit_abs"] / 1000
            body["starting_balance"] = 20_000.0 - sum(row["profit_abs"] for row in earlier)
            body["trades"] = earlier
            for day, losses in zip(dates, days, strict=True):
                for step, loss in enumerate(losses):
                    at = self.period.at(day, 0.2 + 23.5 * step / len(losses))
                    gone = {"profit_abs": loss, "profit_ratio": loss / 1000}
                    body["trades"].append({**earlier[-1], "close_date": _trade_time(at), **gone})

        self.document("freqtrade-backtest.json", change)


def _trade_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S+00:00")
