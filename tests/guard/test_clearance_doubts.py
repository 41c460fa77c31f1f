"""Verdicts and failures that must stop a live start, whatever gives them to the guard."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.api import PolicySet, Snapshot
from interlock.evaluation.deciding.request import Decision
from interlock.guard.clearance import Clearance, ClearanceRequest, StartContext, clear_start
from interlock.guard.kill_switch import active
from interlock.ledger.recorder import Recorder
from support.gate import snapshot, write
from support.roots import instant

NOW = instant("2026-03-30T12:05:00Z")
SWITCH = Path("switch.txt")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    snapshot(tmp_path / "s.json")


def clear(load: Callable[[], Any], policy: str = "gate", **more: Any) -> Clearance:
    """Ask for a live start over the snapshot of a desk that is ready and calm."""
    request = ClearanceRequest(
        (policy,), Path("ledger.db"), None, lambda: Snapshot.read(Path("s.json")), "live", **more
    )
    return clear_start(load, request, StartContext({"LIVE_MODE": "1"}, lambda: NOW, SWITCH))


class Changed:
    """The policies, with a change of the decision that they give."""

    def __init__(self, change: Callable[[Decision], Decision]) -> None:
        self.policy_set, self.change = interlock.load("policies"), change

    def __getattr__(self, name: str) -> Any:
        return getattr(self.policy_set, name)

    def recorded(self, given: Snapshot, recorder: Recorder, **options: Any) -> Decision:
        return self.change(self.policy_set.recorded(given, recorder, **options))


def stateless(decision: Decision) -> Decision:
    (verdict,) = decision.verdicts
    return replace(decision, verdicts=(replace(verdict, inputs=replace(verdict.inputs, stateless=True)),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda decision: decision, ""),
        (lambda decision: replace(decision, verdicts=()), "gate gave no verdict"),
        (stateless, "gate was judged without a ledger"),
    ],
)
def test_a_decision_without_a_usable_verdict_is_refused(
    change: Callable[[Decision], Decision], reason: str
) -> None:
    found = clear(lambda: Changed(change))
    assert (found.reason, found.code, SWITCH.exists()) == (reason, 4 if reason else 0, bool(reason))


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (PermissionError(13, "Permission denied", "policies"), "cannot use `policies`: permission denied"),
        (OSError(5, "Input/output error"), "cannot use `a file`: input/output error"),
    ],
)
def test_a_file_that_the_system_refuses_stops_the_start(problem: OSError, reason: str) -> None:
    def load() -> PolicySet:
        raise problem

    found = clear(load)
    assert (found.reason, found.code, SWITCH.exists()) == (reason, 2, True)


TRADES = """\
policy: trades
version: 1.0.0
title: a
owner: risk
verdicts: [GO, NO_GO]
for_each: symbol
rules: [{id: calm, applies: ready, require: calm, else: NO_GO}]
"""


@pytest.mark.parametrize(
    ("roster", "applies"), [({}, True), ({"symbols": []}, True), ({"symbols": ["BTC-USD"]}, False)]
)
def test_a_policy_without_a_member_to_judge_stops_the_start(roster: dict[str, Any], applies: bool) -> None:
    catalogue = Path("policies/catalogue.yaml")
    more = "  symbols: {type: set, of: symbol, max_age: 1h}\nscopes:\n  symbol: {members_from: symbols}\n"
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + more, encoding="utf-8")
    Path("policies/trades.yaml").write_text(TRADES, encoding="utf-8")
    snapshot(Path("s.json"), **({"ready": applies} | roster))
    found = clear(lambda: interlock.load("policies"), "trades")
    reason = "trades is NOT_EVALUATED, GO is needed: no rule gives a reason"
    assert (found.reason, found.code, SWITCH.exists()) == (reason, 4, True)


def test_a_switch_that_cannot_be_looked_at_is_active() -> None:
    Path("file").touch()
    assert active(Path("file/switch.txt"), {}) == "`file/switch.txt` cannot be read: not a directory"
    name = "x" * 300
    assert active(Path(name), {}) == f"`{name}` cannot be read: file name too long"


def test_a_snapshot_that_states_live_mode_as_a_value_with_a_time_is_taken_on_paper() -> None:
    snapshot(Path("s.json"), **{"live.mode": {"value": False, "at": "2026-03-30T12:00:00Z"}})
    on_paper = Path("s.json").read_bytes()
    document = json.loads(on_paper)
    document["metrics"]["live.mode"]["value"] = True
    Path("s.json").write_text(json.dumps(document), encoding="utf-8")
    assert clear(lambda: interlock.load("policies")).open
    Path("s.json").write_bytes(on_paper)
    found = clear(lambda: interlock.load("policies"))
    reason = "s.json: taken where LIVE_MODE was off, and this start is live: collect anew"
    assert (found.reason, found.code) == (reason, 2)


@pytest.mark.parametrize(
    ("value", "paper"),
    [
        (None, True),
        ("", True),
        ("0", True),
        ("False", True),
        ("OFF", True),
        ("no", True),
        (False, True),
        ("1", False),
    ],
)
def test_a_snapshot_whose_variable_was_off_is_taken_on_paper(value: object, paper: bool) -> None:
    document = json.loads(Path("s.json").read_text(encoding="utf-8"))
    Path("s.json").write_text(json.dumps(document | {"env": {"LIVE_MODE": value}}), encoding="utf-8")
    assert clear(lambda: interlock.load("policies")).open is not paper


def test_a_ledger_that_does_not_match_its_anchor_stops_the_start() -> None:
    anchor, policies = Path("anchor"), interlock.load("policies")
    anchor.write_text(f"1 sha256:{'0' * 64}\n", encoding="utf-8")
    found = clear(lambda: policies, anchor=anchor)
    reason = "entry 1 is not the one that was anchored: it was rewritten"
    assert (found.reason, found.code, SWITCH.exists()) == (reason, 5, True)
    assert anchor.read_text(encoding="utf-8") == f"1 sha256:{'0' * 64}\n"
