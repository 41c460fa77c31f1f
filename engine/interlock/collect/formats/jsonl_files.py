"""JSON lines: every line is one object."""

from __future__ import annotations

from collections.abc import Iterator

from ..json_documents import check_artefact, read_json
from ..model import RowsSource
from ..unreadable import Unreadable
from .model import Format, Record, text_records

__all__ = ["JSONL"]


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"line {number} of {file}"
        try:
            value = read_json(line, place, source.exact)
        except Unreadable:
            if number == len(lines) and source.torn == "tail":
                return
            raise
        if not isinstance(value, dict):
            raise Unreadable("torn source", f"{place} is not an object")
        if source.schema:
            check_artefact(source.schema, value, place)
        yield Record(file, "line", number, value, (), value)


JSONL = Format(
    "jsonl",
    text_records(_records),
    frozenset({"schema", "may_be_empty", "json", "torn: tail"}),
    by_pointer=True,
)
