"""What one verdict explains of another: only by what was read, member by member, and without any change to either."""

from __future__ import annotations

from pathlib import Path

import pytest

import interlock
from interlock.evaluation.deciding.inhibition import InhibitionNote
from interlock.evaluation.deciding.request import Decision
from support.roots import snapshot, write

CATALOGUE = """\
metrics:
  locked: {type: bool, max_age: 1h, doc: d}
  shut: {type: bool, max_age: 1h, doc: d}
  trades: {type: integer, range: [0, null], scope: symbol, max_age: 1h, doc: d}
  halted: {type: bool, scope: symbol, max_age: 1h, doc: d}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
"""
HEAD = "version: 1.0.0\ntitle: t\nowner: o\nverdicts: [GOOD, BAD, WORST]\n"
LOCK = """\
notify: {WORST: [risk, desk]}
rules:
  - {id: shut, when: shut, then: BAD, notify: [risk]}
  - {id: lock, when: locked}
"""
HALT = "for_each: symbol\nnotify: {WORST: [desk]}\nrules:\n  - {id: halt, when: halted}\n"
TRADES = """\
for_each: symbol
notify: {BAD: [desk], WORST: [desk, risk]}
rules:
  - {id: few, require: trades > 9, else: BAD, inhibited_by: {policy: lock, reaches: WORST}}
  - {id: none, require: trades > 0, inhibited_by: {policy: halt, reaches: WORST}}
"""


def judged(tmp_path: Path, lock: str = LOCK, **given: object) -> Decision:
    members = {name: given.pop(name) for name in ("BTC-USD", "ETH-USD") if name in given}
    rules = {"lock": lock, "halt": HALT, "trades": TRADES}
    files = {f"{name}.yaml": f"policy: {name}\n{HEAD}{text}" for name, text in rules.items()}
    root = write(tmp_path, {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE}, files)
    metrics = {"locked": False, "shut": False, **given}
    known = {key: each for key, each in metrics.items() if each is not None}
    return interlock.load(root).decide(snapshot("2026-03-30T12:00:00Z", known, scopes={"symbol": members}))


def symbols(btc: tuple[int, bool], eth: tuple[int, bool]) -> dict[str, object]:
    names = {"BTC-USD": btc, "ETH-USD": eth}
    return {name: {"trades": trades, "halted": halted} for name, (trades, halted) in names.items()}


def test_a_verdict_that_is_judged_once_explains_at_every_member(tmp_path: Path) -> None:
    found = judged(tmp_path, locked=True, **symbols((5, False), (20, False)))
    assert dict(found.explained) == {
        ("trades", "BTC-USD"): InhibitionNote("lock is WORST", frozenset({"desk", "risk"}))
    }


def test_a_verdict_of_a_member_explains_at_that_member(tmp_path: Path) -> None:
    found = judged(tmp_path, **symbols((0, True), (0, False)))
    assert dict(found.explained) == {
        ("trades", "BTC-USD"): InhibitionNote("halt at BTC-USD is WORST", frozenset())
    }


def test_of_two_explanations_only_who_hears_both_is_spared(tmp_path: Path) -> None:
    found = judged(tmp_path, locked=True, **symbols((0, True), (20, False)))
    words = "halt at BTC-USD is WORST, lock is WORST"
    assert dict(found.explained) == {("trades", "BTC-USD"): InhibitionNote(words, frozenset({"desk"}))}


def test_the_verdicts_are_what_they_would_be_without(tmp_path: Path) -> None:
    found = judged(tmp_path, locked=True, **symbols((5, False), (20, False)))
    assert [(each.name, each.verdict) for each in found.verdicts] == [
        ("halt at BTC-USD", "GOOD"),
        ("halt at ETH-USD", "GOOD"),
        ("lock", "WORST"),
        ("trades at BTC-USD", "BAD"),
        ("trades at ETH-USD", "GOOD"),
    ]


@pytest.mark.parametrize(
    "given",
    [{"locked": None}, {"locked": False}, {"shut": True}, {"shut": True, "locked": None}],
    ids=["unknown", "not reached", "milder", "milder and unknown"],
)
def test_what_is_not_proved_explains_nothing(tmp_path: Path, given: dict[str, object]) -> None:
    assert dict(judged(tmp_path, **given, **symbols((5, False), (20, False))).explained) == {}


@pytest.mark.parametrize(("option", "explains"), [("shadow: {since: 2026-01-01}", False), ("title: t", True)])
def test_a_shadow_proves_nothing(tmp_path: Path, option: str, explains: bool) -> None:
    lock = LOCK.replace("when: locked}", f"when: locked, {option}}}")
    found = judged(tmp_path, lock, locked=True, **symbols((5, False), (20, False)))
    assert bool(found.explained) is explains
