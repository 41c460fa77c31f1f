"""Markdown that reads well as plain text: padded tables, single blank lines, one line end at the end."""

from __future__ import annotations

from interlock.reports.tables import tidy

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
