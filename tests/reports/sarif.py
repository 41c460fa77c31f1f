"""The part of SARIF 2.1.0 that Interlock writes, as a schema, and the rules that a schema cannot hold."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

TEXT = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string", "minLength": 1}},
}
NUMBER = {"type": "integer", "minimum": 1}
PLACE = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "additionalProperties": False,
    "properties": {
        "artifactLocation": {
            "type": "object",
            "required": ["uri"],
            "additionalProperties": False,
            "properties": {"uri": {"type": "string", "minLength": 1}},
        },
        "region": {
            "type": "object",
            "required": ["startLine"],
            "additionalProperties": False,
            "properties": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), NUMBER),
        },
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["error", "warning", "note"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "additionalProperties": False,
                "properties": {"physicalLocation": PLACE},
            },
        },
        "relatedLocations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["message", "physicalLocation"],
                "additionalProperties": False,
                "properties": {"message": TEXT, "physicalLocation": PLACE},
            },
        },
    },
}
DRIVER = {
    "type": "object",
    "required": ["name", "version", "rules"],
    "additionalProperties": False,
    "properties": {
        "name": {"const": "interlock"},
        "version": {"type": "string"},
        "rules": {"type": "array", "items": RULE},
    },
}
RUN = {
    "type": "object",
    "required": ["tool", "columnKind", "results"],
    "additionalProperties": False,
    "properties": {
        "tool": {
            "type": "object",
            "required": ["driver"],
            "additionalProperties": False,
            "properties": {"driver": DRIVER},
        },
        "columnKind": {"const": "unicodeCodePoints"},
        "results": {"type": "array", "items": RESULT},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": RUN},
    },
}


def results(text: str) -> list[dict[str, Any]]:
    """Check a log and return its results; each names the rule at its index, no rule is listed twice."""
    log = json.loads(text)
    assert [each.message for each in Draft202012Validator(SCHEMA).iter_errors(log)] == []
    (run,) = log["runs"]
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert [each["ruleId"] for each in run["results"]] == [
        rules[each["ruleIndex"]] for each in run["results"]
    ]
    found: list[dict[str, Any]] = run["results"]
    return found
