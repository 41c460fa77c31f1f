"""What a reason may name, and where the generated one speaks instead: small policies over small snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import interlock
from support.roots import snapshot, write

CATALOGUE = """\
metrics:
  level: {type: enum, values: [normal, caution, crisis], max_age: 2h}
  source: {type: string}
  active: {type: bool}
  hit.rate: {type: ratio, range: [0, 1]}
  daily: {type: ratio, range: [-1, 1], every: 1d, began: 2026-03-25}
  trade.confidence: {type: ratio, range: [0, 1], scope: symbol}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
"""
CHILD = """\
policy: capital
version: 1.0.0
title: Capital
owner: risk
verdicts: [NORMAL, LOCKDOWN]
rules:
  - {id: level, require: level < 'crisis', else: LOCKDOWN}
"""
PARENT = """\
policy: gate
version: 1.0.0
title: A gate
owner: risk
verdicts: [GO, NO_GO]
params: {floor: 55%}
let: {bad_days: "count(daily < 0, last=3)"}
rules:
  - RULE
"""
WHOLE = {
    "level": "crisis",
    "source": "file",
    "active": True,
    "hit.rate": 0.5,
    "daily": {"points": [{"at": f"2026-03-{day}", "value": -0.01} for day in range(25, 30)]},
}


def judged(folder: Path, rule: str, scopes: Any = None, **changed: Any) -> interlock.Verdict:
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": CATALOGUE,
        "capital.yaml": CHILD,
        "gate.yaml": PARENT.replace("RULE", rule),
    }
    metrics = {name: value for name, value in {**WHOLE, **changed}.items() if value is not None}
    found = snapshot("2026-03-30T06:00:00Z", metrics, scopes=scopes or {})
    return interlock.load(write(folder, files)).evaluate(found, policies=["gate"])[0]


def reason(folder: Path, rule: str, **changed: Any) -> str:
    return judged(folder, rule, **changed).rules[0].reason


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("{id: a, require: not active, reason: 'set by {{ source }}'}", "set by file"),
        ("{id: a, require: not active, reason: 'level {{ level | upper }}'}", "level CRISIS"),
        ("{id: a, require: not active, reason: 'days: {{ bad_days }}, {{ daily }}'}", "days: 3, -1%"),
        (
            "{id: a, require: hit.rate >= floor, reason: '{{ seen }} {{ needed }} {{ margin }} {{ floor }}'}",
            "50% >= 55% -5% 55%",
        ),
        ("{id: a, require: hit.rate >= floor}", "hit.rate is 50%, needed >= 55%"),
        ("{id: a, policy: capital, at_worst: NORMAL, reason: 'stands at {{ level }}'}", "stands at crisis"),
    ],
)
def test_a_reason_of_an_author(tmp_path: Path, rule: str, text: str) -> None:
    assert reason(tmp_path, rule) == text


def test_a_name_that_is_unknown_says_so(tmp_path: Path) -> None:
    rule = "{id: a, require: not active, reason: 'set by {{ source }}'}"
    assert reason(tmp_path, rule, source=None) == "set by unknown"


def test_a_composed_policy_speaks_where_a_name_is_unknown(tmp_path: Path) -> None:
    rule = "{id: a, policy: capital, at_worst: NORMAL, reason: 'stands at {{ level }}'}"
    assert reason(tmp_path, rule, level=None) == (
        "policy capital is LOCKDOWN, needed at worst NORMAL; only because of unknown data: level: missing"
    )


def test_the_nearest_value_of_a_failing_comparison(tmp_path: Path) -> None:
    found = judged(tmp_path, "{id: a, require: hit.rate >= floor and bad_days < 2 and level < 'crisis'}")
    assert [(each.left, each.nearest) for each in found.rules[0].comparisons] == [
        ("hit.rate", "55%"),
        ("bad_days", "1"),
        ("level", "caution"),
    ]
    assert "nearest" not in found.canonical().decode() and "passing" not in found.canonical().decode()


@pytest.mark.parametrize(
    ("rule", "near"),
    [
        ("{id: a, policy: capital, at_worst: NORMAL}", "NORMAL or better"),
        ("{id: a, policy: capital, reaches: LOCKDOWN}", "better than LOCKDOWN"),
        ("{id: a, require: not active}", "false"),
        ("{id: a, when: 20% < hit.rate}", "20%"),
    ],
)
def test_the_nearest_verdict_and_truth(tmp_path: Path, rule: str, near: str) -> None:
    assert [each.nearest for each in judged(tmp_path, rule).rules[0].comparisons] == [near]
