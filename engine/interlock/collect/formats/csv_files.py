"""CSV files: a header names the columns, every further line is a row of texts.

Blanks around a text are no part of it, and an empty cell is no text: it may be what is left of one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..model import RowsSource
from ..unreadable import Unreadable
from .model import Format, Record, split_end, text_records

__all__ = ["CSV"]


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    header, rows = list[str](), False
    whole, end = split_end(text, file, source)
    for number, fields in _lines(whole, file):
        if not header:
            header = [each.strip() for each in fields]
            if len(set(header)) != len(header):
                raise Unreadable("torn source", f"the header of {file} has the same name twice")
        elif fields:
            if len(fields) != len(header):
                wrong = f"line {number} of {file} has {len(fields)} fields, not {len(header)}"
                raise Unreadable("torn source", wrong)
            rows, values = True, (each.strip() or None for each in fields)
            yield Record(file, "line", number, dict(zip(header, values, strict=True)))
    for column in source.columns:
        if header and column.place not in header and not column.optional:
            raise Unreadable("torn source", f"{file} has no column `{column.place}`")
    if header and not (rows or end or source.may_be_empty):
        raise Unreadable("missing", f"{file} has a header and no rows")
    yield from end


def _lines(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its first line; a quoted field may hold newlines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error:
            raise Unreadable("torn source", f"line {number} of {file} is not CSV") from None
        if fields is None:
            return
        yield number, fields


CSV = Format("csv", text_records(_records), frozenset({"may_be_empty", "torn: tail"}), text_only=True)
