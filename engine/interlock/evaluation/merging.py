"""Joins what earlier snapshots listed of a series with the current one: the newest list wins where it speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..language.times import parse_time, show_time
from ..policy.catalogue import Metric
from .elements import stated_unknown

__all__ = ["Restated", "began", "joined"]


@dataclass(frozen=True, order=True, slots=True)
class Restated:
    """A period whose recorded value differs from the one that is given now."""

    metric: str
    member: str
    at: str

    def __str__(self) -> str:
        where = self.metric + (f" at {self.member}" if self.member else "")
        return f"`{where}` of {self.at} is restated: an earlier snapshot gave another value"


def began(earlier: Sequence[object]) -> Decimal | None:
    """Return where the first record of a regular series begins: its `from`, else its first point."""
    for form in earlier:
        if not isinstance(form, dict):
            continue
        told = _moment(form.get("from"))
        given = [told] if told is not None else [at for at, _ in _points(form)]
        if given:
            return min(given)
    return None


def joined(
    metric: Metric, earlier: Sequence[object], form: object, member: str = ""
) -> tuple[object, list[Restated]]:
    """Return the form of a series with what earlier snapshots, oldest first, listed of it."""
    listing = [each for each in earlier if isinstance(each, dict) and stated_unknown(each) is None]
    listing = [each for each in listing if isinstance(each.get("points"), list)]
    if not listing:
        return form, []
    if metric.series == "regular":
        return _regular(metric, listing, form, member)
    return _irregular(listing, form), []


def _regular(
    metric: Metric, earlier: list[dict[str, object]], form: object, member: str
) -> tuple[object, list[Restated]]:
    known: dict[Decimal, list[object]] = {}
    for each in earlier:
        known |= _by_instant(each)
    told = stated_unknown(form)
    now = _by_instant(form) if told is None and isinstance(form, dict) else {}
    restated = [
        Restated(metric.name, member, show_time(at))
        for at in sorted(now)
        if at in known and [_value(one) for one in known[at]] != [_value(one) for one in now[at]]
    ]
    points = [point for _, given in sorted({**known, **now}.items()) for point in given]
    unplaced = [each for each in _list(form) if _at(each) is None] if told is None else []
    starts = [_moment(each.get("from")) for each in [*earlier, form] if isinstance(each, dict)]
    result: dict[str, object] = {"points": [*points, *unplaced]}
    if told is not None:
        result |= {"unknown": told[0], "detail": told[1]}
    elif not isinstance(form, dict) or not isinstance(form.get("points"), list):
        return form, []
    given = [each for each in starts if each is not None]
    return {**result, **({"from": show_time(min(given))} if given else {})}, restated


def _irregular(earlier: list[dict[str, object]], form: object) -> object:
    """Take the union of what was covered around the newest list; inside its cover a list replaces older ones."""
    forms = [each for each in earlier if _cover(each) is not None]
    if stated_unknown(form) is None:
        if not isinstance(form, dict) or _cover(form) is None:
            return form
        forms.append(form)
    if not forms:
        return form
    points: list[object] = []
    covers: list[tuple[Decimal, Decimal]] = []
    for each in forms:
        cover = _cover(each)
        assert cover is not None
        points = [one for one in points if not cover[0] <= (_at(one) or Decimal(0)) <= cover[1]]
        points += _list(each)
        covers.append(cover)
    start, stop = _around(covers)
    newest = _list(forms[-1])
    kept = [one for one in points if start <= (_at(one) or start) <= stop or one in newest]
    return {"covered": [show_time(start), show_time(stop)], "points": kept}


def _around(covers: list[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    """Widen the newest stretch by all that overlap it or touch it."""
    start, stop = covers[-1]
    for _ in covers:
        for one, other in covers:
            if one <= stop and other >= start:
                start, stop = min(start, one), max(stop, other)
    return start, stop


def _cover(form: dict[str, object]) -> tuple[Decimal, Decimal] | None:
    told = form.get("covered")
    if not isinstance(told, list) or len(told) != 2 or any(_at(each) is None for each in _list(form)):
        return None
    start, stop = (_moment(each) for each in told)
    return None if start is None or stop is None or start > stop else (start, stop)


def _by_instant(form: dict[str, object]) -> dict[Decimal, list[object]]:
    found: dict[Decimal, list[object]] = {}
    for at, point in _points(form):
        found.setdefault(at, []).append(point)
    return found


def _points(form: dict[str, object]) -> Iterator[tuple[Decimal, object]]:
    for each in _list(form):
        at = _at(each)
        if at is not None:
            yield at, each


def _list(form: object) -> list[object]:
    points = form.get("points") if isinstance(form, dict) else None
    return points if isinstance(points, list) else []


def _at(point: object) -> Decimal | None:
    return _moment(point.get("at") if isinstance(point, dict) else point)


def _value(point: object) -> object:
    return {key: each for key, each in point.items() if key != "at"} if isinstance(point, dict) else ""


def _moment(text: object) -> Decimal | None:
    return parse_time(text) if isinstance(text, str) else None
