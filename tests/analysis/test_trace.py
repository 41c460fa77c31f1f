"""Every statement is followed to its rules and back; gaps and strange ids are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.analysis.inventory import read_inventory
from interlock.analysis.trace import Trace, trace
from interlock.api import load

SMALL = Path(__file__).parent / "small"


@pytest.fixture(scope="module")
def found() -> Trace:
    """A small root with a list of statements, of which each has another fate."""
    return trace(load(SMALL / "policies").policies, read_inventory(SMALL / "docs" / "inventory.yaml"))


def test_both_directions(found: Trace) -> None:
    assert [(row.statement.id, row.state, [each.name for each in row.rules]) for row in found.rows] == [
        ("A1", "rules", ["go-live/switch", "go-live/again"]),
        ("A2", "awaiting", []),
        ("A3", "elsewhere", []),
        ("B1", "nothing", []),
        ("B2", "beyond", []),
    ]
    assert [(each.name, each.line, each.covers) for each in found.rules] == [
        ("go-live/switch", 7, ("A1", "Z9")),
        ("go-live/again", 12, ("A1",)),
        ("go-live/uncovered", 15, ()),
    ]


def test_gaps_and_strange_ids_make_it_incomplete(found: Trace) -> None:
    assert [row.statement.id for row in found.gaps] == ["B1"]
    assert [(name, each.name) for name, each in found.strange] == [("Z9", "go-live/switch")]
    assert not found.complete
    assert [row.statement.id for row in found.rows if row.held] == ["A1", "A3"]
