"""Attestations that are declared wrongly, and the public keys of people who sign: spellings and refusals."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from interlock.policy.reading.attestations import read_key
from support.roots import write

from ..roots import Case, bad_roots, complaints

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


PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
EIGHTH = int.from_bytes(bytes.fromhex(ORDER_8), "little")


def doubled(y: int) -> int:
    """The y of twice a point, by the addition law of the curve."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    return (y * y + square) * pow(1 - D * square * y * y, -1, PRIME) % PRIME


def sound(y: int) -> bool:
    """What RFC 8032 says by arithmetic: a point of the curve that eight times itself is not the neutral one."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    on_curve = y < PRIME and pow(square, (PRIME - 1) // 2, PRIME) in (0, 1)
    return on_curve and doubled(doubled(doubled(y))) != 1


SPECIAL = [0, 1, 2, PRIME - 1, PRIME, PRIME + 1, EIGHTH, PRIME - EIGHTH, 2**255 - 1]


@pytest.mark.parametrize("sign", [0, 1 << 255])
@pytest.mark.parametrize("y", SPECIAL)
def test_a_point_of_low_order_or_off_the_curve_is_refused(y: int, sign: int) -> None:
    assert not sound(y)
    with pytest.raises(ValueError, match=WEAK):
        read_key(encoded(y + sign))


@given(
    st.sampled_from([*SPECIAL, int.from_bytes(RAW, "little") % 2**255]), st.integers(-40, 40), st.booleans()
)
def test_the_arithmetic_of_the_curve_refuses_the_same_keys(start: int, step: int, signed: bool) -> None:
    y = (start + step) % 2**255
    try:
        found = read_key(encoded(y + (signed << 255)))
    except ValueError as problem:
        assert (str(problem), sound(y)) == (WEAK, False)
    else:
        assert sound(y) and int.from_bytes(found, "little") % 2**255 == y


@given(st.integers(0, 2**255 - 1))
def test_any_other_key_is_taken_where_the_arithmetic_takes_it(y: int) -> None:
    refused = ""
    try:
        read_key(encoded(y))
    except ValueError as problem:
        refused = str(problem)
    assert refused == ("" if sound(y) else WEAK)


def test_under_such_a_key_anybody_could_sign() -> None:
    neutral = (1).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"whatever was said")
