"""Members off a roster, from the desk's file or a snapshot to the verdict; scopes and metrics that nothing declares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical
from interlock.errors import SnapshotError
from support.beginnings import recording_in
from support.roots import instant, snapshot, write, write_files

CATALOGUE = """\
metrics:
  position.value: {type: money, currency: USD, range: [0, null], scope: symbol, max_age: 10m, doc: a}
  trades.pnl: {type: money, currency: USD, every: event, scope: symbol, slack: 1h, doc: a}
  hours.pnl: {type: number, every: 1h, scope: symbol, doc: a}
  jobs.open: {type: set, of: string, max_age: 1h, doc: a}
  job.risk: {type: number, scope: job, max_age: 1h, doc: a}
scopes:
  symbol: {members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTC/USDT]}}
  job: {members_from: jobs.open}
"""
POLICIES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": CATALOGUE,
    "total.yaml": """\
policy: total
version: 1.0.0
title: total
owner: risk
verdicts: [ALLOW, BLOCK]
rules:
  - {id: total, require: sum(position.value) <= 100000USD}
""",
    "entry.yaml": """\
policy: entry
version: 1.0.0
title: entry
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
rules:
  - {id: cooldown, require: since(trades.pnl < 0) >= 1h}
""",
    "size.yaml": """\
policy: size
version: 1.0.0
title: size
owner: risk
verdicts: [ALLOW, CARE, BLOCK]
for_each: symbol
rules:
  - {id: size, require: position.value <= 60000USD, unknown: CARE}
  - {id: open, require: known(position.value), unknown: ALLOW, fail_open: the desk asked for it}
""",
    "desk.yaml": """\
policy: desk
version: 1.0.0
title: desk
owner: risk
verdicts: [ALLOW, BLOCK]
rules:
  - {id: sizes, policy: size, at_worst: CARE}
""",
    "jobs.yaml": """\
policy: jobs
version: 1.0.0
title: jobs
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: job
rules:
  - {id: risk, require: job.risk < 5}
""",
    "sources.yaml": """\
sources:
  trades:
    kind: rows
    doc: closed trades
    file: trades.csv
    format: csv
    time: closed
    timezone: UTC
    covered: {to: as_of}
    columns: {closed: {time: close_time}, pair: {text: pair}, pnl: {number: pnl}}
    metrics:
      trades.pnl: {sql: "select pair as member, closed as at, pnl as value from trades"}
  positions:
    kind: document
    doc: positions
    file: positions.json
    format: json
    at: /at
    metrics:
      position.value: {members: /positions, pointer: /value}
  jobs:
    kind: document
    doc: jobs
    file: jobs.json
    format: json
    at: /at
    metrics:
      jobs.open: {pointer: /open}
      job.risk: {members: /jobs, pointer: /risk}
""",
}
IGNORED = CATALOGUE.replace("[BTC/USDT]}}", "[BTC/USDT]}, others: ignore}").replace(
    "members_from: jobs.open}", "members_from: jobs.open, others: ignore}"
)
DESK = {
    "trades.csv": "close_time,pair,pnl\n2026-03-10 08:00:00,BTC/USDT,3\n2026-03-10 08:00:00,ETH-USD,3\n",
    "positions.json": """\
{"at": "2026-03-10T11:58:00Z", "positions": {"BTC-USD": {"value": 30000}, "ETH-USD": {"value": 2}}}
""",
    "jobs.json": '{"at": "2026-03-10T11:58:00Z", "open": ["a"], "jobs": {"a": {"risk": 1}}}',
}
SOUND = {
    "desk": "ALLOW",
    "entry at BTC-USD": "ALLOW",
    "entry at ETH-USD": "ALLOW",
    "jobs at a": "ALLOW",
    "size at BTC-USD": "ALLOW",
    "size at ETH-USD": "ALLOW",
    "total": "ALLOW",
}


def verdicts(tmp_path: Path, desk: dict[str, str], catalogue: str = CATALOGUE) -> dict[str, str]:
    """Collect a desk as a job would, and return the verdicts."""
    policies = interlock.load(write(tmp_path, POLICIES, {"catalogue.yaml": catalogue}))
    write_files(tmp_path / "desk", {**DESK, **desk})
    at = instant("2026-03-10T12:00:00Z")
    found = policies.collect(tmp_path / "desk", at, now=at, environ={}, archive=True)
    judged = policies.evaluate(interlock.Snapshot.parse(canonical(found.snapshot)))
    return {each.name: each.verdict for each in judged}


def reasons(tmp_path: Path, policy: str, scopes: dict[str, Any], **metrics: Any) -> list[str]:
    """Judge a snapshot that was handed in by one policy, and return its reasons."""
    policies = interlock.load(write(tmp_path, POLICIES))
    found = policies.evaluate(snapshot("2026-03-10T12:00:00Z", metrics, scopes=scopes), policies=[policy])
    return [f"{each.name}: {each.verdict}: {rule.reason}" for each in found for rule in each.rules]


def test_a_desk_without_others(tmp_path: Path) -> None:
    assert verdicts(tmp_path, {}) == SOUND


def test_a_pair_that_was_renamed_may_be_any_member(tmp_path: Path) -> None:
    trades = DESK["trades.csv"] + "2026-03-10 11:40:00,BTC/USDT:USDT,-80\n"
    assert verdicts(tmp_path, {"trades.csv": trades}) == {
        **SOUND,
        "desk": "BLOCK",
        "entry at BTC-USD": "BLOCK",
        "entry at ETH-USD": "BLOCK",
        "entry at BTC/USDT:USDT": "BLOCK",
        "size at BTC/USDT:USDT": "BLOCK",
        "total": "BLOCK",
    }
    assert verdicts(tmp_path, {"trades.csv": trades}, IGNORED) == SOUND


def test_a_gain_of_another_member_counts_as_well(tmp_path: Path) -> None:
    found = verdicts(tmp_path, {"trades.csv": DESK["trades.csv"] + "2026-03-10 09:00:00,btc/usdt,5\n"})
    assert (found["entry at BTC-USD"], found["entry at ETH-USD"]) == ("BLOCK", "BLOCK")


def test_a_position_of_another_member(tmp_path: Path) -> None:
    positions = DESK["positions.json"].replace("}}}", '}, "DOGE-USD": {"value": 500000}}}')
    found = verdicts(tmp_path, {"positions.json": positions})
    assert (found["total"], found["desk"], found["size at DOGE-USD"]) == ("BLOCK", "BLOCK", "BLOCK")
    assert (found["size at BTC-USD"], found["size at ETH-USD"]) == ("ALLOW", "ALLOW")
    assert verdicts(tmp_path, {"positions.json": positions}, IGNORED) == SOUND


def test_others_that_are_ignored_are_printed(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, POLICIES, {"catalogue.yaml": IGNORED}))
    scopes = {"symbol": {each: {"position.value": 1} for each in ("BTC-USD", "ETH-USD", "DOGE-USD")}}
    (found,) = policies.evaluate(snapshot("2026-03-10T12:00:00Z", {}, scopes=scopes), policies=["total"])
    assert found.verdict == "ALLOW"
    assert found.assumptions == (
        "the scope `symbol` ignores others: what is measured off its roster does not count",
    )


def test_a_member_that_a_measured_roster_forgets_is_a_conflict(tmp_path: Path) -> None:
    jobs = '{"at": "2026-03-10T11:58:00Z", "open": ["a"], "jobs": {"a": {"risk": 1}, "b": {"risk": 9}}}'
    assert verdicts(tmp_path, {"jobs.json": jobs}) == {**SOUND, "jobs at b": "BLOCK"}
    assert verdicts(tmp_path, {"jobs.json": jobs}, IGNORED) == SOUND
    nobody = jobs.replace('["a"]', "[]")
    assert {
        key: each for key, each in verdicts(tmp_path, {"jobs.json": nobody}).items() if "jobs" in key
    } == {
        "jobs": "NOT_EVALUATED",
        "jobs at a": "BLOCK",
        "jobs at b": "BLOCK",
    }


def test_another_member_in_a_snapshot_that_was_handed_in(tmp_path: Path) -> None:
    why = "cannot tell: symbol at DOGE-USD: undeclared value, it is not on the roster"
    table = {each: {"position.value": 1} for each in ("BTC-USD", "ETH-USD", "DOGE-USD")}
    assert reasons(tmp_path, "total", {"symbol": table}) == [f"total: BLOCK: {why}"]
    assert reasons(tmp_path, "size", {"symbol": table})[4:] == [f"size at DOGE-USD: BLOCK: {why}"] * 2
    known = "cannot tell: symbol at eth-usd: undeclared value, it is not on the roster"
    table = {"BTC-USD": {"position.value": 1}, "ETH-USD": {"position.value": 1}, "eth-usd": {}}
    assert reasons(tmp_path, "total", {"symbol": table}) == [f"total: BLOCK: {known}"]


def test_a_measured_roster_and_a_member_in_a_snapshot_that_was_handed_in(tmp_path: Path) -> None:
    table = {"a": {"job.risk": 1}, "b": {"job.risk": 1}}
    why = "cannot tell: job at b: conflict, it has data, and `jobs.open` does not list it"
    assert reasons(tmp_path, "jobs", {"job": table}, **{"jobs.open": ["a"]}) == [
        "jobs at a: ALLOW: job.risk is 1, needed < 5",
        f"jobs at b: BLOCK: {why}",
    ]


def test_what_an_earlier_snapshot_listed_beside_another_member_proves_nothing(tmp_path: Path) -> None:
    """The ledger must not bridge the time in which a loss may have been booked under another name."""
    policies = interlock.load(write(tmp_path, POLICIES))
    gain, loss = (
        {"at": f"2026-03-10T{at}:00Z", "value": value} for at, value in (("08:00", 3), ("11:40", -80))
    )

    def series(start: str, end: str, *points: object) -> dict[str, Any]:
        return {
            "trades.pnl": {
                "covered": [f"2026-03-10T{each}:00Z" for each in (start, end)],
                "points": [*points],
            }
        }

    before = {each: series("00:00", "11:50", gain) for each in ("BTC-USD", "ETH-USD")}
    after = {each: series("11:50", "12:00") for each in ("BTC-USD", "ETH-USD")}
    renamed = {**before, "BTC/USDT:USDT": series("00:00", "11:50", loss)}
    for table, expected in ((before, "ALLOW"), (renamed, "BLOCK")):
        with recording_in(tmp_path / f"{expected}.db") as recorder:
            policies.recorded(
                snapshot("2026-03-10T11:50:00Z", {}, scopes={"symbol": table}), recorder, policies=["entry"]
            )
            found = policies.recorded(
                snapshot("2026-03-10T12:00:00Z", {}, scopes={"symbol": after}), recorder, policies=["entry"]
            )
        assert [(each.member, each.verdict) for each in found.verdicts] == [
            ("BTC-USD", expected),
            ("ETH-USD", expected),
        ]


NINE_AND_TEN = ["2026-03-10T09:00:00Z", "2026-03-10T10:00:00Z"]


@pytest.mark.parametrize(
    ("form", "began"),
    [
        (
            {"from": "2026-03-10T09:00:00Z", "points": [{"at": "2026-03-10T10:00:00Z", "value": 1}]},
            NINE_AND_TEN,
        ),
        ({"points": [{"at": "2026-03-10T10:00:00Z", "value": 1}]}, NINE_AND_TEN[1:]),
        ({"points": []}, [""]),
        ({"unknown": "torn source"}, [""]),
    ],
)
def test_periods_of_an_earlier_snapshot_beside_another_member(
    tmp_path: Path, form: dict[str, Any], began: list[str]
) -> None:
    """They are unknown, and still there: the grid does not begin after them. A form that does not say where it begins
    leaves that unknown."""
    policies = interlock.load(
        write(
            tmp_path,
            POLICIES,
            {
                "hours.yaml": POLICIES["entry.yaml"]
                .replace("entry", "hours")
                .replace("since(trades.pnl < 0) >= 1h", '"count(hours.pnl < 0, last=4) == 0"')
            },
        )
    )
    newest = {
        "hours.pnl": {"from": "2026-03-10T11:00:00Z", "points": [{"at": "2026-03-10T11:00:00Z", "value": 1}]}
    }
    with recording_in(tmp_path / "l.db") as recorder:
        table = {each: {"hours.pnl": form} for each in ("BTC-USD", "ETH-USD", "btc-usd")}
        policies.recorded(
            snapshot("2026-03-10T11:00:00Z", {}, scopes={"symbol": table}), recorder, policies=["hours"]
        )
        table = dict.fromkeys(("BTC-USD", "ETH-USD"), newest)
        found = policies.recorded(
            snapshot("2026-03-10T12:00:00Z", {}, scopes={"symbol": table}), recorder, policies=["hours"]
        )
    (rule,) = found.verdicts[0].rules
    unknown = [cause.at for cause in rule.causes]
    assert rule.outcome == "unknown"
    assert unknown == began


def test_a_scope_that_is_not_declared(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, POLICIES))
    strange = snapshot("2026-03-10T12:00:00Z", {}, scopes={"Symbol": {}, "wheather": {}})
    with pytest.raises(SnapshotError) as caught:
        policies.evaluate(strange)
    assert str(caught.value) == (
        "snapshot: no scope is called `Symbol`: did you mean `symbol`?\n"
        "snapshot: no scope is called `wheather`: declare it in a catalogue"
    )


def test_metrics_that_no_catalogue_declares(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, POLICIES))
    scopes = json.loads('{"symbol": {"BTC-USD": {"position.valeu": 1}}}')
    metrics = {"jobs.open": [], "x": 1, "a\nb": 1}
    assert policies.unused(snapshot("2026-03-10T12:00:00Z", metrics, scopes=scopes)) == (
        "no catalogue declares `a\\u000ab`",
        "no catalogue declares `position.valeu`: did you mean `position.value`?",
        "no catalogue declares `x`",
    )


def test_metrics_in_another_place_than_declared(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, POLICIES))
    scopes = {"symbol": {"BTC-USD": {"position.value": 1, "jobs.open": []}}}
    found = policies.unused(
        snapshot("2026-03-10T12:00:00Z", {"position.value": 1, "jobs.open": []}, scopes=scopes)
    )
    assert found == (
        "`position.value` is below `/metrics`, where nothing reads it: its place is `/scopes/symbol/MEMBER`",
        "`jobs.open` is below `/scopes/symbol/MEMBER`, where nothing reads it: its place is `/metrics`",
    )
