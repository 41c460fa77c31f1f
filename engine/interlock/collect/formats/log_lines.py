"""Logs: a regular expression takes its named groups from each line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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
_AT_ONCE = 10_000_000
"""So many characters of ends of lines are matched at once."""
_IN_ALL = 200_000_000
"""A file may hold ends of lines with so many characters, each of which may be a record of its own."""
_WORD = re.compile(r"\S+")
_BREAKS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_NEWLINE = re.compile(f"[{_BREAKS}]*\n|[{_BREAKS}]+")
"""Each of these ends a line too, as the carriage return of a progress bar does: what follows may be a record."""


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    assert source.match is not None
    time = next((each.place for each in source.columns if each.name == source.time), "")
    # a group that a match may pass by has no value there; that of the time is missing, and its row is torn
    passed_by = dict.fromkeys(source.match.skippable - {time})
    words, stamp, continued = 0, "", _LONGEST  # a line before the first record continues nothing
    inner = _InnerRecords(source.match, time, file)
    whole, end = split_end(text, file, source)
    lines = _NEWLINE.split(whole)[:-1]
    for number, groups in enumerate(full_matches(source.match, lines), start=1):
        line = lines[number - 1]
        if groups is not None and source.undated == "above" and stamp and not groups.get(time):
            inner.add(_inner_records(number, line, stamp, 0, words))
            yield Record(file, "line", number, {**passed_by, **groups, time: stamp})
            continue
        if groups is not None:
            stamp, continued = groups.get(time, ""), 0
            words, after = _words_before(stamp, line), line.find(stamp) + len(stamp)
            inner.add(_inner_records(number, line, stamp, after, words))
            yield Record(file, "line", number, {**passed_by, **groups})
            continue
        continued += 1
        if not source.continues or continued > _LONGEST:
            raise Unreadable("torn source", f"line {number} of {file} does not match")
        if begins_a_record(line, words, stamp):
            wrong = f"line {number} of {file} begins like a record and does not match"
            raise Unreadable("torn source", wrong)
        inner.add(_inner_records(number, line, stamp, 0, words))
    inner.check()
    yield from end


@dataclass(frozen=True, slots=True)
class _InnerRecord:
    """The rest of a line, which may be a record of its own: `stamp` is its time, `joined` if no blank is before it."""

    number: int
    text: str
    stamp: str
    joined: bool


@dataclass(slots=True)
class _InnerRecords:
    """Checks that no rest of a line is a record of its own, behind a newline that is lost."""

    pattern: Pattern
    time: str
    file: str
    waiting: list[_InnerRecord] = field(default_factory=list)
    size: int = 0
    total: int = 0

    def add(self, found: Iterable[_InnerRecord]) -> None:
        """Check some rests of lines, now or later. Raises Unreadable where one is a record, or for too many."""
        for each in found:
            self.waiting.append(each)
            self.size += len(each.text)
            if self.size > _AT_ONCE:
                self.check()
            if self.total > _IN_ALL:
                wrong = f"by line {each.number} of {self.file} too many times stand within lines"
                raise Unreadable("overflow", f"{wrong} to tell where each record begins")

    def check(self) -> None:
        """Check what waits. Raises Unreadable where it is a record."""
        waiting, self.waiting = self.waiting, []
        self.total, self.size = self.total + self.size, 0
        matches = full_matches(self.pattern, [each.text for each in waiting])
        for each, groups in zip(waiting, matches, strict=True):
            if groups is None or not groups.get(self.time, "").startswith(each.stamp):
                continue
            if each.joined or any(map(is_level, groups.values())):
                raise Unreadable("torn source", f"line {each.number} of {self.file} holds a second record")


def _inner_records(number: int, line: str, stamp: str, after: int, words: int) -> Iterator[_InnerRecord]:
    every: list[tuple[int, int]] = []
    for opening, place, joined in inner_times(line, stamp, after):
        shown = line[place : place + len(stamp)][:16]
        if words:
            every = every or [each.span() for each in _WORD.finditer(line)]
            starts = _starts(line, every, place, words)
            yield from (_InnerRecord(number, line[each:], shown, False) for each in starts if each >= after)
        else:
            yield from (_InnerRecord(number, line[each:], shown, joined) for each in sorted({opening, place}))


def _starts(line: str, every: list[tuple[int, int]], place: int, words: int) -> range:
    """Return where a record may begin that has so many words before its time; `every` are the spans of all words."""
    left = words
    for start, end in reversed(every[: bisect_left(every, (place, 0))]):
        end = min(end, place)
        left -= any(map(str.isalnum, line[start:end]))
        if not left:
            return range(start, min(end, start + _MOST_STARTS))
    return range(0)


def _words_before(time: str, line: str) -> int:
    """Return how many words stand before the time of a record, up to a limit."""
    before = line.partition(time)[0] if time else ""
    return min(sum(any(map(str.isalnum, each)) for each in before.split()), _MOST_WORDS)


LINES = Format(
    "lines",
    text_records(_records),
    frozenset({"match", "unmatched", "may_be_empty", "torn: tail", "undated: above"}),
    needs=("match",),
    text_only=True,
)
