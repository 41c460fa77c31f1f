"""Reads `document` sources: one JSON document, its time, and the values that pointers lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ..language.literals import CONTEXT
from ..language.times import show_time
from ..language.types import Kind
from ..limits import SKEW
from ..policy.catalogue import Metric
from .artefact_root import Artefact, Root
from .json_documents import ABSENT, Pointer, check_artefact, decode, one, read_json, show_pointer
from .model import DocumentMetric, DocumentSource
from .rosters import Rosters
from .rows.query_results import Entry, MetricEntries
from .typed_values import NoTime, from_json, number, read_moment, shown_day
from .unreadable import UnknownEntry, Unreadable

__all__ = ["read_document"]


@dataclass(frozen=True, slots=True)
class _Document:
    """A document source with its artefact and the value that the artefact holds."""

    source: DocumentSource
    artefact: Artefact
    top: object
    as_of: Decimal

    def place(self, pointer: Pointer) -> str:
        """Return where a pointer leads, for a detail: `state.json: /total`."""
        return f"{self.artefact.name}: {show_pointer(pointer)}"

    def time(self, at: Pointer | Literal["modified"], base: object) -> Decimal:
        """Return the time of a value. Raises Unreadable if there is none, or one later than the snapshot's."""
        if at == "modified":
            found, where = self.artefact.modified, f"the date of {self.artefact.name}"
        else:
            value, where = one(base, at), self.place(at)
            if value is ABSENT or value is None:
                raise Unreadable("no time", f"{where} is absent")
            try:
                found = read_moment(value, self.source.zone, self.source.unit)
            except NoTime as problem:
                raise Unreadable(problem.cause, f"{where} {problem}") from None
            if found > self.artefact.modified + SKEW:
                late = f"the date of its file, {shown_day(self.artefact.modified)}"
                raise Unreadable("clock skew", f"{where} is {shown_day(found)}, after {late}")
        if found > self.as_of + SKEW:
            raise Unreadable("clock skew", f"{where} is {shown_day(found)}, after {shown_day(self.as_of)}")
        return found


def read_document(
    root: Root, source: DocumentSource, as_of: Decimal, rosters: Rosters
) -> Iterator[tuple[DocumentMetric, MetricEntries | UnknownEntry, Artefact | None]]:
    """Yield each metric of the source with its entries, or why it is unknown, and the artefact that holds it."""
    try:
        document = _open(root, source, as_of)
    except Unreadable as problem:
        yield from ((each, problem.unknown, None) for each in source.metrics)
        return
    for declared in source.metrics:
        found: MetricEntries | UnknownEntry
        try:
            found = _pick(document, declared, rosters.catalogue.metrics[declared.metric], rosters)
        except Unreadable as problem:
            found = problem.unknown
        yield declared, found, document.artefact


def _open(root: Root, source: DocumentSource, as_of: Decimal) -> _Document:
    artefact = root.open(source.file)
    text = decode(artefact.data, artefact.name)
    if not text.strip():
        raise Unreadable("missing", f"{artefact.name} is empty")
    top = read_json(text, artefact.name, exact=True)
    if not isinstance(top, dict | list):
        raise Unreadable("torn source", f"{artefact.name} holds neither an object nor a list")
    if source.schema:
        check_artefact(source.schema, top, artefact.name)
    return _Document(source, artefact, top, as_of)


def _pick(document: _Document, declared: DocumentMetric, metric: Metric, rosters: Rosters) -> MetricEntries:
    if declared.members is None:
        return MetricEntries(_entry(document, declared, metric, document.top, rosters))
    table = one(document.top, declared.members)
    if not isinstance(table, dict):
        file = document.artefact.name
        raise Unreadable("missing", f"{file} has no mapping at {show_pointer(declared.members)}")
    members = {}
    for name, value in table.items():
        member = rosters.member(metric, name)
        if member in members:
            file = document.artefact.name
            raise Unreadable("conflict", f"{file} names a member twice under different names")
        if member is not None:
            members[member] = _entry(document, declared, metric, value, rosters)
    return MetricEntries(members=members)


def _entry(
    document: _Document, declared: DocumentMetric, metric: Metric, base: object, rosters: Rosters
) -> Entry:
    try:
        value = _value(document, declared, metric, base)
        if declared.at is None:
            at = document.time(document.source.at, document.top)
        else:
            at = document.time(declared.at, base)
        entry: Entry = {"value": rosters.resolve_set(metric, value), "at": show_time(at)}
        if declared.n is not None:
            entry["n"] = _count(document, declared.n, base)
        return entry
    except Unreadable as problem:
        return problem.unknown.entry()


def _value(document: _Document, declared: DocumentMetric, metric: Metric, base: object) -> object:
    found = _take(_find(document, declared.pointer, base), declared.take)
    try:
        if declared.equals is not None:
            return _equal(found, declared.equals)
        if declared.scale is not None:
            found = CONTEXT.multiply(number(found), declared.scale)
        names = list(map(str, found)) if metric.type.kind is Kind.SET and isinstance(found, list) else []
        if len(set(names)) != len(names):
            raise Unreadable("conflict", "it names a member twice")
        return from_json(found, metric.type, document.source.zone, declared.unit)
    except Unreadable as problem:
        raise _placed(problem, document, declared.pointer) from None


def _count(document: _Document, pointer: Pointer, base: object) -> Decimal:
    found = _find(document, pointer, base)
    try:
        return number(found)
    except Unreadable as problem:
        raise _placed(problem, document, pointer) from None


def _placed(problem: Unreadable, document: _Document, pointer: Pointer) -> Unreadable:
    return Unreadable(problem.unknown.cause, f"{document.place(pointer)}: {problem.unknown.detail}")


def _find(document: _Document, pointer: Pointer, base: object) -> object:
    found = one(base, pointer)
    if found is ABSENT or found is None:
        raise Unreadable("missing", f"{document.place(pointer)} is absent")
    return found


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
