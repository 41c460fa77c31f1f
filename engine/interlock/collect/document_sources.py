"""Reads `document` sources: one JSON document, its time, and the values that pointers lead to."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ..language.literals import CONTEXT
from ..language.times import show_time
from ..language.types import Kind
from ..limits import SKEW
from ..policy.catalogue import Metric
from .artefact_root import Artefact, Root
from .artefact_schemas import check_artefact
from .model import DocumentMetric, DocumentSource
from .pointer import ABSENT, Pointer, one
from .rosters import Rosters
from .rows.query_results import Entry, QueryResult
from .typed_values import NoTime, from_json, number, read_moment, shown_day
from .unreadable import Unreadable, decode, read_json

__all__ = ["Document", "open_document", "pick"]


class Document:
    """A document source with its artefact read."""

    def __init__(self, source: DocumentSource, artefact: Artefact, top: object, as_of: Decimal) -> None:
        self.source = source
        self.artefact = artefact
        self.top = top
        self.as_of = as_of

    def time(self, at: Pointer | Literal["modified"], base: object) -> Decimal:
        """Return when a value was true; Trouble without a time, or with one later than the snapshot's."""
        name = self.artefact.name
        if at == "modified":
            found, where = self.artefact.modified, f"the date of {name}"
        else:
            where = f"{name}: /{'/'.join(at)}"
            value = one(base, at)
            if value is ABSENT or value is None:
                raise Unreadable("no time", f"{where} is absent")
            try:
                found = read_moment(value, self.source.zone, self.source.unit)
            except NoTime as problem:
                raise Unreadable("no time", f"{where} {problem}") from None
        if found > self.as_of + SKEW:
            raise Unreadable("clock skew", f"{where} is {shown_day(found)}, after {shown_day(self.as_of)}")
        return found


def open_document(root: Root, source: DocumentSource, as_of: Decimal) -> Document:
    """Read the artefact of a document source; Trouble when it is missing, empty or torn."""
    artefact = root.open(source.file)
    text = decode(artefact.data, artefact.name)
    if not text.strip():
        raise Unreadable("missing", f"{artefact.name} is empty")
    top = read_json(text, artefact.name, exact=True)
    if not isinstance(top, dict | list):
        raise Unreadable("torn source", f"{artefact.name} holds neither an object nor a list")
    if source.schema:
        check_artefact(source.schema, top, artefact.name)
    return Document(source, artefact, top, as_of)


def pick(document: Document, asked: DocumentMetric, metric: Metric, rosters: Rosters) -> QueryResult:
    """Return the entry of one metric, or its entries by member."""
    if asked.members is None:
        return QueryResult(entry=_entry(document, asked, metric, document.top, rosters))
    table = one(document.top, asked.members)
    if not isinstance(table, dict):
        raise Unreadable("missing", f"{document.artefact.name} has no mapping at /{'/'.join(asked.members)}")
    members = {}
    for name, value in table.items():
        member = rosters.member(metric, name)
        if member in members:
            raise Unreadable(
                "conflict", f"{document.artefact.name} names a member twice under different names"
            )
        if member is not None:
            members[member] = _entry(document, asked, metric, value, rosters)
    return QueryResult(members=members)


def _entry(
    document: Document, asked: DocumentMetric, metric: Metric, base: object, rosters: Rosters
) -> Entry:
    try:
        value = _value(document, asked, metric, base)
        own = asked.at is not None
        at = document.time(asked.at or document.source.at, base if own else document.top)
        entry: Entry = {"value": rosters.resolve_set(metric, value), "at": show_time(at)}
        if asked.n is not None:
            entry["n"] = _read(document, asked.n, base)
        return entry
    except Unreadable as trouble:
        return trouble.unknown.entry()


def _value(document: Document, asked: DocumentMetric, metric: Metric, base: object) -> object:
    found = _take(_find(document, asked.pointer, base), asked.take)
    try:
        if asked.equals is not None:
            return _equal(found, asked.equals)
        if asked.scale is not None:
            found = CONTEXT.multiply(number(found), asked.scale)
        if (
            metric.type.kind is Kind.SET
            and isinstance(found, list)
            and len(set(map(str, found))) != len(found)
        ):
            raise Unreadable("conflict", "it names a member twice")
        return from_json(found, metric.type, document.source.zone, asked.unit)
    except Unreadable as trouble:
        where = f"{document.artefact.name}: /{'/'.join(asked.pointer)}"
        raise Unreadable(trouble.unknown.cause, f"{where}: {trouble.unknown.detail}") from None


def _find(document: Document, pointer: Pointer, base: object) -> object:
    found = one(base, pointer)
    if found is ABSENT or found is None:
        raise Unreadable("missing", f"{document.artefact.name}: /{'/'.join(pointer)} is absent")
    return found


def _read(document: Document, pointer: Pointer, base: object) -> Decimal:
    found = _find(document, pointer, base)
    try:
        return number(found)
    except Unreadable as trouble:
        where = f"{document.artefact.name}: /{'/'.join(pointer)}"
        raise Unreadable(trouble.unknown.cause, f"{where}: {trouble.unknown.detail}") from None


def _take(value: object, take: str) -> object:
    if take == "value":
        return value
    if take == "keys" and isinstance(value, dict):
        return sorted(value)
    if take == "size" and isinstance(value, dict | list):
        return len(value)
    return None


def _equal(value: object, wanted: str | bool | Decimal) -> bool:
    if isinstance(wanted, Decimal):
        return number(value) == wanted
    if type(value) is not type(wanted):
        raise Unreadable("wrong type", "it is of another type than `equals`")
    return value == wanted
