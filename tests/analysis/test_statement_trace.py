"""Every statement is followed to its rules and back; gaps and strange ids are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.analysis.inventory import read_inventory
from interlock.analysis.statement_trace import Trace, trace
from interlock.api import load

SMALL = Path(__file__).parent / "small"


@pytest.fixture(scope="module")
def found() -> Trace:
    """A small root with a list of statements, of which each has another fate."""
    return trace(load(SMALL / "policies").root, read_inventory(SMALL / "docs" / "inventory.yaml"))


def test_both_directions(found: Trace) -> None:
    assert [(row.statement.id, row.state, [each.name for each in row.holders]) for row in found.rows] == [
        ("A1", "rules", ["go-live/switch", "go-live/again", "opening/closed"]),
        ("A2", "awaiting", []),
        ("A3", "elsewhere", []),
        ("B1", "nothing", []),
        ("B2", "beyond", []),
        ("B3", "stages", ["opening", "opening/closed"]),
    ]
    assert [(each.name, each.line, each.covers) for each in found.rules] == [
        ("go-live/switch", 7, ("A1", "Z9")),
        ("go-live/again", 12, ("A1",)),
        ("go-live/uncovered", 15, ()),
    ]


def test_stages_and_whole_rollouts_hold_statements(found: Trace) -> None:
    assert [(each.kind, each.name, each.title, each.line, each.covers) for each in found.stages] == [
        ("rollout", "opening", "The switch goes on", 1, ("B3",)),
        ("stage", "opening/closed", "The switch is off", 9, ("A1", "B3")),
        ("stage", "opening/open", "", 15, ()),
    ]
    assert {Path(each.file).name for each in found.stages} == {"rollout.yaml"}


def test_gaps_and_strange_ids_make_it_incomplete(found: Trace) -> None:
    assert [row.statement.id for row in found.gaps] == ["B1"]
    assert [(name, each.name) for name, each in found.strange] == [("Z9", "go-live/switch")]
    assert not found.complete
    assert [row.statement.id for row in found.rows if row.held] == ["A1", "A3", "B3"]
