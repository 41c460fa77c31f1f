"""Hostile and unlucky expressions: each is refused or unknown, with its whole text, and with little work."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.effort import at_most

from .cases import Case, read
from .reference import Reference

CASES = read(Path(__file__).parents[1] / "bad_inputs" / "expr.yaml")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_expression(case: Case) -> None:
    with at_most(5):
        assert Reference().evaluate(case) == case.wanted


def test_prefixes_beyond_the_cap() -> None:
    case = CASES[0]
    assert case.id == "expr/assignment-for-comparison"
    long = Case(
        "many-nots", "not " * 500 + "true", case.as_of, case.wanted, case.catalogue, case.tables, rule=True
    )
    assert (Reference().evaluate(long).error or "").split("\n")[0] == (
        "expr:1:257: error E301: the expression has more than 500 parts or 64 levels"
    )
