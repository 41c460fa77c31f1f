"""Policies that cannot be judged, or whose members and params are unusual: from a snapshot to the verdict."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical, digest
from interlock.errors import UsageError
from interlock.evaluation.deciding.decide import Request, decide
from interlock.evaluation.deciding.latches import joined_facts
from interlock.evaluation.deciding.memory import Fact
from interlock.evaluation.expressions.parameters import params_digest
from interlock.evaluation.snapshot.measures import Measures
from interlock.ledger.acts import rearm
from interlock.ledger.attestation import attest, new_statement
from support.beginnings import begun, recording_in
from support.ledgers import act, rule
from support.roots import snapshot, write

CATALOGUE = """\
metrics:
  ready: {type: bool, max_age: 1d}
  errors: {type: integer, range: [0, 100], max_age: 1d}
  daily: {type: ratio, range: [-1, 1], every: 1d, scope: symbol, began: 2026-03-01}
  fills: {type: number, every: event, scope: symbol}
  edge: {type: number, scope: symbol, max_age: 1d}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]OPEN}
"""
HEAD = "version: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\n"
AT = "2026-03-30T06:00:00Z"


def load(folder: Path, scope: str = "", **policies: str) -> interlock.PolicySet:
    texts = {f"{name}.yaml": f"policy: {name}\n{HEAD}{text}" for name, text in policies.items()}
    fixed = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE.replace("OPEN", scope)}
    return interlock.load(write(folder, fixed, texts))


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    policies = load(tmp_path, gate="rules: [{id: one, require: ready}]\n")
    measures = Measures(snapshot(AT, {"ready": True}), policies.catalogue)
    with pytest.raises(UsageError) as problem:
        decide(policies.compiled(), measures, Request(), ["gate", "gat"])
    assert str(problem.value) == "no policy is called `gat`: did you mean `gate`?"


def test_a_shadow_that_has_not_begun_refuses_its_policy(tmp_path: Path) -> None:
    later = "rules: [{id: one, require: ready, shadow: {since: 2026-03-31}}, {id: two, require: ready}]\n"
    policies = load(tmp_path, gate=later)
    text = "not evaluated: `gate`: the shadow of rule `one` begins only at 2026-03-31T00:00:00Z"
    with pytest.raises(UsageError) as problem:
        policies.evaluate(snapshot(AT, {"ready": True}))
    assert str(problem.value) == text
    (found,) = policies.evaluate(snapshot("2026-03-31T00:00:00Z", {"ready": True}))
    assert found.verdict == "GO"


def test_an_open_roster_is_printed(tmp_path: Path) -> None:
    policies = load(tmp_path, ", open: true", gate="rules: [{id: one, require: all(edge > 0)}]\n")
    found = policies.evaluate(
        snapshot(AT, {}, scopes={"symbol": {name: {"edge": 1} for name in ("BTC-USD", "ETH-USD", "SOL-USD")}})
    )[0]
    assert (found.verdict, found.assumptions) == (
        "GO",
        ("the scope `symbol` is open: every member in the snapshot counts",),
    )


def test_a_policy_for_members_without_one_is_not_evaluated(tmp_path: Path) -> None:
    text = "for_each: symbol\nrules: [{id: one, applies: ready, require: edge > 0}]\n"
    policies = load(tmp_path, gate=text)
    scopes = {"symbol": {name: {"edge": 1} for name in ("BTC-USD", "ETH-USD")}}
    (found,) = policies.evaluate(snapshot(AT, {"ready": False}, scopes=scopes))
    assert (found.verdict, found.evaluated, found.member) == ("NOT_EVALUATED", False, None)
    assert found.assumptions == ("not evaluated: no rule applies at any member of `symbol`",)


def test_a_limit_that_the_parent_leaves_open_is_no_limit_of_the_child(tmp_path: Path) -> None:
    child = "params: {limit: {value: 5, range: [0, 100]}}\nrules: [{id: few, require: errors <= limit}]\n"
    parent = (
        "params: {most: {value: unlimited, type: integer}}\n"
        "rules: [{id: child, policy: child, at_worst: GO, with: {limit: most}}, {id: two, require: ready}]\n"
    )
    policies = load(tmp_path, child=child, parent=parent)
    given = snapshot(AT, {"ready": True, "errors": 1})
    (found,) = policies.evaluate(given, policies=["parent"])
    assert [(each.outcome, each.contribution) for each in found.rules] == [
        ("unknown", "NO_GO"),
        ("pass", "GO"),
    ]
    causes = [(each.metric, each.cause, each.detail) for each in found.rules[0].causes]
    assert causes == [("most", "missing", "the param is unlimited")]
    assert found.inputs.params == {"most": "unlimited"}
    assert found.assumptions[0] == "param `most` is unlimited: the rules that use it do not apply"


def test_a_param_without_a_value_is_named(tmp_path: Path) -> None:
    text = (
        "params: {most: {required: true, type: integer}, b: {required: true, type: ratio, range: [0%, 9%]}}\n"
    )
    policies = load(tmp_path, gate=text + "rules: [{id: few, require: errors <= most and errors > b}]\n")
    with pytest.raises(UsageError) as problem:
        policies.evaluate(snapshot(AT, {"errors": 1}))
    needed = "`gate` needs a value for `b`, `most`: give it in an environment (`--environment NAME`)"
    assert str(problem.value) == f"not evaluated: {needed}"


def test_params_that_a_composition_gives_have_a_digest_of_their_own() -> None:
    given = [
        {},
        {"a": Decimal(1)},
        {"a": Decimal(2)},
        {"a": frozenset({"x", "y"})},
        {"a": frozenset({"x"})},
        {"b": "x"},
    ]
    digests = [params_digest(each) for each in given]
    assert digests[0] == "" and len(set(digests)) == len(given)
    assert digests[3] == digest(canonical({"a": ["x", "y"]}))
    assert all(each.startswith("sha256:") for each in digests[1:])


LATCHED = """\
max_gap: 26h
rules:
  - {id: loss, when: any(streak(daily < -3%) >= 2), latch: true}
  - {id: burst, when: "any(count(fills < 0, within=2d) > 2)", latch: true}
"""


def members(days: dict[str, list[float]], fills: dict[str, list[str]], to: str) -> dict[str, Any]:
    return {
        name: {
            "daily": {
                "from": "2026-03-01",
                "points": [{"at": f"2026-03-{day:02}", "value": each} for day, each in enumerate(values, 1)],
            },
            "fills": {
                "covered": ["2026-03-01T00:00:00Z", to],
                "points": [{"at": at, "value": -1} for at in fills.get(name, [])],
            },
        }
        for name, values in days.items()
    }


def test_a_trigger_over_members_latches_at_the_instant_at_which_one_fired(tmp_path: Path) -> None:
    policies, ledger = load(tmp_path, gate=LATCHED), tmp_path / "ledger.db"
    calm = {"BTC-USD": [0.0] * 5, "ETH-USD": [0.0] * 5}
    burst = {"ETH-USD": [f"2026-03-07T0{hour}:00:00Z" for hour in (1, 2, 3)]}

    def recorded(at: str, days: dict[str, list[float]]) -> Any:
        given = snapshot(at, {}, scopes={"symbol": members(days, burst if at > "2026-03-07" else {}, at)})
        with recording_in(ledger) as recorder:
            return policies.recorded(given, recorder)

    assert recorded("2026-03-06T00:00:00Z", calm).verdicts[0].verdict == "GO"
    better = {"BTC-USD": [0.0] * 5 + [-0.04, -0.05, 0.0, 0.0, 0.0], "ETH-USD": [0.0] * 10}
    found = recorded("2026-03-11T00:00:00Z", better)
    told = "latched since 2026-03-08T00:00:00Z: any(streak(daily < -3%) >= 2) is true, needed false"
    assert rule(found, "loss").reason.startswith(told)
    assert rule(found, "burst").reason.startswith("latched since 2026-03-07T03:00:00Z: ")
    for name in ("loss", "burst"):
        rearm(ledger, "gate", name, None, act("2026-03-11T01:00:00Z"))
    longer = {name: [*values, 0.0] for name, values in better.items()}
    found = recorded("2026-03-12T00:00:00Z", longer)
    assert [rule(found, name).outcome for name in ("loss", "burst")] == ["pass", "pass"]


BOUND = """\
attestations:
  sign-off: {roles: [risk], expires: 9d, binds: [edge]}
"""


def test_an_attestation_bound_to_values_of_members_counts_only_while_each_is_known(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    write(tmp_path, {"attestations.yaml": BOUND})
    policies = load(tmp_path, gate="rules: [{id: signed, require: attested('sign-off')}]\n")

    def given(at: str, **changed: Any) -> interlock.Snapshot:
        whole = members({"BTC-USD": [0.1], "ETH-USD": [0.2]}, {}, at)
        tables = {name: {**table, "edge": 1} for name, table in whole.items()}
        tables["ETH-USD"] |= changed
        return snapshot(at, {}, scopes={"symbol": tables})

    first = given("2026-03-02T00:00:00Z")
    declared = policies.root.attestations["sign-off"]
    bound = policies.bound("sign-off", first)
    assert bound["edge"] == {"BTC-USD": 1, "ETH-USD": 1}
    begun(ledger)
    attest(ledger, declared, new_statement(declared, "risk", bound, act("2026-03-02T00:00:00Z")))

    def outcome(**changed: Any) -> str:
        with recording_in(ledger, record=False) as recorder:
            found = policies.recorded(given("2026-03-02T00:00:01Z", **changed), recorder)
        return rule(found, "signed").outcome

    assert outcome() == "pass"
    assert outcome(edge=2) == "fail"
    assert outcome(edge=None) == "unknown"
    assert outcome(edge={"unknown": "torn source"}) == "unknown"
    with pytest.raises(UsageError) as problem:
        policies.bound("sign-off", given("2026-03-02T00:00:00Z", edge=None))
    assert str(problem.value) == "`sign-off` is bound to `edge`, which is unknown in snapshot"


def test_of_several_facts_of_a_rule_the_worst_counts() -> None:
    key = ("gate", "", "one")
    facts = [
        Fact(key, "pass", (("a", "", "t", "1"),)),
        Fact(key, "unknown", (("b", "", "t", "1"),)),
        Fact(key, "pass", given="x"),
    ]
    assert joined_facts(facts) == (
        Fact(key, "unknown", (("a", "", "t", "1"), ("b", "", "t", "1"))),
        Fact(key, "pass", given="x"),
    )


def test_a_policy_composed_for_each_member_is_judged_at_that_member(tmp_path: Path) -> None:
    child = "for_each: symbol\nrules: [{id: edge, require: edge > 0}]\n"
    parent = "for_each: symbol\nrules: [{id: child, policy: child, at_worst: GO}]\n"
    policies = load(tmp_path, child=child, parent=parent)
    scopes = {"symbol": {"BTC-USD": {"edge": 1}, "ETH-USD": {"edge": -1}}}
    found = policies.evaluate(snapshot(AT, {}, scopes=scopes), policies=["parent"])
    assert [(each.member, each.verdict) for each in found] == [("BTC-USD", "GO"), ("ETH-USD", "NO_GO")]


def test_a_torn_series_of_a_trigger_that_latches_is_doubt(tmp_path: Path) -> None:
    policies, ledger = load(tmp_path, gate=LATCHED), tmp_path / "ledger.db"
    days = {"BTC-USD": [0.0] * 5, "ETH-USD": [0.0] * 5}
    tables = members(days, {}, "2026-03-06T00:00:00Z")
    tables["BTC-USD"]["fills"] = {"unknown": "torn source"}
    for at in ("2026-03-06T00:00:00Z", "2026-03-06T01:00:00Z"):
        with recording_in(ledger) as recorder:
            found = policies.recorded(snapshot(at, {}, scopes={"symbol": tables}), recorder)
        assert rule(found, "burst").outcome == "unknown"
        assert found.verdicts[0].verdict == "NO_GO"


LEVELS = """\
params:
  worst: {value: calm, override: {env: WORST}}
  since: {value: 2026-03-01, override: {env: SINCE}}
  part: {value: 50%, override: {env: PART}}
rules:
  - {id: level, require: level <= worst}
  - {id: since, require: AT > since}
  - {id: part, require: "quantile(fills, part, within=1d) < 5"}
"""


@pytest.mark.parametrize(
    ("env", "verdict", "causes"),
    [
        ({}, "GO", []),
        ({"WORST": "tense"}, "GO", []),
        ({"WORST": "frantic"}, "NO_GO", ["undeclared value: `frantic`"]),
        ({"SINCE": "2026-04-01"}, "NO_GO", []),
        ({"SINCE": "2026-03-02T00:00:00Z"}, "GO", []),
        ({"SINCE": "soon"}, "NO_GO", ["wrong type: SINCE: `soon` is not a timestamp"]),
        ({"PART": "150%"}, "NO_GO", ["out of range: the share of a quantile is from 0% to 100%"]),
        ({"PART": "2h"}, "NO_GO", ["wrong type: PART: `2h` is not a ratio"]),
    ],
)
def test_an_override_that_its_rule_cannot_use_is_unknown(
    tmp_path: Path, env: dict[str, str], verdict: str, causes: list[str]
) -> None:
    catalogue = """\
metrics:
  level: {type: enum, values: [calm, tense], max_age: 1d}
  entered: {type: timestamp, max_age: never}
  fills: {type: number, every: event}
"""
    gate = f"policy: gate\n{HEAD}{LEVELS.replace('AT', 'entered')}"
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": catalogue, "gate.yaml": gate}
    seen = {"covered": ["2026-03-29T06:00:00Z", AT], "points": [{"at": "2026-03-30T05:00:00Z", "value": 1}]}
    metrics = {"level": "calm", "entered": "2026-03-20T00:00:00Z", "fills": seen}
    unset = dict.fromkeys(("WORST", "SINCE", "PART"))
    (found,) = interlock.load(write(tmp_path, files)).evaluate(snapshot(AT, metrics, env={**unset, **env}))
    assert found.verdict == verdict
    assert [f"{each.cause}: {each.detail}" for rule in found.rules for each in rule.causes] == causes


@pytest.mark.parametrize(
    ("rule", "metrics", "seen", "margin"),
    [
        ("smaller(one, other) > 3", {"one": 2}, "at most 2", None),
        ("larger(one, other) < 3", {"one": 4}, "at least 4", None),
        ("one < other", {"one": float("9e300"), "other": float("-9e300")}, None, None),
    ],
)
def test_comparisons_of_what_is_half_known_or_huge(
    tmp_path: Path, rule: str, metrics: dict[str, Any], seen: str | None, margin: str | None
) -> None:
    catalogue = "metrics:\n  one: {type: number, max_age: 1d}\n  other: {type: number, max_age: 1d}\n"
    gate = f"policy: gate\n{HEAD}rules: [{{id: one, require: '{rule}'}}]\n"
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": catalogue, "gate.yaml": gate}
    (found,) = interlock.load(write(tmp_path, files)).evaluate(snapshot(AT, metrics))
    assert found.verdict == "NO_GO"
    (comparison,) = found.rules[0].comparisons
    if seen is not None:
        assert (comparison.seen, comparison.margin) == (seen, margin)


@pytest.mark.parametrize(("at", "told"), [("2026-03-30T07:00:00Z", True), ("2026-03-30T12:00:00Z", False)])
def test_a_waiver_of_a_rule_that_is_gone_is_told_while_it_lasts(tmp_path: Path, at: str, told: bool) -> None:
    policies, ledger = load(tmp_path, gate="rules: [{id: one, require: ready}]\n"), tmp_path / "ledger.db"
    body = {
        **{"policy": "gate", "member": "", "rule": "gone", "outcome": "fail", "role": "risk"},
        **{"by": "risk-desk", "ticket": "OPS-12", "reason": "outage", "until": "2026-03-30T10:00:00Z"},
    }
    with recording_in(ledger) as recorder:
        recorder.append(AT, "waiver", body)
        found = policies.recorded(snapshot(at, {"ready": True}), recorder)
    note = "the waiver of entry 2 for `gate/gone` is in force and the rule is gone"
    assert found.notes == ((note,) if told else ())


def test_a_baseline_whose_name_is_unknown_is_unknown(tmp_path: Path) -> None:
    text = (
        "params: {against: {value: phase_a, override: {env: AGAINST}}}\n"
        "rules: [{id: few, require: 'errors <= baseline(against, errors)'}]\n"
    )
    policies, frozen = load(tmp_path, gate=text), snapshot("2026-03-01T00:00:00Z", {"errors": 5})
    given = snapshot(AT, {"errors": 1})
    (found,) = policies.evaluate(given, policies=["gate"], baselines={"phase_a": frozen})
    assert found.rules[0].outcome == "unknown"
    assert [each.metric for each in found.rules[0].causes] == ["against"]
