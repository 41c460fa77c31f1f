"""Columns of plain text that align, also beside wide characters, and wrap in the last one."""

from __future__ import annotations

from interlock.reports.tables import Cell, aligned, wrapped

ROWS = [
    [Cell("gate"), Cell("fails"), Cell("reason")],
    [Cell("漢字", "bad"), Cell("1"), Cell("one two three four five six seven", "faint")],
    [Cell("b"), Cell("12"), Cell("")],
]


def paint(text: str, tone: str) -> str:
    return f"<{text}>" if tone == "bad" else text


def test_aligned() -> None:
    assert list(aligned(ROWS, 40, paint, right=(1,))) == [
        "gate  fails  reason",
        "<漢字>      1  one two three four five six",
        "             seven",
        "b        12",
    ]


def test_wrapped_hangs_and_never_breaks_a_word() -> None:
    word = "x" * 60
    assert wrapped(f"a {word} b-c", 20, "- ", "  ") == ["- a", f"  {word}", "  b-c"]
    assert wrapped("", 20) == []
