"""`interlock trace`: the matrix, single ids, its exit code, and its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.analysis.inventory import read_inventory
from interlock.analysis.statement_trace import trace
from interlock.diagnostics import Collector
from interlock.policy.loader import load_root
from interlock.reports.renderers import rendered
from interlock.reports.style import ReportStyle

from ..conftest import Command

TEXT = """\
id  statement               held by                             place
A1  the switch is off       go-live/switch                      {place}:7
                            go-live/again                       {place}:12
                            opening/closed                      {steps}:9
A2  people agreed           awaiting: the ledger
A3  the report | shows it   elsewhere: the section of readings
B1  the log grows           nothing
B2  the weather is fine     beyond: nobody measures it
B3  the switch goes on in steps  opening                        {steps}:1
                            opening/closed                      {steps}:9

rule               place{space}  statements
go-live/switch     {place}:7   A1 Z9
go-live/again      {place}:12  A1
go-live/uncovered  {place}:15  none

stage           place{space}  statements
opening         {steps}:1   B3
opening/closed  {steps}:9   A1 B3
opening/open    {steps}:15  none

Z9 is no statement of the inventory: go-live/switch names it, {place}:7
{summary}
"""
SUMMARY = (
    "6 statements, 3 rules, 2 stages: 1 in rules, 1 in stages of rollouts, 1 held elsewhere, 1 awaiting, "
    "1 beyond what can be held, 1 held by nothing"
)


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2] / "analysis" / "small" / "policies"


def _squeezed(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_matrix_and_its_exit_code(command: Command, root: Path) -> None:
    done = command("trace", "--policies", root)
    made = json.loads(command("trace", "--policies", root, "--format", "json").out)
    place, steps = (made[each][0]["file"] for each in ("rules", "stages"))
    text = TEXT.format(place=place, steps=steps, space="", summary=SUMMARY)
    assert _squeezed(done.out) == _squeezed(text)
    assert (done.code, done.err) == (1, "")


def test_single_ids_show_their_rules_alone(command: Command, root: Path) -> None:
    done = command("trace", "A2", "A1", "--policies", root, "--format", "json")
    made = json.loads(done.out)
    assert done.code == 0
    assert [each["id"] for each in made["statements"]] == ["A1", "A2"]
    assert [each["rule"] for each in made["rules"]] == ["switch", "again"]
    assert [each["stage"] for each in made["stages"]] == ["closed"]


def test_an_unknown_id_has_a_suggestion(command: Command, root: Path) -> None:
    done = command("trace", "C1", "--policies", root)
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: no statement has the id `C1`: `interlock trace` lists all\n"


def test_another_list_may_be_named(command: Command, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        "inventory:\n  all:\n    A1: the switch is off\n    B3: in steps\n    Z9: all\n", encoding="utf-8"
    )
    done = command("trace", "--policies", root, "--inventory", other, "--format", "markdown")
    assert done.code == 0
    assert done.out.splitlines()[:3] == [
        "# Statements and what holds them",
        "",
        "3 statements, 3 rules, 2 stages: 2 in rules, 1 in stages of rollouts.",
    ]


@pytest.mark.parametrize("width", [60, 80])
def test_the_matrix_fits_the_terminal(root: Path, width: int) -> None:
    found = trace(load_root(root, Collector()), read_inventory(root.parent / "docs" / "inventory.yaml"))
    text = rendered("trace", "text", found, ReportStyle(width=width))
    assert max(map(len, text.splitlines())) <= width
    assert ("left out, for lack of room: place" in text) == (width == 60)
