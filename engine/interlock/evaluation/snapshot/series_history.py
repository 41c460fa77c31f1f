"""Joins what earlier snapshots listed of a series with the current one: the newest list wins where it speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ...language.times import parse_time, show_time
from ...limits import SKEW
from ...policy.catalogue import Metric, SeriesKind
from ...strict_json import InvalidNumber
from ...wording import number
from .raw_values import stated_unknown
from .series import complete, stated_series, wrong_from
from .series_values import slot_at

__all__ = ["EventHistory", "Form", "PeriodHistory", "Restatement", "lived", "plain", "unlisted"]

Form = tuple[Decimal, object]
"""A series as a snapshot gives it, with the instant of the snapshot."""


@dataclass(frozen=True, order=True, slots=True)
class Restatement:
    """A period whose recorded value differs from the one that is given now, or the first of `gone` lost events."""

    metric: str
    member: str
    at: str
    gone: int = 0

    def __str__(self) -> str:
        where = self.metric + (f" at {self.member}" if self.member else "")
        if self.gone:
            lost = number(self.gone, "point")
            return f"an earlier snapshot listed {lost} of `{where}` from {self.at} on that are gone or changed now"
        return f"`{where}` of {self.at} is restated: an earlier snapshot gave another value"


@dataclass(slots=True)
class PeriodHistory:
    """What snapshots listed of a regular series: points by instant, each with the instant of the newest snapshot that
    listed it, and where the lists begin.

    All that `joined` needs of them; add them oldest first. Where each record of the oldest instant says where the
    series begins, it began with the earliest that any record says.
    """

    listed: bool = False
    known: dict[Decimal, tuple[Decimal, list[object]]] = field(default_factory=dict)
    start: Decimal | None = None
    earliest: Decimal | None = None
    oldest: Decimal | None = None
    doubted: bool = False

    @property
    def began(self) -> Decimal | None:
        """Where the series began; None where an oldest record does not tell, because it may have begun before."""
        return None if self.doubted else self.earliest

    @classmethod
    def of(cls, forms: Iterable[Form]) -> PeriodHistory:
        found = cls()
        for as_of, form in forms:
            found.add(as_of, form)
        return found

    def add(self, as_of: Decimal, form: object) -> None:
        """Let one snapshot speak: where it lists an instant, it wins. One whose `from` is wrong says nothing."""
        first = _first(form)
        self.oldest = as_of if self.oldest is None else self.oldest
        self.doubted |= first is None and as_of == self.oldest
        if not isinstance(form, dict) or wrong_from(form):
            return
        self.earliest = _least(self.earliest, first)
        if not _is_list(form):
            return
        self.listed = True
        self.known |= {at: (as_of, points) for at, points in _by_instant(form).items()}
        self.start = _least(self.start, _moment(form.get("from")))

    def joined(self, form: object, metric: Metric, member: str = "") -> tuple[object, list[Restatement]]:
        """Return the series as it is now, and the periods whose value is another one than before.

        A recorded point counts only where its period was over when it was recorded.
        """
        known = {
            at: points
            for at, (as_of, points) in self.known.items()
            if complete(metric, slot_at(at, metric.every or Decimal(86400)), as_of)
        }
        if not self.listed or wrong_from(form):
            return form, []
        stated = stated_unknown(form)
        start, now, unplaced = self.start, dict[Decimal, list[object]](), list[object]()
        if isinstance(form, dict):
            start = _least(start, _moment(form.get("from")))
        if stated is None:
            if not isinstance(form, dict) or not isinstance(form.get("points"), list):
                return form, []
            now, unplaced = _by_instant(form), [each for each in _list(form) if _at(each) is None]
        restated = [
            Restatement(metric.name, member, show_time(at))
            for at in sorted(now)
            if at in known and list(map(_value, known[at])) != list(map(_value, now[at]))
        ]
        points = [point for _, given in sorted({**known, **now}.items()) for point in given]
        start = start if start is None else min([start, *known])
        result: dict[str, object] = {"points": [*points, *unplaced]}
        if stated is not None:
            result |= {"unknown": stated[0], "detail": stated[1]}
        return {**result, **({"from": show_time(start)} if start is not None else {})}, restated


@dataclass(slots=True)
class EventHistory:
    """What snapshots listed of an irregular series: the points inside of what each covered, the stretches that were
    covered, and the newest of them.

    Inside its own stretch a list replaces older ones whole. All that `joined` needs of them; add them oldest first.
    """

    points: list[tuple[Decimal, object]] = field(default_factory=list)
    stretches: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    newest: tuple[Decimal, Decimal] | None = None

    @classmethod
    def of(cls, forms: Iterable[Form]) -> EventHistory:
        found = cls()
        for _, form in forms:
            found.add(form)
        return found

    def add(self, form: object) -> None:
        """Let one snapshot speak; a list that does not say what it covers says nothing."""
        cover = _cover(form) if isinstance(form, dict) and _is_list(form) else None
        if cover is not None and isinstance(form, dict):
            self._covered(cover, form)

    def _covered(self, cover: tuple[Decimal, Decimal], form: dict[str, object]) -> None:
        start, stop = cover
        self.points = [pair for pair in self.points if not start <= pair[0] <= stop]
        self.points += [pair for pair in _points(form) if start <= pair[0] <= stop]
        apart, touching = list[tuple[Decimal, Decimal]](), [cover]
        for each in self.stretches:
            (apart if each[1] < start or each[0] > stop else touching).append(each)
        around = (min(one for one, _ in touching), max(other for _, other in touching))
        self.stretches = sorted([*apart, around])
        self.newest = cover

    def restated(self, form: object, metric: str, member: str = "") -> Iterator[Restatement]:
        """Yield how many points of the time that the newest list covers it lacks, or has with another value."""
        cover = _cover(form) if isinstance(form, dict) and _is_list(form) else None
        if cover is None or not isinstance(form, dict):
            return
        now = {at: [_value(each) for each in points] for at, points in _by_instant(form).items()}
        lost = []
        for at, point in self.points:
            if cover[0] <= at <= cover[1]:
                if _value(point) in now.get(at, ()):
                    now[at].remove(_value(point))
                else:
                    lost.append(at)
        if lost:
            yield Restatement(metric, member, show_time(min(lost)), len(lost))

    def joined(self, form: object) -> tuple[object, tuple[tuple[Decimal, Decimal], ...]]:
        """Return the points with the stretch around what was covered last, and the stretches before that one.

        A point that the newest list gives outside of what it covers stays, unless an earlier list has it. A source that
        ends earlier than it did before has lost its end, over which no slack reaches.
        """
        outside: list[object] = []
        if self.newest is None:
            return form, ()
        if stated_unknown(form) is None:
            cover = _cover(form) if isinstance(form, dict) else None
            if cover is None or not isinstance(form, dict):
                return form, ()
            self._covered(cover, form)
            known = {at for at, _ in self.points}
            outside = [point for at, point in _points(form) if at not in known]
        at, latest = self.newest[0], self.stretches[-1][1]
        start, stop = next(each for each in self.stretches if each[0] <= at <= each[1])
        points = [*(point for _, point in self.points), *outside]
        before = tuple(each for each in self.stretches if each[1] < start)
        torn = {"torn": form["torn"]} if isinstance(form, dict) and "torn" in form else {}
        if not torn and self.newest[1] < latest and stated_unknown(form) is None:
            torn = {
                "torn": f"it ends at {show_time(self.newest[1])}, and before it reached {show_time(latest)}"
            }
        return {"covered": [show_time(start), show_time(stop)], **torn, "points": points}, before


def lived(form: object, as_of: Decimal) -> object:
    """Return what a snapshot of an instant can tell of a series: nothing of the time after it, which a clock that was
    ahead, or a torn source, may have listed."""
    if not isinstance(form, dict):
        return form
    latest, cover = as_of + SKEW, _cover(form)
    late = any(at > latest for at, _ in _points(form))
    if not late and (cover is None or cover[1] <= as_of):
        return form
    found = dict(form)
    if late:
        found["points"] = [each for each in _list(form) if (_at(each) or Decimal(0)) <= latest]
    if cover is not None and cover[0] <= as_of < cover[1]:
        found["covered"] = [show_time(cover[0]), show_time(as_of)]
    elif cover is not None and cover[0] > as_of:
        del found["covered"]
    return found


def plain(kind: SeriesKind, form: object) -> object:
    """Return the form of a series, or why nothing is known of one with a key of no meaning, whoever reads it. Of what a
    series lists that says itself that nothing is known, only where it begins counts."""
    stated = stated_series(kind, form)
    if stated is None or not isinstance(form, dict):
        return form
    if stated_unknown(form) is None:
        return InvalidNumber(*stated)
    start = unlisted({key: form[key] for key in ("points", "from") if key in form})
    return {"unknown": stated[0], "detail": stated[1], **(start if isinstance(start, dict) else {})}


def unlisted(form: object) -> object:
    """Return what a series tells that may lack points: no period and no stretch, but still where it begins."""
    if not isinstance(form, dict) or not _is_list(form):
        return form
    start = _first(form)
    rest = {key: each for key, each in form.items() if key not in ("covered", "from")}
    return {**rest, "points": [], **({} if start is None else {"from": show_time(start)})}


def _first(form: object) -> Decimal | None:
    """Where a form says that a regular series begins: by `from`, else by its first point."""
    if not isinstance(form, dict) or wrong_from(form):
        return None
    start = _moment(form.get("from"))
    return min((at for at, _ in _points(form)), default=None) if start is None else start


def _is_list(form: dict[str, object]) -> bool:
    """Whether a form lists points, and does not say itself that nothing is known."""
    return isinstance(form.get("points"), list) and stated_unknown(form) is None


def _least(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _cover(form: dict[str, object]) -> tuple[Decimal, Decimal] | None:
    stated = form.get("covered")
    if not isinstance(stated, list) or len(stated) != 2 or any(_at(each) is None for each in _list(form)):
        return None
    start, stop = (_moment(each) for each in stated)
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
