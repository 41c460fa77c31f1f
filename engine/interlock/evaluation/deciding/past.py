"""The measures of one snapshot with their series cut: as they were at an instant, or only what came after one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ...language.times import show_time
from ...language.values import INFINITY, Unknown
from ..snapshot.measures import Measures
from ..snapshot.series_values import Members, Point, Series, Shaped, slot_at
from .memory import Seen

__all__ = ["CutMeasures", "bound_value", "gained"]


class CutMeasures(Measures):
    """Measures whose series end at `until` and, where a trigger was re-armed, begin after `after`.

    All that is no series stays as it is at the snapshot's own instant.
    """

    def __init__(self, whole: Measures, until: Decimal, after: Decimal | None) -> None:
        super().__init__(whole.snapshot, whole.catalogue, whole.earlier, whole.rollout)
        self.whole, self.until, self.after = whole, until, after

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
        return self._regular(series, series.every) if series.every else self._irregular(series)

    def _regular(self, series: Series, every: Decimal) -> Series:
        end, past = series.end, series.past
        if self.until < series.as_of:
            end = min(end, slot_at(self.until, every) - 1)
        points = tuple(each for each in series.points if each.order <= end)
        if self.after is not None:
            points = tuple(each for each in points if each.at + every > self.after)
            past = None
        as_of = min(self.until, series.as_of)
        return replace(series, points=points, end=end, past=past, as_of=as_of)

    def _irregular(self, series: Series) -> Series:
        after = -INFINITY if self.after is None else self.after
        start, began = series.covered_from, series.began
        if self.after is not None and (began is None or began < after):
            start, began = (-INFINITY if start <= after else start), after
        return replace(
            series,
            points=tuple(each for each in series.points if after < each.at <= self.until),
            as_of=min(self.until, series.as_of),
            covered_from=start,
            covered_to=min(series.covered_to, self.until),
            began=began,
        )


def gained(name: str, found: Shaped, as_of: Decimal) -> Iterator[tuple[Decimal, Seen]]:
    """Yield each known point of a series with the instant at which it was gained: a period's point at its end."""
    if isinstance(found, Members):
        for member, value in found.values.items():
            if isinstance(value, Series):
                yield from _gained(name, member, value, as_of)
    elif isinstance(found, Series):
        yield from _gained(name, "", found, as_of)


def bound_value(found: Shaped) -> object:
    """Return a value as plain data that an attestation can be bound to; None where it is not known whole."""
    if isinstance(found, Members):
        values = {key: bound_value(each) for key, each in found.values.items()}
        return None if found.doubt or found.others or None in values.values() else values
    if isinstance(found, Series):
        pairs = [[show_time(each.at), bound_value(each.value)] for each in found.points]
        return None if found.blank or any(value is None for _, value in pairs) else pairs
    if isinstance(found, Unknown):
        return None
    return sorted(found) if isinstance(found, frozenset) else found


def _gained(name: str, member: str, series: Series, as_of: Decimal) -> Iterator[tuple[Decimal, Seen]]:
    for each in series.points:
        if not isinstance(each.value, Unknown):
            yield min(each.at + (series.every or 0), as_of), (name, member, show_time(each.at), _text(each))


def _text(point: Point) -> str:
    value = point.value
    return ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
