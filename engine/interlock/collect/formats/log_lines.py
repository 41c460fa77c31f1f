"""Logs: a regular expression takes its named groups from each line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..line_heads import begins_a_record, inner_times, is_level
from ..model import RowsSource
from ..patterns import Pattern
from ..sql.re2 import full_matches
from ..unreadable import Unreadable
from .model import Format, Record, split_end, text_records

__all__ = ["LINES"]

_LONGEST = 1_000
"""So many lines may continue a record, such as a traceback."""
_MOST_WORDS = 8
_MOST_STARTS = 20
_WORD = re.compile(r"\S+")
_BREAKS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_NEWLINE = re.compile(f"[{_BREAKS}]*\n|[{_BREAKS}]+")
"""Each of these ends a line too, as the carriage return of a progress bar does: what follows may be a record."""


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    assert source.match is not None
    time = next((each.place for each in source.columns if each.name == source.time), "")
    words, stamp, continued = 0, "", _LONGEST  # a line before the first record continues nothing
    inner: list[_InnerRecord] = []
    whole, end = split_end(text, file, source)
    lines = _NEWLINE.split(whole)[:-1]
    for number, groups in enumerate(full_matches(source.match, lines), start=1):
        line = lines[number - 1]
        if groups is not None:
            stamp, continued = groups.get(time, ""), 0
            words, after = _words_before(stamp, line), line.find(stamp) + len(stamp)
            inner.extend(_inner_records(number, line, stamp, after, words))
            yield Record(file, "line", number, groups)
            continue
        continued += 1
        if not source.continues or continued > _LONGEST:
            raise Unreadable("torn source", f"line {number} of {file} does not match")
        if begins_a_record(line, words, stamp):
            wrong = f"line {number} of {file} begins like a record and does not match"
            raise Unreadable("torn source", wrong)
        inner.extend(_inner_records(number, line, stamp, 0, words))
    _check_inner(inner, source.match, time, file)
    yield from end


@dataclass(frozen=True, slots=True)
class _InnerRecord:
    """The rest of a line, which may be a record of its own: `stamp` is its time, `joined` if no blank is before it."""

    number: int
    text: str
    stamp: str
    joined: bool


def _inner_records(number: int, line: str, stamp: str, after: int, words: int) -> Iterator[_InnerRecord]:
    for place, joined in inner_times(line, stamp, after):
        shown = line[place : place + len(stamp)][:16]
        if words:
            before = [each for each in _WORD.finditer(line, 0, place) if any(map(str.isalnum, each[0]))]
            first = before[-words] if words <= len(before) else None
            starts = range(first.start(), min(first.end(), first.start() + _MOST_STARTS)) if first else ()
            yield from (_InnerRecord(number, line[each:], shown, False) for each in starts if each >= after)
        else:
            opening = len(line[:place].rstrip("[(<"))
            yield from (_InnerRecord(number, line[each:], shown, joined) for each in {opening, place})


def _check_inner(inner: list[_InnerRecord], pattern: Pattern, time: str, file: str) -> None:
    """Raise Unreadable where the rest of a line is a record of its own, behind a newline that is lost."""
    for each, groups in zip(inner, full_matches(pattern, [each.text for each in inner]), strict=True):
        if groups is None or not groups.get(time, "").startswith(each.stamp):
            continue
        if each.joined or any(map(is_level, groups.values())):
            raise Unreadable("torn source", f"line {each.number} of {file} holds a second record")


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
