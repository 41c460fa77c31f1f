"""The matrix of statements and rules in Markdown and as a record, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.analysis.inventory import read_inventory
from interlock.analysis.trace import Trace, trace
from interlock.api import load
from interlock.reports.matrix import markdown_matrix, record, summary

SMALL = Path(__file__).parents[1] / "analysis" / "small"


STATEMENTS = (
    ("A1", "go-live", "the switch is off"),
    ("A2", "go-live", "people agreed"),
    ("A3", "go-live", "the report | shows it"),
    ("B1", "watch", "the log grows"),
    ("B2", "watch", "the weather is fine"),
)


@pytest.fixture(scope="module")
def found() -> Trace:
    return trace(load(SMALL / "policies").policies, read_inventory(SMALL / "docs" / "inventory.yaml"))


def test_the_summary_counts_what_holds_the_statements(found: Trace) -> None:
    counted = "1 in rules, 1 held elsewhere, 1 awaiting, 1 beyond what can be held, 1 held by nothing"
    assert summary(found) == f"5 statements, 3 rules: {counted}"


def test_the_record_has_both_directions(found: Trace) -> None:
    file = found.rules[0].file
    switch = {"policy": "go-live", "rule": "switch", "file": file, "line": 7}
    again = {"policy": "go-live", "rule": "again", "file": file, "line": 12}
    made = record(found)
    fates = {"A2": ("awaiting", "the ledger"), "A3": ("elsewhere", "the section of readings")}
    fates |= {"B2": ("beyond", "nobody measures it")}
    assert made["statements"] == [
        {
            "id": name,
            "runbook": runbook,
            "text": text,
            "state": {"A1": "rules", "B1": "nothing"}.get(name) or fates[name][0],
            "rules": [switch, again] if name == "A1" else [],
            **({fates[name][0]: fates[name][1]} if name in fates else {}),
        }
        for name, runbook, text in STATEMENTS
    ]
    assert made["rules"] == [
        {**switch, "covers": ["A1", "Z9"]},
        {**again, "covers": ["A1"]},
        {"policy": "go-live", "rule": "uncovered", "file": file, "line": 15, "covers": []},
    ]
    assert made["strange"] == [{"id": "Z9", **switch}]
    assert made["complete"] is False


def test_the_markdown_shows_both_directions(found: Trace) -> None:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in markdown_matrix(found).splitlines()
        if line.startswith("|") and "---" not in line
    ]
    place = f"{found.rules[0].file}"
    assert cells == [
        ["id", "statement", "held by"],
        ["A1", "the switch is off", f"go-live/switch ({place}:7); go-live/again ({place}:12)"],
        ["A2", "people agreed", "awaiting: the ledger"],
        ["A3", "the report &#124; shows it", "elsewhere: the section of readings"],
        ["id", "statement", "held by"],
        ["B1", "the log grows", "nothing"],
        ["B2", "the weather is fine", "beyond: nobody measures it"],
        ["rule", "place", "statements"],
        ["go-live/switch", f"{place}:7", "A1 Z9"],
        ["go-live/again", f"{place}:12", "A1"],
        ["go-live/uncovered", f"{place}:15", "none"],
    ]
