"""Waivers: one rule, one outcome, one term, by a role that the policy names; never past a latch."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.errors import UsageError
from interlock.ledger.acts import Act
from interlock.ledger.waiving import waive

from .roots import evaluate, instant, rule, snapshot, write

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
AT = "2026-03-27T06:00:00Z"
TOLD = "rule `calm` is waived until 2026-03-27T08:00:00Z by rita as risk, OPS-12: venue outage"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(tmp_path, rollback=POLICY)
    (root / "parent.yaml").write_text(PARENT, encoding="utf-8")
    return root


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def give(
    root: Path,
    ledger: Path,
    name: str = "rollback/calm",
    role: str = "risk",
    hours: int = 2,
    member: str = "",
) -> None:
    policies = interlock.load(root).policies
    policy, _, wanted = name.partition("/")
    found = next(each for each in policies[policy].rules if each.id == wanted)
    act = Act("rita", "venue outage", instant(AT))
    waive(ledger, policies[policy], found, member, "fail", role, "OPS-12", Decimal(hours * 3600), act)


def test_a_waived_rule_counts_as_passed_and_the_verdict_says_so(root: Path, ledger: Path) -> None:
    give(root, ledger)
    (found,) = evaluate(root, ledger, snapshot("2026-03-27T07:00:00Z", loss=70, hot=False))
    parent, gate = found.verdicts
    assert (gate.verdict, gate.possible, gate.waivers) == ("GO", "GO", (TOLD,))
    assert (parent.verdict, parent.waivers) == ("GO", (f"rollback: {TOLD}",))
    result = rule(found, "calm")
    assert (result.outcome, result.contribution, result.waiver) == ("fail", "GO", TOLD)
    assert result.reason == f"{TOLD}; loss is 70, needed < 50"


def test_it_holds_for_its_term_its_outcome_and_its_rule_only(root: Path, ledger: Path) -> None:
    give(root, ledger)
    cases = [
        snapshot("2026-03-27T05:59:59Z", loss=70, hot=False),
        snapshot("2026-03-27T07:00:00Z", loss=None, hot=False),
        snapshot("2026-03-27T07:00:01Z", loss=70, hot=True),
        snapshot("2026-03-27T08:00:00Z", loss=70, hot=False),
    ]
    found = evaluate(root, ledger, *cases)
    assert [each.verdicts[1].verdict for each in found] == ["NO_GO", "WAIT", "NO_GO", "NO_GO"]
    head = "the waiver of entry 1 for `rollback/calm`"
    assert found[1].notes == (f"{head} is in force and not needed",)
    assert found[3].notes == (f"{head} expired at 2026-03-27T08:00:00Z",)


def test_a_policy_that_no_longer_allows_it_is_not_opened_by_it(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    give(root, ledger)
    write(tmp_path, rollback=POLICY.replace("by: [risk]", "by: [desk]"))
    (found,) = evaluate(root, ledger, snapshot("2026-03-27T07:00:00Z", loss=70, hot=False))
    assert found.verdicts[1].verdict == "NO_GO"
    assert found.notes == (
        "the waiver of entry 1 for `rollback/calm` does not count: the policy does not allow it",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"name": "rollback/hot"}, "`rollback/hot` is not waivable"),
        ({"name": "parent/child"}, "`parent/child` composes `rollback`: waive the rule in it that fails"),
        ({"role": "desk"}, "`desk` may not waive `rollback/calm`: roles are risk"),
        ({"hours": 5}, "`rollback/calm` may be waived for 4h at most, not for 5h"),
        ({"member": "BTC-USD"}, "`rollback` is not judged for members"),
    ],
)
def test_what_may_not_be_waived_is_refused(
    root: Path, ledger: Path, words: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError) as problem:
        give(root, ledger, **words)  # type: ignore[arg-type]
    assert str(problem.value) == message
    assert not ledger.exists()
