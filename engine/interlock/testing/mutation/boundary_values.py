"""Forms that a metric may take near the boundaries of a rule: what a boundary search tries."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ...evaluation.snapshot.series_values import slot_at, slot_start
from ...language.times import parse_time, show_time
from ...language.types import Kind, Type
from ...policy.catalogue import Catalogue, Metric
from ..policies.series_notation import YEAR

__all__ = ["Constants", "FormMaker"]


_MOST = 60
_EVENTS = 200
_FEW = 6


@dataclass(frozen=True, slots=True)
class Constants:
    """What rules turn on: numbers and ratios, whole ones among them, durations in seconds, and words."""

    numbers: tuple[Decimal, ...] = ()
    durations: tuple[Decimal, ...] = ()
    words: tuple[str, ...] = ()

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
            yield from self.points(before, numbers)
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
            return ["one", "other", "", *self.constants.words]
        if kind.kind is Kind.SET:
            return list(self.sets(kind))
        if kind.kind is Kind.TIMESTAMP:
            ages = [self.now - each for each in self.constants.ages]
            return [show_time(each) for each in (*numbers, *ages) if each <= self.now]
        whole = kind.flavour == "integer"
        near = [
            each + step * (1 if whole else _last_place(each))
            for each in self.constants.numbers for step in (0, -1, 1)
        ]  # fmt: skip
        return list(self.within([*numbers, *near]))

    def sets(self, kind: Type) -> Iterator[object]:
        """Sets of the members of its scope, or of the words of the rules: each size, all but one, and each alone."""
        scope = self.catalogue.scopes.get(kind.of)
        words = self.constants.words or ("one", "two", "three", "four", "five")
        names = list(scope.members if scope and scope.members else words)
        yield from (names[:size] for size in range(len(names) + 1))
        yield from ([each for each in names if each != left] for left in names)
        yield from ([each] for each in names)

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
            yield self.begun(before, count)

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

    def begun(self, before: object, count: int) -> object:
        """Return the series as if its first slot lay that many before now; None where it has no such slot."""
        every = self.metric.every or Decimal(86400)
        listed = before.get("points", []) if isinstance(before, dict) else []
        first = show_time(slot_start(slot_at(self.now - self.metric.lag, every) - count, every))
        points = [each for each in listed if each["at"] >= first]
        return {"from": first, "points": points} if len(points) < len(listed) else None

    # irregular series

    def points(self, before: object, numbers: list[Decimal]) -> Iterator[object]:
        """Yield by turns: one point of each age, some at once, the oldest at an edge, two of two kinds, those there
        are with one more, and with less covered."""
        yield self.seen([])
        rows = self.rows(numbers)
        ways = [self.single(rows), self.repeated(rows), self.edges(rows), self.mixed(rows)]
        ways += [self.added(before, rows), self.uncovered(before, rows), self.torn(rows)]
        if self.metric.type.kind is not Kind.EVENT or self.columns:
            ways.append(self.shares(rows))
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

    def added(self, before: object, rows: list[dict[str, object]]) -> Iterator[object]:
        """The points that there are, with one more, of which a column may be unknown."""
        listed = self.listed(before)
        torn = [{**rows[0], name: None} for name in rows[0]]
        likely = [*torn, *rows[:_FEW]] if listed else []
        for row, age in itertools.product(likely, (Decimal(60), *self.constants.ages)):
            yield self.seen(sorted([*listed, (age, row)], key=lambda each: -each[0]))

    def uncovered(self, before: object, rows: list[dict[str, object]]) -> Iterator[object]:
        """What was seen began only at an age, or ended there: with the points that there are, with none, with one."""
        ages = (Decimal(60), *self.constants.ages)
        lists = [self.listed(before), [], *([(age, rows[0])] for age in ages)]
        for listed, age in itertools.product(lists, ages):
            for begin, end in ((age, Decimal(0)), (YEAR, age)):
                yield self.seen([each for each in listed if end <= each[0] <= begin], begin, end)

    def torn(self, rows: list[dict[str, object]]) -> Iterator[object]:
        """A point of which one column is unknown, alone and before others."""
        for name, age in itertools.product(rows[0], (Decimal(60), *self.constants.ages)):
            for row in rows[:_FEW]:
                yield self.seen([(age, {**row, name: None})])
                yield self.seen([(age + 60, {**row, name: None}), (age, row)])

    def shares(self, rows: list[dict[str, object]]) -> Iterator[object]:
        """Points of two kinds, of which one has a share of the rule, or one point more or less."""
        shares = [each for each in self.constants.numbers if 0 < each < 1]
        sizes = (_EVENTS, *reversed(self.constants.counts))
        for size, share in itertools.product(sizes, shares):
            for (one, two), step in itertools.product(itertools.permutations(rows[:3], 2), (0, -1, 1)):
                first = int(share * size) + step
                if 0 <= first <= size:
                    listed = [one] * first + [two] * (size - first)
                    yield self.seen([(Decimal(60 * (size - i)), row) for i, row in enumerate(listed)])

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

    def listed(self, before: object) -> list[tuple[Decimal, dict[str, object]]]:
        """The points of a form with their ages."""
        found: list[tuple[Decimal, dict[str, object]]] = []
        for each in before.get("points", []) if isinstance(before, dict) else []:
            table = each if isinstance(each, dict) else {"at": each}
            at = parse_time(str(table["at"]))
            found += (
                [] if at is None else [(self.now - at, {key: table[key] for key in table if key != "at"})]
            )
        return found

    def seen(
        self,
        points: Iterable[tuple[Decimal, dict[str, object]]],
        begin: Decimal = YEAR,
        end: Decimal = Decimal(0),
    ) -> object:
        """Return the form of points by age, all of it covered from one age to another."""
        bare = self.metric.type.kind is Kind.EVENT and not self.columns
        listed: list[object] = []
        for age, row in points:
            at = show_time(self.now - age)
            listed.append(at if bare else {"at": at, **row})
        return {"covered": [show_time(self.now - begin), show_time(self.now - end)], "points": listed}


def _last_place(number: Decimal) -> Decimal:
    """One unit of the last place that is written."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
