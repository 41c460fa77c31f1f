"""Reads a `rows` source of a sources document: its format, columns, coverage and queries."""

from __future__ import annotations

from collections import abc
from dataclasses import replace
from decimal import Decimal
from typing import Literal, cast

from ...diagnostics import name_hint
from ...language.times import parse_duration, parse_time
from ...policy.catalogue import Catalogue
from ...policy.yaml.yaml_nodes import Mapping
from ..formats import FORMATS
from ..formats.model import Format
from ..json_documents import Pointer
from ..model import Bound, Column, ColumnType, DeclaredCoverage, DeclaredPeriods, Query, RowsSource
from ..patterns import Pattern
from .yaml_entry import YamlEntry

__all__ = ["read_rows"]

_TYPES = ("time", "number", "decimal", "integer", "text", "bool", "json", "key")
_STARTS = ("first", "began")
_ENDS = ("last", "modified", "as_of")

Dates = abc.Mapping[str, Decimal]
"""The dates of the desk by name."""


def read_rows(name: str, entry: YamlEntry, catalogue: Catalogue) -> RowsSource:
    """Return the source; complaints go to the entry's collector."""
    file_format = FORMATS[entry.node.text("format")]
    _keys(entry, file_format)
    match = _match(entry)
    rows = entry.pointer("rows") if entry.node.has("rows") else None
    columns = tuple(
        _column(key.text, YamlEntry(value, entry.collector), file_format, match, rows)
        for key, value in entry.node.mapping("columns").tables
    )
    times = [each.name for each in columns if each.type == "time"]
    stamp = _stamp(entry, times)
    undated = _undated(entry, columns, stamp, file_format)
    if undated == "skip":
        columns = tuple(replace(each, optional=True) if each.name == stamp else each for each in columns)
    names = [each.name for each in columns]
    coverage = _coverage(entry, file_format, times, names, catalogue.desk.dates)
    return RowsSource(
        name,
        entry.path("files" if entry.node.has("files") else "file"),
        entry.node.has("files"),
        file_format.name,
        stamp,
        columns,
        tuple(_queries(entry, catalogue)),
        entry.node.span,
        rows=rows,
        table=entry.node.text("table"),
        match=match,
        continues=entry.node.text("unmatched") == "continues",
        zone=entry.zone(),
        coverage=coverage,
        complete=_complete(entry, coverage, stamp, times, names),
        order=entry.node.text("order"),  # type: ignore[arg-type]
        torn=entry.node.text("torn", "unknown"),  # type: ignore[arg-type]
        may_be_empty=entry.node.flag("may_be_empty"),
        schema=entry.schema(),
        joins=entry.node.texts("with"),
        ambiguous=_ambiguous(entry),
        undated=undated,
        unique=_unique(entry, names),
        strategy=entry.node.text("strategy"),
        starting_balance=entry.node.number("starting_balance"),
    )


def _stamp(entry: YamlEntry, times: list[str]) -> str:
    """Return the column that dates a row, or `modified`."""
    stamp = entry.node.text("time")
    if stamp != "modified" and stamp not in times:
        hint = name_hint(stamp, times, "`time` is a column of type time, or `modified`")
        entry.complain("E506", f"`{stamp}` is no time column of this source", "time", hint)
    return stamp


def _keys(entry: YamlEntry, file_format: Format) -> None:
    if entry.node.has("file") == entry.node.has("files"):
        both = "has both `file` and `files`" if entry.node.has("file") else "has neither `file` nor `files`"
        key = "files" if entry.node.has("files") else "kind"
        entry.complain("E524", f"a rows source {both}", key, "one file: `file`; a pattern: `files`")
    for key in sorted(frozenset().union(*(each.takes for each in FORMATS.values()))):
        if entry.node.has(key):
            _require(entry, key, key, file_format)
    for key in file_format.needs:
        if not entry.node.has(key):
            entry.complain("E525", f"the format {file_format.name} needs `{key}`", "format")
    if entry.node.text("torn") == "tail":
        _require(entry, "torn", "torn: tail", file_format)
        if entry.node.text("time") == "modified":
            message = "`torn: tail` goes with rows that have times of their own, and `time` is `modified`"
            entry.complain("E550", message, "torn", "drop it, or name a time column under `time`")
        if entry.node.text("order") == "newest_first":
            message = "`torn: tail` is for files that grow at their end, and `order` is `newest_first`"
            entry.complain("E551", message, "torn", "drop one of the two")
    if entry.node.text("torn") == "file" and not entry.node.has("files"):
        entry.complain("E526", "`torn: file` is for several files, under `files`", "torn")


def _require(entry: YamlEntry, key: str, written: str, file_format: Format) -> None:
    """Complain of what is written under a key unless the source's format takes it."""
    if written not in file_format.takes:
        *others, last = [each.name for each in FORMATS.values() if written in each.takes]
        names = f"{', '.join(others)} or {last}" if others else last
        entry.complain("E509", f"`{written}` is for the format {names}, this is {file_format.name}", key)


def _match(entry: YamlEntry) -> Pattern | None:
    if not entry.node.has("match"):
        return None
    found = entry.regular_expression("match")
    if found is not None and not found.names:
        entry.complain("E520", "`match` names no group", "match", "write a group as `(?P<time>\\S+)`")
        return None
    return found


def _column(
    name: str, entry: YamlEntry, file_format: Format, match: Pattern | None, rows: Pointer | None
) -> Column:
    kind = next((each for each in _TYPES if entry.node.has(each)), "text")
    of_file = entry.node.has("of")
    if name == "ordinal":
        entry.complain("E522", "every table already has a column `ordinal`, the number of the row", kind)
    if kind == "key":
        stars = (rows or ()).count("*")
        number = int(entry.node.number("key") or 1)
        if number > stars:
            entry.complain("E523", f"`rows` has {stars} `*`, so there is no key {number}", "key")
        return Column(name, "key", key=number, optional=entry.node.flag("optional"))
    if of_file:
        _require(entry, "of", "of: file", file_format)
    if kind == "json":
        _require(entry, kind, "json", file_format)
    place = entry.node.text(kind)
    if "match" in file_format.takes and match is not None and place not in match.names:
        hint = name_hint(place, match.names)
        entry.complain("E521", f"`match` has no group `{place}`", kind, hint)
    return Column(
        name,
        cast("ColumnType", kind),
        place,
        entry.pointer(kind) if file_format.by_pointer else (),
        of_file=of_file,
        unit=entry.node.text("unit") or None,
        shift=_shift(entry),
        optional=entry.node.flag("optional"),
        values=_values(entry, kind),
    )


def _values(entry: YamlEntry, kind: str) -> tuple[str, ...]:
    """Return the words that a text may be; two that differ in case alone would be one."""
    found = tuple(entry.node.texts("values"))
    if found and kind != "text":
        entry.complain("E556", f"`values` are those of a text, this column is of type {kind}", "values")
    folded = [each.casefold() for each in found]
    for word in (each for each in found if folded.count(each.casefold()) > 1):
        entry.complain("E556", f"`values` holds `{word}` twice, in any case", "values")
        break
    return found


def _shift(entry: YamlEntry) -> Decimal:
    text = entry.node.text("shift")
    found = parse_duration(text.removeprefix("-")) or Decimal(0)
    return -found if text.startswith("-") else found


def _coverage(
    entry: YamlEntry, file_format: Format, times: list[str], columns: list[str], dates: Dates
) -> DeclaredCoverage:
    if not entry.node.has("covered"):
        return DeclaredCoverage()
    inner = YamlEntry(entry.node.mapping("covered"), entry.collector)
    each = inner.node.duration("each")
    by = inner.node.text("by") or None
    if each is not None and (inner.node.has("from") or inner.node.has("to")):
        inner.complain("E527", "`each` sets both ends, so `from` and `to` cannot be given", "each")
    if by is not None and each is None:
        inner.complain("E527", "`by` dates the periods of `each`, which is not given", "by")
    elif by is not None and by not in times:
        hint = name_hint(by, times)
        inner.complain("E506", f"`{by}` is no time column of this source", "by", hint)
    start = _bound(inner, "from", _STARTS, file_format, dates) if inner.node.has("from") else "first"
    end = _bound(inner, "to", _ENDS, file_format, dates) if inner.node.has("to") else "last"
    member = _member(entry, inner.node, columns)
    if member and each is None:
        inner.complain("E527", "`for` names the members of the periods of `each`, which is not given", "for")
    return DeclaredCoverage(start, end, each, by, member)


def _complete(
    entry: YamlEntry, coverage: DeclaredCoverage, stamp: str, times: list[str], columns: list[str]
) -> DeclaredPeriods | None:
    if not entry.node.has("complete"):
        return None
    inner = entry.node.mapping("complete")
    each = inner.duration("each") or entry.node.duration("complete")
    by = inner.text("by", coverage.by or stamp)
    if each is not None and by not in times:
        hint = name_hint(by, times, "write `complete: {each: …, by: COLUMN}` with a column of type time")
        span = inner.span_of("by") if inner.has("by") else entry.node.span_of("complete")
        entry.collector.add("E506", f"`{by}` is no time column of this source", span, hint)
        return None
    member = _member(entry, inner, columns) or coverage.member
    return DeclaredPeriods(each, by, inner.duration("lag") or Decimal(0), member)


def _member(entry: YamlEntry, inner: Mapping, columns: list[str]) -> str:
    """Return the column under `for`, whose members each have rows of their own."""
    found = inner.text("for")
    if found and found not in columns:
        entry.collector.add_unknown("E554", "column", found, columns, inner.span_of("for"))
    return found


def _ambiguous(entry: YamlEntry) -> Literal["unknown", "earlier", "later"]:
    if entry.node.has("ambiguous") and not entry.node.has("timezone"):
        hint = "declare the `timezone`; a time with an offset is never ambiguous"
        entry.complain(
            "E543", "`ambiguous` is for times of a `timezone`, and there is none", "ambiguous", hint
        )
    return cast('Literal["unknown", "earlier", "later"]', entry.node.text("ambiguous", "unknown"))


def _undated(
    entry: YamlEntry, columns: tuple[Column, ...], stamp: str, file_format: Format
) -> Literal["unknown", "skip", "above"]:
    """Rows without a time are left out where `undated` or an optional column of `time` says that there are such."""
    if entry.node.has("undated") and stamp == "modified":
        message = "`undated` is for a column of `time`, and these rows are dated by their files"
        entry.complain("E544", message, "undated", "leave it out, or name a column as `time`")
    if entry.node.text("undated") == "above":
        _require(entry, "undated", "undated: above", file_format)
    default = "skip" if any(each.name == stamp and each.optional for each in columns) else "unknown"
    return cast('Literal["unknown", "skip", "above"]', entry.node.text("undated", default))


def _bound(entry: YamlEntry, key: str, names: tuple[str, ...], file_format: Format, dates: Dates) -> Bound:
    text = entry.node.text(key)
    if text in names:
        return text
    if text.startswith("/"):
        _require(entry, key, f"{key}: /pointer", file_format)
        return entry.pointer(key)
    time = dates.get(text) or parse_time(text)
    if time is None:
        known = ", ".join(f"`{each}`" for each in names)
        hint = name_hint(text, (*names, *dates), f"write {known}, a pointer or a time in UTC")
        entry.complain("E511", f"`{text}` is no end of a coverage", key, hint)
        return names[0]
    return time


def _unique(entry: YamlEntry, columns: list[str]) -> tuple[str, ...]:
    for each in entry.node.sequence("unique").scalars:
        if each.text not in columns:
            entry.collector.add_unknown("E541", "column", each.text, columns, each.span)
    return tuple(each for each in entry.node.texts("unique") if each in columns)


def _queries(entry: YamlEntry, catalogue: Catalogue) -> list[Query]:
    found = []
    for key, value in entry.node.mapping("metrics").tables:
        sql, metric = value.scalar("sql"), catalogue.metrics.get(key.text)
        if sql is not None and metric is not None and metric.record in (None, metric.name):
            found.append(Query(key.text, sql.text, sql.span))
    return found
