"""Holds documents against their JSON Schema: a quick walk says yes or no, jsonschema says what is wrong.

Most documents are good, and importing jsonschema costs more than reading one. `conforms` therefore walks the
keywords that our schemas use; only where it says no are the complaints made, by jsonschema, from the same file.
A test holds both to one answer.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..diagnostics import Collector, Span
from ..resources import schema_path
from .json_schema import complaints
from .nodes import Mapping as MappingNode
from .nodes import Node, Scalar, Sequence, plain

__all__ = ["conforms", "holds", "schema"]

Schema = Mapping[str, Any]


@functools.cache
def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a document kind."""
    loaded: dict[str, Any] = json.loads(schema_path(name).read_text(encoding="utf-8"))
    return loaded


def holds(name: str, node: Node, collector: Collector) -> bool:
    """Tell whether a document keeps its schema; complaints, with their places, go to `collector`."""
    document = plain(node)
    wanted = schema(name)
    if conforms(wanted, document, wanted):
        return True
    for path, message, hint, at_key in complaints(wanted, document):
        collector.add("E201", message, _place(node, path, at_key), hint)
    return False


def _place(node: Node, path: Iterable[object], at_key: str | None) -> Span:
    """Follow a path of keys and indices into the nodes as far as it goes."""
    span = node.span
    for step in path:
        found: Node | None = None
        if isinstance(node, MappingNode) and isinstance(step, str):
            found = node.get(step)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            found = node.items[step]
        if found is None:
            return span
        node, span = found, found.span
    key = node.key(at_key) if at_key and isinstance(node, MappingNode) else None
    if key is not None:
        return key.span
    if isinstance(node, Scalar):
        return node.span
    first = node.pairs[0][0].span if isinstance(node, MappingNode) and node.pairs else node.span
    return Span(first.file, first.line, first.column, first.end_line, first.end_column)


def conforms(wanted: Schema | bool, value: object, root: Schema) -> bool:
    """Tell whether a value keeps a schema written with the keywords below; another keyword is an error here."""
    if isinstance(wanted, bool):
        return wanted
    return all(
        _KEYWORDS[key](rule, value, wanted, root) for key, rule in wanted.items() if key not in _SILENT
    )


_SILENT = {
    "then",
    "else",
    "$schema",
    "$id",
    "$defs",
    "title",
    "description",
    "x-wanted",
    "x-expression",
    "x-key",
    "examples",
    "default",
    "$comment",
}


def _is(kind: str, value: object) -> bool:
    if kind == "integer":
        return isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value == int(value)
    if kind == "number":
        return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return isinstance(value, _TYPES[kind])


_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def _type(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return any(_is(each, value) for each in ([rule] if isinstance(rule, str) else rule))


def _properties(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    return all(conforms(each, value[key], root) for key, each in rule.items() if key in value)


def _additional(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    named = wanted.get("properties", {})
    return all(conforms(rule, each, root) for key, each in value.items() if key not in named)


def _if(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    branch = "then" if conforms(rule, value, root) else "else"
    return conforms(wanted.get(branch, True), value, root)


def _names(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(conforms(rule, key, root) for key in value)


def _items(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return not isinstance(value, list) or all(conforms(rule, each, root) for each in value)


def _reference(rule: Any, value: object, wanted: Schema, root: Schema) -> bool:
    return conforms(root["$defs"][rule.removeprefix("#/$defs/")], value, root)


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


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
    "uniqueItems": lambda rule, value, *_: (
        not isinstance(value, list) or len({repr(each) for each in value}) == len(value)
    ),
    "minimum": lambda rule, value, *_: not isinstance(value, (int, Decimal)) or value >= rule,
    "maximum": lambda rule, value, *_: not isinstance(value, (int, Decimal)) or value <= rule,
    "oneOf": lambda rule, value, _wanted, root: sum(conforms(each, value, root) for each in rule) == 1,
    "anyOf": lambda rule, value, _wanted, root: any(conforms(each, value, root) for each in rule),
    "allOf": lambda rule, value, _wanted, root: all(conforms(each, value, root) for each in rule),
    "not": lambda rule, value, _wanted, root: not conforms(rule, value, root),
}
