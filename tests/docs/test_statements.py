"""Every statement of the runbooks is held by a rule or a stage, or the list says openly what becomes of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from interlock.analysis.inventory import Inventory, read_inventory
from interlock.analysis.runbook_sentences import read_sentences
from interlock.analysis.statement_trace import Trace, trace
from interlock.api import PolicySet, load

ROOT = Path(__file__).resolve().parents[2]
MOST_BEYOND = 15


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load(ROOT / "policies")


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return read_inventory(ROOT / "docs" / "inventory.yaml")


@pytest.fixture(scope="module")
def traced(policies: PolicySet, inventory: Inventory) -> Trace:
    return trace(policies.root, inventory, read_sentences(ROOT / "docs" / "runbooks", inventory.statements))


def test_the_list_has_every_statement_once_and_in_order(inventory: Inventory) -> None:
    counts = {"A": 27, "B": 99, "C": 32, "D": 24, "E": 16}
    assert list(inventory.statements) == [
        f"{letter}{number}" for letter, count in counts.items() for number in range(1, count + 1)
    ]
    runbooks = Counter(each.runbook for each in inventory.statements.values())
    assert list(runbooks.values()) == list(counts.values())


def test_no_statement_is_left_without_a_word(traced: Trace) -> None:
    assert [row.statement.id for row in traced.gaps] == []
    assert [(name, each.name) for name, each in traced.strange] == []


def test_few_statements_are_beyond_what_can_be_held(inventory: Inventory) -> None:
    assert len(inventory.beyond) <= MOST_BEYOND


def test_somebody_has_confirmed_every_sentence(traced: Trace) -> None:
    assert [(row.statement.id, row.stale) for row in traced.stale] == []


def test_nothing_waits_to_be_built(inventory: Inventory) -> None:
    assert inventory.awaiting == {}


def test_what_is_held_is_not_said_to_be_beyond(traced: Trace) -> None:
    assert [row.statement.id for row in traced.rows if row.beyond and row.holders] == []


def test_only_a_rule_that_lacks_something_is_helped_from_elsewhere(traced: Trace) -> None:
    assert [row.statement.id for row in traced.rows if row.elsewhere and row.holders] == [
        "B17", "B18", "B24", "B57", "B58", "B65", "B79", "B80", "C12", "C30", "C31", "D19", "E14",
    ]  # fmt: skip


def test_every_rule_and_every_stage_names_its_statements(traced: Trace) -> None:
    assert [each.place for each in traced.holders if not each.covers] == []


def test_what_only_a_stage_can_hold_is_held_by_one(traced: Trace) -> None:
    """How long a configuration lasts, and which one is meant, no single snapshot tells."""
    staged = {row.statement.id for row in traced.rows if row.stages}
    assert {
        "A5",
        "A8",
        "A15",
        "A16",
        "C19",
        "C27",
        "C29",
        "D6",
        "D7",
        "D11",
        "E6",
        "E7",
        "E8",
        "E9",
        "E11",
    } <= staged
