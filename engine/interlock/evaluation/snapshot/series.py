"""Builds the series of a metric from its points: slots on a grid, or points with their coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...language.times import parse_time, show_time
from ...language.types import Kind
from ...language.values import INFINITY, Cause, Unknown, Value
from ...limits import EARLIEST_TIME, SKEW, SNAPSHOT_POINTS
from ...policy.catalogue import Metric, SeriesKind
from .points import Point, Points
from .raw_values import element, odd_key, stated_unknown, too_few
from .series_values import Series, next_slot, on_grid, slot_at, slot_start

__all__ = ["before_began", "complete", "irregular", "regular", "stated_series", "wrong_from"]

_REGULAR = frozenset({"from", "points", "unknown", "detail"})
_IRREGULAR = frozenset({"covered", "points", "torn", "unknown", "detail"})
_POINT = frozenset({"at", "value", "n", "unordered", "unknown", "detail"})
_BEFORE_RECORDS = (
    "before the first period that a record lists, and the oldest record lists none: "
    "say `began` in the catalogue"
)


class _Reading:
    """One metric at one member, as its points are read."""

    def __init__(self, metric: Metric, as_of: Decimal, member: str) -> None:
        self.metric = metric
        self.as_of = as_of
        self.member = member

    def cause(self, cause: str, detail: str = "", at: Decimal | None = None) -> Cause:
        when = "" if at is None else show_time(at)
        period = int(self.metric.every or 0) if when else 0
        return Cause(self.metric.name, self.member, when, cause, detail, period)

    def unknown(self, cause: Cause) -> Unknown:
        """An unknown element: within its declared range, unless a value was there and out of range."""
        metric = self.metric
        free = cause.cause == "out of range" or metric.type.kind is Kind.ENUM
        low = -INFINITY if free or metric.low is None else metric.low
        high = INFINITY if free or metric.high is None else metric.high
        return Unknown((cause,), low, high)

    def value(self, raw: object, form: Mapping[str, object], at: Decimal) -> Value:
        if self.metric.type.kind is Kind.EVENT:
            return True
        stated = stated_unknown({**form, "value": raw} if "unknown" in form else raw)
        stated = stated or (None if self.metric.record else odd_key(form, _POINT))
        few = too_few(self.metric, form)
        if stated or few:
            cause, detail = stated or ("too few samples", few)
            return self.unknown(self.cause(cause, detail, at))
        read = element(self.metric, raw, self.as_of)
        if isinstance(read, Cause):
            return self.unknown(self.cause(read.cause, read.detail, at))
        return read

    def raw(self, form: Mapping[str, object]) -> object:
        """The value of a point, or of this column of a record's point."""
        if self.metric.record:
            return form.get(self.metric.name.removeprefix(self.metric.record + "."))
        return form.get("value")

    def instant(self, form: object) -> Decimal | Cause:
        at = form if isinstance(form, str) else form.get("at") if isinstance(form, dict) else None
        moment = parse_time(at) if isinstance(at, str) else None
        if moment is None:
            shown = f"`{at[:40]}`" if isinstance(at, str) else "missing"
            return self.cause("no time", f"`at` of a point is {shown}")
        if moment > self.as_of + SKEW:
            return self.cause("clock skew", "a point lies after the snapshot", moment)
        if moment < EARLIEST_TIME:
            return self.cause("out of range", "a point lies before the year 2000", moment)
        return moment


def stated_series(kind: SeriesKind, form: object) -> tuple[str, str] | None:
    """Return cause and detail where nothing is known of a series: it says so itself, or has a key of no meaning."""
    keys = _REGULAR if kind == "regular" else _IRREGULAR
    return stated_unknown(form) or (odd_key(form, keys) if isinstance(form, dict) else None)


def before_began(metric: Metric, form: object) -> tuple[str, str] | None:
    """Return cause and detail where a snapshot gives an irregular series a point from before the metric began."""
    if metric.began is None:
        return None
    reading = _Reading(metric, INFINITY, "")
    times = [reading.instant(each) for each in _listed(form) or []]
    if not any(isinstance(each, Decimal) and each < metric.began for each in times):
        return None
    return "out of range", f"a point lies before {show_time(metric.began)}, when the metric began"


def _listed(form: object) -> list[object] | None:
    points = form.get("points") if isinstance(form, dict) else None
    return points if isinstance(points, list) else None


def regular(
    metric: Metric, form: object, as_of: Decimal, member: str = "", *, recorded: bool = False
) -> Series:
    """Return the series on its grid, up to the newest slot that is due or was given.

    A period that still runs is not seen, whatever is given of it, unless the metric is complete `early`. A slot that is
    due and not listed is unknown. Before `began` there is nothing; without it all is unknown before the snapshot's
    `from`, or before what any record lists where snapshots were `recorded` earlier.
    """
    reading = _Reading(metric, as_of, member)
    every = metric.every or Decimal(86400)
    stated = stated_series(metric.series, form)
    listed = _listed(form)
    if stated is None and listed is None:
        stated = ("wrong type", "a series with `points` is declared")
    slots, broken = _placed(reading, listed or [], every)
    wrong = wrong_from(form)
    broken = broken or (reading.cause(*wrong) if wrong else None)
    slots = {index: each for index, each in slots.items() if complete(metric, index, as_of)}
    due = slot_at(as_of - metric.lag, every) - 1
    if stated and complete(metric, max([due, *slots]) + 1, as_of):
        # of a period that is over and not due a silent source may have a point: which one is the newest is not known
        broken = broken or reading.cause(*stated)
    end = max([due, *slots])
    first = _start(metric, form, every, slots, end)
    if broken or end - first >= SNAPSHOT_POINTS:
        cause = broken or reading.cause("overflow", "too many slots")
        return Series(Points(), as_of, every, end, Unknown((cause,)), began=metric.began, blank=(cause,))
    seen = _seen_from(form, every)
    points = []
    for index in range(first, end + 1):
        at, value = slot_start(index, every), slots.get(index)
        if value is None:
            early = seen is not None and index < seen
            why = stated or (("not covered", "") if early else ("missing", ""))
            value = reading.unknown(reading.cause(*why, at))
        points.append(Point(at, index, value))
    past = None
    if metric.began is None:
        before = ("not covered", _BEFORE_RECORDS if recorded else "before the first period of the snapshot")
        past = reading.unknown(reading.cause(*(stated if stated and not slots else before)))
    silent = stated is not None and not slots
    unlisted = metric.began is None and (recorded or silent)
    return Series(Points(points), as_of, every, end, past, unlisted=unlisted, early=metric.early)


def complete(metric: Metric, slot: int, as_of: Decimal) -> bool:
    """Tell whether the period of a slot is over at an instant, or its point complete before that."""
    return metric.early or slot_start(slot + 1, metric.every or Decimal(86400)) <= as_of


def _start(metric: Metric, form: object, every: Decimal, slots: Mapping[int, Value], end: int) -> int:
    """The first slot to list: that of `began`, else that of `from`, else the first one given."""
    if metric.began is not None:
        return next_slot(metric.began, every)
    stated = _seen_from(form, every)
    return min(slots, default=end + 1) if stated is None else stated


def _seen_from(form: object, every: Decimal) -> int | None:
    """The first slot that the snapshot speaks of, where it says so."""
    start = _moment(form.get("from")) if isinstance(form, dict) else None
    return None if start is None else next_slot(start, every)


def _moment(text: object) -> Decimal | None:
    return parse_time(text) if isinstance(text, str) else None


def wrong_from(form: object) -> tuple[str, str, Decimal | None] | None:
    """Return cause, detail and instant where `from` of a regular series is no time, or a point lies before it."""
    if not isinstance(form, dict) or form.get("from") is None:
        return None
    start = _moment(form["from"])
    if start is None:
        return "no time", "`from` of the series is not a time", None
    times = [_moment(each.get("at") if isinstance(each, dict) else each) for each in _listed(form) or []]
    early = [at for at in times if at is not None and at < start]
    return ("conflict", "the point lies before `from` of the series", min(early)) if early else None


def _placed(reading: _Reading, listed: list[object], every: Decimal) -> tuple[dict[int, Value], Cause | None]:
    """Put the points into their slots; two in one slot, or one off the grid, make the slot unknown."""
    slots: dict[int, Value] = {}
    for form in listed:
        at = reading.instant(form)
        if isinstance(at, Cause):
            return {}, at
        place = slot_at(at, every)
        table = form if isinstance(form, dict) else {}
        if not on_grid(at, every):
            slots[place] = reading.unknown(reading.cause("conflict", "the point is off the grid", at))
        elif place in slots:
            slots[place] = reading.unknown(reading.cause("conflict", "two points in one period", at))
        else:
            slots[place] = reading.value(reading.raw(table), table, at)
    return slots, None


def irregular(
    metric: Metric,
    form: object,
    as_of: Decimal,
    member: str = "",
    earlier: Sequence[tuple[Decimal, Decimal]] = (),
    silent: tuple[str, str] | None = None,
) -> Series:
    """Return the points with what they cover; without `covered` nothing is known.

    `earlier` are stretches that recorded snapshots covered before; `silent` says why the source tells nothing now: then
    no slack reaches from what it told before to the snapshot.
    """
    reading = _Reading(metric, as_of, member)
    stated = stated_series(metric.series, form)
    listed = _listed(form)
    if stated or listed is None:
        cause = reading.cause(*(stated or ("wrong type", "a series with `points` is declared")))
        return Series(Points(), as_of, blank=(cause,))
    covered = _coverage(reading, form)
    if isinstance(covered, Cause):
        return Series(Points(), as_of, blank=(covered,))
    points = _points(reading, listed)
    if isinstance(points, Cause):
        return Series(Points(), as_of, blank=(points,))
    start, stop = covered
    outside = reading.cause("not covered", f"seen from {show_time(start)} to {show_time(stop)}")
    if metric.began is not None and start <= metric.began:
        start = -INFINITY
    torn = form.get("torn") if isinstance(form, dict) else None
    if torn is not None:
        outside = reading.cause("torn source", str(torn))
    return Series(
        Points(points),
        as_of,
        covered_from=start,
        covered_to=min(stop, as_of),
        slack=metric.slack if silent is None and torn is None else Decimal(0),
        earlier=tuple(earlier),
        uncovered=(outside,) if silent is None else (reading.cause(*silent), outside),
        began=metric.began,
    )


def _points(reading: _Reading, listed: list[object]) -> list[Point] | Cause:
    """Return the points of an irregular series, oldest first; equal times keep their order."""
    points = []
    for order, each in enumerate(listed):
        at = reading.instant(each)
        if isinstance(at, Cause):
            return at
        table = each if isinstance(each, dict) else {}
        why = table.get("unordered")
        loose = (reading.cause("conflict", why, at),) if isinstance(why, str) else ()
        points.append(Point(at, order, reading.value(reading.raw(table), table, at), loose=loose))
    return sorted(points, key=lambda point: (point.at, point.order))


def _coverage(reading: _Reading, form: object) -> tuple[Decimal, Decimal] | Cause:
    stated = form.get("covered") if isinstance(form, dict) else None
    if not isinstance(stated, list) or len(stated) != 2:
        return reading.cause("not covered", "the series does not say what it covers")
    ends = [parse_time(each) if isinstance(each, str) else None for each in stated]
    start, stop = ends
    if start is None or stop is None or start > stop:
        return reading.cause("no time", "`covered` is not a stretch of time")
    if stop > reading.as_of + SKEW:
        return reading.cause("clock skew", "covered until after the snapshot", stop)
    return start, stop
