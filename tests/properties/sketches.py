"""Random expressions over small worlds with holes, written for the engine and for the oracle alike."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from random import Random
from typing import Any

from . import oracle

MINUTE, DAY = 60, 86400
NOW = 1_774_850_400
"""2026-03-30T06:00:00Z."""
BEGAN = NOW - 30 * DAY

CHOICES: dict[str, Sequence[Any]] = {"x": (-2, 1, 3), "b": (False, True), "f": (False, True)}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
CALCULATE: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
NUMERIC = ("sum", "mean", "min", "max", "median", "quantile")
ALONG: dict[str, tuple[str, int, Callable[[oracle.Points], oracle.Points]]] = {
    "peak": ("min", 0, oracle.peaks),
    "drawdown": ("max", 7, oracle.falls),
    "sqrt": ("max", 3, oracle.roots),
}
"""What keeps the time axis of numbers: how it is reduced, what is added to be above zero (the quotients of 5, 8 and 10
are exact), and the values along time."""
BOOLEAN = ("count", "share", "streak", "longest", "most", "run")


@dataclass(frozen=True)
class Scene:
    """A small world: when its points lie, what is known of them, and whether they lie on a grid."""

    regular: bool
    times: tuple[int, ...]
    columns: Mapping[str, tuple[Any, ...]]
    seen: tuple[int, int] = (BEGAN, NOW)

    @property
    def holes(self) -> int:
        return sum(each is None for column in self.columns.values() for each in column)

    @property
    def unit(self) -> int:
        return DAY if self.regular else MINUTE


@dataclass(frozen=True)
class Sketch:
    """An expression: its text, and what the oracle makes of it in a full world."""

    text: str
    meaning: Callable[[oracle.World], Any]
    exact: bool = False


def scene(dice: Random) -> Scene:
    """Draw a world of up to seven points with up to six holes."""
    regular = dice.random() < 0.5
    size = dice.randint(1, 7)
    if regular:
        first = (NOW - 6 * 3600) // DAY * DAY
        times = tuple(first - DAY * (size - index) for index in range(size))
    else:
        times = tuple(sorted(NOW - MINUTE * dice.randint(0, 9) for _ in range(size)))
    columns: dict[str, list[Any]] = {
        name: [dice.choice(each) for _ in range(size)] for name, each in CHOICES.items()
    }
    cells = [
        (name, index)
        for name in dice.sample(sorted(columns), dice.choice((1, 1, 2, 3)))
        for index in range(size)
    ]
    for name, index in dice.sample(cells, min(len(cells), dice.choice((0, 1, 1, 2, 2, 3, 4, 6)))):
        columns[name][index] = None
    return Scene(regular, times, {name: tuple(column) for name, column in columns.items()})


def part(dice: Random, whole: Scene) -> Scene:
    """Return what is left of a world that was not seen from its beginning, or not to its end."""
    start = dice.choice(whole.times) if dice.random() < 0.8 else BEGAN
    stop = NOW if whole.regular or dice.random() < 0.7 else max(start, dice.choice(whole.times))
    inside = [index for index, when in enumerate(whole.times) if start <= when <= stop]
    columns = {name: tuple(column[index] for index in inside) for name, column in whole.columns.items()}
    return Scene(whole.regular, tuple(whole.times[index] for index in inside), columns, (start, stop))


def condition(dice: Random, columns: Sequence[str]) -> tuple[str, str, Callable[[Mapping[str, Any]], bool]]:
    """Draw a boolean for each point: its text, the column it reads, and its truth at a point."""
    column = dice.choice(columns)
    if column == "x":
        limit = dice.choice((-2, -1, 0, 1, 2))
        return f"s.x > {limit}", "x", lambda row: row["x"] > limit
    if dice.random() < 0.3:
        return f"not s.{column}", column, lambda row: not row[column]
    return f"s.{column}", column, lambda row: row[column]


def window(dice: Random, drawn: Scene, name: str) -> tuple[list[str], dict[str, int]]:
    """Draw the window of a call."""
    kinds = ["last", "last", "skip"] if drawn.regular else ["last", "within", "none"]
    if drawn.regular and name in ("streak", "longest", "since"):
        kinds.append("none")
    kind = "none" if name == "since" else dice.choice(kinds)
    size = dice.randint(1, len(drawn.times) + (dice.random() < 0.1))
    if kind == "within":
        minutes = dice.randint(1, 10)
        return [f"within={minutes}m"], {"within": minutes * MINUTE}
    if kind == "skip":
        skip = dice.randint(1, 3)
        return [f"last={size}", f"skip={skip}"], {"last": size, "skip": skip}
    return ([f"last={size}"], {"last": size}) if kind == "last" else ([], {})


def function(dice: Random, drawn: Scene, names: Sequence[str], shared: bool) -> Sketch:
    """Draw one call over the series. With `shared` its filter may read the points that its argument reads."""
    name = dice.choice(names)
    if name in ALONG:
        return along(dice, drawn, name)
    if name in NUMERIC:
        text, column, value = "s.x", "x", lambda row: row["x"]
    else:
        text, column, value = condition(dice, ("b", "b", "x"))
    options, cut = window(dice, drawn, name)
    span = (
        dice.randint(1, 4)
        if name == "most" or (name in ("streak", "longest", "run") and dice.random() < 0.3)
        else None
    )
    spanned = [] if span is None else [f"span={span}{'d' if drawn.regular else 'm'}"]
    keep: Callable[[Mapping[str, Any]], bool] = lambda row: True  # noqa: E731
    filtered: list[str] = []
    if name != "run" and dice.random() < 0.3:
        where, read, keep = condition(dice, ("b", "x", "f") if shared else ("f",))
        filtered = [f"where={where}"]
        shared = shared and read == column
    seconds = None if span is None else span * drawn.unit
    level = Fraction(dice.choice((0, 10, 25, 50, 75, 90, 100)), 100)
    leveled = [f"{int(level * 100)}%"] if name == "quantile" else []

    def meaning(world: oracle.World) -> Any:
        rows = [dict(zip(world, row, strict=True)) for row in zip(*world.values(), strict=True)]
        table = dict(enumerate(rows))
        points = [(when, index) for index, when in enumerate(drawn.times)]
        if name == "run":
            lengths = oracle.run_lengths([(when, value(table[index])) for when, index in points], seconds)
            inside, short = oracle.windowed(lengths, NOW, cut)
            return oracle.reduce("max", inside, NOW, short, None)
        inside, short = oracle.windowed(points, NOW, cut)
        kept = [(when, value(table[index])) for when, index in inside if keep(table[index])]
        return oracle.reduce(name, kept, NOW, short, seconds, level)

    if name == "run":
        return Sketch(
            f"max({_call('run', [text, *spanned])}{_more(options)})",
            meaning,
            exact=not drawn.regular or bool(cut),
        )
    return Sketch(_call(name, [text, *leveled, *options, *spanned, *filtered]), meaning, exact=not shared)


def along(dice: Random, drawn: Scene, name: str) -> Sketch:
    """Draw a call that keeps the time axis, reduced to one value."""
    reduced, shift, transformed = ALONG[name]
    options, cut = window(dice, drawn, name)
    text = f"{name}(s.x + {shift})" if shift else f"{name}(s.x)"

    def meaning(world: oracle.World) -> Any:
        points = [(when, value + shift) for when, value in zip(drawn.times, world["x"], strict=True)]
        inside, short = oracle.windowed(transformed(points), NOW, cut)
        return oracle.reduce(reduced, inside, NOW, short, None)

    return Sketch(_call(reduced, [text, *options]), meaning, exact=True)


def _call(name: str, parts: Sequence[str]) -> str:
    return f"{name}({', '.join(parts)})"


def _more(options: Sequence[str]) -> str:
    return "".join(f", {each}" for each in options)


def limit(dice: Random, drawn: Scene, name: str) -> tuple[str, Fraction]:
    """Draw a limit in the unit of the function: as a param is written, and as a number."""
    if name == "since":
        number = dice.randint(0, len(drawn.times) + 2) if drawn.regular else dice.randint(0, 10)
        shift = 6 * 3600 if drawn.regular else 0
        return f"{number * drawn.unit + shift}s", Fraction(number * drawn.unit + shift)
    if name in ("share", "drawdown"):
        percent = dice.choice((0, 20, 25, 40, 50, 60, 75, 80, 100))
        return f"{percent}%", Fraction(percent, 100)
    if name in (*NUMERIC, "peak", "sqrt"):
        half = dice.randint(-8, 12) if name == "sum" else dice.randint(-5, 7)
        return str(half / 2) if half % 2 else str(half // 2), Fraction(half, 2)
    number = dice.randint(0, len(drawn.times) + 1)
    return str(number), Fraction(number)


def single(dice: Random, drawn: Scene) -> tuple[Sketch, dict[str, str]]:
    """Draw one bounded function under one comparison with a limit: here the engine must be exact."""
    call = function(dice, drawn, (*NUMERIC, *ALONG, *BOOLEAN, "since", "any", "all"), shared=False)
    name = call.text.split("(")[0]
    if name in ("any", "all"):
        return call, {}
    inner = call.text.split("(")[1]
    written, number = limit(dice, drawn, "count" if inner == "run" else inner if inner in ALONG else name)
    sign = dice.choice(("<", "<=", ">", ">="))
    text = f"{call.text} {sign} p" if dice.random() < 0.7 else f"p {_turned(sign)} {call.text}"
    return Sketch(text, lambda world: oracle.both(call.meaning(world), number, COMPARE[sign]), call.exact), {
        "p": written
    }


def _turned(sign: str) -> str:
    return sign.translate(str.maketrans("<>", "><"))


def compound(dice: Random, drawn: Scene) -> tuple[Sketch, dict[str, str]]:
    """Draw several functions joined by arithmetic and logic, over shared points: here it must be sound."""
    parts = [_relation(dice, drawn, index) for index in range(dice.choice((1, 1, 2, 3)))]
    params = {name: text for _, table in parts for name, text in table.items()}
    sketches = [each for each, _ in parts]
    if len(sketches) == 1:
        return sketches[0], params
    word, joined = dice.choice((("and", oracle.conjunction), ("or", oracle.disjunction)))
    text = f" {word} ".join(f"({each.text})" for each in sketches)
    return Sketch(text, lambda world: joined([each.meaning(world) for each in sketches])), params


def _relation(dice: Random, drawn: Scene, index: int) -> tuple[Sketch, dict[str, str]]:
    names = (*NUMERIC, "peak", "drawdown", "count", "streak", "longest", "most", "run")
    left = function(dice, drawn, names, shared=True)
    if dice.random() < 0.5:
        other = function(dice, drawn, names, shared=True)
        rounded = "mean" in left.text or "mean" in other.text
        sign = dice.choice("+-" if rounded else sorted(CALCULATE))
        calculate = CALCULATE[sign]
        one = left
        left = Sketch(
            f"({one.text} {sign} {other.text})",
            lambda world: oracle.both(one.meaning(world), other.meaning(world), calculate),
        )
    sign = dice.choice(sorted(COMPARE))
    compare = COMPARE[sign]
    if dice.random() < 0.3:
        right = function(dice, drawn, names, shared=True)
        text, table = f"{left.text} {sign} {right.text}", {}
        result = Sketch(text, lambda world: oracle.both(left.meaning(world), right.meaning(world), compare))
    else:
        written, number = limit(dice, drawn, "drawdown" if "drawdown" in left.text else "sum")
        text, table = f"{left.text} {sign} p{index}", {f"p{index}": written}
        result = Sketch(text, lambda world: oracle.both(left.meaning(world), number, compare))
    if dice.random() < 0.2:
        inner = result
        result = Sketch(
            f"not ({inner.text})", lambda world: oracle.both(inner.meaning(world), True, lambda a, _: not a)
        )
    return result, table


def written(drawn: Scene) -> bytes:
    """Return the world as a snapshot."""

    def at(when: int) -> str:
        return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    columns = drawn.columns
    if drawn.regular:
        metrics: dict[str, Any] = {
            f"s.{name}": {
                "from": at(max(drawn.seen[0], drawn.times[0])),
                "points": [
                    {"at": at(when), "value": value}
                    for when, value in zip(drawn.times, column, strict=True)
                    if value is not None
                ],
            }
            for name, column in columns.items()
        }
    else:
        rows = zip(drawn.times, *columns.values(), strict=True)
        points = [
            {
                "at": at(row[0]),
                **{name: each for name, each in zip(columns, row[1:], strict=True) if each is not None},
            }
            for row in rows
        ]
        metrics = {"s": {"covered": [at(each) for each in drawn.seen], "points": points}}
    return json.dumps({"interlock": 1, "as_of": at(NOW), "metrics": metrics}).encode()
