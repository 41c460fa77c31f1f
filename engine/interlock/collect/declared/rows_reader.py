"""Reads a `rows` source of a sources document."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import cast

from ...diagnostics import name_hint
from ...language.times import parse_duration, parse_time
from ...policy.catalogue import Catalogue
from ...policy.yaml.yaml_nodes import Mapping, Scalar
from ..model import Bound, Column, ColumnType, DeclaredCoverage, Query, RowsSource
from ..pointer import Pointer
from .yaml_entry import YamlEntry

__all__ = ["read_rows"]

_TYPES = ("time", "number", "integer", "text", "bool", "json", "key")
_STARTS = ("first", "began")
_ENDS = ("last", "modified", "as_of")
_ONLY = {
    "rows": ("json",),
    "table": ("sqlite",),
    "match": ("lines",),
    "unmatched": ("lines",),
    "may_be_empty": ("jsonl", "csv", "lines"),
    "schema": ("json", "jsonl"),
}
_NEEDED = {"sqlite": "table", "lines": "match"}


def read_rows(name: str, entry: YamlEntry, catalogue: Catalogue) -> RowsSource:
    """Return the source; complaints go to the entry's collector."""
    style = entry.text("format")
    _keys(entry, style)
    match = _match(entry)
    rows = entry.pointer("rows") if entry.has("rows") else None
    columns = tuple(
        _column(key.text, YamlEntry(value, entry.collector), style, match, rows)
        for key, value in entry.each("columns")
        if isinstance(value, Mapping)
    )
    times = [each.name for each in columns if each.type == "time"]
    stamp = entry.text("time")
    if stamp != "modified" and stamp not in times:
        hint = name_hint(stamp, times, "`time` is a column of type time, or `modified`")
        entry.complain("E506", f"`{stamp}` is no time column of this source", "time", hint)
    many = entry.has("files")
    return RowsSource(
        name,
        entry.path("files" if many else "file"),
        many,
        style,  # type: ignore[arg-type]
        stamp,
        columns,
        tuple(_queries(entry, catalogue)),
        entry.node.span,
        rows=rows,
        table=entry.text("table"),
        match=match,
        continues=entry.text("unmatched") == "continues",
        zone=entry.zone(),
        coverage=_coverage(entry, style, times),
        torn=entry.text("torn", "unknown"),  # type: ignore[arg-type]
        may_be_empty=entry.flag("may_be_empty"),
        schema=entry.schema(),
        joins=entry.texts("with"),
    )


def _keys(entry: YamlEntry, style: str) -> None:
    if entry.has("file") == entry.has("files"):
        both = "has both `file` and `files`" if entry.has("file") else "has neither `file` nor `files`"
        key = "files" if entry.has("files") else "kind"
        entry.complain("E509", f"a rows source {both}", key, "one file: `file`; a pattern: `files`")
    for key, styles in _ONLY.items():
        if entry.has(key) and style not in styles:
            entry.complain("E509", f"`{key}` is for the format {' or '.join(styles)}, this is {style}", key)
    needed = _NEEDED.get(style)
    if needed and not entry.has(needed):
        entry.complain("E509", f"the format {style} needs `{needed}`", "format")
    torn = entry.text("torn")
    if torn == "tail" and style not in ("jsonl", "csv", "lines"):
        entry.complain("E509", f"`torn: tail` is for jsonl, csv and lines, this is {style}", "torn")
    if torn == "file" and not entry.has("files"):
        entry.complain("E509", "`torn: file` is for several files, under `files`", "torn")


def _match(entry: YamlEntry) -> re.Pattern[str] | None:
    if not entry.has("match"):
        return None
    text = entry.text("match")
    try:
        found = re.compile(text)
    except (re.error, RecursionError, OverflowError) as problem:
        entry.complain("E505", f"`match` is no regular expression: {problem}", "match")
        return None
    if not found.groupindex:
        entry.complain("E505", "`match` names no group", "match", "write a group as `(?P<time>\\S+)`")
    return found


def _column(
    name: str, entry: YamlEntry, style: str, match: re.Pattern[str] | None, rows: Pointer | None
) -> Column:
    kind = next((each for each in _TYPES if entry.has(each)), "text")
    of_file = entry.has("of")
    if name == "ordinal":
        entry.complain("E506", "`ordinal` is the row's number, which every table has", kind)
    if kind == "key":
        stars = (rows or ()).count("*")
        number = int(entry.number("key", Decimal(1)))
        if number > stars:
            entry.complain("E506", f"`rows` has {stars} `*`, there is no name number {number}", "key")
        return Column(name, "key", key=number, optional=entry.flag("optional"))
    is_json = style in ("json", "jsonl")
    if of_file and style != "json":
        entry.complain("E506", f"`of: file` is for the format json, this is {style}", "of")
    if kind == "json" and style not in ("json", "jsonl", "parquet"):
        entry.complain(
            "E506", f"a json column is for the formats json, jsonl and parquet, this is {style}", kind
        )
    place = entry.text(kind)
    if style == "lines" and match is not None and place not in match.groupindex:
        hint = name_hint(place, match.groupindex)
        entry.complain("E506", f"`match` has no group `{place}`", kind, hint)
    return Column(
        name,
        cast("ColumnType", kind),
        place,
        entry.pointer(kind) if is_json else (),
        of_file=of_file,
        unit=entry.text("unit", "s"),
        shift=_shift(entry),
        optional=entry.flag("optional"),
    )


def _shift(entry: YamlEntry) -> Decimal:
    text = entry.text("shift")
    found = parse_duration(text.removeprefix("-")) or Decimal(0)
    return -found if text.startswith("-") else found


def _coverage(entry: YamlEntry, style: str, times: list[str]) -> DeclaredCoverage:
    inner = entry.under("covered")
    if inner is None:
        return DeclaredCoverage()
    each = parse_duration(inner.text("each")) if inner.has("each") else None
    by = inner.text("by") or None
    if each is not None and (inner.has("from") or inner.has("to")):
        inner.complain("E511", "`each` tells both ends, `from` and `to` cannot be given too", "each")
    if by is not None and (each is None or by not in times):
        hint = name_hint(by, times, "`by` is a time column, and goes with `each`")
        inner.complain("E511", f"`{by}` dates no period of this source", "by", hint)
    start = _bound(inner, "from", _STARTS, style) if inner.has("from") else "first"
    end = _bound(inner, "to", _ENDS, style) if inner.has("to") else "last"
    return DeclaredCoverage(start, end, each, by)


def _bound(entry: YamlEntry, key: str, words: tuple[str, ...], style: str) -> Bound:
    text = entry.text(key)
    if text in words:
        return text
    if text.startswith("/"):
        if style != "json":
            entry.complain("E511", f"a pointer is for the format json, this is {style}", key)
        return entry.pointer(key)
    time = parse_time(text)
    if time is None:
        known = ", ".join(f"`{each}`" for each in words)
        hint = name_hint(text, words, f"write {known}, a pointer or a time in UTC")
        entry.complain("E511", f"`{text}` is no end of a coverage", key, hint)
        return words[0]
    return time


def _queries(entry: YamlEntry, catalogue: Catalogue) -> list[Query]:
    found = []
    for key, value in entry.each("metrics"):
        node = value.get("sql") if isinstance(value, Mapping) else None
        metric = catalogue.metrics.get(key.text)
        if isinstance(node, Scalar) and metric is not None and metric.record in (None, metric.name):
            found.append(Query(key.text, node.text, node.span))
    return found
