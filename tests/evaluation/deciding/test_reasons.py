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


EACH = PARENT.replace("verdicts:", "for_each: symbol\nverdicts:")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ symbol }} has {{ trade.confidence }}", "BTC-USD has 40%"),
        ("all have {{ other.confidence }}", "all have BTC-USD 30%, ETH-USD between 0% and 100%"),
        ("{{ daily }}", "between -100% and 100%"),
    ],
)
def test_a_reason_of_a_member(tmp_path: Path, text: str, shown: str) -> None:
    more = (
        "  other.confidence: {type: ratio, range: [0, 1], scope: venue}\n"
        "scopes:\n  venue: {members: [BTC-USD, ETH-USD]}\n"
    )
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": CATALOGUE.replace("scopes:\n", more),
        "gate.yaml": EACH.replace("RULE", f"{{id: a, require: trade.confidence > 50%, reason: '{text}'}}"),
    }
    scopes = {
        "symbol": {name: {"trade.confidence": 0.4} for name in ("BTC-USD", "ETH-USD")},
        "venue": {"BTC-USD": {"other.confidence": 0.3}},
    }
    metrics = {"daily": {"unknown": "torn source"}}
    found = snapshot("2026-03-30T06:00:00Z", metrics, scopes=scopes)
    (first, _) = interlock.load(write(tmp_path, files)).evaluate(found)
    assert first.rules[0].reason == shown


def test_a_composed_policy_speaks_where_a_name_is_unknown(tmp_path: Path) -> None:
    rule = "{id: a, policy: capital, at_worst: NORMAL, reason: 'stands at {{ level }}'}"
    assert reason(tmp_path, rule, level=None) == "cannot tell: level: missing"


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


SILENT = """\
metrics:
  alerts: {type: event, slack: 90m}
  jobs: {every: event, slack: 15m, record: {size: {type: integer}, kind: {type: string}}}
  fills: {type: event, slack: 15m, scope: symbol}
  orders: {type: event}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
"""
QUIET = """\
policy: quiet
version: 1.0.0
title: Quiet
owner: risk
verdicts: [GO, NO_GO]
FOR_EACHrules:
  - {id: alerts, require: "count(alerts, within=3h) == 0"}
  - {id: jobs, require: "count(jobs.size > 0, within=1h) + count(jobs.kind == 'a', within=1h) == 0"}
  - {id: fills, require: "FILLS"}
  - {id: orders, require: "count(orders, within=1h) == 0", else: NO_GO}
"""


def _seen(until: str) -> dict[str, Any]:
    return {"covered": ["2026-03-29T00:00:00Z", f"2026-03-30T{until}Z"], "points": []}


def _quiet(folder: Path, fills: str, for_each: str, at: dict[str, str]) -> interlock.Verdict:
    policy = QUIET.replace("FILLS", fills).replace("FOR_EACH", for_each)
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": SILENT, "quiet.yaml": policy}
    metrics = {name: _seen(until) for name, until in at.items() if not name.endswith("-USD")}
    members = {name: {"fills": _seen(until)} for name, until in at.items() if name.endswith("-USD")}
    found = snapshot("2026-03-30T06:00:00Z", metrics, scopes={"symbol": members})
    return interlock.load(write(folder, files)).evaluate(found, stateless=True)[0]


ENDS = {"alerts": "04:30:00", "jobs": "05:45:00", "orders": "06:00:00", "BTC-USD": "06:00:00"}


@pytest.mark.parametrize(
    ("fills", "for_each"),
    [("sum(count(fills, within=1h)) == 0", ""), ("count(fills, within=1h) == 0", "for_each: symbol\n")],
)
def test_slack_that_was_used_is_an_assumption(tmp_path: Path, fills: str, for_each: str) -> None:
    at = {**ENDS, "BTC-USD": "05:50:00", "ETH-USD": "06:00:00"}
    found = _quiet(tmp_path, fills, for_each, at)
    assert found.verdict == "GO"
    assert found.assumptions == (
        "`alerts`: silence of up to 1h 30m before the snapshot counts as covered",
        "`fills`: silence of up to 15m before the snapshot counts as covered",
        "`jobs`: silence of up to 15m before the snapshot counts as covered",
    )


def test_slack_that_was_not_used_or_does_not_reach_is_none(tmp_path: Path) -> None:
    at = {"alerts": "04:29:59", "jobs": "06:00:00", "orders": "06:00:00", "BTC-USD": "06:00:00"}
    found = _quiet(tmp_path, "sum(count(fills, within=1h)) == 0", "", {**at, "ETH-USD": "06:00:00"})
    assert (found.verdict, found.assumptions) == ("NO_GO", ())


BARE = "active is true, needed false"
LONG = "{{ source }}" * 300


@pytest.mark.parametrize(
    ("rule", "source", "text"),
    [
        (f"{{id: a, require: not active, reason: '{LONG}'}}", "x" * 500, BARE),
        ("{id: a, require: not active, reason: '{{ seen < 3 }}'}", "file", BARE),
        ("{id: a, require: not active, reason: '{{ source | trim }}'}", "  ", BARE),
        (
            *("{id: a, policy: capital, at_worst: NORMAL, reason: 'stands at {{ source }}'}", None),
            "policy capital is LOCKDOWN, needed at worst NORMAL",
        ),
    ],
)
def test_a_reason_that_cannot_be_given_changes_no_verdict(
    tmp_path: Path, rule: str, source: str | None, text: str
) -> None:
    found = judged(tmp_path, rule, source=source)
    assert (found.verdict, found.rules[0].reason) == ("NO_GO", text)


def test_a_rule_that_may_not_apply_accuses_nobody(tmp_path: Path) -> None:
    """It closes the gate as it would if it applied, and says what leaves that open."""
    rule = "{id: hits, applies: active, require: hit.rate >= floor, reason: too few hits}"
    (seen,) = judged(tmp_path, rule).rules
    assert (seen.outcome, seen.reason, seen.causes) == ("fail", "too few hits", ())
    verdict = judged(tmp_path, rule, active=None)
    (doubted,) = verdict.rules
    assert verdict.verdict == "NOT_EVALUATED"
    assert (doubted.outcome, doubted.contribution, doubted.sure) == ("fail", "NO_GO", False)
    assert doubted.reason == "cannot tell whether this applies: active: missing; if it does: too few hits"
    assert [str(each) for each in doubted.causes] == ["active: missing"]
