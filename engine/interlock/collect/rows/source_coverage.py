"""The coverage of a rows source: from when to when it knows everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from ...diagnostics import Collector
from ...limits import SKEW
from ...policy.catalogue import Catalogue
from ..json_documents import ABSENT, one, show_pointer
from ..local_clock import DAY, moved, shown
from ..model import Bound, RowsSource
from ..rosters import Rosters
from ..typed_values import NoTime, read_moment
from ..unreadable import Unreadable
from .row_window import Window
from .typed_tables import SourceTable

__all__ = ["CoveredSpan", "by_member", "check_members", "common", "cover"]

Tops = Sequence[tuple[str, object, Decimal]]
"""Of each artefact its name, its value as a whole (None if the format has none) and its date."""


@dataclass(frozen=True, slots=True)
class CoveredSpan:
    """A stretch of time, never past `as_of`: a period of a regular series counts if it lies inside.

    `newest` is the time of the newest row, or the end where that is later: nothing is true of a time after it. `torn`
    says what cut the stretch.
    """

    start: Decimal
    end: Decimal
    newest: Decimal
    torn: str = ""


def cover(
    source: RowsSource,
    table: SourceTable,
    tops: Tops,
    window: Window,
    began: Decimal | None,
    whole: tuple[Decimal, str] | None,
) -> CoveredSpan | None:
    """Return the coverage, within the window; None if there is none. Raises Unreadable for a bound without time.

    `whole` is the stamp of the last whole row, and the place of the unfinished line after it: no more is known.
    """
    if source.coverage.each is not None:
        found = _chain(source, table, source.coverage.each, window.as_of)
    elif isinstance(source.coverage.start, tuple) and isinstance(source.coverage.end, tuple):
        starts = _fixed(source.coverage.start, source, tops, None)
        found = _touching(list(zip(starts, _fixed(source.coverage.end, source, tops, window), strict=True)))
    else:
        start = _start(source, table, tops, began)
        end = _end(source, table, tops, window)
        found = None if start is None or end is None else (start, end)
    if found is None:
        return None
    start = found[0] if window.since is None else max(found[0], window.since)
    end = min(found[1], window.as_of, *(() if whole is None else (whole[0],)))
    torn = f"{whole[1]} is unfinished" if whole is not None and whole[0] <= window.as_of else ""
    return CoveredSpan(start, end, max([end, *table.known.values()]), torn) if start <= end else None


def by_member(
    source: RowsSource, table: SourceTable, scope: str | None, rosters: Rosters
) -> dict[str, SourceTable]:
    """Return the table with the periods of each member alone, where each has rows of its own."""
    if not source.coverage.member:
        return {}
    found = {}
    for member, names in rosters.written(scope, table.known_of).items():
        found[member] = replace(table, known={})
        for name in names:
            found[member].know(table.known_of[name])
    return found


def check_members(source: RowsSource, catalogue: Catalogue, collector: Collector) -> None:
    """Warn of events by member whose periods another member's rows may cover."""
    for query in source.metrics:
        metric = catalogue.metrics[query.metric]
        shared = source.coverage.each is not None and not source.coverage.member
        if shared and metric.scope and metric.series == "irregular":
            text = f"`{query.metric}` has events of each {metric.scope}, "
            text += f"and a row of any covers its period in `{source.id}`"
            collector.add("W862", text, query.span, "write `for:` with the column of the members")


def common(one: CoveredSpan | None, other: CoveredSpan | None) -> CoveredSpan | None:
    """Return what both of two joined sources cover: what SQL makes of their rows is known no further."""
    if one is None or other is None:
        return None
    end = min(one.end, other.end)
    start, newest = min(max(one.start, other.start), end), min(one.newest, other.newest)
    return CoveredSpan(start, end, newest, one.torn or other.torn)


def _chain(
    source: RowsSource, table: SourceTable, each: Decimal, as_of: Decimal
) -> tuple[Decimal, Decimal] | None:
    """The newest unbroken chain of rows, each of which covers the time `each` from its stamp.

    A row that became known before its period was over covers it only until then; one whose period still runs covers
    nothing if it does not say when it became known.
    """

    def end(stamp: Decimal) -> Decimal:
        over = _over(stamp, each, source.zone)
        if source.coverage.by is not None:
            return max(stamp, min(over, table.known[stamp]))
        return over if over <= as_of else stamp

    stamps = sorted(table.known, reverse=True)
    if not stamps:
        return None
    start = stamps[0]
    for stamp in stamps[1:]:
        if end(stamp) < start:
            break
        start = stamp
    return start, end(stamps[0])


def _touching(stretches: list[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    """Return the newest of the stretches, one of each file, with those before it that leave no gap."""
    stretches.sort(key=lambda each: each[1], reverse=True)
    start, last = stretches[0]
    for begin, end in stretches[1:]:
        if end < start:
            break
        start = min(start, begin)
    return start, last


def _over(stamp: Decimal, each: Decimal, zone: ZoneInfo | None) -> Decimal:
    """Return the end of a period: of local days a midnight of the zone, of others no later than their length says."""
    local = moved(stamp, each, zone)
    return local if shown(stamp, zone) % DAY == 0 else min(local, stamp + each)


def _start(source: RowsSource, table: SourceTable, tops: Tops, began: Decimal | None) -> Decimal | None:
    bound = source.coverage.start
    if bound == "began":
        return began
    if bound == "first":
        return min((stamp for stamp in table.seen if stamp.is_finite()), default=None)
    return min(_fixed(bound, source, tops, None), default=None)


def _end(source: RowsSource, table: SourceTable, tops: Tops, window: Window) -> Decimal | None:
    """Rows and dates after the snapshot's time prove nothing: whoever looked then had not seen them."""
    bound = source.coverage.end
    if bound == "as_of":
        return window.as_of
    if bound == "last":
        return table.newest
    if bound == "modified":
        return _modified(table, tops, window)
    return max(_fixed(bound, source, tops, window), default=None)


def _modified(table: SourceTable, tops: Tops, window: Window) -> Decimal | None:
    name, _, modified = max(tops, key=lambda each: each[2], default=("", None, Decimal(0)))
    window.check_date(name, modified)
    past = modified > window.as_of + SKEW and not window.present
    return table.newest if past else modified


def _fixed(bound: Bound, source: RowsSource, tops: Tops, window: Window | None) -> list[Decimal]:
    """Return the times of a bound; with a window, none of them may be later than its file can have been written."""
    if isinstance(bound, Decimal):
        return [bound]
    assert isinstance(bound, tuple)
    times = []
    for name, top, modified in tops:
        value, where = one(top, bound), f"{name}: {show_pointer(bound)}"
        if value is ABSENT:
            raise Unreadable("not covered", f"{where} is absent")
        try:
            time = read_moment(value, source.zone)
        except NoTime as problem:
            raise Unreadable(problem.cause, f"{where} {problem}") from None
        if window is not None:
            window.check_time(where, time, modified)
        times.append(time)
    return times
