"""docs/language.md tells of every operator, function, window and filter, in the words of the table."""

from __future__ import annotations

from pathlib import Path

from interlock.language.operators import OPERATORS, WINDOWS, Operator
from interlock.policy.reading.templates import FILTERS

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "language.md").read_text(encoding="utf-8")


def row(operator: Operator) -> str:
    """The line of the page for one entry of the table."""
    signature = operator.signature.replace("|", "\\|")
    return f"| `{signature}` | {operator.doc} | {', '.join(f'`{each}`' for each in operator.examples)} |"


def test_every_operator_and_function_has_its_row_and_no_other_row_is_there() -> None:
    start = PAGE.index("## Operators and functions")
    found = [
        line
        for line in PAGE[start : PAGE.index("## Series and windows")].split("\n")
        if line.startswith("| `")
    ]
    assert found == [row(each) for each in OPERATORS.values()]


def test_every_window_is_explained() -> None:
    assert [each for each in (*WINDOWS, "where") if f"| `{each}=" not in PAGE] == []


def test_every_filter_of_a_reason_is_named() -> None:
    assert ", ".join(f"`{each}`" for each in FILTERS) in " ".join(PAGE.split())
