"""Reads `rows` sources: artefacts into tables, tables into DuckDB, one query a metric, checked when it is declared."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ...diagnostics import Collector
from ...limits import SNAPSHOT_POINTS, SOURCE_ROWS
from ...policy.catalogue import Catalogue, Metric
from ...wording import number
from ..artefact_root import Artefact, Root
from ..formats import FORMATS
from ..local_clock import DAY
from ..model import Query, RowsSource
from ..rosters import Rosters
from ..sql.duckdb_tables import Database, Databases, SqlRefused, columns_of
from ..unreadable import UnknownEntry, Unreadable
from .exact_numbers import ExactTables
from .periods import check_complete, check_days, check_reach, early_rows, require_periods, scope_of
from .pooled_rows import pools
from .query_results import MetricEntries, complaint, shape, without_parts
from .row_order import backwards, in_declared_order, settled
from .row_window import Window
from .source_coverage import CoveredSpan, by_member, check_members, common, cover
from .sql_assumptions import Assumption, absent_columns, made_of_nothing, without_partner
from .torn_files import Gap, Span, gaps_of, period_of, spanned, with_gaps
from .typed_tables import SourceTable, fill

__all__ = ["LoadedSource", "check_queries", "load", "query_rows"]

_SAMPLE_TIMES = {"as_of": DAY * 2, "from": DAY, "to": DAY * 2}


@dataclass(slots=True)
class LoadedSource:
    """A source with its artefacts read: `problem` if it is unknown as a whole, `torn` for each file left out.

    `spans` are the first and the last period of each file with rows, in order of their names, None for a torn file.
    """

    source: RowsSource
    table: SourceTable
    artefacts: list[Artefact] = field(default_factory=list)
    tops: list[tuple[str, object, Decimal]] = field(default_factory=list)
    torn: list[UnknownEntry] = field(default_factory=list)
    spans: list[Span | None] = field(default_factory=list)
    problem: UnknownEntry | None = None


def load(root: Root, source: RowsSource, window: Window) -> LoadedSource:
    """Read every artefact of a source. A torn one makes the source unknown, unless it is declared otherwise."""
    loaded = LoadedSource(source, SourceTable({each.name: [] for each in source.columns}))
    try:
        names = root.find(source.pattern) if source.many else (source.pattern,)
        if not names:
            raise Unreadable("missing", f"no file matches {source.pattern}")
        parts = [(name, _load_file(root, name, loaded, window)) for name in names]
        spans = [
            (part, None if part is None else spanned(source, part.columns, part.known)) for _, part in parts
        ]
        loaded.spans = [span for part, span in spans if part is None or span is not None]
        if source.order:
            parts.sort(key=lambda each: (each[1].ends[0] if each[1] else None) or Decimal(0))
        for name, part in parts:
            if part is not None:
                _append(loaded.table, part, name)
        _check_unique(loaded.table, source)
        if len(loaded.torn) == len(names):
            loaded.problem = loaded.torn[0]
    except Unreadable as problem:
        loaded.problem = problem.unknown
    return loaded


def _load_file(root: Root, name: str, loaded: LoadedSource, window: Window) -> SourceTable | None:
    """Return the rows of a file, None if it is left out."""
    source = loaded.source
    part = SourceTable({each.name: [] for each in source.columns})
    try:
        contents = FORMATS[source.format].read(root, root.open(name), source)
        read = (root.open(name), *contents.files)
        artefact = read[-1]
        fill(part, source, contents.records, artefact.modified, window)
        _check_clock(root, artefact, part, source, window)
        part = in_declared_order(part, source)
    except Unreadable as problem:
        if source.torn != "file" or problem.unknown.cause == "clock skew":
            raise
        loaded.torn.append(problem.unknown)
        return None
    if part.seen and source.time != "modified":  # dated by its file, an equal report is another one
        copied = next((each.name for each in loaded.artefacts if each.digest == artefact.digest), None)
        if copied is not None:
            raise Unreadable("conflict", f"{name} is a copy of {copied}: its rows would count twice")
    loaded.artefacts.extend(read)
    loaded.tops.append((artefact.name, contents.top, _written(root, artefact, source)))
    return part


def _check_clock(
    root: Root, artefact: Artefact, table: SourceTable, source: RowsSource, window: Window
) -> None:
    """Raise Unreadable where a row is later than its file, and what lies beside it, can have been written."""
    if table.last is None:
        return
    time, record = table.last
    if source.time == "modified":
        window.check_date(artefact.name, time)
        return
    window.check_time(f"{record.place}: `{source.time}`", time, _written(root, artefact, source))


def _written(root: Root, artefact: Artefact, source: RowsSource) -> Decimal:
    """Return when an artefact, or what lies beside it and belongs to it, was last written."""
    beside = [f"{artefact.name}{suffix}" for suffix in FORMATS[source.format].beside]
    return max([artefact.modified, *(root.modified(name) for name in beside if root.exists(name))])


def _append(table: SourceTable, part: SourceTable, name: str) -> None:
    before = len(table.seen)
    (first, last), (begin, end) = table.ends, part.ends
    table.ascends, table.descends = table.ascends or part.ascends, table.descends or part.descends
    table.tied = table.tied or part.tied
    if last is not None and begin is not None and begin < last:
        table.descends = table.descends or f"the first row of {name}"
    if last is not None and begin == last:
        table.tied = table.tied or f"the first row of {name}"
    table.ends = (begin if first is None else first, last if end is None else end)
    if before + len(part.seen) > SOURCE_ROWS:
        raise Unreadable("overflow", f"more than {SOURCE_ROWS} rows")
    table.ordinals.extend(before + each for each in part.ordinals)
    table.seen.extend(part.seen)
    table.know(part.known)
    for member, known in part.known_of.items():
        table.know(known, member)
    table.present |= part.present
    table.undated += part.undated
    table.repeated += part.repeated
    for name, values in part.columns.items():
        table.columns[name].extend(values)
    if part.whole is not None:
        table.whole = part.whole if table.whole is None else min(table.whole, part.whole)
    if part.newest is not None:
        table.newest = part.newest if table.newest is None else max(table.newest, part.newest)


def _check_unique(table: SourceTable, source: RowsSource) -> None:
    """Raise Unreadable where two rows have the same values in the columns of `unique`."""
    first: dict[tuple[object, ...], int] = {}
    keys = zip(*(table.columns[name] for name in source.unique), strict=True)
    for ordinal, key in zip(table.ordinals, keys, strict=False):
        if key in first:
            names = ", ".join(f"`{each}`" for each in source.unique)
            raise Unreadable("conflict", f"rows {first[key]} and {ordinal} have the same {names}")
        first[key] = ordinal


def query_rows(
    loaded: LoadedSource,
    joined: Sequence[LoadedSource],
    window: Window,
    rosters: Rosters,
    databases: Databases,
) -> Iterator[tuple[Query, MetricEntries | UnknownEntry, CoveredSpan | None]]:
    """Yield each query of a source with the entries of its metric, or why it is unknown, and the coverage.

    `joined` are the sources that its SQL may join: a torn file of one makes every metric unknown.
    """
    problem = next((each.problem for each in (loaded, *joined) if each.problem), None)
    problem = problem or next((each.torn[0] for each in joined if each.torn), None)
    if problem is not None:
        yield from ((query, problem, None) for query in loaded.source.metrics)
        return
    with ExitStack() as stack:
        tables = [each.table for each in (loaded, *joined)]

        def empty() -> Database:
            return stack.enter_context(databases.one())

        ask = _Asked(
            empty(),
            ExactTables((loaded, *joined), empty),
            empty() if any(each.undecided for each in tables) else None,
        )
        _fill(ask.database, (loaded, *joined), tables)
        if ask.reverse is not None:
            turned = [backwards(each) if each.undecided else each for each in tables]
            _fill(ask.reverse, (loaded, *joined), turned)
        for query in loaded.source.metrics:
            found: MetricEntries | UnknownEntry
            try:
                found, covered = _ask(ask, loaded, joined, query, window, rosters)
            except Unreadable as wrong:
                found, covered = wrong.unknown, None
            yield query, found, covered


@dataclass(frozen=True, slots=True)
class _Asked:
    """What queries are asked of: the tables, the same with decimals, and in reverse where the order is not known."""

    database: Database
    exact: ExactTables
    reverse: Database | None


def _fill(database: Database, every: Sequence[LoadedSource], tables: Sequence[SourceTable]) -> None:
    for each, table in zip(every, tables, strict=True):
        columns = columns_of(each.source.columns)
        database.create(each.source.view, columns, {"ordinal": table.ordinals, **table.columns})


def _ask(
    tables: _Asked,
    loaded: LoadedSource,
    joined: Sequence[LoadedSource],
    query: Query,
    window: Window,
    rosters: Rosters,
) -> tuple[MetricEntries, CoveredSpan | None]:
    metric = rosters.catalogue.metrics[query.metric]
    covered, own = _covered((loaded, *joined), metric, window, rosters)
    times = {
        "as_of": window.as_of,
        "from": covered.start if covered else None,
        "to": covered.end if covered else None,
    }
    lacking: dict[str, UnknownEntry] = {}
    try:
        nodes = tables.database.check(query.sql, [each.source.view for each in (loaded, *joined)])
        gaps = _gaps(loaded, metric, nodes, window)
        pooled = pools(nodes, [each.source for each in (loaded, *joined)])
        for each in (loaded, *joined):
            if pooled or (metric.series == "irregular" and each.source.coverage.each is None):
                lacking |= require_periods(each.source, each.table, metric, rosters, window)
        answer = tables.exact.refined(tables.database.ask(query.sql, times), query.sql, times)
        other = tables.reverse.ask(query.sql, times) if tables.reverse else None
        wrong = complaint(answer, metric, rosters.catalogue)
    except SqlRefused as problem:
        raise Unreadable("wrong type", f"the SQL does not fit the data: {problem}") from None
    if wrong:
        raise Unreadable("wrong type", wrong)
    if len(answer.rows) > SNAPSHOT_POINTS:
        raise Unreadable("overflow", f"the SQL gives more than {SNAPSHOT_POINTS} points")
    assumed = _assumptions(nodes, (loaded, *joined))
    found = replace(shape(answer, metric, covered, rosters, own, window.as_of), assumed=assumed)
    if other is not None:
        undecided = next(each.table.undecided for each in (loaded, *joined) if each.table.undecided)
        found = settled(found, shape(other, metric, covered, rosters, own, window.as_of), undecided)
    return _whole(found, loaded, gaps, lacking, metric, window), covered


def _whole(
    found: MetricEntries,
    loaded: LoadedSource,
    gaps: list[Gap],
    lacking: dict[str, UnknownEntry],
    metric: Metric,
    window: Window,
) -> MetricEntries:
    """Leave unknown what torn files and rows of a part of their period do not tell, and members that lack a period."""
    found = without_parts(found, early_rows(loaded.source, loaded.table, metric), metric)
    if loaded.torn:
        found = with_gaps(found, gaps, loaded.torn[0], metric, window.as_of)
    if lacking:
        entries = {member: why.entry() for member, why in lacking.items()}
        found = replace(found, members={**(found.members or {}), **entries})
    return found


def _gaps(loaded: LoadedSource, metric: Metric, nodes: list[dict[str, Any]], window: Window) -> list[Gap]:
    """Return the gaps that torn files left. Raises Unreadable where the metric cannot do without them."""
    if not loaded.torn:
        return []
    newest = not pools(nodes, [loaded.source], (period_of(loaded.source),))
    gaps = gaps_of(loaded.source, metric, loaded.spans, window.as_of, newest)
    if gaps is None:
        raise Unreadable(loaded.torn[0].cause, loaded.torn[0].detail)
    return gaps


def _covered(
    every: Sequence[LoadedSource], metric: Metric, window: Window, rosters: Rosters
) -> tuple[CoveredSpan | None, dict[str, CoveredSpan | None]]:
    """Return what all sources of a query cover, and by member of the metric's scope where each has its own rows."""
    whole = min((each.table.whole for each in every if each.table.whole is not None), default=None)
    spans: list[CoveredSpan | None] = []
    owned: list[dict[str, CoveredSpan | None]] = []
    for each in every:
        scope = scope_of(each.source, metric, rosters.catalogue)
        tables = {"": each.table} | by_member(each.source, each.table, scope, rosters)
        found = {
            member: cover(each.source, table, each.tops, window, metric.began, whole)
            for member, table in tables.items()
        }
        span = found.pop("")
        own = bool(metric.scope) and scope == metric.scope
        spans.append(span if own or not found else functools.reduce(common, found.values()))
        owned.append(found if own else {})
    members = dict.fromkeys(member for found in owned for member in found)
    return functools.reduce(common, spans), {
        member: functools.reduce(
            common, [found.get(member) if found else span for found, span in zip(owned, spans, strict=True)]
        )
        for member in members
    }


def _assumptions(nodes: list[dict[str, Any]], every: Sequence[LoadedSource]) -> tuple[Assumption, ...]:
    absent = [
        column
        for each in every
        for column in each.source.columns
        if each.table.seen and column.optional and column.name not in each.table.present
    ]
    declared = [text for each in every for text in _declared(each)]
    return (*absent_columns(nodes, absent), *made_of_nothing(nodes), *without_partner(nodes), *declared)


def _declared(loaded: LoadedSource) -> Iterator[Assumption]:
    """Yield what the source declares of rows whose time is not known."""
    source, table = loaded.source, loaded.table
    if table.undated:
        yield "W857", f"{number(table.undated, 'row')} of `{source.id}` without `{source.time}` left out"
    if table.repeated:
        times = number(table.repeated, "time")
        yield "W858", f"{times} of `{source.id}` in a repeated hour taken as the {source.ambiguous}"


def check_queries(rows: Mapping[str, RowsSource], catalogue: Catalogue, collector: Collector) -> None:
    """Check every query against empty tables with the declared columns, in a locked database; none is run.

    Adds E507 for SQL that may not run or does not bind, E508 for a result that does not suit the metric. Raises
    MissingExtra without duckdb.
    """
    with Database() as database:
        for source in rows.values():
            columns = columns_of(source.columns)
            database.create(source.view, columns, dict.fromkeys(columns, ()))
        for source in rows.values():
            every = (source, *(rows[name] for name in source.joins if name in rows))
            tables = [each.view for each in every]
            queries = {}
            for query in source.metrics:
                metric = catalogue.metrics[query.metric]
                queries[query] = _check(database, query, metric, tables, catalogue, collector)
            check_complete(every, queries, catalogue, collector)
            check_days(every, queries, catalogue, collector)
            check_members(source, catalogue, collector)
            check_reach(source, catalogue, collector)


def _check(
    database: Database,
    query: Query,
    metric: Metric,
    tables: Sequence[str],
    catalogue: Catalogue,
    collector: Collector,
) -> list[dict[str, Any]]:
    """Return the nodes of a query, none of one that may not run."""
    nodes: list[dict[str, Any]] = []
    try:
        nodes = database.check(query.sql, tables)
        wrong = complaint(database.describe(query.sql, _SAMPLE_TIMES), metric, catalogue)
    except SqlRefused as problem:
        collector.add("E507", f"the SQL of `{query.metric}` is refused: {problem}", query.span)
    except Unreadable as problem:
        detail = problem.unknown.detail
        collector.add("E507", f"the SQL of `{query.metric}` is refused: {detail}", query.span)
    else:
        if wrong:
            collector.add("E508", wrong, query.span)
    return nodes
