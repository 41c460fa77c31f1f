"""Reads public Ed25519 keys as policies list them, and refuses those under which anybody could sign."""

from __future__ import annotations

import base64
import binascii

__all__ = ["read_key"]

_HEADER = bytes.fromhex("302a300506032b6570032100")
"""What RFC 8410 writes before the 32 bytes of a public key."""

_PRIVATE = bytes.fromhex("302e020100300506032b657004220420")
"""What it writes before those of a private one."""

_SIZE = 32
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME

_LOW_ORDER = frozenset(
    int.from_bytes(bytes.fromhex(each), "little")
    for each in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
)
"""The y of the eight points of order 1, 2, 4 and 8, for either sign of x; anybody can sign under them."""


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
    if not _is_sound(int.from_bytes(key, "little") & (1 << 255) - 1):
        raise ValueError("is no key under which a signature means anything")
    return key


def _is_sound(y: int) -> bool:
    """Tell whether a y below the prime belongs to a point of the curve, and to none of low order.

    It does where x², a quotient of two numbers, is a square (RFC 8032, 5.1.3); their product then is one too.
    """
    product = (y * y - 1) * (_D * y * y + 1)
    on_curve = pow(product, (_PRIME - 1) // 2, _PRIME) in (0, 1)
    return y < _PRIME and on_curve and y not in _LOW_ORDER
