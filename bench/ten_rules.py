"""One gate of ten rules in three hands: Interlock's, a function written for it, and simpleeval's.

The other two know no units, no missing or stale data and give no reasons: they show what those cost. They
read the same snapshots and must give the same verdicts.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from simpleeval import DEFAULT_FUNCTIONS, SimpleEval

__all__ = ["RULES", "by_hand", "by_simpleeval", "snapshots"]

RULES = 10
AS_OF = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
DAYS = 28
VERDICTS = ("GO", "CONDITIONAL", "NO_GO")

Document = Mapping[str, Any]

_REQUIRED = (
    ("hit_rate >= 0.5", 2),
    ("drawdown < 0.04", 1),
    ("level == 'normal'", 2),
    ("now - heartbeat < 7200", 1),
    ("streak(daily_change) < 2", 2),
    ("sum(pnl, 7) > -500", 1),
    ("since(alerts, now - 86400) <= 3", 2),
    ("trades >= 100", 1),
    ("mean(daily_change, 7) > -0.01", 2),
    ("least(pnl, 14) > -2000", 1),
)


def snapshots(number: int) -> list[bytes]:
    """Return `number` snapshots of the first desk, some of which break one rule or another."""
    return [json.dumps(_snapshot(each)).encode() for each in range(number)]


def by_hand(document: Document) -> str:
    """Return the verdict as a person would write it for this one policy."""
    metrics = document["metrics"]
    now = _seconds(document["as_of"])
    changes = [point["value"] for point in metrics["alpha.daily_change"]["points"]]
    pnl = [point["value"] for point in metrics["alpha.pnl"]["points"]]
    worst = 0
    if metrics["alpha.hit_rate"]["value"] < 0.5:
        worst = 2
    if metrics["alpha.drawdown"] >= 0.04:
        worst = max(worst, 1)
    if metrics["alpha.level"] != "normal":
        worst = 2
    if now - _seconds(metrics["alpha.heartbeat"]) >= 7200:
        worst = max(worst, 1)
    if _streak(changes) >= 2:
        worst = 2
    if sum(pnl[-7:]) <= -500:
        worst = max(worst, 1)
    if _after([_seconds(point["at"]) for point in metrics["alpha.alerts"]["points"]], now - 86400) > 3:
        worst = 2
    if metrics["alpha.trades"] < 100:
        worst = max(worst, 1)
    if sum(changes[-7:]) / 7 <= -0.01:
        worst = 2
    if min(pnl[-14:]) <= -2000:
        worst = max(worst, 1)
    return VERDICTS[worst]


def by_simpleeval() -> Callable[[Document], str]:
    """Return a function that gives the verdict by simpleeval, its ten expressions parsed beforehand."""
    walker = SimpleEval(
        functions={
            **DEFAULT_FUNCTIONS,
            "streak": _streak,
            "since": _after,
            "sum": lambda values, last: sum(values[-last:]),
            "mean": lambda values, last: sum(values[-last:]) / last,
            "least": lambda values, last: min(values[-last:]),
        }
    )
    rules: list[tuple[ast.AST, int]] = [(walker.parse(text), worst) for text, worst in _REQUIRED]

    def verdict(document: Document) -> str:
        walker.names = _names(document)
        return VERDICTS[max(0 if walker.eval("", previously_parsed=rule) else worst for rule, worst in rules)]

    return verdict


def _names(document: Document) -> dict[str, Any]:
    metrics = document["metrics"]
    return {
        "now": _seconds(document["as_of"]),
        "hit_rate": metrics["alpha.hit_rate"]["value"],
        "drawdown": metrics["alpha.drawdown"],
        "level": metrics["alpha.level"],
        "heartbeat": _seconds(metrics["alpha.heartbeat"]),
        "trades": metrics["alpha.trades"],
        "daily_change": [point["value"] for point in metrics["alpha.daily_change"]["points"]],
        "pnl": [point["value"] for point in metrics["alpha.pnl"]["points"]],
        "alerts": [_seconds(point["at"]) for point in metrics["alpha.alerts"]["points"]],
    }


def _streak(changes: list[float]) -> int:
    for length, change in enumerate(reversed(changes)):
        if change >= -0.02:
            return length
    return len(changes)


def _after(instants: list[float], start: float) -> int:
    return sum(instant >= start for instant in instants)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _snapshot(number: int) -> dict[str, Any]:
    first = AS_OF.replace(hour=0, minute=0) - timedelta(days=DAYS)
    days = [(first + timedelta(days=day)).date().isoformat() for day in range(DAYS)]
    loss = -0.03 if number % 5 == 4 else 0.004
    return {
        "interlock": 1,
        "as_of": _text(AS_OF),
        "metrics": {
            "alpha.hit_rate": {
                "value": 0.45 + number % 20 / 100,
                "n": 400,
                "at": _text(AS_OF - timedelta(days=1)),
            },
            "alpha.drawdown": round(0.01 + number % 7 / 200, 3),
            "alpha.level": "caution" if number % 11 == 10 else "normal",
            "alpha.heartbeat": _text(AS_OF - timedelta(minutes=10 * (number % 13))),
            "alpha.trades": 90 + 5 * (number % 9),
            "alpha.daily_change": _series(
                days, lambda day: loss if day >= DAYS - 2 else 0.001 * (day % 5 - 1)
            ),
            "alpha.pnl": _series(days, lambda day: 40 * (day % 6) - 60 - 30 * (number % 4)),
            "alpha.alerts": {
                "covered": [_text(first), _text(AS_OF)],
                "points": [
                    {"at": _text(AS_OF - timedelta(hours=4 * each + 1))} for each in range(number % 6)
                ],
            },
        },
    }


def _series(days: list[str], value: Callable[[int], float]) -> dict[str, Any]:
    points = [{"at": day, "value": round(value(index), 6)} for index, day in enumerate(days)]
    return {"from": days[0], "points": points}


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
