"""A policy root, a desk and a snapshot small enough to print whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from . import roots

GOLDEN = Path(__file__).parents[1] / "cli" / "golden"

CATALOGUE = """\
metrics:
  fill.rate: {type: ratio, range: [0, 1], max_age: 8d, min_n: 100, doc: share of orders that were filled}
  book.mood: {type: enum, values: [calm, nervous], max_age: 2h, doc: best to worst}
  daily: {type: ratio, range: [-1, 10], every: 1d, lag: 6h, began: 2026-03-25, doc: change of equity by UTC day}
  alerts: {type: event, doc: instants of alerts}
  trade.size: {type: money, currency: USD, range: [0, null], scope: symbol, max_age: 1d, doc: of open trades}
scopes:
  symbol: {members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTCUSD]}}
"""
SOURCES = """\
sources:
  book:
    kind: document
    doc: what the desk holds
    file: data/book.json
    format: json
    at: /at
    metrics:
      fill.rate: {pointer: /fills/rate, n: /fills/count}
      book.mood: {pointer: /mood}
"""
POLICY = """\
policy: gate
version: 1.0.0
title: A gate
owner: risk
verdicts: [GO, NO_GO]
params: {most: {down: -3%}, least: {required: true, type: ratio}}
let: {bad_days: "streak(daily < most.down)"}
rules:
  - {id: a, when: bad_days >= 2 or fill.rate < least}
"""
SNAPSHOT = {
    "interlock": 1,
    "as_of": "2026-03-30T12:00:00Z",
    "metrics": {
        "fill.rate": {"value": 0.57, "n": 412, "at": "2026-03-29T00:00:00Z"},
        "daily": {
            "from": "2026-03-25",
            "points": [
                {"at": "2026-03-25", "value": 0.01},
                {"at": "2026-03-26", "value": -0.041},
                {"at": "2026-03-28", "value": -0.05},
                {"at": "2026-03-29", "value": -0.035},
            ],
        },
        "alerts": {"covered": ["2026-03-29", "2026-03-30"], "points": [{"at": "2026-03-29T03:00:00Z"}]},
    },
    "scopes": {"symbol": {"BTCUSD": {"trade.size": {"value": 1250.5, "at": "2026-03-30T11:00:00Z"}}}},
}


FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": CATALOGUE,
    "sources.yaml": SOURCES,
    "gate.yaml": POLICY,
    "paper.yaml": "environment: paper\nvalues: {gate: {least: 50%}}\n",
}


def write(folder: Path) -> Path:
    """Write the root, the desk and the snapshot below the folder, and return the root."""
    desk = {"at": "2026-03-30T05:00:00Z", "fills": {"rate": 0.57, "count": 412}, "mood": "angry"}
    roots.write_files(
        folder, {"snapshot.json": json.dumps(SNAPSHOT), "desk/data/book.json": json.dumps(desk)}
    )
    return roots.write(folder, FILES)


def lines(name: str) -> list[Any]:
    """Return the command lines of a golden file as parameters: what is typed, the exit code and what is printed."""
    text = (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")
    return [pytest.param(each, id=each["line"]) for each in yaml.safe_load(text)]
