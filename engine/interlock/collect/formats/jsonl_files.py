"""JSON lines: every line is one object.

A last line without its newline is whole where its object is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..json_documents import check_artefact, read_json
from ..model import RowsSource
from ..unreadable import Unreadable
from .model import UNFINISHED, Format, Record, text_records

__all__ = ["JSONL"]

_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)')
_BRACKET = re.compile(r"[{}]")


def _records(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"line {number} of {file}"
        try:
            value = read_json(line, place, source.exact)
        except Unreadable:
            if number == len(lines) and source.torn == "tail" and _unfinished(line):
                yield Record(file, "line", number, UNFINISHED)
                return
            raise
        if not isinstance(value, dict):
            raise Unreadable("torn source", f"{place} is not an object")
        if source.schema:
            check_artefact(source.schema, value, place)
        yield Record(file, "line", number, value, (), value)


def _unfinished(line: str) -> bool:
    """Tell whether a line may be the beginning of one object: nothing follows a closed one, and nothing is lost."""
    rest = _STRING.sub("", line.lstrip())
    depth = 0
    for bracket in _BRACKET.findall(rest):
        depth += 1 if bracket == "{" else -1
        if depth == 0:
            return False
    return rest.startswith("{") and "\0" not in line


JSONL = Format(
    "jsonl",
    text_records(_records),
    frozenset({"schema", "may_be_empty", "json", "torn: tail"}),
    by_pointer=True,
)
