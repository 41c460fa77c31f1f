"""Cases over a small desk: every way to write a value, and every way in which a case may not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.testing.policies.runner import CaseRunner
from support.suites import BASE, read, results, write

TRADE = """\
tests: trade
base: {as_of: 2026-03-30T06:00:00Z, set: {trade.confidence: 80%}, expect: ALLOW}
"""


def forms(folder: Path, change: str) -> dict[str, object]:
    """The metrics of the one case that makes this change."""
    _, suites, collector = read(
        write(folder, {"t.yaml": f"{BASE}cases: [{{name: a, {change}, expect: GO}}]\n"})
    )
    assert [str(each) for each in collector.sorted()] == []
    return dict(suites[0].cases[-1].situation.draft.metrics)


@pytest.mark.parametrize(
    ("change", "metric", "form"),
    [
        ("set: {hit_rate: 54.99%}", "hit_rate", {"value": "0.5499", "n": "412"}),
        ("set: {hit_rate: {value: 0.5, n: 99}}", "hit_rate", {"value": "0.5", "n": "99"}),
        ("set: {hit_rate: {value: 250bps, n: 412, at: -7d}}", "hit_rate",
         {"value": "0.0250", "n": "412", "at": "2026-03-23T06:00:00Z"}),
        ("stale: [kill.active]", "kill.active", {"value": "False", "at": "2026-03-30T05:54:59Z"}),
        ("missing: [kill.active]", "kill.active", None),
        ("set: {kill.active: {unknown: torn source}}", "kill.active", {"unknown": "torn source"}),
        ("set: {heartbeat.at: -7199s}", "heartbeat.at", "2026-03-30T04:00:01Z"),
        ("set: {alerts: [-3h]}", "alerts",
         {"covered": ["2025-03-29T06:00:00Z", "2026-03-30T06:00:00Z"], "points": ["2026-03-30T03:00:00Z"]}),
        ("set: {alerts: {covered: [-60d, -2h], points: []}}", "alerts",
         {"covered": ["2026-01-29T06:00:00Z", "2026-03-30T04:00:00Z"], "points": []}),
    ],
)  # fmt: skip
def test_a_value_becomes_what_a_snapshot_holds(
    change: str, metric: str, form: object, tmp_path: Path
) -> None:
    assert plain(forms(tmp_path, change).get(metric)) == form


def plain(form: object) -> object:
    if isinstance(form, dict):
        return {key: plain(each) for key, each in form.items()}
    if isinstance(form, list):
        return [plain(each) for each in form]
    return form if form is None else str(form)


def test_a_series_replaces_the_newest_slots_and_leaves_gaps(tmp_path: Path) -> None:
    form = plain(forms(tmp_path, "set: {daily: [-1% x2, _, -3%]}")["daily"])
    assert form == {
        "from": "2026-03-25T00:00:00Z",
        "points": [
            {"at": "2026-03-25T00:00:00Z", "value": "0.005"},
            {"at": "2026-03-26T00:00:00Z", "value": "-0.01"},
            {"at": "2026-03-27T00:00:00Z", "value": "-0.01"},
            {"at": "2026-03-29T00:00:00Z", "value": "-0.03"},
        ],
    }


def test_irregular_values_are_spaced_from_the_newest_back(tmp_path: Path) -> None:
    form = forms(
        tmp_path, "set: {kill.active: true, route.ok: {values: [true x2, false], every: 30s, until: -1m}}"
    )
    assert form["route.ok"]["points"] == [  # type: ignore[index]
        {"at": "2026-03-30T05:58:00Z", "value": True},
        {"at": "2026-03-30T05:58:30Z", "value": True},
        {"at": "2026-03-30T05:59:00Z", "value": False},
    ]


def test_a_record_has_its_columns(tmp_path: Path) -> None:
    form = forms(tmp_path, "set: {kill.active: true, jobs: [{at: -1h, outcome: loss, size: 3}]}")
    assert plain(form["jobs"])["points"] == [{"at": "2026-03-30T05:00:00Z", "outcome": "loss", "size": "3"}]  # type: ignore[index]


def told(folder: Path, text: str) -> list[tuple[str, str, str, str, str]]:
    found = results(folder, text)
    return [(e.what, e.rule, e.member, e.expected, e.got) for each in found for e in each.differences]


@pytest.mark.parametrize(
    ("case", "expect"),
    [
        ("set: {kill.active: true}, expect: NO_GO", []),
        ("set: {kill.active: true}, expect: GO", [("verdict", "", "", "GO", "NO_GO")]),
        ("set: {kill.active: true}, expect: {rules: {kill: pass}}", [("rule", "kill", "", "pass", "fail")]),
        ("set: {kill.active: true, hit_rate: 50%}, expect: {rules: {kill: fail}, others: pass}",
         [("rule", "rate", "", "pass", "fail")]),
        ("set: {kill.active: true}, expect: {reasons: {kill: by file}}",
         [("reason", "kill", "", "by file", "the switch is set by none")]),
        ("set: {daily: [-4%, _]}, expect: {verdict: WAIT, possible: WAIT}", [("possible", "", "", "WAIT", "NO_GO")]),
        ("as_of: +2h, expect: {verdict: WAIT, rules: {alive: fail, kill: pass}}", []),
        ("params: {max_age: 9m}, expect: {verdict: WAIT, rules: {alive: fail}, others: pass}", []),
    ],
)  # fmt: skip
def test_what_differs_is_told(case: str, expect: list[tuple[str, ...]], tmp_path: Path) -> None:
    assert told(tmp_path, f"{BASE}cases: [{{name: a, {case}}}]\n") == expect


def test_members_are_told_apart(tmp_path: Path) -> None:
    case = "members: {symbol: {BTCUSD: {trade.confidence: 74.99%}}}"
    text = f"{TRADE}cases: [{{name: a, {case}, expect: {{members: {{BTC-USD: BLOCK, ETH-USD: BLOCK}}}}}}]\n"
    assert told(tmp_path, text) == [("verdict", "", "ETH-USD", "BLOCK", "ALLOW")]


def test_a_table_has_a_case_for_each_row(tmp_path: Path) -> None:
    rows = "[[75%, ALLOW, pass], [74.99%, BLOCK, fail]]"
    table = f"{{vary: trade.confidence, member: BTC-USD, rule: confidence, rows: {rows}}}"
    found = results(tmp_path, f"{TRADE}cases: [{{name: limits, table: {table}}}]\n")
    assert [(each.case.name, each.passed) for each in found] == [
        ("base", True),
        ("limits: trade.confidence 75%", True),
        ("limits: trade.confidence 74.99%", True),
    ]


STAGED = """\
policy: staged
version: 1.0.0
title: A stage
owner: risk
verdicts: [GO, WAIT]
rules:
  - {id: young, require: age(rollout.stage_entered) >= 2h}
  - {id: switch, applies: not known(rollout.stage), require: not kill.active}
"""
INSIDE = """\
tests: staged
base: {as_of: 2026-03-30T06:00:00Z, set: {kill.active: true}}
cases:
  - name: outside
    set: {kill.active: false}
    expect: {verdict: WAIT, rules: {young: unknown, switch: pass}}
  - name: inside
    set: {rollout.stage: canary, rollout.stage_entered: -2h}
    expect: {verdict: GO, rules: {young: pass, switch: skipped}}
  - name: too early
    set: {rollout.stage: canary, rollout.stage_entered: -7199s}
    expect: {verdict: WAIT, rules: {young: fail, switch: skipped}}
"""


def test_reserved_metrics_put_a_case_inside_a_rollout(tmp_path: Path) -> None:
    root, suites, collector = read(write(tmp_path, {"staged.yaml": STAGED, "t.yaml": INSIDE}))
    assert [str(each) for each in collector.sorted()] == []
    assert [(each.case.name, each.differences) for each in CaseRunner(root).run(suites)] == [
        ("outside", ()),
        ("inside", ()),
        ("too early", ()),
    ]
