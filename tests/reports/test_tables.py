"""Tables that fit a width, align beside wide characters, and say the same in Markdown."""

from __future__ import annotations

import pytest

from interlock.diagnostics import columns
from interlock.reports.style import ReportStyle
from interlock.reports.tables import Cell, Table, aligned, folded, tidy, wrapped

ROWS = [
    [Cell("gate"), Cell("fails"), Cell("reason")],
    [Cell("漢字", "bad"), Cell("1"), Cell("one two three four five six seven", "faint")],
    [Cell("b"), Cell("12"), Cell("")],
]


def paint(text: str, tone: str) -> str:
    return f"<{text}>" if tone == "bad" else text


def test_aligned() -> None:
    assert list(aligned(ROWS, ReportStyle(40, paint=paint), right=(1,))) == [
        "gate  fails  reason",
        "<漢字>      1  one two three four five six",
        "             seven",
        "b        12",
    ]


def test_the_widest_column_gives_way_and_names_break_at_hyphens() -> None:
    rows = [[Cell("live-rollout-readiness"), Cell("the kill switch is active, set by file")]]
    assert list(aligned(rows, ReportStyle(32))) == [
        "live-rollout-  the kill switch",
        "readiness      is active, set",
        "               by file",
    ]


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_word_longer_than_its_column_is_broken(width: int) -> None:
    rows = [[Cell("a"), Cell("x" * 200), Cell("y" * 90)]]
    assert max(columns(each) for each in aligned(rows, ReportStyle(width))) <= width


def table() -> Table:
    found = Table(("name", "value", "what it is"), right=("value",), optional=("what it is",))
    found.add("a", "12", Cell("FAIL", "bad"))
    found.add("約定率", "3", "two\nlines\tand \x1b[31m\u202e")
    return found


def test_cells_show_what_is_hidden() -> None:
    assert list(table().lines(ReportStyle())) == [
        "name    value  what it is",
        "a          12  FAIL",
        "約定率      3  two\\u000alines\\u0009and \\u001b[31m\\u202e",
    ]


def test_optional_columns_are_left_out_before_a_table_cannot_be_read() -> None:
    assert table().text(ReportStyle(35, paint=paint)) == (
        "name    value  what it is\n"
        "a          12  <FAIL>\n"
        "約定率      3  two\\u000alines\\u0009\n"
        "               and \\u001b[31m\\u202e\n"
    )
    assert table().text(ReportStyle(30)) == (
        "name    value\na          12\n約定率      3\nleft out, for lack of room: what it is\n"
    )


def test_markdown_holds_every_column() -> None:
    found = Table(("name", "count"), right=("count",), optional=("name",))
    found.add("a|b *c*", "3")
    assert found.markdown() == (
        "| name           | count |\n| -------------- | ----: |\n| a&#124;b \\*c\\* |     3 |\n"
    )


def test_wrapped_hangs_and_never_breaks_a_word() -> None:
    word = "x" * 60
    assert wrapped(f"a {word} b-c", 20, "- ", "  ") == ["- a", f"  {word}", "  b-c"]
    assert wrapped("", 20) == []


LONG = "long " * 20
MESSY = f"""
# a



| | name | count |
|:-:|---|--:|
| ✔ | 漢字 | 12 |
| x | {LONG.strip()} | 3 |
| y |
text"""
CLEAN = f"""\
# a

|     | name {" " * 43} | count |
| :-: | {"-" * 48} | ----: |
| ✔   | 漢字 {" " * 43} |    12 |
| x   | {LONG.strip()} |     3 |
| y   | {" " * 48} |       |
text
"""


def test_tidy() -> None:
    assert tidy(MESSY) == CLEAN
    assert tidy(CLEAN) == CLEAN
    assert tidy("") == "\n"


def test_markdown_is_folded_outside_tables_and_code() -> None:
    text = (
        "# A heading that is far longer than the width\n"
        "- [ ] **do** this: one two three - four\n"
        "1. first second thirds 2. fourth\n"
        "short\n"
        "| a table that is far longer | than the width |\n"
        "```sh\nan example that is far longer than the width\n```\n"
        "a paragraph that is longer\n"
    )
    assert folded(text, 24) == (
        "# A heading that is far longer than the width\n"
        "- [ ] **do** this: one\n"
        "  two three - four\n"
        "1. first second thirds\n"
        "   2\\. fourth\n"
        "short\n"
        "| a table that is far longer | than the width |\n"
        "```sh\nan example that is far longer than the width\n```\n"
        "a paragraph that is\n"
        "longer\n"
    )


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("-", "\\-"),
        ("---", "\\---"),
        ("+", "\\+"),
        ("#", "\\#"),
        ("=", "\\="),
        ("-3", "-3"),
        ("**a**", "**a**"),
        ("3", "3"),
    ],
)
def test_a_folded_line_begins_nothing_new(word: str, shown: str) -> None:
    assert folded(f"one two three four five {word} six", 24) == f"one two three four five\n{shown} six\n"
