"""Findings about policies without errors: the warnings of `interlock validate`, and errors under `--strict`."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.collect.workspace import read_workspace
from interlock.diagnostics import Collector
from support.roots import write

from ..roots import BASE, HEAD

STOP = HEAD.replace("GO, WAIT, NO_GO", "GO, NO_GO")


def findings(folder: Path, policy: str) -> list[tuple[str, str]]:
    collector = Collector()
    read_workspace(write(folder, {**BASE, "gate.yaml": policy}), collector)
    return [(each.code, each.message) for each in collector.sorted()]


def test_what_no_rule_uses_is_named(tmp_path: Path) -> None:
    policy = (
        STOP
        + """\
params: {limit: 20, max_loss: -500USD, part: 5%, top: {value: 9, override: {env: TOP, when: orders.open > 3}}}
let: {loss: pnl, many: orders.open > limit, part_left: fill_rate - part, shown: drawdown}
rules:
  - {id: a, when: many and orders.open < top, reason: "{{ shown }} {{ max_loss }}"}
"""
    )
    assert findings(tmp_path, policy) == [
        ("W880", "no rule of `gate` uses the param `max_loss`"),
        ("W880", "no rule of `gate` uses the param `part`"),
        ("W881", "no rule of `gate` uses the let `loss`"),
        ("W881", "no rule of `gate` uses the let `part_left`"),
    ]


@pytest.mark.parametrize("words", ["STOP, RUN", "NO_GO, GO", "HALT, HELD, OK", "NOT_READY, HELD, READY"])
def test_verdicts_from_worst_to_best_are_noted(tmp_path: Path, words: str) -> None:
    others = words.split(", ")[1:]
    rules = [f"{{id: r{at}, when: orders.open > {at}, then: {each}}}" for at, each in enumerate(others)]
    policy = HEAD.replace("GO, WAIT, NO_GO", words) + f"rules: [{', '.join(rules)}]\n"
    assert findings(tmp_path, policy) == [("W883", "the verdicts of `gate` seem to run from worst to best")]


def test_a_verdict_that_no_rule_gives_is_named(tmp_path: Path) -> None:
    policy = HEAD + "rules: [{id: a, when: orders.open > 20}]\n"
    assert findings(tmp_path, policy) == [("W882", "no rule of `gate` can give the verdict `WAIT`")]
