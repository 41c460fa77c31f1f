"""JSON files: each file is one value, and a pointer leads to its rows."""

from __future__ import annotations

from collections.abc import Iterator

from ...language.values import CauseName
from ..artefact_root import Artefact, Root
from ..json_documents import ABSENT, check_artefact, expand, read_json, show_pointer
from ..model import RowsSource
from ..unreadable import Unreadable
from .model import Contents, Format, Record, text_of

__all__ = ["JSON"]


def _read(_: Root, artefact: Artefact, source: RowsSource) -> Contents:
    file = artefact.name
    top = read_json(text_of(artefact, source), file, source.exact)
    if not isinstance(top, dict | list):
        raise Unreadable("torn source", f"{file} holds neither an object nor a list")
    if source.schema:
        check_artefact(source.schema, top, file)
    return Contents(_records(top, file, source), top)


def _records(top: object, file: str, source: RowsSource) -> Iterator[Record]:
    if source.rows is None:
        yield Record(file, "", 1, top, (), top)
        return
    number = 0
    for names, each in expand(top, source.rows):
        if each is ABSENT:
            cause: CauseName = "torn source" if "*" in source.rows else "missing"
            raise Unreadable(cause, f"{file} has no {show_pointer(source.rows, names)}")
        for value in _rows(each, file):
            number += 1
            yield Record(file, "row", number, value, names, top)


def _rows(value: object, file: str) -> list[object]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    raise Unreadable("torn source", f"{file} holds neither an object nor a list where its rows should be")


JSON = Format(
    "json",
    _read,
    frozenset({"rows", "schema", "json", "of: file", "from: /pointer", "to: /pointer"}),
    by_pointer=True,
)
