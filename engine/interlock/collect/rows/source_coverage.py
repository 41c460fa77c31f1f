"""The coverage of a rows source: from when to when it knows everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..json_documents import ABSENT, one, show_pointer
from ..model import Bound, RowsSource
from ..typed_values import NoTime, read_moment
from ..unreadable import Unreadable
from .typed_tables import SourceTable

__all__ = ["CoveredSpan", "cover"]

Tops = Sequence[tuple[str, object, Decimal]]
"""Of each artefact its name, its value as a whole (None if the format has none) and its date."""


@dataclass(frozen=True, slots=True)
class CoveredSpan:
    """A stretch of time; a period of a regular series counts if it ends by `complete`."""

    start: Decimal
    end: Decimal
    complete: Decimal


def cover(
    source: RowsSource,
    table: SourceTable,
    tops: Tops,
    window: tuple[Decimal | None, Decimal],
    began: Decimal | None,
) -> CoveredSpan | None:
    """Return the coverage, cut at (since, as_of); None if there is none. Raises Unreadable for a bound without time."""
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
    """The newest unbroken chain of rows, each of which covers the time `each` from its stamp."""
    stamps = sorted({stamp for stamp in table.seen if stamp.is_finite()}, reverse=True)
    if not stamps:
        return None
    start = stamps[0]
    for stamp in stamps[1:]:
        if stamp + each < start:
            break
        start = stamp
    return start, stamps[0] + each


def _start(source: RowsSource, table: SourceTable, tops: Tops, began: Decimal | None) -> Decimal | None:
    bound = source.coverage.start
    if bound == "began":
        return began
    if bound == "first":
        return min((stamp for stamp in table.seen if stamp.is_finite()), default=None)
    return min(_fixed(bound, source, tops), default=None)


def _end(source: RowsSource, table: SourceTable, tops: Tops, as_of: Decimal) -> Decimal | None:
    bound = source.coverage.end
    if bound == "as_of":
        return as_of
    if bound == "last":
        return table.newest
    if bound == "modified":
        return max((modified for _, _, modified in tops), default=None)
    return max(_fixed(bound, source, tops), default=None)


def _fixed(bound: Bound, source: RowsSource, tops: Tops) -> list[Decimal]:
    if isinstance(bound, Decimal):
        return [bound]
    assert isinstance(bound, tuple)
    times = []
    for name, top, _ in tops:
        value, where = one(top, bound), f"{name}: {show_pointer(bound)}"
        if value is ABSENT:
            raise Unreadable("not covered", f"{where} is absent")
        try:
            times.append(read_moment(value, source.zone))
        except NoTime as problem:
            raise Unreadable(problem.cause, f"{where} {problem}") from None
    return times
