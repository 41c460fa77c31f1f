"""Canonical JSON: the one spelling of a record that is hashed, the same on every system."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring as _quoted

__all__ = ["canonical", "digest", "plain_number"]

_EXPONENT = 6_200


def canonical(value: object) -> bytes:
    """Return the canonical JSON of mappings, lists, texts, booleans, None and finite numbers.

    Keys are sorted by code point, nothing stands between tokens, numbers are in plain notation without
    trailing zeros, minus zero is 0 and a float counts as its shortest text. Raises ValueError for a number that
    is not finite or beyond the range of the language, TypeError for a key that is no text and for other values.
    """
    return _text(value).encode("utf-8", "backslashreplace")


def digest(data: bytes) -> str:
    """Return `sha256:` and the hash of `data` in hexadecimal."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def plain_number(value: Decimal) -> str:
    """Return a decimal in plain notation without trailing zeros; minus zero is 0."""
    if not value.is_finite():
        return "unbounded" if value > 0 else "-unbounded"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _text(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_text, value))}]"
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def _mapping(value: Mapping[object, object]) -> str:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"the key {key!r} is not text")
    parts = []
    for key in sorted(map(str, value)):
        parts.append(f"{_quoted(key)}:{_text(value[key])}")
    return f"{{{','.join(parts)}}}"


def _number(value: int | float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError("a number that is not finite has no canonical JSON")
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if number and max(abs(number.adjusted()), abs(exponent)) > _EXPONENT:
        raise ValueError("a number beyond the range of the language has no canonical JSON")
    return plain_number(number) if number else "0"
