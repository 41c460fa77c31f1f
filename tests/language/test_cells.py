"""The cases cover the operator table: each cell is seen, or listed with the reason why it cannot be."""

from __future__ import annotations

import re

import pytest

from interlock.language.nodes import Call, walk
from interlock.language.operators import OPERATORS

from .cases import Case, all_cases
from .cells import all_cells, exempt
from .reference import typed

CASES = [case for case in all_cases() if case.cells]
CLAIMS = [(cell, case) for case in CASES for cell in case.cells]
TYPE_CODES = {"E308", "E309", "E310", "E313", "E323", "E324", "E325", "E326", "E327", "E333", "E334"}
UNIT_CODES = {"E309", "E310", "E311", "E323", "E326", "E328", "E329", "E330"}


def test_every_cell_is_seen_or_exempt() -> None:
    seen = {cell for cell, _ in CLAIMS}
    assert sorted(set(all_cells()) - seen - set(exempt())) == []


def test_only_cells_of_the_table_are_named() -> None:
    assert sorted({cell for cell, _ in CLAIMS} - set(all_cells())) == []
    assert sorted(set(exempt()) - set(all_cells())) == []


def test_nothing_is_exempt_that_is_seen() -> None:
    assert sorted({cell for cell, _ in CLAIMS} & set(exempt())) == []


@pytest.mark.parametrize(("cell", "case"), CLAIMS, ids=lambda each: str(each))
def test_a_case_shows_what_its_cell_claims(cell: str, case: Case) -> None:
    name, situation = cell.split("/")
    wanted = case.wanted
    if situation in ("type", "unit"):
        codes = set(re.findall(r"error (E\d+)", wanted.error or ""))
        assert codes & (TYPE_CODES if situation == "type" else UNIT_CODES)
        assert written(name, case.expression)
        return
    tree = typed(case)
    assert tree is not None
    assert name in {node.operator for node in walk(tree) if isinstance(node, Call)}
    if situation in ("true", "false"):
        assert wanted.value == situation
    elif situation == "value":
        assert wanted.value is not None
    elif situation.startswith("unknown") and OPERATORS[name].strict:
        assert wanted.causes is not None


def written(name: str, expression: str) -> bool:
    operator = OPERATORS[name]
    return (f"{name}(" if not operator.symbol else operator.symbol) in expression
