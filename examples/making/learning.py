"""What the self-learning loop keeps for audit: its runs and the evidence of their outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .chance import Chance
from .period import Period, stamp
from .writing import Desk

__all__ = ["write_learning"]

_DAYS = 8


def write_learning(desk: Desk, period: Period) -> None:
    """Write eight days of runs, a normal one now and then, and one verification or more for each."""
    chance = Chance("learning")
    runs, evidence = [], []
    for at in _starts(period, chance):
        run = _run(len(runs) + 1, at, chance)
        checks = _checks(run, at, chance)
        run["outcome"] = checks[-1]["verdict"]
        run["pending_recheck"] = checks[-1]["pending_recheck"]
        run["finished_at"] = checks[-1]["at"]
        runs.append(run)
        evidence += checks
    evidence.sort(key=lambda check: (check["at"], check["run_id"]))
    document = {"updated_at": stamp(period.as_of - timedelta(minutes=1)), "runs": "all runs"}
    desk.compact("data/experiments/experiment_runs_v2.json", document, runs, "all runs")
    alive = ({"at": stamp(at), "alive": True} for at in period.alive())
    desk.log("data/memory/outcome_evidence.jsonl", evidence, alive)
    looks = [period.as_of - timedelta(minutes=30 * step + 1) for step in range(95, -1, -1)]
    pending = [(stamp(at), chance.whole(0, 2)) for at in looks]
    desk.csv("data/memory/pending_recheck.csv", ("at", "pending_recheck_runs"), pending)


def _starts(period: Period, chance: Chance) -> Iterator[datetime]:
    """A run every few hours; the last verification is a few minutes old."""
    at = period.as_of - timedelta(days=_DAYS)
    while at < period.as_of - timedelta(minutes=180):
        yield at
        at += timedelta(minutes=chance.whole(95, 260))
    yield period.as_of - timedelta(minutes=16)


def _run(number: int, at: Any, chance: Chance) -> dict[str, Any]:
    normal = number % 9 == 0
    return {
        "run_id": f"run-{number:04d}",
        "job_id": f"job-{9000 + number}",
        "proposal_id": f"proposal-{number:04d}",
        "started_at": stamp(at),
        "mode": "normal" if normal else "safe",
        "risk": "low" if normal or chance.happens(0.7) else "medium",
        "priority": 0.93 if normal else round(chance.between(0.4, 0.95), 2),
        "patches": 0,
    }


def _checks(run: dict[str, Any], at: Any, chance: Chance) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = []
    while not checks or checks[-1]["pending_recheck"]:
        weak = chance.happens(0.12) and len(checks) < 2
        verdict = "inconclusive" if weak else ("win" if chance.happens(0.68) else "loss")
        if run["mode"] == "normal":
            verdict = "win"
        checks.append(
            {
                "at": stamp(at + timedelta(seconds=600 + 300 * len(checks))),
                "run_id": run["run_id"],
                "attempt": len(checks) + 1,
                "verdict": verdict,
                "confidence": round(chance.between(0.2, 0.5) if weak else chance.between(0.7, 0.98), 2),
                "pending_recheck": verdict == "inconclusive",
            }
        )
    return checks
