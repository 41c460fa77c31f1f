"""Waivers: one rule, one outcome, one duration, by a role that the policy names; never for a latch."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import interlock
from interlock.errors import UsageError
from interlock.evaluation.deciding.request import Decision
from interlock.evaluation.verdict import Verdict
from interlock.language.times import show_time
from interlock.ledger.acts import Act, WaiverGrant, waive
from interlock.ledger.file.ledger import Ledger
from interlock.policy.yaml.schema import schema
from support.beginnings import begun
from support.ledgers import evaluate, rule, snapshot, write
from support.roots import instant
from support.roots import snapshot as roots_snapshot

POLICY = """\
policy: rollback
version: 1.0.0
title: Gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
rules:
  - id: calm
    require: loss < 50
    else: NO_GO
    unknown: WAIT
    waivable: {by: [risk], max: 4h}
  - id: hot
    require: not hot
    else: NO_GO
"""
PARENT = """\
policy: parent
version: 1.0.0
title: Parent
owner: risk
verdicts: [GO, NO_GO]
rules:
  - id: child
    policy: rollback
    at_worst: GO
    else: NO_GO
"""
OPEN = PARENT.replace("    else: NO_GO\n", "    else: NO_GO\n    waivable: {by: [risk, desk], max: 8h}\n")
TOP = OPEN.replace("policy: parent", "policy: top").replace("policy: rollback", "policy: parent")
AT = "2026-03-27T06:00:00Z"
LATER = "2026-03-27T07:00:00Z"
TOLD = "rule `calm` is waived until 2026-03-27T08:00:00Z by rita as risk, OPS-12: venue outage"
HEAD = "the waiver of entry 2 for"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(tmp_path, rollback=POLICY)
    (root / "parent.yaml").write_text(PARENT, encoding="utf-8")
    return root


@pytest.fixture
def composed(root: Path) -> Path:
    """The same with compositions that may be waived, on two levels."""
    (root / "parent.yaml").write_text(OPEN, encoding="utf-8")
    (root / "top.yaml").write_text(TOP, encoding="utf-8")
    return root


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    begun(path)
    return path


def head(ledger: Path) -> int:
    with Ledger(ledger) as opened:
        return opened.head().sequence


def give(
    root: Path,
    ledger: Path,
    name: str = "rollback/calm",
    role: str = "risk",
    hours: int = 2,
    member: str = "",
    outcome: str = "fail",
    ticket: str = "OPS-12",
) -> None:
    policies = interlock.load(root).policies
    policy, _, wanted = name.partition("/")
    found = next(each for each in policies[policy].rules if each.id == wanted)
    grant = WaiverGrant(policies[policy], found, member, outcome, role, ticket, Decimal(hours * 3600))
    waive(ledger, policies, grant, Act("rita", "venue outage", instant(AT)))


def judged(
    root: Path, ledger: Path, as_of: str = LATER, **metrics: Any
) -> tuple[Decision, dict[str, Verdict]]:
    (found,) = evaluate(root, ledger, snapshot(as_of, **{"loss": 70, "hot": False, **metrics}))
    return found, {each.policy: each for each in found.verdicts}


def verdicts(found: dict[str, Verdict]) -> dict[str, str]:
    return {name: each.verdict for name, each in found.items()}


def test_a_waived_rule_counts_as_passed_and_the_verdict_says_so(root: Path, ledger: Path) -> None:
    give(root, ledger)
    decision, found = judged(root, ledger)
    gate, parent = found["rollback"], found["parent"]
    assert (gate.verdict, gate.possible, gate.waiver_lines) == ("GO", "GO", (TOLD,))
    assert (parent.verdict, parent.waiver_lines) == ("GO", (f"rollback: {TOLD}",))
    result = rule(decision, "calm")
    assert (result.outcome, result.contribution, result.waiver) == ("fail", "GO", TOLD)
    assert result.reason == f"{TOLD}; loss is 70, needed < 50"
    opening = "GO, opened by a waiver until 2026-03-27T08:00:00Z (rita, OPS-12)"
    assert [each.headline for each in decision.verdicts] == [f"parent: {opening}", f"rollback: {opening}"]
    assert [each.unwaived for each in decision.verdicts] == [("NO_GO", "NO_GO"), ("NO_GO", "NO_GO")]
    for each in decision.verdicts:
        Draft202012Validator(schema("verdict")).validate(json.loads(each.canonical()))
    assert json.loads(gate.canonical())["unwaived"] == {"verdict": "NO_GO", "possible": "NO_GO"}
    assert json.loads(parent.canonical())["waivers"] == [
        {
            **{"policy": "rollback", "member": None, "rule": "calm", "outcome": "fail", "entry": 2},
            **{"by": "rita", "role": "risk", "ticket": "OPS-12", "reason": "venue outage"},
            "until": "2026-03-27T08:00:00Z",
        }
    ]


def test_what_a_waiver_opened_ends_with_it(root: Path, ledger: Path) -> None:
    give(root, ledger)
    _, found = judged(root, ledger)
    assert [show_time(each.valid_until) for each in found.values()] == ["2026-03-27T08:00:00Z"] * 2
    _, found = judged(root, ledger, "2026-03-27T07:00:01Z", loss=10)
    assert [show_time(each.valid_until) for each in found.values()] == ["2026-03-28T07:00:01Z"] * 2


def test_a_verdict_that_waivers_do_not_make_better_was_not_opened(root: Path, ledger: Path) -> None:
    give(root, ledger)
    _, found = judged(root, ledger, hot=True)
    gate = found["rollback"]
    assert (gate.verdict, gate.waiver_lines, gate.unwaived, gate.opening) == ("NO_GO", (TOLD,), None, "")
    assert gate.headline == "rollback: NO_GO"


def test_a_verdict_below_the_best_is_eased_also_where_only_the_possible_one_is_better(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    write(
        tmp_path,
        rollback=POLICY.replace("else: NO_GO\n", "else: WAIT\n", 2).replace("else: WAIT", "else: NO_GO", 1),
    )
    give(root, ledger, outcome="unknown")
    _, found = judged(root, ledger, loss=None, hot=True)
    gate = found["rollback"]
    assert (gate.verdict, gate.possible, gate.unwaived) == ("WAIT", "WAIT", ("WAIT", "NO_GO"))
    assert gate.opening == "eased by a waiver until 2026-03-27T08:00:00Z (rita, OPS-12)"


def test_it_holds_for_its_term_its_outcome_and_its_rule_only(root: Path, ledger: Path) -> None:
    give(root, ledger)
    cases = [
        snapshot("2026-03-27T05:59:59Z", loss=70, hot=False),
        snapshot(LATER, loss=None, hot=False),
        snapshot("2026-03-27T07:00:01Z", loss=70, hot=True),
        snapshot("2026-03-27T08:00:00Z", loss=70, hot=False),
        snapshot("2026-03-27T08:00:01Z", loss=10, hot=False),
    ]
    found = evaluate(root, ledger, *cases)
    assert [each.verdicts[1].verdict for each in found] == ["NO_GO", "WAIT", "NO_GO", "NO_GO", "GO"]
    assert [each.notes for each in found] == [
        (),
        (f"{HEAD} `rollback/calm` is in force and not needed",),
        (),
        (f"{HEAD} `rollback/calm` expired at 2026-03-27T08:00:00Z",),
        (),
    ]


def test_of_expired_waivers_the_newest_is_noted_unless_another_counts(root: Path, ledger: Path) -> None:
    for hours in (1, 3, 2):
        give(root, ledger, hours=hours)
    after, _ = judged(root, ledger, "2026-03-27T10:00:00Z")
    assert after.notes == (f"{HEAD.replace('2', '3')} `rollback/calm` expired at 2026-03-27T09:00:00Z",)
    between, found = judged(root, ledger, "2026-03-27T08:30:00Z")
    assert (between.notes, found["rollback"].waivers[0].entry) == ((), 3)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ("{by: [desk], max: 4h}", "`risk` may not waive it, roles are desk"),
        ("{by: [risk], max: 1h}", "it is too broad, 2h where 1h are allowed"),
        (None, "it is not waivable"),
    ],
)
def test_a_policy_that_no_longer_allows_it_is_not_opened_by_it(
    root: Path, ledger: Path, tmp_path: Path, terms: str | None, why: str
) -> None:
    give(root, ledger)
    line = "    waivable: {by: [risk], max: 4h}\n"
    write(tmp_path, rollback=POLICY.replace(line, f"    waivable: {terms}\n" if terms else ""))
    decision, found = judged(root, ledger)
    assert verdicts(found) == {"parent": "NO_GO", "rollback": "NO_GO"}
    assert decision.notes == (f"{HEAD} `rollback/calm` does not count: {why}",)
    over, _ = judged(root, ledger, "2026-03-27T09:00:00Z", loss=10)
    assert over.notes == ()


def test_a_rule_that_is_gone_or_in_shadow_needs_no_waiver(root: Path, ledger: Path, tmp_path: Path) -> None:
    give(root, ledger)
    write(tmp_path, rollback=POLICY.replace("id: calm", "id: quiet"))
    decision, found = judged(root, ledger)
    assert (verdicts(found)["rollback"], decision.notes) == (
        "NO_GO",
        (f"{HEAD} `rollback/calm` is in force and the rule is gone",),
    )
    write(tmp_path, rollback=POLICY.replace("id: calm", "id: calm\n    shadow: {since: 2026-03-01}"))
    decision, found = judged(root, ledger)
    assert (verdicts(found)["rollback"], found["rollback"].waiver_lines) == ("GO", ())
    assert decision.notes == (f"{HEAD} `rollback/calm` is in force and not needed",)


def test_a_policy_with_several_params_has_only_the_notes_of_all_of_them(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    low = POLICY.replace("rules:", "params: {limit: 50}\nrules:").replace("loss < 50", "loss < limit")
    write(tmp_path, rollback=low)
    two = PARENT + "  - {id: mild, policy: rollback, at_worst: GO, with: {limit: 90}}\n"
    (root / "parent.yaml").write_text(two, encoding="utf-8")
    give(root, ledger)
    decision, found = judged(root, ledger)
    assert (verdicts(found), decision.notes) == ({"parent": "GO", "rollback": "GO"}, ())
    decision, _ = judged(root, ledger, loss=10)
    assert decision.notes == (f"{HEAD} `rollback/calm` is in force and not needed",)


# compositions


def test_a_composition_is_waived_where_all_that_fails_beneath_it_may_be(composed: Path, ledger: Path) -> None:
    give(composed, ledger, "parent/child")
    decision, found = judged(composed, ledger)
    assert verdicts(found) == {"parent": "GO", "rollback": "NO_GO", "top": "GO"}
    assert found["parent"].waiver_lines == (TOLD.replace("calm", "child"),)
    assert decision.notes == (
        f"{HEAD} `parent/child` is too broad: beneath it only `rollback/calm` fails, waive that one",
    )


def test_a_composition_of_compositions_asks_through_all_levels(composed: Path, ledger: Path) -> None:
    give(composed, ledger, "top/child")
    assert verdicts(judged(composed, ledger)[1]) == {"parent": "NO_GO", "rollback": "NO_GO", "top": "GO"}
    (composed / "parent.yaml").write_text(PARENT, encoding="utf-8")
    decision, found = judged(composed, ledger)
    assert verdicts(found) == {"parent": "NO_GO", "rollback": "NO_GO", "top": "NO_GO"}
    why = "beneath it `parent/child` fails: it is not waivable"
    assert decision.notes == (f"{HEAD} `top/child` does not count: {why}",)


@pytest.mark.parametrize(
    ("metrics", "words_of", "why"),
    [
        ({"hot": True}, {}, "`rollback/hot` fails: it is not waivable"),
        ({"hot": None}, {}, "`rollback/hot` is unknown: it is not waivable"),
        ({}, {"hours": 8}, "`rollback/calm` fails: it is too broad, 8h where 4h are allowed"),
    ],
)
def test_it_never_goes_past_a_rule_that_is_itself_not_waivable(
    composed: Path, ledger: Path, tmp_path: Path, metrics: dict[str, Any], words_of: dict[str, Any], why: str
) -> None:
    write(tmp_path, rollback=POLICY.replace("max: 4h", "max: 8h"))
    give(composed, ledger, "parent/child", **words_of)
    give(composed, ledger, "top/child", **words_of)
    write(tmp_path, rollback=POLICY)
    decision, found = judged(composed, ledger, **metrics)
    assert verdicts(found) == {"parent": "NO_GO", "rollback": "NO_GO", "top": "NO_GO"}
    heads = (f"{HEAD} `parent/child`", f"{HEAD.replace('2', '3')} `top/child`")
    assert decision.notes == tuple(f"{each} does not count: beneath it {why}" for each in heads)


def test_nor_past_one_that_the_role_may_not_waive(composed: Path, ledger: Path, tmp_path: Path) -> None:
    write(tmp_path, rollback=POLICY.replace("by: [risk]", "by: [risk, desk]"))
    give(composed, ledger, "parent/child", role="desk")
    write(tmp_path, rollback=POLICY)
    decision, found = judged(composed, ledger)
    assert verdicts(found)["parent"] == "NO_GO"
    why = "beneath it `rollback/calm` fails: `desk` may not waive it, roles are risk"
    assert decision.notes == (f"{HEAD} `parent/child` does not count: {why}",)


def test_nor_past_a_latch_or_a_policy_without_a_verdict(composed: Path, ledger: Path, tmp_path: Path) -> None:
    latched = "  - id: spike\n    when: loss > 60\n    latch: true\n    waivable: {by: [risk], max: 4h}\n"
    write(tmp_path, rollback=POLICY + latched)
    judged(composed, ledger, "2026-03-27T05:00:00Z")
    give(composed, ledger, "parent/child")
    decision, found = judged(composed, ledger, loss=10)
    assert verdicts(found)["parent"] == "NO_GO"
    head = "the waiver of entry 9 for `parent/child` does not count"
    assert decision.notes == (f"{head}: beneath it `rollback/spike` fails: it is latched",)
    write(tmp_path, rollback=POLICY.replace("    require", "    applies: hot\n    require"))
    other = tmp_path / "other.db"
    begun(other)
    give(composed, other, "parent/child", outcome="unknown")
    decision, found = judged(composed, other)
    assert verdicts(found) == {"parent": "NO_GO", "rollback": "NOT_EVALUATED", "top": "NO_GO"}
    why = "beneath it `rollback` was not evaluated: it is not waivable"
    assert decision.notes == (f"{HEAD} `parent/child` does not count: {why}",)


def test_nor_past_a_member_off_the_roster(tmp_path: Path, ledger: Path) -> None:
    catalogue = "metrics:\n  val: {type: number, scope: symbol}\nscopes:\n  symbol: {members: [BTC]}\n"
    child = (
        POLICY[: POLICY.index("rules:")]
        + "for_each: symbol\nrules: [{id: soft, require: val > 0, waivable: {by: [risk], max: 4h}}]\n"
    )
    root = write(tmp_path, rollback=child, catalogue=catalogue)
    (root / "parent.yaml").write_text(OPEN, encoding="utf-8")
    for outcome in ("unknown", "fail"):
        give(root, ledger, "parent/child", outcome=outcome)
    tables = {"BTC": {"val": 1}, "SOL": {"val": -1}}
    (found,) = evaluate(root, ledger, roots_snapshot(LATER, {}, scopes={"symbol": tables}))
    assert [each.verdict for each in found.verdicts] == ["NO_GO", "GO", "NO_GO"]
    why = "beneath it `rollback at SOL` is on no roster: it is not waivable"
    assert found.notes[0] == f"{HEAD} `parent/child` does not count: {why}"


# a latch


def test_no_waiver_clears_a_latch_and_none_is_recorded_for_one(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    spike = POLICY.replace(
        "require: loss < 50\n    else", "when: loss >= 50\n    latch: true\n    blind_limit: 6h\n    then"
    )
    write(tmp_path, rollback=spike)
    with pytest.raises(UsageError) as problem:
        give(root, ledger)
    advice = "latches when it fires, and only a person re-arms it: waive it `--for unknown`"
    assert str(problem.value) == f"`rollback/calm` {advice}"
    assert head(ledger) == 1
    write(tmp_path, rollback=POLICY)
    give(root, ledger)
    write(tmp_path, rollback=spike)
    for loss in (70, 10):
        decision, found = judged(root, ledger, loss=loss)
        assert (verdicts(found), rule(decision, "calm").latched) == (
            {"parent": "NO_GO", "rollback": "NO_GO"},
            True,
        )
        why = "the rule is latched, and only `interlock log rearm` clears that"
        assert decision.notes == (f"{HEAD} `rollback/calm` does not count: {why}",)


# what is refused


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "rollback/hot"}, "`rollback/hot` is not waivable"),
        ({"name": "parent/child"}, "`parent/child` is not waivable: waive the rule of `rollback` that fails"),
        ({"role": "desk"}, "`desk` may not waive `rollback/calm`: roles are risk"),
        ({"hours": 5}, "`rollback/calm` may be waived for 4h at most, not for 5h"),
        ({"member": "BTC-USD"}, "`rollback` is not judged for members"),
        ({"ticket": " "}, "`--ticket` needs 1 to 400 characters: where it is followed up"),
    ],
)
def test_what_may_not_be_waived_is_refused(
    root: Path, ledger: Path, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as problem:
        give(root, ledger, **given)
    assert str(problem.value) == message
    assert head(ledger) == 1


@pytest.mark.parametrize(("role", "hours"), [("desk", 2), ("risk", 8)])
def test_a_composition_that_no_waiver_could_open_is_refused(
    composed: Path, ledger: Path, role: str, hours: int
) -> None:
    for name, inner in (("parent", "rollback"), ("top", "parent")):
        with pytest.raises(UsageError) as problem:
            give(composed, ledger, f"{name}/child", role=role, hours=hours)
        why = f"`{role}` may waive no rule for {hours}h"
        assert str(problem.value) == f"`{name}/child` composes `{inner}`, of which {why}"
    assert head(ledger) == 1
