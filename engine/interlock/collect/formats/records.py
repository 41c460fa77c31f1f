"""Turns the text of an artefact into records with their place: JSON, JSON lines, CSV and log lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..artefact_root import Artefact
from ..artefact_schemas import check_artefact
from ..model import RowsSource
from ..pointer import expand
from ..unreadable import Unreadable, decode, read_json

__all__ = ["Record", "read_records"]

_CONTINUED = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """One row as the artefact holds it. `value` is JSON for json and jsonl, a mapping of texts otherwise."""

    file: str
    word: Literal["line", "row", ""]
    number: int
    value: object
    names: tuple[str, ...] = ()
    top: object = None

    @property
    def place(self) -> str:
        """Where it stands: `line 41 of data/rl/shadow_decisions.jsonl`."""
        return f"{self.word} {self.number} of {self.file}" if self.word else self.file


def read_records(artefact: Artefact, source: RowsSource) -> tuple[object, Iterator[Record]]:
    """Return the top of a JSON file (else None) and the records in file order.

    Trouble, here or while the records are taken, as soon as a part of the artefact is torn.
    """
    text = decode(artefact.data, artefact.name)
    if not text.strip():
        if source.may_be_empty and source.format != "json":
            return None, iter(())
        raise Unreadable("missing", f"{artefact.name} is empty")
    if source.format == "json":
        top = _top(text, artefact.name, source)
        return top, _json(top, artefact.name, source)
    reader = {"jsonl": _jsonl, "csv": _csv, "lines": _lines}[source.format]
    return None, reader(text, artefact.name, source)


def _top(text: str, file: str, source: RowsSource) -> object:
    top = read_json(text, file)
    if not isinstance(top, dict | list):
        raise Unreadable("torn source", f"{file} holds neither an object nor a list")
    if source.schema:
        check_artefact(source.schema, top, file)
    return top


def _json(top: object, file: str, source: RowsSource) -> Iterator[Record]:
    if source.rows is None:
        yield Record(file, "", 1, top, (), top)
        return
    number, found = 0, False
    for names, each in expand(top, source.rows):
        found = True
        for value in _rows_of(each, file):
            number += 1
            yield Record(file, "row", number, value, names, top)
    if not found and "*" not in source.rows:
        raise Unreadable("missing", f"{file} has no /{'/'.join(source.rows)}")


def _rows_of(value: object, file: str) -> list[object]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    raise Unreadable("torn source", f"{file} holds neither an object nor a list where its rows should be")


def _jsonl(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"line {number} of {file}"
        try:
            value = read_json(line, place)
        except Unreadable:
            if number == len(lines) and source.torn == "tail":
                return
            raise
        if not isinstance(value, dict):
            raise Unreadable("torn source", f"{place} is not an object")
        if source.schema:
            check_artefact(source.schema, value, place)
        yield Record(file, "line", number, value, (), value)


def _whole_lines(text: str, file: str, source: RowsSource) -> str:
    """A last line without its end may be half a line, and half a number reads as a number."""
    if text.endswith("\n"):
        return text
    if source.torn == "tail":
        kept = text.rpartition("\n")[0]
        return kept + "\n" if kept else ""
    number = text.count("\n") + 1
    raise Unreadable("torn source", f"line {number} of {file} has no end")


def _csv(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(_whole_lines(text, file, source), newline=""), strict=True)
    header: list[str] = []
    while True:
        number = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error:
            raise Unreadable("torn source", f"line {number} of {file} is not CSV") from None
        if fields is None:
            break
        if not header:
            header = [each.strip() for each in fields]
            if len(set(header)) != len(header):
                raise Unreadable("torn source", f"the header of {file} has the same name twice")
        elif fields:
            if len(fields) != len(header):
                raise Unreadable(
                    "torn source", f"line {number} of {file} has {len(fields)} fields, not {len(header)}"
                )
            yield Record(file, "line", number, dict(zip(header, fields, strict=True)))
    _check_header(header, file, source)


def _check_header(header: list[str], file: str, source: RowsSource) -> None:
    for column in source.columns:
        if header and column.place not in header and not column.optional:
            raise Unreadable("torn source", f"{file} has no column `{column.place}`")


def _lines(text: str, file: str, source: RowsSource) -> Iterator[Record]:
    assert source.match is not None
    continued = _CONTINUED
    for number, line in enumerate(_whole_lines(text, file, source).split("\n")[:-1], start=1):
        match = source.match.fullmatch(line.rstrip("\r"))
        if match is not None:
            continued = 0
            groups = {name: value for name, value in match.groupdict().items() if value is not None}
            yield Record(file, "line", number, groups)
            continue
        continued += 1
        if not source.continues or continued > _CONTINUED:
            raise Unreadable("torn source", f"line {number} of {file} does not match")
