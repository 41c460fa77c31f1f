"""Puts what jsonschema finds into words: what was wanted, what is there, what to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..diagnostics import did_you_mean, printable

__all__ = ["complaints"]

Complaint = tuple[tuple[object, ...], str, str | None, str | None]

_WANTED = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "a boolean", "number": "a number",
           "integer": "a whole number", "null": "nothing"}  # fmt: skip


def complaints(schema: Mapping[str, Any], document: object) -> Iterator[Complaint]:
    """Yield (path, message, hint, key) for everything that jsonschema finds; `key` names the key complained of."""
    validator = _validator(schema)
    for error in sorted(
        validator.iter_errors(document), key=lambda each: (list(map(str, each.absolute_path)), each.message)
    ):
        yield from _explained(error)


def _validator(schema: Mapping[str, Any]) -> Any:
    """A validator that reads decimals as numbers and resolves nothing outside its own file."""
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "number": lambda _, value: isinstance(value, (int, Decimal)) and not isinstance(value, bool),
            "integer": lambda _, value: (
                isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value == int(value)
            ),
        }
    )
    extend: Any = validators.extend
    kind = extend(Draft202012Validator, type_checker=checker)
    return kind(schema, registry=Registry())


def _explained(error: Any) -> Iterator[Complaint]:
    path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        name = str(error.instance)
        yield path, f"the name `{printable(name)}` is not {_wanted(error)}", _odd_character(name), name
    elif error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = list(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known)):
            hint = did_you_mean(key, known) or f"known are {', '.join(known)}"
            yield path, f"unknown key `{printable(key)}`", hint, key
    elif error.validator == "required" and isinstance(error.instance, dict):
        key = next(each for each in error.validator_value if repr(each) in error.message)
        wanted = error.schema.get("properties", {}).get(key, {}).get("x-wanted")
        yield path, f"`{key}` is missing", f"write {wanted}" if wanted else None, None
    else:
        name = f"`{path[-1]}`: " if path and isinstance(path[-1], str) else ""
        if error.validator == "minItems" and error.instance:
            wanted = f"at least {error.validator_value} values wanted, got {len(error.instance)}"
            yield path, f"{name}{wanted}", None, None
            return
        advice = _hint(error) if isinstance(error.instance, str) else None
        yield path, f"{name}{_wanted(error)} wanted, got {_shown(error.instance)}", advice, None


def _hint(error: Any) -> str | None:
    """What to write for a text that should be something else, or which letter of it looks like another."""
    if error.validator == "type" and error.validator_value == "boolean":
        return "booleans are `true` and `false`"
    return _odd_character(error.instance)


def _wanted(error: Any) -> str:
    told = error.schema.get("x-wanted") if isinstance(error.schema, dict) else None
    if told:
        return str(told)
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return " or ".join(_WANTED[each] for each in kinds)
    if error.validator == "enum":
        return "one of " + ", ".join(str(each) for each in error.validator_value)
    if error.validator in ("minimum", "minLength", "minItems", "minProperties"):
        return f"at least {error.validator_value}"
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
