"""Forms that a metric may take near the boundaries of a rule: what a boundary search tries."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ...evaluation.snapshot.series_values import slot_at, slot_start
from ...language.times import show_time
from ...language.types import Kind, Type
from ...policy.catalogue import Catalogue, Metric

__all__ = ["Constants", "FormMaker"]

_YEAR = Decimal(366 * 86400)
_MOST = 60
_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Constants:
    """The numbers of a rule: plain ones and ratios, whole ones among them, and durations in seconds."""

    numbers: tuple[Decimal, ...] = ()
    durations: tuple[Decimal, ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """How many points of a series may matter."""
        whole = [
            int(each) for each in self.numbers if 0 <= each <= _MOST and each == each.to_integral_value()
        ]
        near = {count + step for count in whole for step in (-1, 0, 1)}
        return tuple(sorted({1, 2, 3, *(each for each in near if each > 0)}))

    @property
    def ages(self) -> tuple[Decimal, ...]:
        """Distances from now, each duration and a second to both sides."""
        near = {each + step for each in self.durations for step in (-1, 0, 1)}
        return tuple(sorted(each for each in near if each >= 0))


@dataclass(frozen=True, slots=True)
class FormMaker:
    """Makes forms of one metric as of an instant; `columns` are the types of a record's columns."""

    metric: Metric
    columns: dict[str, Type]
    now: Decimal
    constants: Constants
    catalogue: Catalogue

    def forms(self, before: object, values: Iterable[Decimal]) -> Iterator[object]:
        """Yield forms to try, the likeliest first; `values` are numbers that a comparison turns on."""
        numbers = list(dict.fromkeys(values))
        if self.metric.series == "single":
            yield from self.singles(before, numbers)
        elif self.metric.series == "regular":
            yield from self.slots(before, numbers)
        else:
            yield from self.points(numbers)
        yield None

    def singles(self, before: object, numbers: list[Decimal]) -> Iterator[object]:
        for value in self.values(self.metric.type, numbers):
            if self.metric.min_n is not None:
                yield {"value": value, "n": Decimal(self.metric.min_n)}
            else:
                yield value
        if self.metric.min_n is not None and isinstance(before, dict):
            yield {**before, "n": Decimal(self.metric.min_n - 1)}

    def values(self, kind: Type, numbers: list[Decimal]) -> list[object]:
        """Return values of a type worth trying."""
        if kind.kind is Kind.BOOL:
            return [True, False]
        if kind.kind is Kind.ENUM:
            return list(kind.enum.values if kind.enum else ())
        if kind.kind is Kind.STRING:
            return ["one", "other"]
        if kind.kind is Kind.SET:
            scope = self.catalogue.scopes.get(kind.of)
            names = list(
                scope.members if scope and scope.members else ("one", "two", "three", "four", "five")
            )
            return [names[:size] for size in range(len(names) + 1)]
        if kind.kind is Kind.TIMESTAMP:
            ages = [self.now - each for each in self.constants.ages]
            return [show_time(each) for each in (*numbers, *ages) if each <= self.now]
        whole = kind.flavour == "integer"
        near = [
            each + step * (1 if whole else _last_place(each))
            for each in self.constants.numbers for step in (0, -1, 1)
        ]  # fmt: skip
        return list(self.within([*numbers, *near]))

    def within(self, numbers: Iterable[Decimal]) -> Iterator[Decimal]:
        """Numbers that the metric may be."""
        low, high = self.metric.low, self.metric.high
        for each in dict.fromkeys(numbers):
            whole = self.metric.type.flavour != "integer" or each == each.to_integral_value()
            if whole and (low is None or each >= low) and (high is None or each <= high):
                yield each

    # regular series

    def slots(self, before: object, numbers: list[Decimal]) -> Iterator[object]:
        """Put a value into the newest slots, into one slot alone, or leave one out."""
        values = self.values(self.metric.type, numbers)[:9]
        for count in self.constants.counts:
            for value in values:
                yield self.patched(before, range(count), value)
                if count > 1:
                    yield self.patched(before, (count - 1,), value)
        for count in self.constants.counts:
            yield self.patched(before, (count - 1,), None)
            yield self.patched(before, range(count), None)

    def patched(self, before: object, places: Iterable[int], value: object) -> object:
        """Return the series with a value in slots counted from the newest; None takes the points out."""
        every = self.metric.every or Decimal(86400)
        newest = slot_at(self.now - self.metric.lag, every) - 1
        table = dict(before) if isinstance(before, dict) else {}
        listed = table.get("points", [])
        points = {each["at"]: each for each in listed} if isinstance(listed, list) else {}
        for place in places:
            at = show_time(slot_start(newest - place, every))
            points.pop(at, None)
            if value is not None:
                size = {"n": Decimal(self.metric.min_n)} if self.metric.min_n is not None else {}
                points[at] = {"at": at, "value": value, **size}
        first = min([*points, *([table["from"]] if "from" in table else [])], default=show_time(self.now))
        return {"from": first, "points": [points[each] for each in sorted(points)]}

    # irregular series

    def points(self, numbers: list[Decimal]) -> Iterator[object]:
        """Yield by turns: one point of each age, some at once, the oldest at an edge, and two of two kinds."""
        yield self.seen([])
        rows = self.rows(numbers)
        ways = [self.single(rows), self.repeated(rows), self.edges(rows), self.mixed(rows)]
        if self.metric.type.kind is Kind.BOOL and not self.columns:
            ways.append(self.shares())
        for forms in itertools.zip_longest(*ways):
            yield from (each for each in forms if each is not None)

    def single(self, rows: list[dict[str, object]]) -> Iterator[object]:
        for row, age in itertools.product(rows, (Decimal(60), *self.constants.ages)):
            yield self.seen([(age, row)])

    def repeated(self, rows: list[dict[str, object]]) -> Iterator[object]:
        for row, count in itertools.product(rows, self.constants.counts):
            yield self.seen([(Decimal(60 * (index + 1)), row) for index in reversed(range(count))])

    def edges(self, rows: list[dict[str, object]]) -> Iterator[object]:
        """Some points, the oldest of which lies at the edge of a window or a second to either side of it."""
        for row, age, count in itertools.product(rows, self.constants.ages, self.constants.counts):
            if count > 1 and age > 60 * count:
                newer = [(Decimal(60 * (index + 1)), row) for index in reversed(range(count - 1))]
                yield self.seen([(age, row), *newer])

    def mixed(self, rows: list[dict[str, object]]) -> Iterator[object]:
        for age in (Decimal(60), *self.constants.ages):
            for one, two in itertools.islice(itertools.permutations(rows, 2), 9):
                yield self.seen([(age + 60, one), (age, two)])

    def shares(self) -> Iterator[object]:
        """Two hundred attempts of which a share is true, as each ratio of the rule says and one to both sides."""
        for share in self.constants.numbers:
            for step in (0, -1, 1):
                true = int(share * _EVENTS) + step
                if 0 < share < 1 and 0 <= true <= _EVENTS:
                    flags = [True] * true + [False] * (_EVENTS - true)
                    yield self.seen(
                        [(Decimal(60 * (_EVENTS - i)), {"value": f}) for i, f in enumerate(flags)]
                    )

    def rows(self, numbers: list[Decimal]) -> list[dict[str, object]]:
        """Return the values of one point, each combination of columns."""
        if self.metric.type.kind is Kind.EVENT and not self.columns:
            return [{}]
        types = self.columns or {"value": self.metric.type}
        choices = [self.column(name, kind, numbers) for name, kind in types.items()]
        first = tuple(each[0] for each in choices)
        single = [
            (*first[:place], value, *first[place + 1 :])
            for place, values in enumerate(choices) for value in values
        ]  # fmt: skip
        rows: list[tuple[object, ...]] = []
        for row in [first, *single, *itertools.islice(itertools.product(*choices), 12)]:
            rows += [row] if row not in rows else []
        return [dict(zip(types, row, strict=True)) for row in rows]

    def column(self, name: str, kind: Type, numbers: list[Decimal]) -> list[object]:
        """Values of one column of a point: the ends of its range and what the rules turn on."""
        metric = self.catalogue.metrics.get(f"{self.metric.record}.{name}", self.metric)
        ends = [Decimal(10) ** 6 if metric.high is None else metric.high]
        ends += [-(Decimal(10) ** 6) if metric.low is None else metric.low]
        around = numbers or [*ends, Decimal(-1), Decimal(0), Decimal(1), Decimal("0.5")]
        return replace(self, metric=metric).values(kind, around)[:16] or [None]

    def seen(self, points: Iterable[tuple[Decimal, dict[str, object]]]) -> object:
        bare = self.metric.type.kind is Kind.EVENT and not self.columns
        listed: list[object] = []
        for age, row in points:
            at = show_time(self.now - age)
            listed.append(at if bare else {"at": at, **row})
        return {"covered": [show_time(self.now - _YEAR), show_time(self.now)], "points": listed}


def _last_place(number: Decimal) -> Decimal:
    """One unit of the last place that is written."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
