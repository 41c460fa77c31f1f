"""Torn files among several: which metrics may do without them, and the periods that they leave unknown."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...evaluation.snapshot.series_values import slot_at, slot_start
from ...language.times import parse_time, show_time
from ...language.values import INFINITY
from ...policy.catalogue import Metric
from ..local_clock import DAY, beginning, shown, zone_of
from ..model import RowsSource
from ..unreadable import UnknownEntry
from .query_results import Entry, MetricEntries

__all__ = ["Gap", "Span", "gaps_of", "period_of", "spanned", "with_gaps"]

Span = tuple[Decimal, Decimal]
"""The first and the last period of a file."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two whole files that torn ones lie between by name; one of their periods begins in it."""

    start: Decimal
    end: Decimal


def period_of(source: RowsSource) -> str:
    """Return the column that stamps the period of a row, empty where rows are not said to be periods."""
    if source.complete is not None and source.complete.each is not None:
        return source.complete.by
    return (source.coverage.by or source.time) if source.coverage.each is not None else ""


def spanned(source: RowsSource, columns: dict[str, list[object]], known: Collection[Decimal]) -> Span | None:
    """Return the first and the last period of a file's rows, else of the times at which they were known."""
    found = [each for each in columns.get(period_of(source), known) if isinstance(each, Decimal)]
    return (min(found), max(found)) if found else None


def gaps_of(
    source: RowsSource, metric: Metric, spans: Sequence[Span | None], as_of: Decimal, newest: bool
) -> list[Gap] | None:
    """Return where torn files, None among `spans` in order of names, left a gap; None if the metric cannot do without.

    A file may be left out of a regular series, as an unknown slot, of a chain of reports, which gets shorter, and of
    the value of the newest period, if a whole file follows it. Each file must have periods of its own, and the files
    around a torn one must leave room for it: at the ends the begin of the metric, and the periods that are over. Else
    another file stands for the period of the torn one, and nothing seems to be missing.
    """
    each = source.coverage.each
    declared = source.complete.each if source.complete is not None and each is None else None
    if metric.series == "irregular" and each is None:
        return None
    if metric.series == "single" and not (newest and period_of(source) and spans[-1] is not None):
        return None
    every = metric.every or DAY
    length = each or declared or every
    zone = zone_of(length, source.zone)

    def placed(stamp: Decimal) -> Decimal:
        return shown(stamp, zone) if period_of(source) else slot_start(slot_at(stamp, every), every)

    places = [None if span is None else (placed(span[0]), placed(span[1])) for span in spans]
    whole = [span for span in places if span is not None]
    ordered = whole if metric.series == "single" else sorted(whole)
    if any(after[0] - before[1] < length for before, after in itertools.pairwise(ordered)):
        return None
    first = None if metric.began is None else beginning(metric.began, zone) if each else placed(metric.began)
    begin = -INFINITY if first is None else first - length
    before, torn, gaps = (begin, begin), 0, []
    for span in (*places, (placed(as_of), INFINITY)):
        if span is None:
            torn += 1
            continue
        low, high = sorted((before, span))
        if torn and high[0] - low[1] < length * (torn + 1):
            return None
        if torn and period_of(source) and zone is None:
            gaps.append(Gap(low[1] + length, high[0]))
        before, torn = span, 0
    return gaps


def with_gaps(
    found: MetricEntries, gaps: Sequence[Gap], why: UnknownEntry, metric: Metric, as_of: Decimal
) -> MetricEntries:
    """Return a regular series with an unknown point for each slot that a torn file may have held."""
    if not gaps or metric.series != "regular":
        return found
    if found.entry is not None:
        return replace(found, entry=_filled(found.entry, gaps, why, metric, as_of))
    members = {name: _filled(each, gaps, why, metric, as_of) for name, each in (found.members or {}).items()}
    return replace(found, members=members)


def _filled(entry: Entry, gaps: Sequence[Gap], why: UnknownEntry, metric: Metric, as_of: Decimal) -> Entry:
    points = entry.get("points")
    if not isinstance(points, list):
        return entry
    every = metric.every or DAY
    start = parse_time(str(entry["from"])) or Decimal(0)
    last = as_of if metric.early else as_of - every
    known = {point["at"] for point in points}
    lost = []
    for gap in gaps:
        for slot in range(slot_at(max(gap.start, start), every), slot_at(min(gap.end, last), every) + 1):
            at = slot_start(slot, every)
            if start <= at < gap.end and at <= last and show_time(at) not in known:
                lost.append({"at": show_time(at), **why.entry()})
    return {**entry, "points": sorted([*points, *lost], key=lambda point: point["at"])}
