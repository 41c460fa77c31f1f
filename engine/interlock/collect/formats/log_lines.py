"""Logs: a regular expression takes its named groups from each line."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import RowsSource
from ..re2 import full_matches
from ..unreadable import Unreadable
from .model import Format, Record, finished_lines, text_records

__all__ = ["LINES"]

_LONGEST = 1_000
"""So many lines may continue a record, such as a traceback."""


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    assert source.match is not None
    continued = _LONGEST  # a line before the first record continues nothing
    lines = [each.rstrip("\r") for each in finished_lines(text, file, source).split("\n")[:-1]]
    for number, groups in enumerate(full_matches(source.match, lines), start=1):
        if groups is not None:
            continued = 0
            yield Record(file, "line", number, groups)
            continue
        continued += 1
        if not source.continues or continued > _LONGEST:
            raise Unreadable("torn source", f"line {number} of {file} does not match")


LINES = Format(
    "lines",
    text_records(_records),
    frozenset({"match", "unmatched", "may_be_empty", "torn: tail"}),
    needs=("match",),
    text_only=True,
)
