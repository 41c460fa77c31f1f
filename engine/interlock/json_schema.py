"""JSON Schema: a quick walk says yes or no, jsonschema says what is wrong.

Most documents are good, and jsonschema takes many times longer than the walk to say so. `conforms` therefore walks the
keywords that our schemas use; only where it says no does jsonschema, from the same schema, find the complaints. A test
compares the answers of both.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .strict_json import InvalidNumber

__all__ = ["Schema", "conforms", "validator"]

Schema = Mapping[str, Any]


def validator(wanted: Schema) -> Any:
    """Return the validator of a schema: it reads decimals as numbers and resolves nothing outside its own file."""
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {kind: lambda _, value, kind=kind: _is(kind, value) for kind in ("number", "integer")}
    )
    extend: Any = validators.extend
    return extend(Draft202012Validator, type_checker=checker)(wanted, registry=Registry())


def conforms(wanted: Schema, value: object) -> bool:
    """Tell whether a value keeps a schema. Raises KeyError for a keyword that is not among those below."""
    return _keeps(wanted, value, wanted)


def _keeps(wanted: Schema | bool, value: object, root: Schema) -> bool:
    if isinstance(wanted, bool):
        return wanted
    for key, rule in wanted.items():
        if key not in _SILENT and not _KEYWORDS[key](rule, value, wanted, root):
            return False
    return True


_SILENT = {"then", "else", "$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default",
           "x-wanted", "x-expression", "x-key", "x-may-be-absent"}  # fmt: skip
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def _is(kind: str, value: object) -> bool:
    if kind not in ("integer", "number"):
        return isinstance(value, _TYPES[kind])
    if isinstance(value, InvalidNumber):
        return True
    return _is_number(value) and (kind == "number" or _is_whole(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) or value.is_integer()


def _type(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return any(_is(each, value) for each in ([rule] if isinstance(rule, str) else rule))


def _properties(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    return all(_keeps(each, value[key], root) for key, each in rule.items() if key in value)


def _additional(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    named = wanted.get("properties", {})
    return all(_keeps(rule, each, root) for key, each in value.items() if key not in named)


def _if(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    branch = "then" if _keeps(rule, value, root) else "else"
    return _keeps(wanted.get(branch, True), value, root)


def _names(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(_keeps(rule, key, root) for key in value)


def _items(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return not isinstance(value, list) or all(_keeps(rule, each, root) for each in value)


def _reference(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return _keeps(root["$defs"][rule.removeprefix("#/$defs/")], value, root)


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _limit(holds: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda rule, value, *_: not _is_number(value) or holds(value, rule)


def _size(smallest: bool, kind: type) -> Callable[..., bool]:
    def check(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
        if not isinstance(value, kind):
            return True
        size, limit = len(value), int(rule)  # type: ignore[arg-type]
        return size >= limit if smallest else size <= limit

    return check


def _among(rule: Any, value: object) -> bool:
    return any(each == value and isinstance(each, bool) == isinstance(value, bool) for each in rule)


_KEYWORDS: dict[str, Callable[[Any, object, Schema, Schema], bool]] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "$ref": _reference,
    "if": _if,
    "required": lambda rule, value, *_: not isinstance(value, dict) or all(each in value for each in rule),
    "enum": lambda rule, value, *_: _among(rule, value),
    "const": lambda rule, value, *_: _among([rule], value),
    "pattern": lambda rule, value, *_: not isinstance(value, str) or _pattern(rule).search(value) is not None,
    "minLength": _size(True, str),
    "maxLength": _size(False, str),
    "minItems": _size(True, list),
    "maxItems": _size(False, list),
    "minProperties": _size(True, dict),
    "maxProperties": _size(False, dict),
    "uniqueItems": lambda rule, value, *_: (
        not isinstance(value, list) or len({repr(each) for each in value}) == len(value)
    ),
    "minimum": _limit(operator.ge),
    "exclusiveMinimum": _limit(operator.gt),
    "maximum": _limit(operator.le),
    "oneOf": lambda rule, value, _wanted, root: sum(_keeps(each, value, root) for each in rule) == 1,
    "anyOf": lambda rule, value, _wanted, root: any(_keeps(each, value, root) for each in rule),
    "allOf": lambda rule, value, _wanted, root: all(_keeps(each, value, root) for each in rule),
    "not": lambda rule, value, _wanted, root: not _keeps(rule, value, root),
}
