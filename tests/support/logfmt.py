"""A format from outside the package, for tests: each line holds pairs such as `at=2026-03-28 pnl=1.5`."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.collect.formats.model import Format, Record, split_end, text_records
from interlock.collect.model import RowsSource
from interlock.collect.unreadable import Unreadable


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    whole, end = split_end(text, file, source)
    for number, line in enumerate(whole.splitlines(), start=1):
        pairs = [each.partition("=") for each in line.split()]
        if not all(equals for _, equals, _ in pairs):
            raise Unreadable("torn source", f"line {number} of {file} is not logfmt")
        yield Record(file, "line", number, {name: value for name, _, value in pairs})
    yield from end


LOGFMT = Format("logfmt", text_records(_records), frozenset({"may_be_empty", "torn: tail"}), text_only=True)
