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
    number, held, rows = 0, set[type](), set[type]()
    for names, each in expand(top, source.rows):
        if each is ABSENT:
            cause: CauseName = "torn source" if "*" in source.rows else "missing"
            raise Unreadable(cause, f"{file} has no {show_pointer(source.rows, names)}")
        _check_alike(held, each, f"{file} holds objects and lists as {show_pointer(source.rows)}")
        for value in _rows(each, file):
            number += 1
            _check_alike(rows, value, f"row {number} of {file} is no object or list as those before it")
            yield Record(file, "row", number, value, names, top)


def _check_alike(kinds: set[type], value: object, wrong: str) -> None:
    """Raise Unreadable for a list among objects, or an object among lists: it may hold no row, or several."""
    kinds.add(type(value))
    if {dict, list} <= kinds:
        raise Unreadable("torn source", wrong)


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
