"""Reads public Ed25519 keys as policies list them, and refuses those under which anybody could sign."""

from __future__ import annotations

import base64
import binascii

__all__ = ["read_key"]

_HEADER = bytes.fromhex(
    "302a300506032b6570032100"
)  # what RFC 8410 writes before the 32 bytes of a public key
_PRIVATE = bytes.fromhex("302e020100300506032b657004220420")  # and before a private one
_SIZE = 32
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME


def read_key(text: str) -> bytes:
    """Return the 32 bytes of a public key: PEM, or only its line of base64, or the bytes themselves in base64.

    Raises ValueError, whose text says what is wrong.
    """
    lines = [each.strip() for each in text.splitlines() if "-----" not in each]
    try:
        data = base64.b64decode("".join(lines), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if "PRIVATE KEY" in text or data.startswith(_PRIVATE):
        raise ValueError("is a private one, and no secret any more")
    key = data.removeprefix(_HEADER)
    if len(key) != _SIZE:
        raise ValueError("is no public Ed25519 key")
    if not _sound(int.from_bytes(key, "little") & (1 << 255) - 1):
        raise ValueError("is no key under which a signature means anything")
    return key


def _sound(y: int) -> bool:
    """Tell whether a point with this y lies on the curve and in no small subgroup (RFC 8032, 5.1)."""
    if y >= _PRIME or pow(_square(y), (_PRIME - 1) // 2, _PRIME) not in (0, 1):
        return False
    for _ in range(3):
        y = _doubled(y)
    return y != 1


def _square(y: int) -> int:
    """The square of x at a y of the curve."""
    return (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME


def _doubled(y: int) -> int:
    """The y of twice a point."""
    square = _square(y)
    return (y * y + square) * pow(1 - _D * square * y * y, -1, _PRIME) % _PRIME
