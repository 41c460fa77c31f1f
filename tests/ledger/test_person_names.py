"""Names of people that could be read as another's are refused; names of any one alphabet are not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.errors import UsageError
from interlock.ledger.acts import Act

LOOK = "all look like Latin ones: write it in full, or in Latin letters"
SIGNS = "write letters, digits, spaces and ' - . _ @"
NAMES = ("anna", "Zoë Müller-O'Neil", "Вера Иванова", "Ελένη", "山田 太郎", "たろう山田", "김철수")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Ann\u0430", "mixes letters of Cyrillic and Latin: write it in one alphabet"),
        ("\u0391nna", "mixes letters of Greek and Latin: write it in one alphabet"),
        ("\u0440\u0430\u0440\u0430", f"is written in Cyrillic letters that {LOOK}"),
        ("Ａnna", "holds U+FF21, a second form of another character: write `A`"),
        ("anna２", "holds the digit U+FF12: write 0 to 9"),
        ("anna\u0662", "holds the digit U+0662: write 0 to 9"),
        ("anna²", "holds U+00B2, a second form of another character: write `2`"),
        ("ﬁona", "holds U+FB01, a second form of another character: write `fi`"),
        ("O\u2019Neil", f"holds U+2019: {SIGNS}"),
        ("anne\u2010marie", f"holds U+2010: {SIGNS}"),
        ("ann\u2013b", f"holds U+2013: {SIGNS}"),
        ("ann\u2212b", f"holds U+2212: {SIGNS}"),
        ("ann/b", f"holds U+002F: {SIGNS}"),
        ("o\u02bcneil", "mixes letters of Latin and Modifier: write it in one alphabet"),
        ("bo\u0338b", "holds U+0338, a line through a letter: write the letter alone"),
        ("an\u200bna", "holds the invisible character U+200B"),
        ("an\u202ena", "holds the invisible character U+202E"),
    ],
)  # fmt: skip
def test_refused(name: str, wrong: str) -> None:
    with pytest.raises(UsageError) as found:
        Act(name, "why", Decimal(0))
    shown = name.replace("\u200b", r"\u200b").replace("\u202e", r"\u202e")
    assert str(found.value) == f"the name `{shown}` of `--by` {wrong}"


@pytest.mark.parametrize(
    "name", [*NAMES, "Nguye\u0302\u0303n", "ops-2", "अनीता", "Kılıç", "bøb", "ann.b_2@desk"]
)
def test_taken(name: str) -> None:
    assert Act(name, "why", Decimal(0)).by == name


@pytest.mark.parametrize(("by", "reason", "option"), [("a\udcff", "why", "by"), ("anna", "\ud800", "reason")])
def test_what_is_not_unicode(by: str, reason: str, option: str) -> None:
    with pytest.raises(UsageError) as found:
        Act(by, reason, Decimal(0))
    assert str(found.value) == f"`--{option}` is not UTF-8"
