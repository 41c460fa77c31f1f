"""Reads JSON strictly: UTF-8, no key twice, numbers of any length without harm, a complaint with its place."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from decimal import Decimal

from .unreadable import Unreadable

__all__ = ["decode", "read_json"]

_LONG = 300


class _RepeatedKey(ValueError):
    """An object has the same key twice."""


def decode(data: bytes, place: str) -> str:
    """Return UTF-8 text, without a byte order mark; Trouble when it is another encoding."""
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("torn source", f"{place} is not UTF-8") from None


def read_json(text: str, place: str, exact: bool = False) -> object:
    """Return the value of a JSON text: floats as Decimal when `exact`; Trouble names `place` when it is torn."""
    try:
        return (_EXACT if exact else _QUICK)(text)
    except _RepeatedKey:
        raise Unreadable("torn source", f"{place} has the same key twice in one object") from None
    except RecursionError:
        raise Unreadable("torn source", f"{place} is nested too deeply") from None
    except json.JSONDecodeError as problem:
        where = f", line {problem.lineno}" if "\n" in text else ""
        raise Unreadable("torn source", f"{place} is not JSON{where}, column {problem.colno}") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKey
    return found


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONG else _decimal(text)


def _decimal(text: str) -> Decimal:
    """Beyond the range of decimals a number is no longer finite."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("Infinity")


def _loader(**options: Callable[[str], object]) -> Callable[[str], object]:
    return json.JSONDecoder(object_pairs_hook=_unique, parse_int=_whole, **options).decode  # type: ignore[arg-type]


_QUICK = _loader()
_EXACT = _loader(parse_float=_decimal)
