"""Signs attestations and checks their signatures with Ed25519."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from ..errors import MissingExtra, UsageError, system_reason
from ..files import read_plain

__all__ = ["missing_extra", "sign", "signed_by"]

_LARGEST = 1 << 16


def missing_extra() -> str:
    """Return why signatures cannot be checked; empty if they can."""
    try:
        signed_by(bytes(32), "", b"")
    except MissingExtra as problem:
        return str(problem)
    return ""


@lru_cache(maxsize=4096)
def signed_by(key: bytes, signature: str, text: bytes) -> bool:
    """Tell whether a signature (base64) of a text matches a public key of 32 bytes.

    Raises MissingExtra if cryptography is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise MissingExtra("cryptography", "signatures", "checking a signature") from None
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def sign(file: Path, text: bytes, ask: Callable[[], str]) -> bytes:
    """Return the signature of a text by the private key in a PEM file; `ask` returns its passphrase if it is encrypted.

    Raises UsageError for a file without such a key, MissingExtra if cryptography is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise MissingExtra("cryptography", "signatures", "signing") from None
    pem = _read(file)
    key: object = None
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        key = _unlock(file, load_pem_private_key, pem, ask())
    except (ValueError, UnsupportedAlgorithm) as problem:
        key = problem
    if not isinstance(key, Ed25519PrivateKey):
        hint = "make one with `openssl genpkey -algorithm ed25519`"
        raise UsageError(f"`{file.as_posix()}` holds no private Ed25519 key in PEM: {hint}")
    return key.sign(text)


def _unlock(file: Path, load: Callable[[bytes, bytes], object], pem: bytes, passphrase: str) -> object:
    try:
        return load(pem, passphrase.encode())
    except ValueError:
        raise UsageError(f"`{file.as_posix()}` cannot be opened with this passphrase") from None


def _read(file: Path) -> bytes:
    try:
        return read_plain(file, _LARGEST)
    except OSError as problem:
        reason = system_reason(problem)
        raise UsageError(f"cannot read `{file.as_posix()}`: {reason}") from None
