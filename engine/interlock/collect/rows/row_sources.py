"""Reads `rows` sources: artefacts into tables, tables into DuckDB, one query a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...limits import SNAPSHOT_POINTS, SOURCE_ROWS
from ...policy.catalogue import Metric
from ..artefact_root import Artefact, Root
from ..duckdb_tables import Database, SqlRefused, columns_of
from ..formats import FORMATS
from ..model import Query, RowsSource
from ..rosters import Rosters
from ..unreadable import UnknownEntry, Unreadable
from .query_results import QueryResult, complaint, shape
from .source_coverage import CoveredSpan, cover
from .typed_tables import SourceTable, fill

__all__ = ["LoadedSource", "Window", "ask", "load", "open_tables"]

Window = tuple[Decimal | None, Decimal]
"""The stretch of time that rows must lie in: (since, as_of)."""


@dataclass(slots=True)
class LoadedSource:
    """A source with its artefacts read; `trouble` where it says nothing, `torn` where files were left out."""

    source: RowsSource
    table: SourceTable
    artefacts: list[Artefact] = field(default_factory=list)
    tops: list[tuple[str, object, Decimal]] = field(default_factory=list)
    torn: list[UnknownEntry] = field(default_factory=list)
    trouble: UnknownEntry | None = None


def load(root: Root, source: RowsSource, window: Window) -> LoadedSource:
    """Read every artefact of a source; what is torn makes the whole unknown, unless declared otherwise."""
    loaded = LoadedSource(source, SourceTable({each.name: [] for each in source.columns}))
    try:
        names = root.find(source.pattern) if source.many else (source.pattern,)
        if not names:
            raise Unreadable("missing", f"no file matches {source.pattern}")
        for name in names:
            _load_file(root, name, loaded, window)
        if len(loaded.torn) == len(names):
            loaded.trouble = loaded.torn[0]
    except Unreadable as trouble:
        loaded.trouble = trouble.unknown
    return loaded


def _load_file(root: Root, name: str, loaded: LoadedSource, window: Window) -> None:
    source = loaded.source
    part = SourceTable({each.name: [] for each in source.columns})
    try:
        artefact = root.open(name)
        contents = FORMATS[source.format].read(root, artefact, source)
        fill(part, source, contents.records, artefact.modified, window)
    except Unreadable as trouble:
        if source.torn != "file":
            raise
        loaded.torn.append(trouble.unknown)
        return
    loaded.artefacts.append(artefact)
    loaded.tops.append((name, contents.top, artefact.modified))
    _append(loaded.table, part)


def _append(table: SourceTable, part: SourceTable) -> None:
    before = len(table.seen)
    if before + len(part.seen) > SOURCE_ROWS:
        raise Unreadable("overflow", f"more than {SOURCE_ROWS} rows")
    table.ordinals.extend(before + each for each in part.ordinals)
    table.seen.extend(part.seen)
    for name, values in part.columns.items():
        table.columns[name].extend(values)
    if part.newest is not None:
        table.newest = part.newest if table.newest is None else max(table.newest, part.newest)


def open_tables(loaded: LoadedSource, others: Mapping[str, LoadedSource]) -> Database:
    """Return a locked database with the source's table and those it joins."""
    database = Database()
    for each in (loaded, *(others[name] for name in loaded.source.joins)):
        columns = columns_of(each.source.columns)
        database.create(each.source.view, columns, {"ordinal": each.table.ordinals, **each.table.columns})
    database.lock()
    return database


def ask(
    database: Database,
    loaded: LoadedSource,
    query: Query,
    metric: Metric,
    window: Window,
    rosters: Rosters,
) -> tuple[QueryResult, CoveredSpan | None]:
    """Return a metric's entries and the coverage behind them; Trouble when the query gives nothing of use."""
    covered = cover(loaded.source, loaded.table, loaded.tops, window, metric.began)
    if loaded.torn and not _may_lack(metric, loaded.source):
        raise Unreadable(loaded.torn[0].cause, loaded.torn[0].detail)
    ends = {"from": covered.start if covered else None, "to": covered.end if covered else None}
    try:
        tables = [loaded.source.view, *(name.replace("-", "_") for name in loaded.source.joins)]
        database.check(query.sql, tables)
        answer = database.ask(query.sql, {"as_of": window[1], **ends})
        wrong = complaint(answer, metric, rosters.catalogue)
    except SqlRefused as problem:
        raise Unreadable("wrong type", f"the SQL does not fit the data: {problem}") from None
    if wrong:
        raise Unreadable("wrong type", wrong)
    if len(answer.rows) > SNAPSHOT_POINTS:
        raise Unreadable("overflow", f"the SQL gives more than {SNAPSHOT_POINTS} points")
    return shape(answer, metric, covered, rosters), covered


def _may_lack(metric: Metric, source: RowsSource) -> bool:
    """Whether a file may be left out: a slot of a regular series is then missing, a chain of reports shorter."""
    return metric.series == "regular" or (metric.series == "irregular" and source.coverage.each is not None)
