"""The measures of one snapshot with their series cut: as they were at an instant, or only what came after one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from ...language.times import show_time
from ...language.types import Type
from ...language.values import INFINITY, Cause, Unknown, merged
from ..snapshot.measures import Measures
from ..snapshot.points import Point, Points
from ..snapshot.series_values import Members, Series, Shaped, next_slot, slot_at, slot_start
from .memory import Seen

__all__ = ["MOMENT", "CutMeasures", "bound_value", "gained", "gaps"]

MOMENT = Decimal("0.000001")
"""Seconds between two instants that follow each other."""

_MOST_ENDS = 10_000
"""How many periods of a series that cannot be read a trigger is judged at, beside the first."""


class CutMeasures(Measures):
    """Measures whose series end at `until` and, where a trigger was re-armed, begin after `after`.

    All that is no series stays as it is at the snapshot's own instant. Of `brief` series one cause is told, not all.
    Before a series was seen first there was nothing, except of an irregular one since the policy's first record,
    `recorded`, and of a regular one that the oldest of earlier records does not list.
    """

    def __init__(
        self,
        whole: Measures,
        until: Decimal,
        after: Decimal | None,
        brief: bool = False,
        recorded: Decimal | None = None,
    ) -> None:
        super().__init__(whole.snapshot, whole.catalogue, whole.earlier, whole.reserved)
        self.whole, self.until, self.after, self.brief, self.recorded = whole, until, after, brief, recorded

    def metric(self, name: str, member: str | None = None) -> Shaped:
        """Return the metric of the whole, cut."""
        found = self.whole.metric(name, member)
        if isinstance(found, Members):
            values = {
                key: self._cut(each) if isinstance(each, Series) else each
                for key, each in found.values.items()
            }
            return replace(found, values=values)
        return self._cut(found) if isinstance(found, Series) else found

    def _cut(self, series: Series) -> Series:
        if series.blank:
            return series
        cut = self._cut_periods(series, series.every) if series.every else self._cut_events(series)
        return replace(cut, points=cut.points.of_many(brief=self.brief), now=series.as_of)

    def _cut_periods(self, series: Series, every: Decimal) -> Series:
        end, past, first = series.end, series.past, 0
        if self.until < series.as_of:
            newest = slot_at(self.until + _before_end(series), every) - 1
            end, past = min(end, newest), past if series.unlisted else None
        early: list[Point] = []
        if self.after is not None:
            begin = slot_at(self.after, every)
            if series.past is not None:
                # periods since the re-arming that no list names may have had any value
                unnamed = range(begin, min(series.start, end + 1))
                early = [Point(slot_start(each, every), each, series.past) for each in unnamed]
            first, past = begin - series.start, None
        points = series.points[max(first, 0) : max(end + 1 - series.start, 0)]
        points = Points((*early, *points)) if early else points
        return replace(series, points=points, end=end, past=past, as_of=min(self.until, series.as_of))

    def _cut_events(self, series: Series) -> Series:
        after = -INFINITY if self.after is None else self.after
        stretches = [*series.earlier, (series.covered_from, series.covered_to)]
        began, earlier, slack = series.began, series.earlier, series.slack
        if self.until < series.as_of:
            # where a gap ends it is judged with what was seen before it, and no slack reaches into a gap
            stretches = [each for each in stretches if each[0] < self.until] or stretches[:1]
            earlier = tuple(stretches[:-1])
            slack = slack if stretches[-1][1] == series.covered_to else Decimal(0)
            first = stretches[0][0]
            missed = self.recorded is not None and self.recorded <= self.until <= first
            if began is None and first.is_finite() and not missed and not series.points.before(first):
                began, stretches[0] = first, (-INFINITY, stretches[0][1])
        start, stop = stretches[-1]
        if self.after is not None and (began is None or began < after):
            start, began = (-INFINITY if start <= after else start), after
        return replace(
            series,
            points=series.points[series.points.until(after) : series.points.until(self.until)],
            as_of=min(self.until, series.as_of),
            covered_from=start,
            covered_to=min(stop, self.until),
            slack=slack,
            earlier=earlier,
            began=began,
        )


def gained(name: str, found: Shaped, as_of: Decimal) -> Iterator[tuple[Decimal, Seen | None]]:
    """Yield each point of a series with the instant at which it was gained: a period's point at its end, just before
    it where the next period may be complete as soon as it begins.

    An instant without a point is one at which something may have been missed, until data say that it was not: a missing
    period, a value that is not known, the begin or the end of a gap in what was seen.
    """
    if isinstance(found, Members):
        for member, value in found.values.items():
            if isinstance(value, Series):
                yield from _gained(name, member, value, as_of)
    elif isinstance(found, Series):
        yield from _gained(name, "", found, as_of)


def bound_value(measures: Measures, name: str) -> object:
    """Return a metric as plain data that an attestation can be bound to, or an Unknown if not all of it is known.

    The value of an enum is its word: its place in the list may be another one tomorrow. Of a series of events, or of
    yes and no, it is the time of the newest event or point that may be true; minus infinity without one.
    """
    return _plain(name, measures.metric(name), measures.catalogue.metrics[name].type)


def _plain(name: str, found: Shaped, kind: Type) -> object:
    if isinstance(found, Members):
        values = {key: _plain(name, each, kind) for key, each in found.values.items()}
        unknown = (each.causes for each in values.values() if isinstance(each, Unknown))
        causes = merged(found.doubt, found.others, *unknown)
        return Unknown(causes) if causes else values
    if isinstance(found, Series):
        if found.blank or found.every:
            return Unknown((Cause(name, "", "", "not covered", "it is not known when it was true last"),))
        return max((each.at for each in found.points if each.value is not False), default=-INFINITY)
    if kind.enum is not None and isinstance(found, Decimal):
        return kind.enum.values[int(found)]
    return sorted(found) if isinstance(found, frozenset) else found


def _gained(name: str, member: str, series: Series, as_of: Decimal) -> Iterator[tuple[Decimal, Seen | None]]:
    number, before = 1, None
    for each in series.points:
        unknown = isinstance(each.value, Unknown)
        number, before = number + 1 if each.at == before else 1, each.at
        seen = None if unknown else (name, member, show_time(each.at), _text(each, number))
        yield min(each.at + (series.every or 0) - _before_end(series), as_of), seen
    yield from ((each, None) for each in _untold_ends(series, as_of))
    for stop, start in _gaps(series, as_of):
        ends = (start,) if series.unlisted else (stop, start)
        yield from ((each, None) for each in ends if each < as_of)


def _untold_ends(series: Series, as_of: Decimal) -> Iterator[Decimal]:
    """Yield the end of each period since a series began of which nothing is known: of the first and the newest ones."""
    if series.blank and series.every and series.began is not None:
        first, end = next_slot(series.began, series.every) + 1, slot_at(as_of, series.every)
        untold = [*range(first, min(first, end) + 1), *range(max(first, end - _MOST_ENDS) + 1, end + 1)]
        yield from (slot_start(each, series.every) for each in untold)


def _before_end(series: Series) -> Decimal:
    """How long before the end of its period the point of a series is gained."""
    return MOMENT if series.early else Decimal(0)


def gaps(found: Shaped, as_of: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield the stretches of time in which nobody saw what came to a series, or to one of its members, without its
    missing periods: from an instant on until another, minus infinity where nothing is known of it before."""
    for each in found.values.values() if isinstance(found, Members) else (found,):
        if isinstance(each, Series):
            yield from _gaps(each, as_of)


def _gaps(series: Series, as_of: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    if series.blank or series.covered_to == -INFINITY:
        yield -INFINITY, as_of
    elif series.unlisted and series.every:
        yield -INFINITY, slot_start(series.start, series.every)
    elif not series.every:
        stretches = (*series.earlier, (series.covered_from, series.covered_to))
        if series.began is not None and series.began < stretches[0][0]:
            yield series.began, stretches[0][0]
        yield from ((one[1], other[0]) for one, other in pairwise(stretches))
        if series.covered_to < as_of:
            yield series.covered_to, as_of


def _text(point: Point, number: int) -> str:
    """The value, and of several points of one time which of them it is: a second equal one is another point."""
    value = point.value
    text = ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
    return text if number == 1 else f"{number}: {text}"
