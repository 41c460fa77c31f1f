"""The periods of a source: a figure over many of them is known only if none since the beginning is missing.

A weekly report that is lost takes its week out of every sum and mean: without its worst week, a programme looks sound.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ...diagnostics import Collector
from ...language.times import show_time
from ...policy.catalogue import Catalogue, Metric
from ..local_clock import DAY, beginning, instant, is_utc, shown, zone_of
from ..model import DeclaredPeriods, Query, RowsSource
from ..rosters import Rosters
from ..unreadable import UnknownEntry, Unreadable
from .pooled_rows import pools
from .row_window import Window
from .typed_tables import SourceTable

__all__ = ["check_complete", "check_days", "check_reach", "early_rows", "require_periods", "scope_of"]

_LOOKS_BACK = re.compile(r"\$(?:as_of|to)\s*-\s*interval", re.IGNORECASE)


def require_periods(
    source: RowsSource,
    table: SourceTable,
    metric: Metric,
    rosters: Rosters,
    window: Window,
) -> dict[str, UnknownEntry]:
    """Return the members of a metric that lack a period that is due, from the beginning or from `since`, with why.

    Raises Unreadable where the metric as a whole lacks one.
    """
    catalogue = rosters.catalogue
    began = _began(source, metric, catalogue)
    if source.complete is None or source.complete.each is None or began is None:
        return {}
    periods = _Periods.of(began, source.complete.each, source.zone, window.since)
    due = periods.over(window.as_of - _lag(source, catalogue))
    scope = scope_of(source, metric, catalogue)
    lacking = {}
    whole = _whole_rows(source, source.complete, table, periods, catalogue)
    for member, found in _found(source.complete, table, scope, rosters, whole).items():
        of = f" of {member}" if member else ""
        text = _absent({periods.number(stamp) for stamp in found}, periods, due)
        if text:
            lacking[member] = UnknownEntry("missing", f"no row of `{source.id}`{of} {text}")
    first = next(iter(lacking.values()), None)
    if first is not None and ("" in lacking or not metric.scope or scope != metric.scope):
        raise Unreadable(first.cause, first.detail)
    return lacking


@dataclass(frozen=True, slots=True)
class _Periods:
    """Periods from a beginning on; those of whole days follow the clock of a zone."""

    began: Decimal
    """What the clock showed at the beginning."""
    each: Decimal
    zone: ZoneInfo | None

    @classmethod
    def of(cls, began: Decimal, each: Decimal, zone: ZoneInfo | None, since: Decimal | None) -> _Periods:
        """Return the periods from a beginning on, or from the first that begins at `since` or after it."""
        zone = zone_of(each, zone)
        clock = beginning(began, zone)
        start = clock if since is None else shown(since, zone)
        return cls(clock - _whole(clock - start, each) * each if start > clock else clock, each, zone)

    def start(self, number: int) -> Decimal:
        return instant(self.began + number * self.each, self.zone)

    def number(self, time: Decimal) -> int:
        return _whole(shown(time, self.zone) - self.began, self.each)

    def over(self, time: Decimal) -> int:
        """Return how many periods are over at a time, also where the clock is put back over the end of one."""
        number = self.number(time)
        return number + (self.start(number + 1) <= time)


def scope_of(source: RowsSource, metric: Metric, catalogue: Catalogue) -> str | None:
    """Return the scope of the members in a source's rows: that of the metric, else of another one of the source."""
    scopes = [each.scope for each in _metrics(source, catalogue) if each.scope]
    return scopes[0] if scopes and metric.scope not in scopes else metric.scope


def early_rows(source: RowsSource, table: SourceTable, metric: Metric) -> dict[str, UnknownEntry]:
    """Return the periods of a regular series whose row was written before they were over, with why it tells nothing."""
    complete, every = source.complete, metric.every
    if complete is None or complete.each is None or every is None or metric.early:
        return {}
    if source.time in ("modified", complete.by):
        return {}
    found = {}
    for stamp, time in zip(table.columns[complete.by], table.columns[source.time], strict=True):
        if isinstance(stamp, Decimal) and isinstance(time, Decimal) and time < stamp + every:
            why = f"its row of `{source.id}` was written at {show_time(time)}, before its end"
            found[show_time(stamp)] = UnknownEntry("missing", why)
    return found


def _whole_rows(
    source: RowsSource,
    complete: DeclaredPeriods,
    table: SourceTable,
    periods: _Periods,
    catalogue: Catalogue,
) -> list[bool]:
    """Tell of each row whether it became known when its period was over, as far as the rows say when they did.

    One that was written before is of a part of its period; a series may say that its points are complete `early`.
    """
    stamps = table.columns[complete.by]
    early = any(each.early for each in _regular(source, catalogue))
    if early or source.time in ("modified", complete.by):
        return [True] * len(stamps)
    return [
        not (isinstance(stamp, Decimal) and isinstance(time, Decimal))
        or periods.start(periods.number(stamp) + 1) <= time
        for stamp, time in zip(stamps, table.columns[source.time], strict=True)
    ]


def _found(
    complete: DeclaredPeriods,
    table: SourceTable,
    scope: str | None,
    rosters: Rosters,
    whole: Sequence[bool],
) -> dict[str, list[Decimal]]:
    """Return the stamps of the whole rows, by member where each has its own; `` where they are of no member."""
    stamps = [
        stamp if known else None for stamp, known in zip(table.columns[complete.by], whole, strict=True)
    ]
    names = table.columns[complete.member] if complete.member else []
    members = rosters.written(scope, {str(name) for name in names if name is not None})
    if not members or not complete.member:
        return {"": [stamp for stamp in stamps if isinstance(stamp, Decimal)]}
    return {
        member: [
            stamp
            for stamp, name in zip(stamps, names, strict=True)
            if isinstance(stamp, Decimal) and str(name) in written
        ]
        for member, written in members.items()
    }


def _absent(found: Collection[int], periods: _Periods, due: int) -> str:
    """Return for which of the periods that are due there is nothing, empty for none."""
    absent = due - sum(0 <= number < due for number in found)
    if absent <= 0:
        return ""
    newest = next(number for number in range(due - 1, -1, -1) if number not in found)
    start, end = periods.start(newest), periods.start(newest + 1)
    more = f", nor for {absent - 1} earlier periods" if absent > 2 else ", nor for an earlier period"
    return f"for {show_time(start)} to {show_time(end)}" + (more if absent > 1 else "")


def _whole(span: Decimal, each: Decimal) -> int:
    """Return how many whole periods a span of time has; a span into the past has one more than its whole ones."""
    return int(span // each) - (span < 0 and span % each != 0)  # division of decimals cuts towards zero


def _metrics(source: RowsSource, catalogue: Catalogue) -> list[Metric]:
    found = [catalogue.metrics.get(query.metric) for query in source.metrics]
    return [each for each in found if each is not None]


def _regular(source: RowsSource, catalogue: Catalogue) -> list[Metric]:
    return [each for each in _metrics(source, catalogue) if each.series == "regular"]


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
    every: Sequence[RowsSource],
    queries: Mapping[Query, Sequence[dict[str, Any]]],
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    """Complain of figures over many periods, and of events, whose source does not say `complete`, or not since when.

    `every` are the source and those that it joins.
    """
    pooled = {query for query, nodes in queries.items() if pools(nodes, every)}
    plain = {catalogue.metrics[query.metric].series for query in queries.keys() - pooled}
    for query in sorted(queries, key=lambda each: each.metric):
        metric = catalogue.metrics[query.metric]
        for source in every:
            own = plain if source is every[0] else set()
            for code, text, hint in _complaints(source, metric, query in pooled, own, catalogue):
                collector.add(code, text, query.span, hint)


def _complaints(
    source: RowsSource, metric: Metric, pooled: bool, plain: Collection[str], catalogue: Catalogue
) -> Iterator[tuple[str, str, str]]:
    """Yield what a source does not say of its periods: code, text and hint.

    Rows are periods where `covered` says `each` or where a regular series takes them as they are. They may be where
    several files or two times a row suggest it and no series of events takes them as they are.
    """
    complete, many = source.complete, source.many
    periods = source.coverage.each is not None
    events = metric.series == "irregular"
    hint = "write `complete: 1w` with the length of a period, or `complete: never` where rows are no periods"
    if not (pooled or (events and not periods)) or (complete is not None and complete.each is None):
        return
    if complete is not None:
        if _began(source, metric, catalogue) is None:
            text = f"`complete` of `{source.id}` does not know when the periods of `{metric.name}` begin"
            yield "E553", text, "write `began:` on the metric"
        if metric.scope and not complete.member:
            text = f"`{metric.name}` is made of the periods of each {metric.scope}, "
            text += f"and `complete` of `{source.id}` asks for one row a period"
            yield "W860", text, "write `for:` with the column of the members"
    elif pooled and (periods or "regular" in plain):
        text = f"`{metric.name}` is made of many periods, and `{source.id}` does not say that none may be missing"
        yield "E552", text, hint
    elif events and many and not _stated(source):
        text = f"`{metric.name}` are events of several files, "
        text += f"and nothing says that none of `{source.id}` may be missing"
        yield "W863", text, hint
    elif not events and (
        many or (metric.series == "single" and _two_times(source) and "irregular" not in plain)
    ):
        text = (
            f"`{metric.name}` is made of many rows, and `{source.id}` does not say whether one may be missing"
        )
        yield "W859", text, hint


def _stated(source: RowsSource) -> bool:
    """Tell whether each file says itself from when to when it holds everything."""
    return isinstance(source.coverage.start, tuple) and isinstance(source.coverage.end, tuple)


def _two_times(source: RowsSource) -> bool:
    return sum(each.type == "time" for each in source.columns) > 1


def check_days(
    every: Sequence[RowsSource],
    queries: Mapping[Query, Sequence[dict[str, Any]]],
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    """Complain of a series of days, which are those of UTC, that is made of rows by day of another zone.

    Two of those may begin within one day of UTC, and one of the two could be lost unseen. `every` are the source and
    those that it joins.
    """
    for query, nodes in queries.items():
        metric = catalogue.metrics[query.metric]
        if metric.series != "regular" or (metric.every or DAY) % DAY:
            continue
        read = {str(node["column_names"][-1]).lower() for node in nodes if node.get("class") == "COLUMN_REF"}
        plain = not pools(nodes, every)
        for source in every:
            if _local_days(source) or (plain and not is_utc(source.zone) and source.time in read):
                assert source.zone is not None
                text = f"the periods of `{query.metric}` are days of UTC, and `{source.id}` has rows by the clock of "
                hint = (
                    "read dates as days of UTC: `timezone: UTC`, with a `lag` for a day that ends later there"
                )
                collector.add("E555", text + source.zone.key, query.span, hint)


def _local_days(source: RowsSource) -> bool:
    """Tell whether the rows of a source stand for days of another zone than UTC."""
    lengths = (source.coverage.each, source.complete.each if source.complete else None)
    return any(each is not None and zone_of(each, source.zone) is not None for each in lengths)


def check_reach(source: RowsSource, catalogue: Catalogue, collector: Collector) -> None:
    """Warn of a figure of the last days that does not ask whether the rows reach back so far.

    A log that was rotated has lost the first of them.
    """
    for query in source.metrics:
        single = catalogue.metrics[query.metric].series == "single"
        if single and _LOOKS_BACK.search(query.sql) and "$from" not in query.sql:
            text = f"`{query.metric}` looks back from the snapshot, "
            text += f"and does not ask whether `{source.id}` reaches so far"
            hint = "give no value otherwise: `case when $from <= $as_of - interval 7 day then … end`"
            collector.add("W865", text, query.span, hint)
