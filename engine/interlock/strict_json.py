"""Reads JSON strictly: Unicode text, no key twice, numbers of any length without harm, a complaint with its place."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["InvalidJSON", "InvalidNumber", "StrictReader", "decode_utf8", "exact_number", "is_unicode"]

_LONG = 300
_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """A number that the language cannot take: `cause` is one of the causes of an unknown value."""

    cause: str
    text: str


class InvalidJSON(Exception):
    """A text is not strict JSON. `problem` says what is wrong and where, `detail` what else helps its author.

    `problem` never shows any of the text itself, so it may be recorded; `detail` may name a key.
    """

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail


class _RepeatedKey(Exception):
    """An object has the same key twice."""


def decode_utf8(data: bytes) -> str:
    """Return the text without a byte order mark. Raises InvalidJSON for another encoding."""
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InvalidJSON(f"is not UTF-8 at byte {problem.start}", "save the file as UTF-8") from None


def is_unicode(text: str) -> bool:
    """Tell whether a text has no half of a surrogate pair: such a text cannot be written as UTF-8.

    An escape in JSON can name one, and Python reads a byte of a name or a variable that is not UTF-8 as one.
    """
    return _SURROGATE.search(text) is None


def exact_number(text: str) -> Decimal:
    """Return the number of a JSON text as a decimal; beyond the range of decimals it is infinite."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("Infinity")


def _whole_number(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONG else exact_number(text)


class StrictReader:
    """Reads JSON texts with given types of numbers and, where it is given, a limit on nesting.

    `whole` and `fraction` take the text of a number, `constant` takes `NaN`, `Infinity` and `-Infinity`. `halves` lets
    halves of surrogate pairs pass.
    """

    def __init__(
        self,
        *,
        whole: Callable[[str], object] = _whole_number,
        fraction: Callable[[str], object] = float,
        constant: Callable[[str], object] = float,
        depth: int | None = None,
        halves: bool = False,
    ) -> None:
        self._depth = depth
        self._halves = halves
        self._decode = json.JSONDecoder(
            object_pairs_hook=_unique,
            parse_int=whole,
            parse_float=fraction,
            parse_constant=constant,
        ).decode

    def read(self, text: str) -> object:
        """Return the value of a JSON text. Raises InvalidJSON."""
        if self._depth is not None and _is_deeper(text, self._depth):
            raise InvalidJSON(f"is nested deeper than {self._depth} levels")
        try:
            value = self._decode(text)
        except _RepeatedKey as problem:
            raise InvalidJSON("has the same key twice in one object", f"keep one `{problem}`") from None
        except RecursionError:
            raise InvalidJSON("is nested too deeply") from None
        except json.JSONDecodeError as problem:
            line = f", line {problem.lineno}" if "\n" in text else ""
            raise InvalidJSON(f"is not JSON{line}, column {problem.colno}", _reason(problem, text)) from None
        if not self._halves and _SURROGATE_ESCAPE.search(text) and not _all_unicode(value):
            raise InvalidJSON("holds half of a surrogate pair", "write the character itself")
        return value


def _all_unicode(value: object) -> bool:
    """Tell whether every text in a value is Unicode, without recursion."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str) and not is_unicode(each):
            return False
        if isinstance(each, dict):
            stack += each
            stack += each.values()
        elif isinstance(each, list):
            stack += each
    return True


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKey(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return found


def _is_deeper(text: str, limit: int) -> bool:
    """Tell whether brackets outside strings are nested deeper than a limit."""
    depth = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', text):
        if bracket in "[{":
            depth += 1
            if depth > limit:
                return True
        elif bracket in "]}":
            depth -= 1
    return False


def _reason(problem: json.JSONDecodeError, text: str) -> str:
    at_the_end = problem.msg != "Extra data" and re.fullmatch(r"[\w.+-]*\s*", text[problem.pos :])
    torn = at_the_end or problem.msg.startswith("Unterminated")
    return f"{'the file ends too early: ' if torn else ''}{problem.msg.lower()}"
