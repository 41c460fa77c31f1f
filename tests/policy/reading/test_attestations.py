"""Attestations that are declared wrongly, and the public keys of people who sign: spellings and refusals."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from interlock.policy.reading.attestations import read_key

from ..roots import Case, bad_roots, complaints, write

RAW = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
LINE = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + RAW).decode()
PEM = f"-----BEGIN PUBLIC KEY-----\n{LINE}\n-----END PUBLIC KEY-----\n"
ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
NONE = "is not a public Ed25519 key"
WEAK = "is a weak or malformed Ed25519 key"
PRIVATE = "is a private key, and no longer a secret"


@bad_roots("attestations")
def test_an_attestation_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


@pytest.mark.parametrize("text", [PEM, LINE, f"  {LINE}\n", base64.b64encode(RAW).decode()])
def test_a_key_is_read_however_it_is_written(text: str) -> None:
    assert read_key(text) == RAW


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NONE),
        (LINE[:-4], NONE),
        (LINE.replace("M", "é", 1), NONE),
        (base64.b64encode(RAW + b"\0").decode(), NONE),
        (base64.b64encode(bytes.fromhex("302a300506032b6571032100") + RAW).decode(), NONE),
        (PEM.replace("PUBLIC", "PRIVATE"), PRIVATE),
        (base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + RAW).decode(), PRIVATE),
    ],
)
def test_a_text_that_is_not_a_public_key_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_key(text)


def encoded(y: int) -> str:
    return base64.b64encode(y.to_bytes(32, "little")).decode()


@pytest.mark.parametrize("sign", [0, 1 << 255])
@pytest.mark.parametrize(
    "y", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2, int.from_bytes(bytes.fromhex(ORDER_8), "little")]
)
def test_a_point_of_low_order_or_off_the_curve_is_refused(y: int, sign: int) -> None:
    with pytest.raises(ValueError, match=WEAK):
        read_key(encoded(y + sign))


def test_under_such_a_key_anybody_could_sign() -> None:
    neutral = (1).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"whatever was said")
