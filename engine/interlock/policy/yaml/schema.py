"""Checks documents against their JSON Schema, and says in plain words what is wrong, where, and what to write."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from ...diagnostics import Collector, Span, name_hint, printable
from ...json_schema import Schema, conforms, validator
from ...resources import schema_path
from .yaml_nodes import Mapping as MappingNode
from .yaml_nodes import Node, Sequence, plain

__all__ = ["complaints", "holds", "schema"]

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
    if conforms(wanted, document):
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


def complaints(wanted: Schema, document: object) -> Iterator[Complaint]:
    """Yield (path, message, hint, key) for all that jsonschema finds; `key` is the key at fault, if it is one."""
    errors = validator(wanted).iter_errors(document)
    for error in sorted(errors, key=lambda each: (list(map(str, each.absolute_path)), each.message)):
        yield from _explained(error)


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
