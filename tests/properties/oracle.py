"""What the language means, said a second time and as plainly as can be: over lists in which nothing is missing.

Nothing here is shared with the engine. A point is `(when, value)`, oldest first; None stands for "nobody can
tell". It is slow on purpose: no bounds, no intervals, one completion of the missing values at a time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

NEVER = float("inf")

Points = list[tuple[int, Any]]
World = Mapping[str, Sequence[Any]]


class Between(NamedTuple):
    """A number of which nobody can tell more than that it lies between two others."""

    low: Any
    high: Any


def completions(world: World, choices: Mapping[str, Sequence[Any]]) -> Iterator[World]:
    """Yield the world once for every way to fill its holes; a column's holes take the values of `choices`."""
    holes = [
        (name, index) for name, column in world.items() for index, each in enumerate(column) if each is None
    ]
    for filling in itertools.product(*(choices[name] for name, _ in holes)):
        full = {name: list(column) for name, column in world.items()}
        for (name, index), value in zip(holes, filling, strict=True):
            full[name][index] = value
        yield full


def windowed(points: Points, now: int, window: Mapping[str, int]) -> tuple[Points, bool]:
    """Return the points of the window, and whether it reaches back to where there was nothing yet."""
    if "within" in window:
        points = [(when, value) for when, value in points if now - window["within"] <= when <= now]
    if "last" not in window:
        return points, False
    end = len(points) - window.get("skip", 0)
    start = end - window["last"]
    return [points[index] for index in range(max(start, 0), max(end, 0))], start < 0


def run_lengths(points: Points, span: int | None) -> Points:
    """Return for each point how many true ones in a row end there, none of them older than `span`."""
    lengths: Points = []
    for index, (when, _) in enumerate(points):
        length = 0
        for before, value in reversed(points[: index + 1]):
            if not value or (span is not None and before < when - span):
                break
            length += 1
        lengths.append((when, length))
    return lengths


def peaks(points: Points) -> Points:
    """Return the largest value up to each point."""
    return [(when, max(value for _, value in points[: index + 1])) for index, (when, _) in enumerate(points)]


def falls(points: Points) -> Points:
    """Return how far each point lies below the largest value up to it, as a share of that; all are above zero."""
    pairs = zip(points, peaks(points), strict=True)
    return [(when, Fraction(top - value, top)) for (when, value), (_, top) in pairs]


def roots(points: Points) -> Points:
    """Return the square root of each point."""
    return [(when, math.sqrt(value)) for when, value in points]


def quantile(values: Sequence[Any], level: Fraction) -> Fraction:
    """Return the value that lies `level` of the way through the values in order."""
    place = level * (len(values) - 1)
    ordered, whole = sorted(values), int(place)
    return ordered[whole] + (place - whole) * (ordered[min(whole + 1, len(values) - 1)] - ordered[whole])


def densest(points: Points, span: int) -> int:
    """Return the largest number of true points that lie within `span` of each other."""
    times = [when for when, value in points if value]
    return max((sum(first <= when <= first + span for when in times) for first in times), default=0)


def since(points: Points, now: int) -> float:
    """Return how long ago the newest true point was."""
    return next((now - when for when, value in reversed(points) if value), NEVER)


def reduce(
    name: str, points: Points, now: int, short: bool, span: int | None, level: Fraction = Fraction(1, 2)
) -> Any:
    """Return what a function makes of the points; None where the language says unknown."""
    values = [value for _, value in points]
    if name == "count":
        return sum(values)
    if name == "any":
        return any(values)
    if name == "streak":
        return next((length for _, length in reversed(run_lengths(points, span))), 0)
    if name == "longest":
        return max((length for _, length in run_lengths(points, span)), default=0)
    if name == "since":
        return since(points, now)
    if name == "all" and not all(values):
        return False
    if short and name == "most":
        return Between(densest(points, span or 0), NEVER)
    if short or (not values and name not in ("sum", "most")):
        return None
    plain: dict[str, Callable[[], Any]] = {
        "all": lambda: True,
        "most": lambda: densest(points, span or 0),
        "sum": lambda: sum(values),
        "min": lambda: min(values),
        "max": lambda: max(values),
        "median": lambda: quantile(values, Fraction(1, 2)),
        "quantile": lambda: quantile(values, level),
        "mean": lambda: Fraction(sum(values), len(values)),
        "share": lambda: Fraction(sum(values), len(values)),
    }
    return plain[name]()


def both(left: Any, right: Any, operation: Callable[[Any, Any], Any]) -> Any:
    """Apply an operation unless one side is not known, to both ends of what lies between two numbers."""
    if left is None or right is None:
        return None
    found = {operation(one, other) for one in _ends(left) for other in _ends(right)}
    if len(found) == 1:
        return found.pop()
    if None in found or found == {True, False}:
        return None
    ends = [0 if each != each else each for each in found]  # nothing times whatever it may be is nothing
    return Between(min(ends), max(ends))


def _ends(value: Any) -> tuple[Any, ...]:
    return (value.low, value.high) if isinstance(value, Between) else (value,)


def conjunction(truths: Sequence[bool | None]) -> bool | None:
    """Return `and` of all: a false one decides."""
    return False if False in truths else None if None in truths else True


def disjunction(truths: Sequence[bool | None]) -> bool | None:
    """Return `or` of all: a true one decides."""
    return True if True in truths else None if None in truths else False
