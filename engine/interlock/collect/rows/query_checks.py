"""Checks every query at load: against empty tables with the declared columns, in a locked database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...diagnostics import Collector
from ...policy.catalogue import Catalogue
from ..duckdb_tables import Database, SqlRefused, columns_of
from ..model import Query, RowsSource
from ..unreadable import Unreadable
from .query_results import complaint

__all__ = ["check_queries"]

_DAY = Decimal(86_400)
_SAMPLE = {"as_of": _DAY * 2, "from": _DAY, "to": _DAY * 2}


def check_queries(rows: Mapping[str, RowsSource], catalogue: Catalogue, collector: Collector) -> None:
    """Note E507 for SQL that may not run or does not bind, E508 for a result of another shape than the metric's."""
    with Database() as database:
        for source in rows.values():
            columns = columns_of(source.columns)
            database.create(source.view, columns, dict.fromkeys(columns, ()))
        database.lock()
        for source in rows.values():
            tables = [source.view, *(rows[name].view for name in source.joins if name in rows)]
            for query in source.metrics:
                _check(database, query, tables, catalogue, collector)


def _check(
    database: Database, query: Query, tables: Sequence[str], catalogue: Catalogue, collector: Collector
) -> None:
    metric = catalogue.metrics.get(query.metric)
    if metric is None:
        return
    try:
        database.check(query.sql, tables)
        wrong = complaint(database.ask(query.sql, _SAMPLE), metric, catalogue)
    except SqlRefused as problem:
        collector.add("E507", f"the SQL of `{query.metric}` is refused: {problem}", query.span)
    except Unreadable:
        return
    else:
        if wrong:
            collector.add("E508", wrong, query.span)
