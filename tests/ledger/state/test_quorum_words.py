"""An attestation bound to an enum is bound to the word, wherever it stands in the list."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.ledger.acts import Act
from interlock.ledger.attestation import attest, new_statement
from support.beginnings import begun
from support.ledgers import evaluate
from support.roots import instant, snapshot, write

AT = "2026-03-27T06:00:00Z"
LATER = "2026-03-27T07:00:00Z"
CATALOGUE = """\
metrics:
  mode: {type: enum, values: VALUES, max_age: 1d}
  book.mode: {type: enum, values: VALUES, scope: book, max_age: 1d}
scopes:
  book: {members: [one, two]}
"""
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "attestations.yaml": """\
attestations:
  alone: {roles: [risk], expires: 2d, binds: [mode]}
  each: {roles: [risk], expires: 2d, binds: [book.mode]}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: Signed
owner: risk
verdicts: [GO, NO_GO]
rules:
  - {id: alone, require: attested('alone')}
  - {id: each, require: attested('each')}
""",
}
BEFORE, AFTER = "[normal, safe]", "[normal, turbo, safe]"


def root(folder: Path, values: str) -> Path:
    return write(folder, FILES, {"catalogue.yaml": CATALOGUE.replace("VALUES", values)})


def desk(at: str, mode: str) -> interlock.Snapshot:
    return snapshot(
        at, {"mode": mode}, scopes={"book": {name: {"book.mode": mode} for name in ("one", "two")}}
    )


def attested(folder: Path, bound: dict[str, object] | None = None) -> Path:
    """Attest both for `safe`, or for the `bound` values; return the ledger."""
    policies, ledger = interlock.load(root(folder, BEFORE)), folder / "ledger.db"
    begun(ledger)
    for name in ("alone", "each"):
        declared = policies.root.attestations[name]
        found = policies.bound(name, desk(AT, "safe"))
        given = found if bound is None else {key: bound[key] for key in found}
        attest(ledger, declared, new_statement(declared, "risk", given, Act("ann", "seen", instant(AT))))
    return ledger


def outcomes(folder: Path, ledger: Path, values: str, mode: str) -> list[tuple[str, str]]:
    (decision,) = evaluate(root(folder, values), ledger, desk(LATER, mode))
    return [(each.outcome, each.reason) for each in decision.verdicts[0].rules]


@pytest.mark.parametrize(
    ("values", "mode", "wanted"),
    [
        (BEFORE, "safe", "pass"),
        (BEFORE, "normal", "fail"),
        (AFTER, "turbo", "fail"),
        (AFTER, "safe", "pass"),
    ],
)
def test_the_word_counts_and_not_its_place(tmp_path: Path, values: str, mode: str, wanted: str) -> None:
    found = outcomes(tmp_path, attested(tmp_path), values, mode)
    assert [each for each, _ in found] == [wanted, wanted]


@pytest.mark.parametrize("mode", ["turbo", "safe"])
def test_what_an_older_version_bound_to_a_place_is_unknown(tmp_path: Path, mode: str) -> None:
    old = {"mode": Decimal(1), "book.mode": {"one": Decimal(1), "two": Decimal(1)}}
    found = outcomes(tmp_path, attested(tmp_path, old), AFTER, mode)
    why = "conflict, attested by its place in the list of values: attest it again"
    assert found == [
        ("unknown", f"cannot tell: mode: {why}"),
        ("unknown", f"cannot tell: book.mode: {why}"),
    ]


def test_a_value_of_another_book_is_no_place(tmp_path: Path) -> None:
    found = outcomes(
        tmp_path, attested(tmp_path, {"mode": "normal", "book.mode": {"one": "safe"}}), AFTER, "safe"
    )
    assert [each for each, _ in found] == ["fail", "fail"]
