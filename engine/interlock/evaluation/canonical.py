"""Canonical JSON: the one spelling of a record that is hashed, the same on every system."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..language.units import plain_number

__all__ = ["canonical", "digest"]

_EXPONENT = 6_200


def canonical(value: object) -> bytes:
    """Return the canonical JSON of mappings, lists, texts, booleans, None and finite numbers.

    Keys are sorted by code point, nothing stands between tokens, numbers are in plain notation without
    trailing zeros, minus zero is 0 and a float counts as its shortest text. Raises ValueError for a number that
    is not finite or beyond the range of the language, TypeError for a key that is no text and for other values.
    """
    return "".join(_tokens(value)).encode("utf-8", "backslashreplace")


def digest(data: bytes) -> str:
    """Return `sha256:` and the hash of `data` in hexadecimal."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _tokens(value: object) -> Iterator[str]:
    if value is None or isinstance(value, bool | str):
        yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, int | float | Decimal):
        yield _number(value)
    elif isinstance(value, Mapping):
        yield from _mapping(value)
    elif isinstance(value, list | tuple):
        yield "["
        for index, each in enumerate(value):
            if index:
                yield ","
            yield from _tokens(each)
        yield "]"
    else:
        raise TypeError(f"{type(value).__name__} has no canonical JSON")


def _mapping(value: Mapping[object, object]) -> Iterator[str]:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"the key {key!r} is not text")
    yield "{"
    for index, key in enumerate(sorted(map(str, value))):
        yield f"{',' if index else ''}{json.dumps(key, ensure_ascii=False)}:"
        yield from _tokens(value[key])
    yield "}"


def _number(value: int | float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError("a number that is not finite has no canonical JSON")
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if number and max(abs(number.adjusted()), abs(exponent)) > _EXPONENT:
        raise ValueError("a number beyond the range of the language has no canonical JSON")
    return plain_number(number) if number else "0"
