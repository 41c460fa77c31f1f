"""An attestation is unknown while unknown values, an unknown author or unchecked signatures may complete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical
from interlock.diagnostics import Span
from interlock.language.values import Cause, Unknown
from interlock.ledger.acts import Act
from interlock.ledger.attestation import attest, new_statement
from interlock.ledger.state.quorum import RecordedAttestation, quorum_doubt
from interlock.policy.model import Attestation
from support.beginnings import begun
from support.ledgers import evaluate
from support.roots import instant, snapshot, write

AT = "2026-03-27T06:00:00Z"
LATER = "2026-03-27T07:00:00Z"
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  limit: {type: number, max_age: 1h}
  room: {type: number, max_age: 1h}
  canary: {type: set, of: string, max_age: 1h}
  author: {type: string, max_age: 1h}
""",
    "attestations.yaml": """\
attestations:
  stand-down: {roles: [risk], quorum: 2, expires: 2d, binds: [limit, canary], author: author}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: No stand-down
owner: risk
verdicts: [GO, NO_GO]
rules:
  - {id: negated, require: not attested('stand-down')}
  - {id: trigger, when: attested('stand-down')}
  - {id: guarded, require: room > 100, applies: attested('stand-down')}
  - {id: signed, require: attested('stand-down')}
""",
}
WHOLE: Mapping[str, object] = {"limit": 5, "canary": ["BTC"], "author": "cy", "room": 50}
STALE = {"value": 5, "at": "2026-03-27T05:00:00Z"}


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Judge a snapshot after `people` attested the whole one; metrics that are None are left out."""

    def judged(*people: str, **changed: Any) -> dict[str, str]:
        ledger = tmp_path / "ledger.db"
        policies = interlock.load(write(tmp_path, FILES))
        declared = policies.root.attestations["stand-down"]
        begun(ledger)
        for by in people:
            bound = policies.bound("stand-down", snapshot(AT, WHOLE), by)
            attest(ledger, declared, new_statement(declared, "risk", bound, Act(by, "seen", instant(AT))))
        given = {name: each for name, each in {**WHOLE, **changed}.items() if each is not None}
        (decision,) = evaluate(tmp_path / "policies", ledger, snapshot(LATER, given))
        return {each.id: f"{each.outcome}: {each.reason}" for each in decision.verdicts[0].rules}

    return judged


def outcomes(found: Mapping[str, str]) -> list[str]:
    return [each.partition(":")[0] for each in found.values()]


UNKNOWN = ["unknown", "unknown", "fail", "unknown"]


def test_known_values_decide(judge: Callable[..., dict[str, str]]) -> None:
    assert outcomes(judge("ann", "bo")) == ["fail", "fail", "fail", "pass"]


def test_another_value_decides_against_it(judge: Callable[..., dict[str, str]]) -> None:
    assert outcomes(judge("ann", "bo", limit=6)) == ["pass", "pass", "skipped", "fail"]


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"limit": None}, "limit: missing"),
        ({"limit": STALE}, "limit: stale, measured at 2026-03-27T05:00:00Z"),
        ({"limit": {"unknown": "torn source", "detail": "cut"}}, "limit: torn source, cut"),
        ({"canary": {"unknown": "torn source"}}, "canary: torn source"),
        ({"author": None}, "author: missing"),
        ({"author": {"unknown": "conflict"}}, "author: conflict"),
        ({"author": " "}, "author: missing, the name is blank"),
        ({"author": "—"}, "author: missing, the name is blank"),
    ],
)
def test_an_unknown_value_that_may_complete_the_quorum_leaves_it_unknown(
    changed: Mapping[str, object], cause: str, judge: Callable[..., dict[str, str]]
) -> None:
    found = judge("ann", "bo", **changed)
    assert found["signed"] == f"unknown: cannot tell: {cause}"
    assert outcomes(found) == UNKNOWN


def test_every_unknown_value_is_named(judge: Callable[..., dict[str, str]]) -> None:
    found = judge("ann", "bo", limit=None, author=None)
    assert found["signed"] == "unknown: cannot tell: author and limit: missing"


@pytest.mark.parametrize(
    ("people", "changed"),
    [
        (("ann",), {"limit": None}),
        ((), {"author": None}),
        (("ann", "bo"), {"limit": None, "canary": ["ETH"]}),
        (("ann", "bo"), {"author": None, "limit": 6}),
    ],
)
def test_no_unknown_value_could_complete_the_quorum(
    people: tuple[str, ...], changed: Mapping[str, object], judge: Callable[..., dict[str, str]]
) -> None:
    found = judge(*people, **changed)
    assert found["signed"].startswith("fail:")
    assert found["negated"].startswith("pass:")


def recorded(by: str, bound: Mapping[str, object], role: str = "risk") -> RecordedAttestation:
    return RecordedAttestation("x", by, role, instant(AT), instant(LATER), canonical(bound), b"")


def declared(**given: Any) -> Attestation:
    return Attestation("x", ("risk",), 2, instant(LATER) - instant(AT), Span("x", 1, 1), **given)


def test_people_who_attested_different_values_never_complete_a_quorum_together() -> None:
    unknown = Unknown((Cause("limit", "", "", "missing"),))
    apart = [recorded("ann", {"limit": 5}), recorded("bo", {"limit": 6})]
    assert quorum_doubt(declared(binds=("limit",)), apart, lambda _: unknown) == ()
    together = [*apart, recorded("cy", {"limit": 6})]
    assert quorum_doubt(declared(binds=("limit",)), together, lambda _: unknown) == unknown.causes
    assert quorum_doubt(declared(binds=("limit", "more")), together, lambda _: unknown) == ()


@pytest.mark.parametrize(
    ("people", "wanted"),
    [
        (("ann", "bo"), ("attested(x): missing, signatures need more",)),
        (("ann", "cy"), ()),
        (("ann", "eve"), ()),
    ],
)
def test_signatures_that_cannot_be_checked_leave_a_quorum_of_listed_people_unknown(
    people: tuple[str, ...], wanted: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.ledger.state.quorum.missing_extra", lambda: "signatures need more")
    signed = declared(keys={"ann": b"1", "bo": b"2", "eve": b"3"}, people={"risk": ("ann", "bo")})
    found = quorum_doubt(signed, [recorded(each, {}) for each in people], {}.get)
    assert tuple(map(str, found)) == wanted
