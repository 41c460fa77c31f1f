"""What a source knows all about: the stretch of time in which nothing happened that it does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..model import Bound, RowsSource
from ..pointer import ABSENT, one
from ..typed_values import NoTime, read_moment
from ..unreadable import Unreadable
from .typed_tables import SourceTable

__all__ = ["CoveredSpan", "cover"]


@dataclass(frozen=True, slots=True)
class CoveredSpan:
    """A stretch of time; `complete` is the end up to which a period of a regular series may reach."""

    start: Decimal
    end: Decimal
    complete: Decimal


def cover(
    source: RowsSource,
    table: SourceTable,
    tops: Sequence[tuple[str, object, Decimal]],
    window: tuple[Decimal | None, Decimal],
    began: Decimal | None,
) -> CoveredSpan | None:
    """Return the coverage, cut at (since, as_of); None when the source cannot tell any.

    `tops` holds name, top-level value (None where it is not JSON) and date of each artefact.
    """
    since, as_of = window
    if source.coverage.each is not None:
        found = _chain(table, source.coverage.each)
    else:
        start = _start(source, table, tops, began)
        end = _end(source, table, tops, as_of)
        found = None if start is None or end is None else (start, min(end, as_of))
    if found is None:
        return None
    start = found[0] if since is None else max(found[0], since)
    end = min(found[1], as_of)
    return CoveredSpan(start, end, found[1]) if start <= end else None


def _chain(table: SourceTable, each: Decimal) -> tuple[Decimal, Decimal] | None:
    """The newest unbroken chain of rows, each of which speaks for `each` from its stamp."""
    stamps = sorted({stamp for stamp in table.seen if stamp.is_finite()}, reverse=True)
    if not stamps:
        return None
    start = stamps[0]
    for stamp in stamps[1:]:
        if stamp + each < start:
            break
        start = stamp
    return start, stamps[0] + each


def _start(
    source: RowsSource, table: SourceTable, tops: Sequence[tuple[str, object, Decimal]], began: Decimal | None
) -> Decimal | None:
    bound = source.coverage.start
    if bound == "began":
        return began
    if bound == "first":
        return min((stamp for stamp in table.seen if stamp.is_finite()), default=None)
    return min(_fixed(bound, source, tops), default=None)


def _end(
    source: RowsSource, table: SourceTable, tops: Sequence[tuple[str, object, Decimal]], as_of: Decimal
) -> Decimal | None:
    bound = source.coverage.end
    if bound == "as_of":
        return as_of
    if bound == "last":
        return table.newest
    if bound == "modified":
        return max((modified for _, _, modified in tops), default=None)
    return max(_fixed(bound, source, tops), default=None)


def _fixed(bound: Bound, source: RowsSource, tops: Sequence[tuple[str, object, Decimal]]) -> list[Decimal]:
    if isinstance(bound, Decimal):
        return [bound]
    assert isinstance(bound, tuple)
    times = []
    for name, top, _ in tops:
        value = one(top, bound)
        where = f"{name}: /{'/'.join(bound)}"
        if value is ABSENT:
            raise Unreadable("not covered", f"{where} is absent")
        try:
            times.append(read_moment(value, source.zone))
        except NoTime as problem:
            raise Unreadable("no time", f"{where} {problem}") from None
    return times
