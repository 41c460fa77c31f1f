"""Policy roots made of a few texts, and the cases of bad documents that the data files hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.collect.workspace import read_workspace
from interlock.diagnostics import Collector, render

DATA = Path(__file__).parent / "complaints"
HEAD = """\
policy: gate
version: 1.0.0
title: A gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
"""
BASE = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  fill_rate: {type: ratio, range: [0, 1]}
  drawdown: {type: ratio, range: [-1, 0]}
  orders.open: {type: integer}
  kill.active: {type: bool}
  mood: {type: enum, values: [calm, nervous]}
  pnl: {type: money, currency: USD}
  daily: {type: ratio, range: [-1, 10], every: 1d, began: 2026-01-05}
  trade.confidence: {type: ratio, range: [0, 1], scope: symbol}
scopes:
  symbol: {members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTCUSD]}}
""",
}


@dataclass(frozen=True)
class Case:
    """One policy root that is wrong: its files, and the whole text of the complaints."""

    id: str
    files: Mapping[str, str | bytes]
    expect: str


def bad_roots(*names: str) -> pytest.MarkDecorator:
    """Run a test with each case of the data files of these names."""
    return pytest.mark.parametrize("case", [case for name in names for case in cases(DATA / f"{name}.yaml")])


def cases(path: Path) -> list[Any]:
    """Return the cases of one data file as parameters of a test."""
    tables = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [pytest.param(_case(name, table), id=name) for name, table in tables.items()]


def _case(name: str, table: Mapping[str, Any]) -> Case:
    files = dict(_files(table))
    return Case(name, files, table.get("expect", ""))


def _files(table: Mapping[str, Any]) -> Iterator[tuple[str, str | bytes]]:
    """Yield the files: the base ones, then those of the case; `body` goes under the head of a policy."""
    yield from BASE.items()
    if "body" in table:
        yield "gate.yaml", HEAD + table["body"]
    for name, given in table.get("files", {}).items():
        yield name, content(given)


def content(given: Any) -> str | bytes:
    """Return text as it is, `{hex: …}` or `{repeat: [text, times]}` as bytes."""
    if isinstance(given, str):
        return given
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    return b"".join(text.encode() * times for text, times in given["repeat"])


def complaints(root: Path) -> str:
    """Return everything that loading complains of, rendered as a person sees it."""
    collector = Collector()
    read_workspace(root, collector)
    return "\n\n".join(render(each, collector.sources) for each in collector.sorted())
