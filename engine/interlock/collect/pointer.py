"""JSON pointers (RFC 6901), with one addition: a step `*` stands for every key or item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["ABSENT", "Pointer", "expand", "one", "parse_pointer", "resolve"]

Pointer = tuple[str, ...]

ABSENT: Final = object()
"""What a pointer gives that leads nowhere."""

_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


def parse_pointer(text: str) -> Pointer | None:
    """Return the steps of a pointer; None when the text is none. The empty text points at the whole."""
    if not _POINTER.fullmatch(text):
        return None
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def resolve(value: object, pointer: Pointer) -> object:
    """Follow a pointer without `*` from `value`; ABSENT when it leads nowhere."""
    for step in pointer:
        if isinstance(value, dict):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def expand(value: object, pointer: Pointer) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every place that a pointer with `*` leads to, with the names that the stars stood for."""
    if "*" not in pointer:
        found = resolve(value, pointer)
        if found is not ABSENT:
            yield (), found
        return
    star = pointer.index("*")
    inner = resolve(value, pointer[:star])
    pairs: list[tuple[str, object]] = []
    if isinstance(inner, dict):
        pairs = list(inner.items())
    elif isinstance(inner, list):
        pairs = [(str(index), each) for index, each in enumerate(inner)]
    for name, each in pairs:
        for names, found in expand(each, pointer[star + 1 :]):
            yield (name, *names), found


def one(value: object, pointer: Pointer) -> object:
    """Return the only value that the pointer leads to; ABSENT when there is none or more than one."""
    found = [each for _, each in expand(value, pointer)]
    return found[0] if len(found) == 1 else ABSENT
