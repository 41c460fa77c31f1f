"""The grain desk as it stands and as it would be on a bad day, judged by its policies."""

from __future__ import annotations

import copy
import functools
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import interlock
from interlock.canonical import canonical
from interlock.policy.loader import find_root
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from support.grain import AS_OF, DESK, POLICIES
from support.roots import instant

GOLDEN = Path(__file__).parent / "golden"
NOW = Decimal(1_800_000_000)
UPDATE = "INTERLOCK_UPDATE_GOLDEN"


@functools.cache
def policies() -> interlock.PolicySet:
    """The policies of the grain desk."""
    return interlock.load(find_root(POLICIES))


@functools.cache
def collected() -> bytes:
    """The snapshot of the grain desk, as `collect` writes it."""
    found = policies().collect(DESK, instant(AS_OF), now=NOW, environ={}, archive=True)
    return canonical(found.snapshot)


def broken() -> bytes:
    """The same desk with a day's worth of trouble: missing days, stale and torn sources, values out of range."""
    document: dict[str, Any] = copy.deepcopy(json.loads(collected()))
    metrics, scopes = document["metrics"], document["scopes"]
    days = metrics["days.orders"]["points"]
    metrics["days.orders"]["points"] = [
        each for each in days if not "2026-03-10" <= each["at"] < "2026-03-22"
    ]
    metrics["switch.active"], metrics["switch.source"] = True, "file"
    metrics["market.state"]["at"] = "2026-03-29T01:00:00Z"
    metrics["bot.pulse"] = {"unknown": "torn source", "detail": "data/bot.json: line 3"}
    metrics["study.hit_rate"]["n"] = 12
    del metrics["attempts.blocked"]
    metrics["days.slippage"]["points"][-1]["value"] = -1.08
    metrics["study.hit_rat"] = 0.6
    metrics["days.change"]["points"][-2]["value"] = -0.0301
    metrics["days.change"]["points"][-1]["value"] = -0.05
    for region in ("delta", "prairie"):
        del scopes["region"][region]["region.profit"]
    scopes["symbol"]["WHEAT"]["trade.confidence"] = {"value": 1.7}
    return json.dumps(document).encode()


def judged(data: bytes, *, now: Decimal | None = None, **options: Any) -> EvaluationResult:
    """Judge a snapshot in the environment `paper`, without a ledger."""
    snapshot = interlock.Snapshot.parse(data, "out/snapshot.json")
    decision = policies().decide(snapshot, **{"environment": "paper", "stateless": True, **options})
    return EvaluationResult(
        snapshot,
        decision,
        policies().policies,
        now,
        policies().unused(snapshot),
        {"environment": "paper", "stateless": "yes"},
        ("interlock report snapshot.json --environment paper --stateless --historic -o report.md",),
    )


def masked(text: str) -> str:
    """The text without digests, which change with every policy."""
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", text)


def golden(name: str, text: str) -> str:
    """Return what the golden file holds; INTERLOCK_UPDATE_GOLDEN=1 writes the text into it first."""
    path = GOLDEN / name
    if os.environ.get(UPDATE) == "1":
        path.write_text(masked(text), encoding="utf-8", newline="\n")
    return path.read_text(encoding="utf-8")
