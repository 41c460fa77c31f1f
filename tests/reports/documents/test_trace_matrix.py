"""The matrix of statements, rules and stages in Markdown and as a record, whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.analysis.inventory import read_inventory
from interlock.analysis.statement_trace import Trace, trace
from interlock.api import load
from interlock.reports.documents.trace_matrix import as_json, as_markdown, as_text
from interlock.reports.style import ReportStyle

SMALL = Path(__file__).parents[2] / "analysis" / "small"


STATEMENTS = (
    ("A1", "go-live", "the switch is off"),
    ("A2", "go-live", "people agreed"),
    ("A3", "go-live", "the report | shows it"),
    ("B1", "watch", "the log grows"),
    ("B2", "watch", "the weather is fine"),
    ("B3", "watch", "the switch goes on in steps"),
)


@pytest.fixture(scope="module")
def found() -> Trace:
    return trace(load(SMALL / "policies").root, read_inventory(SMALL / "docs" / "inventory.yaml"))


def test_the_summary_counts_what_holds_the_statements(found: Trace) -> None:
    held = "1 in rules, 1 in stages of rollouts, 1 held elsewhere"
    open_still = "1 awaiting, 1 beyond what can be held, 1 held by nothing"
    assert (
        as_text(found, ReportStyle()).splitlines()[-1]
        == f"6 statements, 3 rules, 2 stages: {held}, {open_still}"
    )


def test_the_record_has_both_directions(found: Trace) -> None:
    file = found.rules[0].file
    switch = {"policy": "go-live", "rule": "switch", "file": file, "line": 7}
    again = {"policy": "go-live", "rule": "again", "file": file, "line": 12}
    steps = found.stages[0].file
    whole = {"rollout": "opening", "stage": None, "file": steps, "line": 1}
    closed = {"rollout": "opening", "stage": "closed", "file": steps, "line": 9}
    staged = {"A1": [closed], "B3": [whole, closed]}
    made = json.loads(as_json(found, ReportStyle()))
    fates = {"A2": ("awaiting", "the ledger"), "A3": ("elsewhere", "the section of readings")}
    fates |= {"B2": ("beyond", "nobody measures it")}
    assert made["statements"] == [
        {
            "id": name,
            "runbook": runbook,
            "text": text,
            "state": {"A1": "rules", "B1": "nothing", "B3": "stages"}.get(name) or fates[name][0],
            "rules": [switch, again] if name == "A1" else [],
            "stages": staged.get(name, []),
            **({fates[name][0]: fates[name][1]} if name in fates else {}),
        }
        for name, runbook, text in STATEMENTS
    ]
    assert made["rules"] == [
        {**switch, "covers": ["A1", "Z9"]},
        {**again, "covers": ["A1"]},
        {"policy": "go-live", "rule": "uncovered", "file": file, "line": 15, "covers": []},
    ]
    assert made["stages"] == [
        {**whole, "covers": ["B3"]},
        {**closed, "covers": ["A1", "B3"]},
        {"rollout": "opening", "stage": "open", "file": steps, "line": 15, "covers": []},
    ]
    assert made["strange"] == [{"id": "Z9", **switch}]
    assert made["complete"] is False


def test_the_markdown_shows_both_directions(found: Trace) -> None:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in as_markdown(found, ReportStyle()).splitlines()
        if line.startswith("|") and "---" not in line
    ]
    place, steps = found.rules[0].file, found.stages[0].file
    held = f"go-live/switch ({place}:7); go-live/again ({place}:12); opening/closed ({steps}:9)"
    assert cells == [
        ["id", "statement", "held by"],
        ["A1", "the switch is off", held],
        ["A2", "people agreed", "awaiting: the ledger"],
        ["A3", "the report &#124; shows it", "elsewhere: the section of readings"],
        ["id", "statement", "held by"],
        ["B1", "the log grows", "nothing"],
        ["B2", "the weather is fine", "beyond: nobody measures it"],
        ["B3", "the switch goes on in steps", f"opening ({steps}:1); opening/closed ({steps}:9)"],
        ["rule", "place", "statements"],
        ["go-live/switch", f"{place}:7", "A1 Z9"],
        ["go-live/again", f"{place}:12", "A1"],
        ["go-live/uncovered", f"{place}:15", "none"],
        ["stage", "place", "statements"],
        ["opening", f"{steps}:1", "B3"],
        ["opening/closed", f"{steps}:9", "A1 B3"],
        ["opening/open", f"{steps}:15", "none"],
    ]
