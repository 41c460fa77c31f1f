"""JSON files: each file is one value, and a pointer leads to its rows."""

from __future__ import annotations

from collections.abc import Iterator

from ..artefact_root import Artefact, Root
from ..json_documents import check_artefact, expand, read_json
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
    number, found = 0, False
    for names, each in expand(top, source.rows):
        found = True
        for value in _rows(each, file):
            number += 1
            yield Record(file, "row", number, value, names, top)
    if not found and "*" not in source.rows:
        raise Unreadable("missing", f"{file} has no /{'/'.join(source.rows)}")


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
