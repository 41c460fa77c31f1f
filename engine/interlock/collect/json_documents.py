"""JSON artefacts: strict reading, JSON Schemas that they must satisfy, and pointers to their values.

A pointer is that of RFC 6901 with one addition: a step `*` stands for every key or item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from ..json_schema import conforms, validator
from ..resources import artefact_schema_path
from ..strict_json import InvalidJSON, StrictReader, decode_utf8, exact_number
from .unreadable import Unreadable

__all__ = [
    "ABSENT",
    "Pointer",
    "check_artefact",
    "decode",
    "expand",
    "may_be_absent",
    "one",
    "parse_pointer",
    "read_json",
    "resolve",
    "show_pointer",
]

Pointer = tuple[str, ...]

ABSENT: Final = object()
"""The value of a pointer that leads nowhere."""

_QUICK = StrictReader()
_EXACT = StrictReader(fraction=exact_number)
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


def decode(data: bytes, place: str) -> str:
    """Return UTF-8 text, without a byte order mark. Raises Unreadable for another encoding."""
    try:
        return decode_utf8(data)
    except InvalidJSON as problem:
        raise Unreadable("torn source", f"{place} {problem.problem}") from None


def read_json(text: str, place: str, exact: bool = False) -> object:
    """Return the value of a JSON text, fractions as decimals if `exact`. Raises Unreadable if it is torn."""
    try:
        return (_EXACT if exact else _QUICK).read(text)
    except InvalidJSON as problem:
        raise Unreadable("torn source", f"{place} {problem.problem}") from None


def parse_pointer(text: str) -> Pointer | None:
    """Return the steps of a pointer; None if the text is no pointer. The empty text points at the whole value."""
    if not _POINTER.fullmatch(text):
        return None
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def show_pointer(pointer: Pointer, names: tuple[str, ...] = ()) -> str:
    """Return a pointer for a message: its steps after slashes, not escaped, the first stars as the names given."""
    left = iter(names)
    return "/" + "/".join(next(left, step) if step == "*" else step for step in pointer)


def resolve(value: object, pointer: Pointer) -> object:
    """Follow a pointer without `*` from `value`; ABSENT if it leads nowhere."""
    for step in pointer:
        if isinstance(value, dict):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def expand(value: object, pointer: Pointer) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every value that a pointer with `*` leads to, with the names that the stars stood for.

    Where a way ends early, its value is ABSENT: a step is missing, or there is nothing for a star to stand for. The
    last step may stand for nothing: `/trades/*` of an empty list of trades yields none.
    """
    if "*" not in pointer:
        yield (), resolve(value, pointer)
        return
    star = pointer.index("*")
    inner, rest = resolve(value, pointer[:star]), pointer[star + 1 :]
    if not isinstance(inner, dict | list) or (rest and not inner):
        yield (), ABSENT
        return
    pairs = inner.items() if isinstance(inner, dict) else enumerate(inner)
    for name, each in pairs:
        for names, found in expand(each, rest):
            yield (str(name), *names), found


def one(value: object, pointer: Pointer) -> object:
    """Return the only value that the pointer leads to; ABSENT if there is none, or more than one way."""
    found = [each for _, each in expand(value, pointer)]
    return found[0] if len(found) == 1 else ABSENT


def check_artefact(name: str, value: object, place: str, *, nulls: bool = False) -> None:
    """Raise Unreadable if the value fails the schema; the detail names the field and never shows its value.

    With `nulls` any value may be null: it is one that is not known.
    """
    if conforms(_schema(name), value):
        return
    problems = (
        each for each in validator(_schema(name)).iter_errors(value) if not nulls or each.instance is not None
    )
    problem = min(problems, key=lambda each: (list(map(str, each.path)), str(each.validator)), default=None)
    if problem is None:
        return
    where = show_pointer(tuple(map(str, problem.path))) if problem.path else "it"
    wrong = f"{place} fails the schema `{name}`: {where} breaks `{problem.validator}`"
    raise Unreadable("torn source", wrong)


def may_be_absent(name: str) -> bool:
    """Tell whether a schema says that a sound desk may lack the artefact."""
    return _schema(name).get("x-may-be-absent") is True


@cache
def _schema(name: str) -> Any:
    return json.loads(artefact_schema_path(name).read_text(encoding="utf-8"))
