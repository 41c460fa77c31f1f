"""Policies that apply at times: NOT_APPLICABLE opens nothing and asks for nothing, an unknown guard applies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.errors import UsageError
from interlock.evaluation.deciding.decide import Request, decide
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.verdict import Verdict
from support.beginnings import recording_in
from support.roots import snapshot, write

HEAD = "version: 1.0.0\nowner: risk\n"
FILES: dict[str, str] = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": (
        "metrics:\n"
        "  canary.on: {type: bool, max_age: 1d}\n"
        "  good: {type: bool, max_age: 1d}\n"
        "  lost: {type: event, slack: 1h}\n"
        "  loud: {type: bool, max_age: 1d}\n"
        "  limit.on: {type: bool, max_age: 1d}\n"
        "  edge: {type: number, scope: symbol, max_age: 1d}\n"
        "  traded: {type: bool, scope: symbol, max_age: 1d}\n"
        "  chosen: {type: set, of: symbol, max_age: 1d}\n"
        "  fills: {type: event, scope: symbol, slack: 1h}\n"
        "  moves: {type: number, scope: symbol, every: 1d, began: 2026-03-01}\n"
        "scopes:\n  symbol: {members: [BTC-USD, ETH-USD]}\n"
    ),
    "canary.yaml": (
        f"policy: canary\ntitle: canary\n{HEAD}verdicts: [PASS, HOLD, FAIL]\napplies: canary.on\n"
        "notify: {FAIL: [desk]}\n"
        "rules:\n  - {id: good, require: good, reason: it is bad, action: stop, notify: [risk]}\n"
        "  - {id: loud, when: loud, then: HOLD}\n"
    ),
    "open.yaml": (
        f"policy: open\ntitle: open\n{HEAD}verdicts: [GO, NO_GO]\n"
        "rules: [{id: canary, policy: canary, at_worst: PASS}]\n"
    ),
    "loose.yaml": (
        f"policy: loose\ntitle: loose\n{HEAD}verdicts: [GO, NO_GO]\n"
        "rules: [{id: canary, policy: canary, at_worst: HOLD}]\n"
    ),
    "while.yaml": (
        f"policy: while\ntitle: while\n{HEAD}verdicts: [GO, NO_GO]\nrules:\n"
        "  - {id: canary, policy: canary, at_worst: PASS, while: applicable}\n"
        "  - {id: good, require: known(good)}\n"
    ),
    "alone.yaml": (
        f"policy: alone\ntitle: alone\n{HEAD}verdicts: [GO, NO_GO]\n"
        "rules: [{id: canary, policy: canary, at_worst: PASS, while: applicable}]\n"
    ),
    "each.yaml": (
        f"policy: each\ntitle: each\n{HEAD}verdicts: [ALLOW, BLOCK]\nfor_each: symbol\napplies: traded\n"
        "rules: [{id: edge, require: edge > 0}]\n"
    ),
    "every.yaml": (
        f"policy: every\ntitle: every\n{HEAD}verdicts: [GO, NO_GO]\n"
        "rules: [{id: each, policy: each, at_worst: ALLOW}]\n"
    ),
}
AT = "2026-03-30T06:00:00Z"
GOOD = {"canary.on": True, "good": True, "loud": False}


def judged(folder: Path, metrics: dict[str, Any], **more: Any) -> dict[str, Verdict]:
    found = interlock.load(write(folder, FILES)).evaluate(snapshot(AT, metrics, **more))
    return {each.name: each for each in found}


@pytest.mark.parametrize(
    ("changed", "verdicts"),
    [
        ({}, {"canary": "PASS", "open": "GO", "while": "GO", "alone": "GO"}),
        ({"good": False}, {"canary": "FAIL", "open": "NO_GO", "while": "NO_GO", "alone": "NO_GO"}),
        (
            {"canary.on": False, "good": False},
            {"canary": "NOT_APPLICABLE", "open": "NO_GO", "while": "GO", "alone": "NOT_EVALUATED"},
        ),
        # an unknown guard applies, and what may not apply is never at its best
        (
            {"canary.on": None},
            {"canary": "NOT_EVALUATED", "open": "NO_GO", "while": "NO_GO", "alone": "NOT_EVALUATED"},
        ),
        (
            {"canary.on": None, "loud": True},
            {"canary": "HOLD", "open": "NO_GO", "loose": "NO_GO", "while": "NO_GO", "alone": "NOT_EVALUATED"},
        ),
        (
            {"canary.on": None, "good": False},
            {"canary": "FAIL", "open": "NO_GO", "while": "NO_GO", "alone": "NOT_EVALUATED"},
        ),
    ],
    ids=["applies", "fails", "does-not-apply", "unknown-guard", "unknown-and-hold", "unknown-and-fail"],
)
def test_a_policy_under_a_guard(tmp_path: Path, changed: dict[str, Any], verdicts: dict[str, str]) -> None:
    metrics = {name: each for name, each in {**GOOD, **changed}.items() if each is not None}
    found = judged(tmp_path, metrics)
    assert {name: found[name].verdict for name in verdicts} == verdicts


def test_what_does_not_apply_asks_for_nothing(tmp_path: Path) -> None:
    found = judged(tmp_path, {**GOOD, "canary.on": False, "good": False})
    canary = found["canary"]
    assert (canary.evaluated, canary.applicable, canary.is_best, canary.is_worst) == (False,) * 4
    assert (canary.exit_code, canary.possible, sorted(canary.audience)) == (4, "NOT_APPLICABLE", [])
    assert canary.assumptions == ("the policy does not apply: `canary.on` is false",)
    assert [(each.outcome, each.action, each.reason) for each in canary.rules] == [
        ("skipped", None, "the policy does not apply: `canary.on` is false"),
        ("skipped", None, "the policy does not apply: `canary.on` is false"),
    ]
    (rule,) = found["open"].rules
    assert (rule.outcome, rule.reason) == ("unknown", "cannot tell: `canary` is not applicable")
    assert [str(each) for each in rule.causes] == ["canary: missing, the policy does not apply now"]
    assert [each.outcome for each in found["while"].rules] == ["skipped", "pass"]


def test_an_unknown_guard_is_told(tmp_path: Path) -> None:
    found = judged(tmp_path, {"good": True, "loud": False})
    text = "cannot tell whether the policy applies: `canary.on` is unknown: canary.on: missing"
    assert found["canary"].assumptions == (text,)
    (rule,) = found["open"].rules
    assert rule.reason == "cannot tell: `canary` was not evaluated: canary.on: missing"


@pytest.mark.parametrize(
    ("traded", "edges", "verdicts"),
    [
        ((True, True), (1, 1), {"each at BTC-USD": "ALLOW", "each at ETH-USD": "ALLOW", "every": "GO"}),
        (
            (True, False),
            (1, -1),
            {"each at BTC-USD": "ALLOW", "each at ETH-USD": "NOT_APPLICABLE", "every": "GO"},
        ),
        (
            (False, False),
            (1, 1),
            {"each at BTC-USD": "NOT_APPLICABLE", "each at ETH-USD": "NOT_APPLICABLE", "every": "NO_GO"},
        ),
        (
            (True, None),
            (1, 1),
            {"each at BTC-USD": "ALLOW", "each at ETH-USD": "NOT_EVALUATED", "every": "NO_GO"},
        ),
    ],
)
def test_a_policy_applies_at_some_members(
    tmp_path: Path, traded: tuple[bool | None, ...], edges: tuple[int, ...], verdicts: dict[str, str]
) -> None:
    members = {
        name: {"edge": edge, **({} if on is None else {"traded": on})}
        for name, edge, on in zip(("BTC-USD", "ETH-USD"), edges, traded, strict=True)
    }
    found = judged(tmp_path, {}, scopes={"symbol": members})
    assert {name: found[name].verdict for name in verdicts} == verdicts


@pytest.mark.parametrize(
    ("applies", "metrics", "verdict", "parent"),
    [
        ("canary.on", {"canary.on": True}, "BLOCK", "NO_GO"),
        ("canary.on", {"canary.on": False}, "NOT_APPLICABLE", "NO_GO"),
        ("canary.on", {}, "BLOCK", "NO_GO"),
        ("symbol in chosen", {"chosen": ["ETH-USD"]}, "NOT_APPLICABLE", "GO"),
        ("symbol in chosen", {"chosen": ["DOGE-USD", "ETH-USD"]}, "BLOCK", "NO_GO"),
        ("symbol in chosen", {}, "BLOCK", "NO_GO"),
        # what was measured at a member off the roster is not believed
        ("traded", {}, "BLOCK", "NO_GO"),
        ("not traded", {}, "BLOCK", "NO_GO"),
        ("edge < 0", {}, "BLOCK", "NO_GO"),
        ("count(fills, within=1d) > 0", {}, "BLOCK", "NO_GO"),
        ("last(moves) > 0", {}, "BLOCK", "NO_GO"),
    ],
)
def test_a_member_off_the_roster_under_a_guard(
    tmp_path: Path, applies: str, metrics: dict[str, Any], verdict: str, parent: str
) -> None:
    each = FILES["each.yaml"].replace("applies: traded", f"applies: {applies}")
    policies = interlock.load(write(tmp_path, FILES, {"each.yaml": each}))
    members = {name: {"edge": 1, "traded": True} for name in ("BTC-USD", "ETH-USD")}
    stranger = {"DOGE-USD": {"edge": 9, "traded": False}}
    seen = policies.evaluate(snapshot(AT, metrics, scopes={"symbol": {**members, **stranger}}))
    found = {each.name: each for each in seen}
    assert (found["each at DOGE-USD"].verdict, found["every"].verdict) == (verdict, parent)


def test_a_policy_that_does_not_apply_asks_for_nothing_at_a_member_off_the_roster(tmp_path: Path) -> None:
    each = FILES["each.yaml"].replace("applies: traded", "applies: canary.on")
    policies = interlock.load(write(tmp_path, FILES, {"each.yaml": each}))
    at = snapshot(AT, {"canary.on": False}, scopes={"symbol": {"DOGE-USD": {"edge": -1}}})
    (found,) = [each for each in policies.evaluate(at) if each.name == "each at DOGE-USD"]
    assert (found.possible, found.is_worst, found.unmet, found.sure) == ("NOT_APPLICABLE", False, (), True)
    assert found.assumptions == ("the policy does not apply: `canary.on` is false",)
    assert [(rule.outcome, rule.reason) for rule in found.rules] == [
        ("skipped", "the policy does not apply: `canary.on` is false")
    ]


# the stages of a rollout

STAGED = {
    "exits.yaml": (
        f"rollout: exits\ntitle: exits\n{HEAD}lever: [limit.on]\nstages:\n"
        "  - {id: one, flags: {limit.on: false}, dwell: {min: 0s, max_gap: 1d}, advance: canary}\n"
        "  - {id: two, flags: {limit.on: true}, dwell: {min: 0s, max_gap: 1d}, advance: canary}\n"
        "rollback: {policy: open, reaches: NO_GO, to: one}\n"
    ),
}


@pytest.mark.parametrize(
    ("guard", "standing", "verdict"),
    [
        ("{rollout: exits}", ("ACTIVE", "one"), "FAIL"),
        ("{rollout: exits}", ("NOT_BEGUN", ""), "NOT_APPLICABLE"),
        ("{rollout: exits}", ("COMPLETE", "two"), "NOT_APPLICABLE"),
        ("{rollout: exits, stages: [two]}", ("ACTIVE", "one"), "NOT_APPLICABLE"),
        ("{rollout: exits, stages: [one, two]}", ("ACTIVE", "two"), "FAIL"),
        ("{rollout: exits, state: ROLLED_BACK}", ("ROLLED_BACK", "one"), "FAIL"),
        ("{rollout: exits, state: ROLLED_BACK}", ("ACTIVE", "one"), "NOT_APPLICABLE"),
        ("{rollout: exits}", None, "FAIL"),
    ],
)
def test_a_policy_applies_in_stages(
    tmp_path: Path, guard: str, standing: tuple[str, str] | None, verdict: str
) -> None:
    changed = {"canary.yaml": FILES["canary.yaml"].replace("applies: canary.on", f"applies: {guard}")}
    policies = interlock.load(write(tmp_path, FILES, STAGED, changed))
    measures = Measures(snapshot(AT, {"good": False, "loud": False}), policies.catalogue)
    request = Request(stateless=True, rollout={"exits": standing}.get)
    (found,) = decide(policies.compiled(), measures, request, ["canary"]).verdicts
    assert found.verdict == verdict


def test_without_a_ledger_it_applies_and_says_so(tmp_path: Path) -> None:
    changed = {"canary.yaml": FILES["canary.yaml"].replace("applies: canary.on", "applies: {rollout: exits}")}
    policies = interlock.load(write(tmp_path, FILES, STAGED, changed))
    seen = snapshot(AT, {"good": True, "loud": False})
    with pytest.raises(UsageError) as problem:
        policies.evaluate(seen, policies=["canary"])
    assert "`canary` uses `applies` and needs a ledger" in str(problem.value)
    (found,) = policies.evaluate(seen, policies=["canary"], stateless=True)
    assert (found.verdict, found.assumptions) == ("PASS", ("stateless: applies without a ledger",))
    assert found.exit_code == 3


def test_a_latch_stays_while_its_policy_does_not_apply(tmp_path: Path) -> None:
    latched = FILES["canary.yaml"].replace(
        "when: loud, then: HOLD", "when: 'count(lost, within=1d) > 0', then: FAIL, latch: true"
    )
    policies = interlock.load(write(tmp_path, FILES, {"canary.yaml": latched}))
    ledger = tmp_path / "ledger.db"
    covered = {"covered": ["2026-03-29T00:00:00Z", AT], "points": [{"at": "2026-03-30T05:00:00Z"}]}
    later = "2026-04-02T06:00:00Z"
    quiet = {"covered": ["2026-03-29T00:00:00Z", later], "points": covered["points"]}
    found = []
    for at, on, events in ((AT, True, covered), (later, False, quiet)):
        with recording_in(ledger) as recorder:
            metrics = {"canary.on": on, "good": True, "lost": events}
            (verdict,) = policies.recorded(snapshot(at, metrics), recorder, policies=["canary"]).verdicts
            found.append(verdict.verdict)
    assert found == ["FAIL", "FAIL"]
