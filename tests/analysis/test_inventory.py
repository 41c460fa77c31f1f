"""The list of statements is read whole, and every fault of it is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.analysis.inventory import Statement, read_inventory
from interlock.errors import DocumentError, UsageError

LIST = """\
inventory:
  go-live:
    A1: the switch is off
    A2: people agreed
  watch:
    B1: the log grows
awaiting: {A2: the ledger}
beyond:
  B1: nobody writes that log
"""


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read_in_its_order(tmp_path: Path) -> None:
    found = read_inventory(_written(tmp_path, LIST))
    assert list(found.statements.values()) == [
        Statement("A1", "go-live", "the switch is off"),
        Statement("A2", "go-live", "people agreed"),
        Statement("B1", "watch", "the log grows"),
    ]
    assert (found.awaiting, found.elsewhere) == ({"A2": "the ledger"}, {})
    assert found.beyond == {"B1": "nobody writes that log"}


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        (
            LIST + "behind: {}\n",
            [
                "inventory.yaml:10:1: error E213: `behind` is no part of an inventory "
                "(there are `inventory`, `awaiting`, `elsewhere`, `beyond`)"
            ],
        ),
        (
            LIST.replace("    B1:", "    A1:").replace("  B1: nobody", "  A9: nobody"),
            [
                "inventory.yaml:6:5: error E247: `A1` is listed twice",
                "inventory.yaml:9:3: error E250: `A9` is no statement of the inventory",
            ],
        ),
        (
            LIST.replace("A1: the switch is off", "a1: x").replace("people agreed", "''"),
            [
                "inventory.yaml:3:5: error E248: `a1` is no id such as `B67`",
                "inventory.yaml:4:9: error E249: `A2` has no text",
                "inventory.yaml:7:12: error E250: `A2` is no statement of the inventory",
            ],
        ),
    ],
)
def test_a_fault_is_told_at_its_place(tmp_path: Path, text: str, complaints: list[str]) -> None:
    with pytest.raises(DocumentError) as problem:
        read_inventory(_written(tmp_path, text))
    assert [str(each) for each in problem.value.diagnostics] == complaints


def test_no_list_and_an_empty_list_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as problem:
        read_inventory(tmp_path / "none.yaml")
    path = (tmp_path / "none.yaml").as_posix()
    assert str(problem.value) == f"there is no list of statements `{path}`: name one with `--inventory FILE`"
    empty = _written(tmp_path, "inventory: {}\n")
    with pytest.raises(UsageError) as problem:
        read_inventory(empty)
    assert str(problem.value) == f"`{empty.as_posix()}` lists no statements under `inventory:`"
