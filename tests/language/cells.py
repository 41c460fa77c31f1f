"""The cells that the cases must cover: every entry of the operator table in every situation that it can meet."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from interlock.diagnostics import Collector
from interlock.language.operators import OPERATORS, Operator
from interlock.policy.yaml.reader import read_file
from interlock.policy.yaml.yaml_nodes import Mapping, Scalar, Sequence

EXEMPT = Path(__file__).parent / "cells" / "exempt.yaml"
SITUATIONS = ("type", "unit", "edge", "before", "outside")


def situations(operator: Operator) -> list[str]:
    """Return what must be seen of one operator: its truths or a value, each argument unknown, and the errors."""
    boolean = operator.result == "boolean"
    unknown = [f"unknown-{index}" for index in range(1, len(operator.arguments) + 1)]
    return [*(("true", "false") if boolean else ("value",)), *unknown, *SITUATIONS]


def all_cells() -> list[str]:
    """Return every cell, as `operator/situation`."""
    return [f"{name}/{each}" for name, operator in OPERATORS.items() for each in situations(operator)]


@cache
def exempt() -> dict[str, str]:
    """Return the cells that make no sense, each with its reason."""
    document = read_file(EXEMPT, EXEMPT.name, Collector())
    listed = document.get("exempt") if isinstance(document, Mapping) else None
    assert isinstance(listed, Sequence), "exempt.yaml holds a list"
    found: dict[str, str] = {}
    for entry in listed.items:
        assert isinstance(entry, Mapping)
        operators, names, why = entry.get("operators"), entry.get("situations"), entry.get("why")
        assert isinstance(operators, Sequence) and isinstance(names, Sequence) and isinstance(why, Scalar)
        for operator in operators.items:
            for name in names.items:
                assert isinstance(operator, Scalar) and isinstance(name, Scalar)
                assert f"{operator.text}/{name.text}" not in found, (
                    f"{operator.text}/{name.text} is listed twice"
                )
                found[f"{operator.text}/{name.text}"] = why.text
    return found
