"""Checks documents against their JSON Schema: a quick walk says yes or no, jsonschema says what is wrong.

Most documents are good, and importing jsonschema costs more than reading one. `conforms` therefore walks the
keywords that our schemas use; only where it says no does jsonschema, from the same file, find the complaints.
A test compares the answers of both.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...diagnostics import Collector, Span, name_hint, printable
from ...resources import schema_path
from ...strict_json import InvalidNumber
from .yaml_nodes import Mapping as MappingNode
from .yaml_nodes import Node, Sequence, plain

__all__ = ["complaints", "conforms", "holds", "schema"]

Schema = Mapping[str, Any]
Complaint = tuple[tuple[object, ...], str, str | None, str | None]


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
    return node.pairs[0][0].span if isinstance(node, MappingNode) and node.pairs else node.span


# complaints, by jsonschema


def complaints(wanted: Schema, document: object) -> Iterator[Complaint]:
    """Yield (path, message, hint, key) for all that jsonschema finds; `key` is the key at fault, if it is one."""
    errors = _validator(wanted).iter_errors(document)
    for error in sorted(errors, key=lambda each: (list(map(str, each.absolute_path)), each.message)):
        yield from _explained(error)


def _validator(wanted: Schema) -> Any:
    """A validator that reads decimals as numbers and resolves nothing outside its own file."""
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {kind: lambda _, value, kind=kind: _is(kind, value) for kind in ("number", "integer")}
    )
    extend: Any = validators.extend
    return extend(Draft202012Validator, type_checker=checker)(wanted, registry=Registry())


def _explained(error: Any) -> Iterator[Complaint]:
    path, rule, value = tuple(error.absolute_path), error.validator, error.instance
    if "propertyNames" in error.absolute_schema_path:
        name = str(value)
        yield path, f"the name `{printable(name)}` is not {_wanted(error)}", _odd_character(name), name
    elif rule == "additionalProperties" and isinstance(value, dict):
        known = list(error.schema.get("properties", {}))
        for key in sorted(set(value) - set(known)):
            hint = name_hint(key, _alternatives(error), "") or name_hint(key, known)
            yield path, f"unknown key `{printable(key)}`", hint, key
    elif rule == "required" and isinstance(value, dict):
        key = next(each for each in error.validator_value if repr(each) in error.message)
        wanted = error.schema.get("properties", {}).get(key, {}).get("x-wanted")
        yield path, f"`{key}` is missing", f"write {wanted}" if wanted else None, None
    elif rule == "oneOf" and (nearest := _nearest(error)) is not None:
        for each in error.context:
            if each.schema_path[0] == nearest:
                yield from _explained(each)
    else:
        yield path, *_unfit(error, f"`{path[-1]}`: " if path and isinstance(path[-1], str) else ""), None


def _alternatives(error: Any) -> list[str]:
    """The keys of every branch of the `oneOf` that a mapping does not keep: it may have been meant as another one."""
    if error.parent is None or error.parent.validator != "oneOf":
        return []
    found = [each.get("properties", {}) for each in error.parent.validator_value]
    return [key for keys in found for key in keys if key not in error.instance]


def _nearest(error: Any) -> int | None:
    """The branch of a `oneOf` that has most of a mapping's keys; None where that says nothing."""
    if not isinstance(error.instance, dict):
        return None
    shared = [len(set(error.instance) & set(each.get("properties", ()))) for each in error.validator_value]
    branches = [index for index, each in enumerate(error.validator_value) if "properties" in each]
    return max(branches, key=lambda index: shared[index], default=None)


def _unfit(error: Any, name: str) -> tuple[str, str | None]:
    """The message and the hint about a value of another form."""
    value = error.instance
    if error.validator == "minItems" and value:
        return f"{name}at least {error.validator_value} values wanted, got {len(value)}", None
    hint = _odd_character(value) if isinstance(value, str) else None
    if hint is None and isinstance(value, str) and error.validator_value == "boolean":
        hint = "booleans are `true` and `false`"
    return f"{name}{_wanted(error)} wanted, got {_shown(value)}", hint


def _wanted(error: Any) -> str:
    words = error.schema.get("x-wanted") if isinstance(error.schema, dict) else None
    if words:
        return str(words)
    value = error.validator_value
    if error.validator == "type":
        return " or ".join(_KIND_NAMES[each] for each in ([value] if isinstance(value, str) else value))
    if error.validator == "enum":
        return "one of " + ", ".join(str(each) for each in value)
    if error.validator in ("minimum", "minLength", "minItems", "minProperties"):
        return f"at least {value}"
    return f"another value ({error.validator})"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return f"the boolean `{str(value).lower()}`"
    if isinstance(value, Decimal):
        return f"the number `{value}`"
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)):
        kind = "mapping" if isinstance(value, dict) else "list"
        return f"a {kind}" if value else f"an empty {kind}"
    text = str(value)
    return f"the text `{printable(text[:60])}`" if text else "an empty text"


def _odd_character(text: str) -> str | None:
    """Name the first character that is not printable ASCII: it may look like another."""
    odd = next((each for each in text if not (each.isascii() and each.isprintable())), None)
    return f"it contains U+{ord(odd):04X}" if odd else None


_KIND_NAMES = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "a boolean",
               "number": "a number", "integer": "a whole number", "null": "nothing"}  # fmt: skip


# the quick walk


def conforms(wanted: Schema | bool, value: object, root: Schema) -> bool:
    """Tell whether a value keeps a schema written with the keywords below; another keyword is an error here."""
    if isinstance(wanted, bool):
        return wanted
    return all(
        _KEYWORDS[key](rule, value, wanted, root) for key, rule in wanted.items() if key not in _SILENT
    )


_SILENT = {"then", "else", "$schema", "$id", "$defs", "title", "description", "x-wanted", "x-expression", "x-key",
           "examples", "default", "$comment"}  # fmt: skip
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def _is(kind: str, value: object) -> bool:
    if kind not in ("integer", "number"):
        return isinstance(value, _TYPES[kind])
    if isinstance(value, InvalidNumber):
        return True
    number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return number and (kind == "number" or value == int(value))  # type: ignore[call-overload]


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
    "exclusiveMinimum": lambda rule, value, *_: not isinstance(value, (int, Decimal)) or value > rule,
    "maximum": lambda rule, value, *_: not isinstance(value, (int, Decimal)) or value <= rule,
    "oneOf": lambda rule, value, _wanted, root: sum(conforms(each, value, root) for each in rule) == 1,
    "anyOf": lambda rule, value, _wanted, root: any(conforms(each, value, root) for each in rule),
    "allOf": lambda rule, value, _wanted, root: all(conforms(each, value, root) for each in rule),
    "not": lambda rule, value, _wanted, root: not conforms(rule, value, root),
}
