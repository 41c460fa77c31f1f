"""Signatures: they cover every part of an attestation, and anything else is refused."""

from __future__ import annotations

import base64
from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interlock.ledger.cryptography_signing import missing_extra, signed_by
from interlock.ledger.state.quorum import AttestationStatement, RecordedAttestation

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
WORD = AttestationStatement(
    "sign-off", "risk-desk", "risk", "looked at it", "report 12",
    "2026-03-27T06:00:00Z", "2026-03-28T06:00:00Z", {"limit": 10.5, "symbols": ["BTC-USD"]},
)  # fmt: skip
SIGNATURE = base64.b64encode(KEY.sign(WORD.text())).decode()
CHANGED: dict[str, object] = {"bound": {"limit": 10.5, "symbols": []}}


def test_a_recorded_word_is_signed_as_the_spoken_one() -> None:
    read = RecordedAttestation.read(WORD.at, {**WORD.body(), "signature": SIGNATURE})
    assert (read.text, signed_by(PUBLIC, read.signature, read.text), missing_extra()) == (
        WORD.text(),
        True,
        "",
    )


@pytest.mark.parametrize("name", [each.name for each in fields(AttestationStatement)])
def test_no_part_of_a_word_can_be_changed_under_a_signature(name: str) -> None:
    changed = CHANGED.get(name, f"{getattr(WORD, name)}0")
    text = replace(WORD, **{name: changed}).text()  # type: ignore[arg-type]
    assert not signed_by(PUBLIC, SIGNATURE, text)


@pytest.mark.parametrize(
    "signature", ["", "A", "é", SIGNATURE[:-4], SIGNATURE + "AAAA", f" {SIGNATURE}", "A" * 86 + "=="]
)
def test_what_is_no_signature_is_not_taken_for_one(signature: str) -> None:
    assert not signed_by(PUBLIC, signature, WORD.text())


def test_another_key_does_not_stand_for_it() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32).public_key().public_bytes_raw()
    assert not signed_by(other, SIGNATURE, WORD.text())
