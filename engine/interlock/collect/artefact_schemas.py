"""Holds artefacts against the JSON Schemas of `schemas/artefacts/`, without any look-up beyond them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ..resources import artefact_schema_path
from .unreadable import Unreadable

__all__ = ["artefact_schemas", "check_artefact"]


def artefact_schemas() -> tuple[str, ...]:
    """Return the names of the schemas that a source may ask for, sorted."""
    return tuple(sorted(each.stem for each in artefact_schema_path("x").parent.glob("*.json")))


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    schema = json.loads(artefact_schema_path(name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema, registry=Registry())


def check_artefact(name: str, value: object, place: str) -> None:
    """Trouble when the value fails the schema; the detail names the field and never what stands in it."""
    problems = _validator(name).iter_errors(value)
    problem = min(problems, key=lambda each: (list(map(str, each.path)), str(each.validator)), default=None)
    if problem is None:
        return
    where = "/" + "/".join(str(each) for each in problem.path) if problem.path else "it"
    raise Unreadable(
        "torn source", f"{place} fails the schema `{name}`: {where} breaks `{problem.validator}`"
    )
