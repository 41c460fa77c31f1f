"""Points in order of time: cuts of one list share what is computed of it, so that many cuts cost little more.

A trigger that latches is judged at many instants, each with its series cut there. What is asked of a cut is answered
from indexes over the whole list: places by bisection, sums and extremes from a segment tree (Bentley, 1977).
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Generic, TypeVar, overload

from ...language.values import INFINITY, Cause, Value

__all__ = ["ChainedPoints", "Fold", "Holds", "Point", "Points", "joined"]

_KEPT = 32
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Point:
    """One value at one instant. `order` is the slot of a regular series, the place in the list of an irregular
    one; `doubt` says why the point may not be there, `loose` why its place among points of its time is not known."""

    at: Decimal
    order: int
    value: Value
    doubt: tuple[Cause, ...] = ()
    loose: tuple[Cause, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the point is certainly there."""
        return not self.doubt


Holds = Callable[[Point], bool]
"""A test of a point; what is computed with it is kept under it, so it must be a function of a module."""


class _Track:
    """A whole list of points, and what was computed of it; of much, what was asked for last is kept."""

    __slots__ = ("_kept", "points")

    def __init__(self, points: Iterable[Point]) -> None:
        self.points = tuple(points)
        self._kept: dict[Hashable, object] = {}

    def kept(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what `make` makes, made once for a key."""
        found: _T = self._kept.pop(key) if key in self._kept else make()  # type: ignore[assignment]
        if len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = found
        return found


class Fold(Generic[_T]):
    """Values in order, any stretch of which is combined in logarithmic time; `combine` is associative."""

    def __init__(self, values: list[_T], combine: Callable[[_T, _T], _T]) -> None:
        self._combine = combine
        self._levels = [values]
        while len(values) > 1:
            values = [combine(*pair) for pair in zip(values[::2], values[1::2], strict=False)]
            self._levels.append(values)

    def pieces(self, first: int, stop: int) -> list[_T]:
        """Return values that stand for a stretch, in order: few, each combined of many."""
        head: list[_T] = []
        tail: list[_T] = []
        for level in self._levels:
            if first >= stop:
                break
            if first % 2:
                head.append(level[first])
                first += 1
            if stop % 2:
                stop -= 1
                tail.append(level[stop])
            first, stop = first // 2, stop // 2
        return head + tail[::-1]

    def over(self, first: int, stop: int) -> _T | None:
        """Return the combination of a stretch, None of an empty one."""
        found = self.pieces(first, stop)
        return reduce(self._combine, found) if found else None


class Points(Sequence[Point]):
    """Points from oldest to newest: a stretch of a list.

    What is made of `shared` ones is kept for the other stretches of the list; else it goes when it was used, because a
    long list has many. Of `brief` ones only the newest cause is asked for: enough to know that there is one.
    """

    __slots__ = ("_first", "_stop", "_track", "brief", "shared")

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self._track = _Track(points)
        self._first, self._stop = 0, len(self._track.points)
        self.shared = self.brief = False

    def _of(self, track: _Track, first: int, stop: int) -> Points:
        found = Points.__new__(Points)
        found._track, found._first, found._stop = track, first, max(first, stop)
        found.shared, found.brief = self.shared, self.brief
        return found

    def _made(self, key: Hashable, make: Callable[[], _T]) -> _T:
        return self._track.kept(key, make) if self.shared else make()

    def __len__(self) -> int:
        return self._stop - self._first

    def __iter__(self) -> Iterator[Point]:
        points = self._track.points
        return (points[place] for place in range(self._first, self._stop))

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> Points: ...
    def __getitem__(self, place: int | slice) -> Point | Points:
        if isinstance(place, int):
            return self._track.points[range(self._first, self._stop)[place]]
        first, stop, _ = place.indices(len(self))
        return self._of(self._track, self._first + first, self._first + stop)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Points) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Points({list(self)!r})"

    def of_many(self, *, brief: bool) -> Points:
        """The same as one of many stretches that share what is made of them."""
        found = self._of(self._track, self._first, self._stop)
        found.shared, found.brief = True, brief
        return found

    # places

    def before(self, instant: Decimal) -> int:
        """How many points lie before an instant."""
        return 0 if instant == -INFINITY else self._within(bisect_left(self._times(), instant))

    def until(self, instant: Decimal) -> int:
        """How many points lie at or before an instant."""
        return len(self) if instant == INFINITY else self._within(bisect_right(self._times(), instant))

    def _times(self) -> list[Decimal]:
        return self._track.kept("times", lambda: [each.at for each in self._track.points])

    def _within(self, place: int) -> int:
        return min(max(place, self._first), self._stop) - self._first

    def _places(self, holds: Holds) -> list[int]:
        points = self._track.points
        return self._track.kept(
            ("places", holds), lambda: [i for i, each in enumerate(points) if holds(each)]
        )

    def number(self, holds: Holds) -> int:
        """How many points pass a test."""
        first, stop = self.ranks(holds)
        return stop - first

    def ranks(self, holds: Holds) -> tuple[int, int]:
        """Where those that pass a test begin and end among those of the whole list."""
        places = self._places(holds)
        return bisect_left(places, self._first), bisect_left(places, self._stop)

    def newest(self, holds: Holds) -> int | None:
        """The place of the newest point that passes a test."""
        first, stop = self.ranks(holds)
        return self._places(holds)[stop - 1] - self._first if first < stop else None

    def oldest(self, holds: Holds) -> int | None:
        """The place of the oldest point that passes a test."""
        first, stop = self.ranks(holds)
        return self._places(holds)[first] - self._first if first < stop else None

    def which(self, holds: Holds) -> Points:
        """Return the points that pass a test."""
        first, stop = self.ranks(holds)
        places = self._places(holds)
        track = self._track.kept(
            ("which", holds), lambda: _Track(self._track.points[place] for place in places)
        )
        return self._of(track, first, stop)

    def told(self, holds: Holds) -> Points:
        """Return the points that pass a test, for their causes: of brief points the newest alone."""
        found = self.which(holds)
        return found[-1:] if self.brief else found

    # what is computed once for the whole list

    def kept(self, key: Hashable, make: Callable[[Sequence[Point]], _T]) -> _T:
        """Return what `make` makes of the whole list."""
        return self._track.kept(key, lambda: make(self._track.points))

    def fold(self, measure: Callable[[Point], _T], combine: Callable[[_T, _T], _T]) -> _T | None:
        """Return the combined measure of all points, None of no points; both are functions of a module."""
        found = self.pieces(measure, combine)
        return reduce(combine, found) if found else None

    def pieces(self, measure: Callable[[Point], _T], combine: Callable[[_T, _T], _T]) -> list[_T]:
        """Return measures that stand for all points: few, each combined of many."""
        if not self.shared:
            return Fold([measure(each) for each in self], combine).pieces(0, len(self))
        points, key = self._track.points, ("fold", measure, combine)
        fold = self._track.kept(key, lambda: Fold([measure(each) for each in points], combine))
        return fold.pieces(self._first, self._stop)

    def everywhere(self, key: Hashable, make: Callable[[Points], Iterable[Point]]) -> Points:
        """Return one point for each, made once for the whole list."""
        whole = self._of(self._track, 0, len(self._track.points))
        track = self._made(("everywhere", key), lambda: _Track(make(whole)))
        return self._of(track, self._first, self._stop)

    def along(self, key: Hashable, make: Callable[[Points], Iterable[Point]]) -> Points:
        """Return points each made of one of these and those before it; the oldest may make none. `make` is given the
        rest of the list too, once."""
        whole = self._of(self._track, self._first, len(self._track.points))
        track = self._made(("along", key, self._first), lambda: _Track(make(whole)))
        return self._of(track, 0, len(self) - (len(whole) - len(track.points)))


class ChainedPoints(Points):
    """Points of several lists, one after the other. Most is asked of each, so that they share it with other cuts."""

    __slots__ = ("_parts",)

    def __init__(self, *parts: Points) -> None:
        super().__init__(
            itertools.chain.from_iterable(each._track.points[each._first : each._stop] for each in parts)
        )
        self._parts = parts
        self.shared, self.brief = (any(getattr(each, name) for each in parts) for name in ("shared", "brief"))

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> Points: ...
    def __getitem__(self, place: int | slice) -> Point | Points:
        whole = isinstance(place, slice) and place.indices(len(self))[:2] == (0, len(self))
        return self if whole else super().__getitem__(place)

    def number(self, holds: Holds) -> int:
        """How many points pass a test."""
        return sum(each.number(holds) for each in self._parts)

    def which(self, holds: Holds) -> Points:
        """Return the points that pass a test."""
        return ChainedPoints(*(each.which(holds) for each in self._parts))

    def pieces(self, measure: Callable[[Point], _T], combine: Callable[[_T, _T], _T]) -> list[_T]:
        """Return measures that stand for all points: few, each combined of many."""
        return [piece for each in self._parts for piece in each.pieces(measure, combine)]

    def joined(self, key: Hashable, make: Callable[..., Point | None]) -> Points:
        """Return what is made of each point."""
        return ChainedPoints(*(joined(key, [each], make) for each in self._parts))


def joined(key: Hashable, groups: Sequence[Points], make: Callable[..., Point | None]) -> Points:
    """Return what is made of the points of several lists that have one time and order; None makes no point."""
    first = groups[0]
    if isinstance(first, ChainedPoints) and len(groups) == 1:
        return first.joined(key, make)
    tracks = tuple(each._track for each in groups)
    track, places = first._made(("joined", key, tracks[1:]), lambda: _join(tracks, make))
    begin = max(bisect_left(place, each._first) for place, each in zip(places, groups, strict=True))
    end = min(bisect_left(place, each._stop) for place, each in zip(places, groups, strict=True))
    return first._of(track, begin, end)


def _join(tracks: Sequence[_Track], make: Callable[..., Point | None]) -> tuple[_Track, list[list[int]]]:
    """The points made of whole lists, and for each list the places of those that they were made of."""
    tables = [{(each.at, each.order): i for i, each in enumerate(track.points)} for track in tracks[1:]]
    made: list[Point] = []
    places: list[list[int]] = [[] for _ in tracks]
    for index, point in enumerate(tracks[0].points):
        found = [index, *(table.get((point.at, point.order), -1) for table in tables)]
        if min(found) < 0:
            continue
        result = make(*(track.points[place] for track, place in zip(tracks, found, strict=True)))
        if result is not None:
            made.append(result)
            for place, row in zip(found, places, strict=True):
                row.append(place)
    return _Track(made), places
