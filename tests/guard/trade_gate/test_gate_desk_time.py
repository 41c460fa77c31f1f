"""A desk tells what it says as of its own time: a later trade sees no more in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock import GateState, PolicySet, Snapshot

CATALOGUE = """\
metrics:
  trade.confidence: {type: ratio, range: [0, 1], scope: symbol}
  level: {type: string, max_age: 2h}
  book.spread: {type: number, range: [0, 100], scope: symbol, max_age: 2h}
  sign.at: {type: timestamp, max_age: never}
  daily: {type: number, range: [-9, 9], every: 1d, began: 2026-03-27}
  noted: {type: number, range: [-9, 9], every: 1d, began: 2026-03-27, early: true}
  alerts: {type: event, began: 2026-03-27}
  fills: {every: event, began: 2026-03-27, record: {slow: {type: bool}, until: {type: timestamp}}}
scopes:
  symbol: {members: [BTC, ETH]}
"""
RULES = {
    "level": "level == 'calm'",
    "spread": "book.spread < 5",
    "sign": "age(sign.at) < 3h",
    "daily": "all(daily > -3, last=3)",
    "noted": "all(noted > -3, last=4)",
    "alerts": "count(alerts, within=1h) == 0",
    "fills": "not any(fills.slow, within=1d)",
}


def days(*values: float | None, first: int = 27) -> object:
    points = [{"at": f"2026-03-{first + place}", "value": each} for place, each in enumerate(values)]
    return {"points": [each for each in points if each["value"] is not None]}


def events(*points: object, until: str) -> object:
    return {"covered": ["2026-03-27", until], "points": list(points)}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    root = tmp_path_factory.mktemp("policies")
    (root / "interlock.yaml").write_text("interlock: 1\n", encoding="utf-8")
    (root / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    for name, rule in RULES.items():
        text = f"policy: {name}\nversion: 1.0.0\ntitle: T\nowner: risk\nverdicts: [GO, NO_GO]\nfor_each: symbol\n"
        text += f'rules:\n  - {{id: r, require: "{rule}", else: NO_GO}}\n'
        (root / f"{name}.yaml").write_text(text, encoding="utf-8")
    return interlock.load(Path(root))


@pytest.mark.parametrize(
    ("policy", "form", "as_of", "trade", "reason"),
    [
        # a value that the desk dates after itself is as old as nobody knows when that time has come
        ("level", {"value": "calm", "at": "2026-03-30T10:00:02Z"}, "30T10:00:00", "30T11:00:00", ""),
        (
            "level",
            {"value": "calm", "at": "2026-03-31T08:00:00Z"},
            "30T10:00:00",
            "31T08:30:00",
            "level: clock skew, measured after the snapshot, at 2026-03-31T08:00:00Z",
        ),
        (
            "spread",
            {"value": 1, "at": "2026-03-31T08:00:00Z"},
            "30T10:00:00",
            "31T08:30:00",
            "book.spread at BTC: clock skew, measured after the snapshot, at 2026-03-31T08:00:00Z",
        ),
        ("spread", {"value": 1, "at": "2026-03-30T09:30:00Z"}, "30T10:00:00", "30T11:00:00", ""),
        ("sign", "2026-03-30T10:00:00Z", "30T10:00:00", "30T12:00:00", ""),
        (
            "sign",
            "2026-03-31T10:00:00Z",
            "30T10:00:00",
            "31T11:00:00",
            "sign.at: clock skew, 2026-03-31T10:00:00Z lies after the snapshot",
        ),
        # a period that ran as of the desk is not seen when it is over
        ("daily", days(0, 0, 0), "30T00:00:00", "30T12:00:00", ""),
        ("daily", days(0, 0, 0, 0), "30T23:59:59", "31T00:00:00", "daily: missing at 2026-03-30"),
        ("daily", days(0, 0, 0, 0), "31T00:00:00", "31T00:00:01", ""),
        ("daily", days(0, 0, 0, -4), "30T12:00:00", "30T13:00:00", ""),
        ("noted", days(0, 0, 0, 0), "30T12:00:00", "31T00:00:00", ""),
        (
            "daily",
            days(0, 0, 0, 0),
            "29T12:00:00",
            "30T12:00:00",
            "daily: clock skew for 3 days from 2026-03-27 to 2026-03-29, "
            "a point lies after the snapshot, at 2026-03-30T00:00:00Z",
        ),
        (
            "daily",
            {"points": [{"at": "lately", "value": 0}]},
            "30T00:00:00",
            "30T00:00:01",
            "daily: no time, `at` of a point is `lately`",
        ),
        # nothing is covered after the desk
        ("alerts", events(until="2026-03-30T10:00:00Z"), "30T10:00:00", "30T10:00:00", ""),
        (
            "alerts",
            events(until="2026-03-30T10:00:02Z"),
            "30T10:00:00",
            "30T10:00:01",
            "alerts: not covered, seen from 2026-03-27T00:00:00Z to 2026-03-30T10:00:00Z",
        ),
        (
            "alerts",
            events(until="2026-03-30T12:00:00Z"),
            "30T10:00:00",
            "30T12:00:00",
            "alerts: clock skew, covered until after the snapshot, at 2026-03-30T12:00:00Z",
        ),
        (
            "alerts",
            events("2026-03-30T10:00:03Z", until="2026-03-30T10:00:00Z"),
            "30T10:00:00",
            "30T10:00:04",
            "alerts: clock skew, a point lies after the snapshot, at 2026-03-30T10:00:03Z",
        ),
        # one column of a record that is of the future doubts the record
        (
            "fills",
            events(
                {"at": "2026-03-30T09:00:00Z", "slow": False, "until": "2026-03-30T12:00:00Z"},
                until="2026-03-30T10:00:00Z",
            ),
            "30T10:00:00",
            "30T12:00:00",
            "fills.slow: clock skew, 2026-03-30T12:00:00Z lies after the snapshot, at 2026-03-30T09:00:00Z",
        ),
    ],
)
def test_a_trade_sees_no_more_in_a_desk_than_the_desk_of_its_own_time(
    policies: PolicySet, policy: str, form: object, as_of: str, trade: str, reason: str
) -> None:
    name = {"spread": "book.spread", "sign": "sign.at"}.get(policy, policy)
    tables = {"metrics": {}, "scopes": {"symbol": {"BTC": {}}}}
    (tables["scopes"]["symbol"]["BTC"] if policy == "spread" else tables["metrics"])[name] = form  # type: ignore[index,call-overload]
    text = json.dumps({"interlock": 1, "as_of": f"2026-03-{as_of}Z", **tables})
    gate = policies.gate(
        policy, state=GateState.begun("2026-03-20"), desk=Snapshot.parse(text.encode(), "desk")
    )
    found = gate.check(symbol="BTC", now=f"2026-03-{trade}Z")
    assert (found.allowed, found.reasons) == (not reason, (f"r: cannot tell: {reason}",) if reason else ())
