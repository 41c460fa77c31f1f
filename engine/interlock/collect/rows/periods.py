"""The periods of a source: a figure over many of them is known only if none since the beginning is missing.

A weekly report that is lost takes its week out of every sum and mean: without its worst week, a programme looks sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...diagnostics import Collector
from ...language.times import show_time
from ...policy.catalogue import Catalogue, Metric
from ..model import Query, RowsSource
from ..sql.duckdb_tables import syntax_nodes
from ..sql.sql_functions import POOLING
from ..unreadable import Unreadable
from .row_window import Window
from .typed_tables import SourceTable

__all__ = ["check_complete", "pools", "require_periods"]

Nodes = Iterable[dict[str, Any]]


def pools(nodes: Nodes, sources: Iterable[RowsSource]) -> bool:
    """Tell whether a query makes one value of several rows; the newest time of all rows is no such figure."""
    times = {each.name for source in sources for each in source.columns if each.type == "time"}
    return any(
        node.get("class") == "WINDOW"
        or (
            node.get("class") == "FUNCTION"
            and str(node.get("function_name", "")).lower() in POOLING
            and not _newest(node, times)
        )
        for node in nodes
    )


def _newest(node: dict[str, Any], times: Collection[str]) -> bool:
    read = [each for each in syntax_nodes(node) if "class" in each][1:]
    names = [str(each["column_names"][-1]).lower() for each in read if each["class"] == "COLUMN_REF"]
    return str(node["function_name"]).lower() == "max" and len(read) == len(names) == 1 and names[0] in times


def require_periods(
    source: RowsSource,
    table: SourceTable,
    metric: Metric,
    catalogue: Catalogue,
    window: Window,
) -> None:
    """Raise Unreadable where a period that is due has no row, from the beginning or from `since`."""
    began = _began(source, metric, catalogue)
    if source.complete is None or source.complete.each is None or began is None:
        return
    each, since, as_of = source.complete.each, window.since, window.as_of
    if since is not None and since > began:
        began -= _whole(began - since, each) * each
    due = _whole(as_of - _lag(source, catalogue) - began, each)
    found = {
        _whole(stamp - began, each)
        for stamp in table.columns[source.complete.by]
        if isinstance(stamp, Decimal)
    }
    absent = due - sum(0 <= number < due for number in found)
    if absent <= 0:
        return
    newest = next(number for number in range(due - 1, -1, -1) if number not in found)
    start = began + newest * each
    more = f", nor for {absent - 1} earlier periods" if absent > 2 else ", nor for an earlier period"
    text = f"no row of `{source.id}` for {show_time(start)} to {show_time(start + each)}"
    raise Unreadable("missing", text + (more if absent > 1 else ""))


def _whole(span: Decimal, each: Decimal) -> int:
    """Return how many whole periods a span of time has; a span into the past has one more than its whole ones."""
    return int(span // each) - (span < 0 and span % each != 0)  # division of decimals cuts towards zero


def _regular(source: RowsSource, catalogue: Catalogue) -> list[Metric]:
    found = [catalogue.metrics.get(query.metric) for query in source.metrics]
    return [each for each in found if each is not None and each.series == "regular"]


def _began(source: RowsSource, metric: Metric, catalogue: Catalogue) -> Decimal | None:
    """When the periods begin: as the metric says, else the series of its source, else the source's coverage."""
    starts = [each.began for each in _regular(source, catalogue) if each.began is not None]
    covered = source.coverage.start
    return metric.began or min(starts, default=covered if isinstance(covered, Decimal) else None)


def _lag(source: RowsSource, catalogue: Catalogue) -> Decimal:
    """How long after its end a row may come: as declared, or the longest lag of the source's series."""
    declared = source.complete.lag if source.complete else Decimal(0)
    return max((declared, *(each.lag for each in _regular(source, catalogue))))


def check_complete(
    source: RowsSource,
    queries: Mapping[Query, Sequence[dict[str, Any]]],
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    """Complain of figures over many periods whose source does not say `complete`, or not since when.

    Rows are periods where `covered` says `each` or where a regular series takes them as they are. They may be where
    several files or two times a row suggest it and no series of events takes them as they are.
    """
    pooled = {query for query, nodes in queries.items() if pools(nodes, (source,))}
    plain = {catalogue.metrics[query.metric].series for query in queries.keys() - pooled}
    periods = source.coverage.each is not None or "regular" in plain
    times = sum(each.type == "time" for each in source.columns)
    perhaps = "irregular" not in plain and (source.many or times > 1)
    hint = "write `complete: 1w` with the length of a period, or `complete: never` where rows are no periods"
    for query in sorted(pooled, key=lambda each: each.metric):
        metric = catalogue.metrics[query.metric]
        if source.complete is not None:
            if source.complete.each is not None and _began(source, metric, catalogue) is None:
                text = f"`complete` of `{source.id}` does not know when the periods of `{query.metric}` begin"
                collector.add("E553", text, query.span, "write `began:` on the metric")
        elif periods:
            text = f"`{query.metric}` is made of many periods, and `{source.id}` does not say that none may be missing"
            collector.add("E552", text, query.span, hint)
        elif perhaps and metric.series == "single":
            text = f"`{query.metric}` is made of many rows, and `{source.id}` does not say whether one may be missing"
            collector.add("W859", text, query.span, hint)
