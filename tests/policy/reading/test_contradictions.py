"""Requirements that never hold together: the limits of one value that all rules of a policy need."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.collect.workspace import read_workspace
from interlock.diagnostics import Collector
from support.roots import write

from ..roots import BASE, HEAD

STOP = HEAD.replace("GO, WAIT, NO_GO", "GO, NO_GO")
OTHER = STOP.replace("policy: gate", "policy: gate2") + "rules: [{id: a, when: fill_rate > 50%}]\n"


def findings(folder: Path, policy: str) -> list[str]:
    collector = Collector()
    more = {"more.yaml": "metrics: {venue: {type: string}}\n", "other.yaml": OTHER}
    read_workspace(write(folder, {**BASE, **more, "gate.yaml": policy}), collector)
    assert not collector.errors
    return [each.message for each in collector.sorted() if each.code == "W884"]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (["require: fill_rate > 60%", "require: fill_rate < 50%"], "`fill_rate > 60%` and `fill_rate < 50%`"),
        (
            ["require: fill_rate > 60%", "require: fill_rate <= 60%"],
            "`fill_rate > 60%` and `fill_rate <= 60%`",
        ),
        (["require: fill_rate >= low", "when: fill_rate > 50%"], "`fill_rate >= 60%` and `fill_rate <= 50%`"),
        (["require: 60% < fill_rate < 50%"], "`fill_rate > 60%` and `fill_rate < 50%`"),
        (["require: both"], "`fill_rate > 60%` and `fill_rate < 50%`"),
        (["when: kill.active", "require: kill.active"], "`not kill.active` and `kill.active`"),
        (["require: mood == 'calm'", "require: mood != 'calm'"], "`mood == calm` and `mood != calm`"),
        (["when: fill_rate < 60% or fill_rate > 50%"], "`fill_rate >= 60%` and `fill_rate <= 50%`"),
        (["require: fill_rate >= 60%", "require: fill_rate <= 60%"], None),
        (["require: fill_rate > 60% or fill_rate < 50%"], None),
        (["require: fill_rate > 60%", "require: fill_rate < 50%\n    applies: kill.active"], None),
        (["require: fill_rate != 60%", "require: fill_rate > 50%"], None),
        (["require: fill_rate > 60%", "require: fill_rate < 50%\n    shadow: {since: 2026-01-01}"], None),
        (["require: fill_rate > free", "require: fill_rate < 50%"], None),
        (["require: fill_rate > wide", "require: fill_rate < 50%"], None),
        (["require: fill_rate > own", "require: fill_rate < 50%"], None),
        (["require: fill_rate > 60%", "require: drawdown < -50%"], None),
        (
            ["require: fill_rate >= 60%", "require: fill_rate != 60%", "require: fill_rate <= 60%"],
            "`fill_rate >= 60%`, `fill_rate != 60%` and `fill_rate <= 60%`",
        ),
        (
            ["require: orders.open > 3", "require: orders.open > 1", "require: orders.open < 4"],
            "`orders.open > 3` and `orders.open < 4`",
        ),
        (["require: orders.open > 3", "require: orders.open < 5"], None),
        (["require: pnl > 3USD", "require: pnl < 4USD"], None),
        (
            ["when: mood == 'calm'", "when: mood == 'nervous'"],
            "`mood != calm` and `mood != nervous`",
        ),
        (["require: mood > tense", "require: mood != 'nervous'"], "`mood > calm` and `mood != nervous`"),
        (["require: mood >= tense", "require: mood != 'nervous'"], None),
        (["require: venue == 'one'", "require: venue == 'two'"], "`venue == one` and `venue == two`"),
        (["require: venue != 'one'", "require: venue != 'two'"], None),
        (
            ["require: kill.active != true", "when: kill.active == false"],
            "`not kill.active` and `kill.active`",
        ),
        (["when: fill_rate < 60%", "policy: gate2\n    at_worst: GO"], None),
    ],
)
def test_requirements_that_contradict_are_noted(tmp_path: Path, rules: list[str], told: str | None) -> None:
    body = "".join(f"  - id: r{at}\n    {each}\n" for at, each in enumerate(rules))
    head = (
        "params: {low: 60%, tense: calm, free: {value: unlimited, type: ratio}, wide: {required: true, type: ratio},\n"
        "         own: {value: 60%, per: {BTC-USD: 10%, ETH-USD: 10%}}}\n"
        "for_each: symbol\n"
    )
    head += "let: {both: fill_rate > 60% and fill_rate < 50%}\n"
    policy = STOP + head + "rules:\n" + body
    wanted = f"`gate` is never at its best: {told} do not hold together"
    assert findings(tmp_path, policy) == ([wanted] if told else [])
