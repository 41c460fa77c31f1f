"""The JSON Schemas as documents: every key has a description and examples, and those are true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from interlock.language.parser import parse
from interlock.language.values import CAUSES
from interlock.policy.loader import SCHEMAS
from interlock.policy.reading.params import _LEAF
from interlock.resources import schema_names, schema_path
from interlock.testing.policies.series_notation import _FORMS
from interlock.testing.policies.value_forms import _UNKNOWN

NAMES = schema_names()


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema_path(name).read_text(encoding="utf-8"))
    return found


def parts(wanted: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema in a schema with its path; conditions are none, since they describe no key."""
    if isinstance(wanted, dict):
        yield path, wanted
        for word, each in wanted.items():
            if word in ("properties", "patternProperties", "$defs"):
                for key, inner in each.items():
                    yield from parts(inner, f"{path}/{word}/{key}")
            elif word in ("allOf", "anyOf", "oneOf"):
                for index, inner in enumerate(each):
                    yield from parts(inner, f"{path}/{word}/{index}")
            elif word in ("items", "additionalProperties", "then", "else"):
                yield from parts(each, f"{path}/{word}")


def keys(wanted: Any) -> Iterator[tuple[str, Any]]:
    """Yield the schema of every key, of those that a document chooses too."""
    for path, each in parts(wanted):
        for word in ("properties", "patternProperties"):
            yield from ((f"{path}/{word}/{key}", inner) for key, inner in each.get(word, {}).items())
        if each.get("additionalProperties", False) is not False:
            yield f"{path}/additionalProperties", each["additionalProperties"]


def lacking(wanted: Any) -> list[str]:
    """The keys without a description or without an example."""
    return [
        path
        for path, each in keys(wanted)
        if not isinstance(each, dict) or not each.get("description") or not each.get("examples")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_key_has_a_description_and_an_example(name: str) -> None:
    assert lacking(schema(name)) == []


def test_a_key_without_either_is_found_at_any_depth() -> None:
    told = {"description": "A name.", "examples": ["a"]}
    bare = {"description": "A name."}
    wanted = {
        "properties": {"a": told, "b": bare, "c": True},
        "additionalProperties": {"items": {"$ref": "#/$defs/x"}},
        "$defs": {"x": {"oneOf": [{"properties": {"d": {"examples": [1]}}}]}},
        "if": {"properties": {"e": {"const": 1}}},
        "then": {"patternProperties": {"^f": {}}},
    }
    assert sorted(lacking(wanted)) == [
        "/$defs/x/oneOf/0/properties/d",
        "/additionalProperties",
        "/properties/b",
        "/properties/c",
        "/then/patternProperties/^f",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_mapping_with_keys_and_every_schema_says_what_it_is(name: str) -> None:
    wanted = schema(name)
    assert (wanted["$schema"], wanted["$id"]) == (
        Draft202012Validator.META_SCHEMA["$id"],
        f"interlock:1/{name}",
    )
    assert wanted["title"] and wanted["description"].endswith(".")
    branches = [each for path, each in parts(wanted) if not path.endswith(("/then", "/else"))]
    assert [each for each in branches if "properties" in each and not each.get("description")] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_description_is_one_to_three_sentences(name: str) -> None:
    told = [each["description"] for _, each in parts(schema(name)) if "description" in each]
    assert [text for text in told if not text.endswith(".") or text.count(". ") > 2 or len(text) > 250] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_and_default_keeps_its_own_schema(name: str) -> None:
    wanted = schema(name)
    validator = Draft202012Validator(wanted)
    shown = [
        (path, each, value)
        for path, each in parts(wanted)
        for value in (*each.get("examples", ()), *([each["default"]] if "default" in each else ()))
    ]
    assert len(shown) > 2
    assert [
        (path, value) for path, each, value in shown if not validator.evolve(schema=each).is_valid(value)
    ] == []


def test_every_example_of_an_expression_is_one() -> None:
    examples = [
        text
        for name in NAMES
        for _, each in parts(schema(name))
        if each.get("x-expression")
        for text in each["examples"]
    ]
    assert len(examples) >= 5
    assert [text for text in examples if parse(text, lambda *_: None) is None] == []


def test_every_kind_of_document_has_a_schema_of_its_name() -> None:
    assert set(SCHEMAS.values()) < set(NAMES)


def test_keys_that_only_the_readers_check_are_all_described() -> None:
    """What params and values of tests may hold is no part of the contract, so the lists could drift apart."""
    param = schema("policy")["properties"]["params"]["additionalProperties"]
    assert set(param["properties"]) == set(_LEAF)
    for form in ("base", "baseline", "case"):
        value = schema("tests")["$defs"][form]["properties"]["set"]["additionalProperties"]
        assert set(value["properties"]) == {*_UNKNOWN, "value", "n", "at"}.union(*_FORMS.values())


def test_the_causes_of_unknown_values_are_those_of_the_language() -> None:
    form = schema("snapshot")["$defs"]["form"]["oneOf"][3]["properties"]["unknown"]
    rules = schema("verdict")["properties"]["rules"]["items"]["properties"]
    cause = rules["causes"]["items"]["properties"]["cause"]
    assert form["enum"] == cause["enum"] == list(CAUSES)
