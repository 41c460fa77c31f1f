"""The desk of a gate: judged like a whole snapshot that holds the trade, and copied when it is set."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock import GateState, PolicySet, Snapshot, Verdict
from interlock.canonical import canonical, digest
from interlock.language.times import parse_time, show_time
from interlock.ledger.file.ledger import Ledger
from interlock.limits import SKEW

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  trade.confidence: {type: ratio, range: [0, 1], scope: symbol}
  trade.expected_profit_pct: {type: ratio, range: [-1, 1], scope: symbol}
  trade.cost_pct: {type: ratio, range: [0, 1], scope: symbol}
  trade.position_value: {type: number, scope: symbol}
  decisions.allowed: {type: event, scope: symbol, slack: 1h}
  trades.pnl: {type: number, every: event, scope: symbol, slack: 1h}
  level: {type: enum, values: [calm, tense, shut], max_age: 6h}
  mood: {type: number, range: [0, 9], max_age: 2h}
  mode: {type: string, max_age: 1d}
  book.spread: {type: number, range: [0, 100], scope: symbol, max_age: 1h}
  fills: {every: event, slack: 1h, record: {slow: {type: bool}, size: {type: integer}}}
  venues: {type: set, of: venue, max_age: never}
  venue.up: {type: bool, scope: venue, max_age: 3h}
  feed.late: {type: bool, scope: feed, max_age: 1h}
  unread: {type: number}
scopes:
  symbol: {members: [BTC, ETH], aliases: {BTC: [XBT]}}
  venue: {members_from: venues}
  feed: {open: true}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: May this trade be made
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
params:
  widest: {value: 10, type: number, range: [0, 100], override: {env: WIDEST, when: "mode == 'paper'"}}
rules:
  - {id: level, policy: level, at_worst: TENSE, else: BLOCK, reason: "the level is {{ level }}, the mood {{ mood }}"}
  - {id: interval, require: since(decisions.allowed) >= 1h, else: BLOCK}
  - {id: losses, require: "count(trades.pnl < 0, within=1d) < 2", else: BLOCK}
  - {id: worth, require: trade.expected_profit_pct > trade.cost_pct, else: BLOCK}
  - {id: spread, applies: known(mood), require: book.spread <= widest, reason: "{{ book . spread }} is wide"}
""",
    "level.yaml": """\
policy: level
version: 1.0.0
title: How the desk stands
owner: risk
verdicts: [CALM, TENSE, SHUT]
let: {up: all(venue.up)}
params:
  few: {value: 1, type: integer, range: [0, 9], override: {env: FEW}}
rules:
  - {id: level, require: level <= 'tense', else: SHUT}
  - {id: mood, require: mood < 5, else: TENSE}
  - {id: venues, require: up, else: TENSE}
  - {id: feeds, require: not any(feed.late), else: TENSE}
  - {id: fills, require: "count(fills.slow, within=1h) <= few", else: TENSE}
""",
}
TRADE = ("trade.confidence", "trade.expected_profit_pct", "trade.cost_pct", "trade.position_value")
READ = {
    *("level", "mood", "mode", "fills", "venues", "venue.up", "feed.late", "book.spread"),
    *("decisions.allowed", "trades.pnl", *TRADE, "WIDEST", "FEW"),
}
"""What the gate reads of a snapshot, through the policy that it composes, its reasons and its params; and the call."""

CALL = ("confidence", "expected_profit_pct", "cost_pct", "position_value_usd")
GIVEN = {*TRADE, "decisions.allowed", "trades.pnl"}
START = 1_774_828_800
"""2026-03-30T00:00:00Z."""

GOOD: dict[str, Any] = {"confidence": 0.8, "expected_profit_pct": 1, "cost_pct": Decimal("0.300")}
DESK = {
    "interlock": 1,
    "as_of": "2026-03-29T23:59:00Z",
    "metrics": {
        "level": "calm",
        "mood": 4,
        "mode": {"value": "paper", "at": "2026-03-29T20:00:00Z"},
        "venues": ["a"],
        "fills": {"covered": ["2026-03-29T22:00:00Z", "2026-03-29T23:59:00Z"], "points": []},
        "unread": 1,
    },
    "scopes": {
        "symbol": {"BTC": {"book.spread": 3}, "ETH": {"book.spread": 4}},
        "venue": {"a": {"venue.up": True}},
        "feed": {"x": {"feed.late": False}},
    },
    "env": {"WIDEST": None, "FEW": None, "PATH": "/bin"},
}
TEXT = json.dumps(DESK).encode()


def time(at: int) -> str:
    return show_time(Decimal(at))


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    root = tmp_path_factory.mktemp("policies")
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    return interlock.load(root)


def desk() -> Snapshot:
    return Snapshot.parse(TEXT, "desk.json")


def begun() -> GateState:
    return GateState.begun(START - 90000)


class Chance:
    """Random desks and trades: values that fit and values that do not, old, early, unknown and missing ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def some(self, *names: str) -> list[str]:
        return [each for each in names if self.random.random() < 0.8]

    def form(self, values: tuple[object, ...], at: int) -> object:
        if self.random.random() < 0.8:
            value = self.random.choice(values)
        else:
            value = self.random.choice((None, "odd", True, 1.5, "HUGE", ["a", "HUGE"]))
        when = time(at - self.random.choice((0, 60, 2400, 9000, 30000, -4, -60)))
        return self.random.choice(
            (
                *([value] * 6),
                *([{"value": value}, {"value": value, "at": when}, {"value": value, "at": when}] * 2),
                *({"value": value, "at": "lately"}, {"unknown": "missing", "detail": "gone"}, {"points": []}),
            )
        )

    def table(self, at: int, **values: tuple[object, ...]) -> dict[str, object]:
        named = {name.replace("__", "."): each for name, each in values.items()}
        return {name: self.form(named[name], at) for name in self.some(*named)}

    def fills(self, at: int) -> object:
        columns = (
            {"slow": True, "size": 1},
            {"slow": False},
            {"slow": "yes"},
            {"slow": False, "size": "HUGE"},
        )
        count = self.random.choice((0, 1, 1, 2, 3))
        points = [{"at": time(at - 600 * each), **self.random.choice(columns)} for each in range(count)]
        return {"covered": [time(at - 8000), time(at + self.random.choice((0, 0, 0, 3)))], "points": points}

    def desk(self, at: int) -> bytes:
        metrics = self.table(
            at,
            level=("calm", "calm", "tense", "shut"),
            mood=(1, 4, 4, 7, 12),
            mode=("paper", "live"),
            venues=(["a", "b"], ["a"], []),
            unread=(1, 2),
            undeclared=(1, 2),
        )
        own: dict[str, tuple[object, ...]] = {
            "book__spread": (3, 5, 20),
            "trade__cost_pct": (0,),
            "trades__pnl": (1,),
        }
        scopes = {
            "symbol": {each: self.table(at, **own) for each in self.some("BTC", "ETH")},
            "venue": {
                each: self.table(at, venue__up=(True, True, False)) for each in self.some("a", "b", "c")
            },
            "feed": {each: self.table(at, feed__late=(False, False, True)) for each in self.some("x", "y")},
        }
        if self.random.random() < 0.1:
            scopes["symbol"]["XBT"] = self.table(at, **own)
        form = {
            "interlock": 1,
            "as_of": time(at),
            "metrics": metrics | ({"fills": self.fills(at)} if self.random.random() < 0.9 else {}),
            "scopes": scopes,
            "env": {
                each: self.random.choice((None, None, "5", "many"))
                for each in self.some("WIDEST", "FEW", "PATH")
            },
        }
        return json.dumps(form).replace('"HUGE"', "1e999").encode()

    def trade(self) -> dict[str, Any]:
        odd = (math.nan, "0.5", True, 10**410, Decimal("1." + "3" * 50))
        given: dict[str, Any] = {"confidence": 0.8, "cost_pct": Decimal("0.300"), "expected_profit_pct": 1}
        for name in CALL:
            if self.random.random() < 0.05:
                given[name] = self.random.choice(odd)
        return {"symbol": self.random.choice(("BTC", "XBT", "ETH")), **given}


def whole(desk: bytes, call: dict[str, Any], state: GateState) -> dict[str, Any]:
    """Everything that the desk shows, each value with its time, and the trade written into it."""
    snapshot = Snapshot.parse(desk)
    form = json.loads(snapshot.canonical(), parse_float=Decimal, parse_int=Decimal)
    at, latest = show_time(snapshot.as_of), snapshot.as_of + SKEW

    def one(each: Any) -> Any:
        if not isinstance(each, dict):
            return {"value": each, "at": at}
        for key, when in (
            ("measured after", each.get("at")),
            ("covered until after", each.get("covered", [at])[-1]),
        ):
            if (parse_time(str(when)) or 0) > latest:
                return {"unknown": "clock skew", "detail": f"{key} the snapshot, at {when}"}
        return {"at": at, **each} if "value" in each else each

    def dated(table: dict[str, Any], but: set[str]) -> dict[str, Any]:
        return {name: one(each) for name, each in table.items() if name not in but}

    scopes = {
        scope: {each: dated(table, GIVEN if scope == "symbol" else set()) for each, table in members.items()}
        for scope, members in form["scopes"].items()
    }
    member = call["symbol"].replace("XBT", "BTC")
    names = {"BTC": ("BTC", "XBT"), "ETH": ("ETH",)}[member]
    trade = {
        name: number_form(call[key], key)
        for name, key in zip(TRADE, CALL, strict=True)
        if call.get(key) is not None
    }
    trade |= state.points(names, Decimal(call["now"]))
    scopes["symbol"][member] = {**scopes["symbol"].get(member, {}), **trade}
    return {
        "interlock": 1,
        "as_of": time(call["now"]),
        "metrics": dated(form["metrics"], set()),
        "scopes": scopes,
        "env": form["env"],
    }


def number_form(value: Any, key: str) -> object:
    if isinstance(value, str | bool):
        return {"unknown": "wrong type", "detail": "the call gave no usable number"}
    if value == 10**410 or math.isnan(value) or len(str(value)) > 40:
        return {"unknown": "not finite", "detail": "the call gave no usable number"}
    return Decimal(str(value)) * (Decimal("0.01") if key.endswith("pct") else 1)


def narrowed(form: dict[str, Any]) -> dict[str, Any]:
    """The same with nothing but what the gate reads."""

    def kept(table: dict[str, Any]) -> dict[str, Any]:
        return {name: each for name, each in table.items() if name in READ}

    scopes = {
        scope: {each: kept(table) for each, table in members.items()}
        for scope, members in form["scopes"].items()
    }
    return {**form, "metrics": kept(form["metrics"]), "env": kept(form["env"]), "scopes": scopes}


def judged(policies: PolicySet, form: dict[str, Any], call: dict[str, Any]) -> Verdict:
    read = Snapshot.restored(canonical(form)).canonical()  # numbers that are too long have another text now
    verdicts = policies.decide(Snapshot.restored(read), policies=["gate"]).verdicts
    return next(each for each in verdicts if each.member == call["symbol"].replace("XBT", "BTC"))


def test_a_trade_is_judged_as_over_the_whole_snapshot(policies: PolicySet) -> None:
    seen: set[tuple[str, str]] = set()
    permitted = 0
    for seed in range(60):
        chance, at = Chance(seed), START
        text = chance.desk(at)
        gate = policies.gate("gate", state=begun(), desk=Snapshot.parse(text))
        for _ in range(4):
            at += chance.random.choice((0, 30, 1200, 5400))
            call, more = {**chance.trade(), "now": at}, {}
            if chance.random.random() < 0.6:
                text = chance.desk(at)
                more = {"desk": Snapshot.parse(text)}
            form = whole(text, call, gate.state)
            expected, small = judged(policies, form, call), judged(policies, narrowed(form), call)
            found = gate.check(**call, **more)
            gate.desk = Snapshot.parse(text)
            assert found.verdict is not None
            assert found.allowed is expected.is_best
            assert found.verdict.canonical() == small.canonical()
            assert replace(small, inputs=expected.inputs) == expected
            assert replace(small.inputs, snapshot=expected.inputs.snapshot) == expected.inputs
            permitted += found.allowed
            seen |= {(each.id, each.outcome) for each in expected.rules}
    assert permitted > 20
    outcomes = {"level": ("pass", "fail"), "spread": ("pass", "fail", "unknown", "skipped")}
    assert {(rule, outcome) for rule, named in outcomes.items() for outcome in named} <= seen


def test_what_the_gate_reads_of_the_desk_is_copied_once(
    policies: PolicySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk that changes after it was handed in changes nothing; handed in once more, it counts as it is now."""
    calm = desk()
    gate = policies.gate("gate", state=begun(), desk=calm)
    calm.meaning["metrics"]["level"] = "shut"  # type: ignore[index]
    calm.meaning["env"]["WIDEST"] = "1"  # type: ignore[index]
    with monkeypatch.context() as patch:
        patch.setattr(Snapshot, "narrowed", None)
        found = gate.check(symbol="BTC", now=START, **GOOD)
        assert found.allowed
        reasons = ("interval: since(decisions.allowed) is 0s, needed >= 1h",)
        assert gate.check(symbol="BTC", now=START, **GOOD).reasons == reasons
    shut = "level: the level is shut, the mood 4"
    assert gate.check(symbol="ETH", now=START, desk=calm, **GOOD).reasons[0] == shut
    gate.desk = calm
    assert gate.check(symbol="ETH", now=START, **GOOD).reasons[0] == shut


def test_the_digest_of_the_snapshot_is_taken_where_the_record_is_wanted(
    policies: PolicySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[bytes] = []

    def counted(data: bytes) -> str:
        taken.append(data)
        return digest(data)

    monkeypatch.setattr("interlock.guard.trade_gate.gate.digest", counted)
    gates = [
        policies.gate("gate", state=begun(), desk=desk(), **kept)
        for kept in ({}, {"ledger": tmp_path / "l.db", "begin": True})
    ]
    counts = []
    for gate in gates:
        for _ in range(2):
            found = gate.check(symbol="BTC", now=START, **GOOD)
            counts.append((found.allowed, len(taken)))
    assert counts == [(True, 0), (False, 0), (True, 1), (False, 1)]
    verdict = found.verdict
    assert verdict is not None and len(taken) == 2
    assert verdict.inputs.snapshot == digest(taken[1])


def test_a_recorded_permission_is_the_verdict_over_what_the_gate_reads(
    policies: PolicySet, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.db"
    gate = policies.gate("gate", ledger=file, begin=True, state=begun(), desk=desk())
    found = gate.check(symbol="BTC", now=START, **GOOD)
    with Ledger(file) as ledger:
        recorded = [each.data["verdict"] for each in ledger.entries() if each.kind == "permission"]
    form = narrowed(whole(TEXT, {**GOOD, "symbol": "BTC", "now": START}, begun()))
    expected = judged(policies, form, {"symbol": "BTC"})
    assert found.verdict == expected
    assert [canonical(each) for each in recorded] == [expected.canonical()]


def test_a_desk_with_members_that_no_roster_holds_permits_nothing(policies: PolicySet) -> None:
    """Also where the policy reads nothing of them: their trades may be those of any symbol."""
    form = json.loads(TEXT)
    form["scopes"]["symbol"]["DOGE"] = {"unread": 1}
    strange = Snapshot.parse(json.dumps(form).encode(), "desk.json")
    found = policies.gate("gate", state=begun(), desk=strange).check(symbol="BTC", now=START, **GOOD)
    why = "cannot tell: symbol at DOGE: undeclared value, it is not on the roster"
    assert (found.allowed, found.reasons) == (False, (f"interval: {why}", f"losses: {why}"))
    gate = policies.gate("gate", state=begun(), desk=desk())
    assert gate.check(symbol="BTC", now=START, desk=strange, **GOOD) == found
    assert gate.check(symbol="BTC", now=START, **GOOD).allowed is True


def test_no_trade_is_judged_with_an_older_desk_than_the_gate_had(policies: PolicySet) -> None:
    """The older one may say the opposite; its values alone are young enough."""
    older, newer = desk(), Snapshot.parse(json.dumps({**DESK, "as_of": "2026-03-29T23:59:30Z"}).encode())
    gate = policies.gate("gate", state=begun(), desk=older)
    again = "the desk is as of 2026-03-29T23:59:00Z, and the gate had one of 2026-03-29T23:59:30Z: hand in a new one"
    refused = interlock.Permission(False, "BTC", (again,))
    for given in (newer, None, older):
        found = gate.check(symbol="BTC", now=START, desk=given, **GOOD)
        assert found == refused if given is not newer else found.allowed
    gate.desk = newer
    assert gate.check(symbol="ETH", now=START, **GOOD).allowed
    gate.desk = older
    assert gate.check(symbol="BTC", now=START, **GOOD) == refused
    gate.desk = None
    assert "the desk is as of" not in gate.check(symbol="BTC", now=START, **GOOD).reason
