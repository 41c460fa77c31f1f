"""Attestations: roles, distinct people, durations and bound values."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.errors import UsageError
from interlock.ledger.acts import Act
from interlock.ledger.attestation import _require_stage, attest, new_statement
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.state.quorum import RecordedAttestation
from interlock.ledger.state.rollout_state import RolloutState
from interlock.ledger.state.state import State
from support.beginnings import begun
from support.ledgers import FILES, evaluate, rule, snapshot, write
from support.roots import instant

NAMES = """\
attestations:
  sign-off:
    roles: [quant-lead, risk]
    expires: 2d
    binds: [loss]
    people: {risk: [risk-desk]}
"""
POLICY = """\
policy: rollback
version: 1.0.0
title: Sign-off
owner: risk
verdicts: [GO, NO_GO]
rules:
  - id: signed
    require: attested('sign-off')
    else: NO_GO
"""
AT = "2026-03-27T06:00:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(tmp_path, rollback=POLICY, catalogue=FILES["catalogue.yaml"] + "  author: {type: string}\n")
    (root / "attestations.yaml").write_text(NAMES, encoding="utf-8")
    return root


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    begun(path)
    return path


def say(root: Path, ledger: Path, by: str, role: str, at: str = AT, lasting: int | None = None) -> str:
    policies = interlock.load(root)
    bound = policies.bound("sign-off", snapshot(at, loss=10, author="release-desk"))
    declared = policies.root.attestations["sign-off"]
    term = None if lasting is None else Decimal(lasting)
    return attest(
        ledger, declared, new_statement(declared, role, bound, Act(by, "seen", instant(at)), duration=term)
    )


def signed(root: Path, ledger: Path, at: str, **metrics: object) -> str:
    (found,) = evaluate(root, ledger, snapshot(at, **metrics))
    return rule(found, "signed").outcome


def test_every_role_needs_an_attestation_by_another_person(root: Path, ledger: Path) -> None:
    assert signed(root, ledger, "2026-03-27T05:00:00Z") == "fail"
    assert say(root, ledger, "risk-desk", "risk") == "quant-lead has not attested yet"
    assert signed(root, ledger, "2026-03-27T06:01:00Z") == "fail"
    for name in ("risk-desk", " Risk-desk "):
        with pytest.raises(UsageError) as problem:
            say(root, ledger, name, "quant-lead")
        assert (
            str(problem.value)
            == "`risk-desk` attested `sign-off` as `risk`: a person counts in one role only"
        )
    assert say(root, ledger, "quant-desk", "quant-lead") == ""
    assert signed(root, ledger, "2026-03-27T06:02:00Z") == "pass"


def test_it_counts_from_the_act_until_it_expires_and_for_the_bound_values_only(
    root: Path, ledger: Path
) -> None:
    say(root, ledger, "risk-desk", "risk")
    say(root, ledger, "quant-desk", "quant-lead", lasting=86400)
    times = ("2026-03-27T05:59:59Z", "2026-03-27T06:00:00Z", "2026-03-28T05:59:59Z", "2026-03-28T06:00:00Z")
    assert [signed(root, ledger, at) for at in times] == ["fail", "pass", "pass", "fail"]
    assert signed(root, ledger, "2026-03-27T07:00:00Z", loss=11) == "fail"
    assert signed(root, ledger, "2026-03-27T07:00:01Z", loss=None) == "unknown"
    assert signed(root, ledger, "2026-03-27T07:00:02Z", loss=10) == "pass"


def test_the_author_of_the_change_does_not_count(root: Path, ledger: Path) -> None:
    (root / "attestations.yaml").write_text(NAMES + "    author: author\n", encoding="utf-8")
    say(root, ledger, "risk-desk", "risk")
    say(root, ledger, "quant-desk", "quant-lead")
    for author in ("quant-desk", "Quant-Desk", " quant-desk"):
        assert signed(root, ledger, "2026-03-27T06:01:00Z", author=author) == "fail"
    for unknown in ("", None):
        assert signed(root, ledger, "2026-03-27T06:02:00Z", author=unknown) == "unknown"
    assert signed(root, ledger, "2026-03-27T06:03:00Z", author="release-desk") == "pass"


LATER = """\
metrics:
  events: {type: event, doc: events}
  flags: {type: bool, every: event, doc: flags}
  hours: {type: bool, every: 1h, doc: hours}
  changed: {type: timestamp, max_age: never, doc: when}
  author: {type: string}
"""
COVERED = ["2026-03-01T00:00:00Z", "2026-03-27T08:00:00Z"]
BEFORE, AFTER = {"at": "2026-03-27T05:59:59Z"}, {"at": AT}


@pytest.mark.parametrize(
    ("name", "form", "outcome"),
    [
        ("events", {"covered": COVERED, "points": []}, "pass"),
        ("events", {"covered": COVERED, "points": [BEFORE]}, "pass"),
        ("events", {"covered": COVERED, "points": [BEFORE, AFTER]}, "fail"),
        ("events", None, "unknown"),
        ("events", {"points": []}, "unknown"),
        (
            "flags",
            {"covered": COVERED, "points": [BEFORE | {"value": True}, AFTER | {"value": False}]},
            "pass",
        ),
        ("flags", {"covered": COVERED, "points": [AFTER | {"value": True}]}, "fail"),
        ("flags", {"covered": COVERED, "points": [AFTER | {"unknown": "missing"}]}, "fail"),
        ("changed", BEFORE["at"], "pass"),
        ("changed", AT, "fail"),
        ("changed", {"unknown": "missing"}, "unknown"),
    ],
)
def test_it_counts_after_the_newest_time_of_a_metric(
    tmp_path: Path, ledger: Path, name: str, form: object, outcome: str
) -> None:
    root = write(tmp_path, rollback=POLICY, catalogue=LATER)
    document = f"attestations:\n  sign-off: {{roles: [risk], expires: 2d, after: [{name}]}}\n"
    (root / "attestations.yaml").write_text(document, encoding="utf-8")
    declared = interlock.load(root).root.attestations["sign-off"]
    attest(ledger, declared, new_statement(declared, "risk", {}, Act("risk-desk", "seen", instant(AT))))
    given = {} if form is None else {name: form}
    assert signed(root, ledger, "2026-03-27T08:00:00Z", **given) == outcome


@pytest.mark.parametrize(
    ("by", "role", "lasting", "message"),
    [
        ("risk-desk", "trader", None, "`trader` may not attest `sign-off`: roles are quant-lead, risk"),
        ("quant-desk", "risk", None, "`quant-desk` may not attest as `risk`: risk-desk may"),
        ("risk-desk", "risk", 3 * 86400, "`sign-off` may be attested for 2d at most, not for 3d"),
    ],
)
def test_a_word_that_could_not_count_is_refused(
    root: Path, ledger: Path, by: str, role: str, lasting: int | None, message: str
) -> None:
    with pytest.raises(UsageError) as problem:
        say(root, ledger, by, role, lasting=lasting)
    assert str(problem.value) == message
    with Ledger(ledger) as opened:
        assert opened.head().sequence == 1


def test_a_value_that_is_unknown_cannot_be_attested(root: Path) -> None:
    with pytest.raises(UsageError) as problem:
        interlock.load(root).bound("sign-off", snapshot(AT, loss=None))
    assert str(problem.value) == "`sign-off` is bound to `loss`, which is unknown in snapshot"


def test_a_document_that_names_what_is_not_there_is_refused(root: Path) -> None:
    text = NAMES.replace("[loss]", "[los]").replace("{risk:", "{risc:")
    (root / "attestations.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(interlock.DocumentError) as problem:
        interlock.load(root)
    assert str(problem.value).splitlines() == [
        "policies/attestations.yaml:5:13: error E408: no metric is called `los` (did you mean `loss`?)",
        "policies/attestations.yaml:6:14: error E429: `risc` is not a role of `sign-off` (did you mean `risk`?)",
    ]


@pytest.mark.parametrize(
    ("word", "stage", "at", "message"),
    [
        ("ACTIVE", "canary", "2026-03-28T00:00:00Z", ""),
        ("ACTIVE", "full", "2026-03-28T00:00:00Z", "`exits` is in full: {only}"),
        ("ROLLED_BACK", "canary", "2026-03-28T00:00:00Z", "`exits` is ROLLED_BACK: {only}"),
        (
            *("ACTIVE", "canary", "2026-03-27T05:59:59Z"),
            "`exits` is in canary since 2026-03-27T06:00:00Z, which is later than 2026-03-27T05:59:59Z",
        ),
    ],
)
def test_a_stage_is_attested_only_while_its_rollout_is_in_it(
    word: str, stage: str, at: str, message: str
) -> None:
    state = State()
    state.rollouts["exits"] = RolloutState(state=word, stage=stage, entered=instant(AT))
    body = {"what": "exits/canary", "by": "risk-desk", "role": "risk", "reason": "a", "evidence": ""}
    given = RecordedAttestation.read(at, body | {"until": "2026-04-01T00:00:00Z", "bound": {}}, 1)
    only = "`exits/canary` can be attested only while it is in canary"
    if not message:
        _require_stage(state, given)
        return
    with pytest.raises(UsageError) as problem:
        _require_stage(state, given)
    assert str(problem.value) == message.format(only=only)
