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


def _own(tmp_path: Path, sentence: str) -> tuple[str, ...]:
    """A list with one statement that a rule holds, and a page with its sentence."""
    (tmp_path / "runbooks").mkdir(exist_ok=True)
    (tmp_path / "inventory.yaml").write_text(
        "inventory: {go-live: {A1: the switch is off, Z9: one}}\n", "utf-8"
    )
    page = f"- **A1** {sentence}\n- **Z9** One.\n"
    (tmp_path / "runbooks" / "go-live.md").write_text(page, "utf-8")
    return ("--inventory", str(tmp_path / "inventory.yaml"))


def test_a_changed_sentence_marks_its_rules_until_somebody_confirms(
    command: Command, root: Path, tmp_path: Path
) -> None:
    own = (*_own(tmp_path, "The switch is off."), "--policies", root)
    done = command("trace", "A1", "Z9", "--confirm", *own)
    stale = [line for line in done.out.splitlines() if "stale" in line]
    assert (stale, done.err) == ([], "")
    _own(tmp_path, "The switch is on.")
    done = command("trace", "A1", *own)
    look = "look at go-live/switch, go-live/again and opening/closed, then confirm it with"
    text = f"A1 is stale: its sentence has changed: {look} `interlock trace A1 --confirm` "
    assert (done.code, text in " ".join(done.out.split()) + " ") == (1, True)
    assert done.out.rstrip().endswith("; 1 stale")
    statement = json.loads(command("trace", "A1", *own, "--format", "json").out)["statements"][0]
    assert (statement["state"], statement["stale"]) == ("rules", "its sentence has changed")
    assert "stale: its sentence has changed |" in command("trace", "A1", *own, "--format", "markdown").out
    done = command("trace", "A1", "--confirm", *own)
    assert "stale" not in done.out


def test_a_statement_that_nothing_holds_may_be_stale_too(
    command: Command, root: Path, tmp_path: Path
) -> None:
    own = (*_own(tmp_path, "The switch is off."), "--policies", root)
    text = (tmp_path / "inventory.yaml").read_text("utf-8").replace("Z9: one", "Z9: one, B7: two")
    (tmp_path / "inventory.yaml").write_text(f"{text}beyond: {{B7: nobody measures it}}\n", "utf-8")
    done = command("trace", "B7", *own)
    why = "no runbook page has its sentence: look at what the inventory says of it, then confirm it with"
    assert f"B7 is stale: {why} `interlock trace B7 --confirm`" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "`--confirm` needs the ids of statements: read their sentences and rules first"),
        (("A1",), "there is no folder `{folder}` with sentences to confirm"),
    ],
)
def test_what_cannot_be_confirmed(
    command: Command, root: Path, tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    own = _own(tmp_path, "The switch is off.")
    folder = tmp_path / "runbooks"
    (folder / "go-live.md").unlink()
    folder.rmdir()
    done = command("trace", *words, "--confirm", *own, "--policies", root)
    assert (done.code, done.err) == (2, f"error: {problem.format(folder=folder.as_posix())}\n")
