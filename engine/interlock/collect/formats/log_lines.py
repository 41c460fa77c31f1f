"""Logs: a regular expression takes its named groups from each line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..line_heads import begins_a_record
from ..model import RowsSource
from ..sql.re2 import full_matches
from ..unreadable import Unreadable
from .model import Format, Record, split_end, text_records

__all__ = ["LINES"]

_LONGEST = 1_000
"""So many lines may continue a record, such as a traceback."""
_MOST_WORDS = 8
_NEWLINE = re.compile(r"\r*\n|\r+")
"""A carriage return ends a line too, as that of a progress bar does: what follows may be a record."""


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    assert source.match is not None
    time = next((each.place for each in source.columns if each.name == source.time), "")
    words, continued = 0, _LONGEST  # a line before the first record continues nothing
    whole, end = split_end(text, file, source)
    lines = _NEWLINE.split(whole)[:-1]
    for number, groups in enumerate(full_matches(source.match, lines), start=1):
        if groups is not None:
            continued, words = 0, _words_before(groups.get(time, ""), lines[number - 1])
            yield Record(file, "line", number, groups)
            continue
        continued += 1
        if not source.continues or continued > _LONGEST:
            raise Unreadable("torn source", f"line {number} of {file} does not match")
        if begins_a_record(lines[number - 1], words):
            wrong = f"line {number} of {file} begins like a record and does not match"
            raise Unreadable("torn source", wrong)
    yield from end


def _words_before(time: str, line: str) -> int:
    """Return how many words stand before the time of a record, up to a limit."""
    before = line.partition(time)[0] if time else ""
    return min(sum(any(map(str.isalnum, each)) for each in before.split()), _MOST_WORDS)


LINES = Format(
    "lines",
    text_records(_records),
    frozenset({"match", "unmatched", "may_be_empty", "torn: tail"}),
    needs=("match",),
    text_only=True,
)
