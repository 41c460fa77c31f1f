"""What is computed of the cuts of one series against the plain calculation, over random irregular series.

The series have points of one time, of unknown value and of unknown order, stretches and gaps of coverage, slack, points
outside of what was seen. Of each instant the cut shares what was computed for the others; the oracle makes each anew.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from unittest.mock import patch

import pytest

from interlock.diagnostics import Collector
from interlock.evaluation.deciding.past import CutMeasures
from interlock.evaluation.expressions.expression import checked_expression
from interlock.evaluation.expressions.interpreter import Interpreter
from interlock.evaluation.expressions.lowering import lower
from interlock.evaluation.expressions.reductions import REDUCTIONS, too_few
from interlock.evaluation.expressions.transforms import TRANSFORMS
from interlock.evaluation.expressions.windows import Selection
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.points import Points
from interlock.evaluation.snapshot.series_values import Series, Shaped
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.times import parse_time, show_time
from interlock.language.values import Cause, Unknown
from interlock.policy.names import PolicyNames
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping
from support.plain_reductions import PLAIN, plain_run

CATALOGUE = """
metrics:
  cut: {type: timestamp, max_age: never}
  r: {type: number, range: [-5, 5], every: event, slack: 3s}
  q: {type: number, every: event}
  s: {type: integer, range: [-3, 3], every: 5s}
  e: {type: event, slack: 2s}
  k: {every: event, record: {a: {type: number, range: [-5, 5]}, b: {type: bool}}}
"""
WINDOWS = ("", "within=7s", "within=20s", "last=3", "last=6", "this='hour'", "after=cut")
BOOLEANS = (
    "r < 1",
    "q > 0",
    "k.b",
    "k.a < 2 and k.b",
    "changed(r)",
    "change(q) < 1",
    "run(k.b, span=4s) >= 2",
)
NUMBERS = ("r", "q", "k.a * 2 - 1", "change(r)", "peak(q)", "drawdown(r + 6)", "run(r < 1)", "abs(q)")
"""What is reduced; a filter is given to columns of the record."""
SAME = ("count", "share", "any", "all", "streak", "longest", "most")
FIGURES = ("sum", "mean", "min", "max", "median", "stdev", "slope", "last", "previous")
START = parse_time("2026-03-30T06:00:00Z")
"""The beginning of an hour."""


def catalogue():
    collector = Collector()
    node = read_yaml(CATALOGUE.encode(), "catalogue.yaml", collector)
    assert isinstance(node, Mapping)
    found = read_catalogue([node], collector)
    assert not collector.diagnostics
    return found


KNOWN = catalogue()


def expressions() -> Iterator[str]:
    """Every reduction over every kind of series with every window, with and without a span and a filter."""
    for name, argument, window in itertools.product(SAME, BOOLEANS, WINDOWS):
        if window or name in ("streak", "longest"):
            for span in ("", "span=3s", "span=9s"):
                if (name == "most") <= bool(span) and (not span or name in ("streak", "longest", "most")):
                    yield call(name, argument, window, span)
                    yield call(name, "k.a > 0", window, span, "where=k.b")
    for name, argument, window in itertools.product(FIGURES, NUMBERS, WINDOWS):
        if window or name in ("last", "previous"):
            yield call(name, argument, window if name not in ("last", "previous") else "")
            yield call(name, "k.a", window if name not in ("last", "previous") else "", "where=k.b")
    for argument, window in itertools.product(("r", "k.a", "change(q)"), WINDOWS[1:]):
        yield call("quantile", f"{argument}, 30%", window)
    yield from ("since(r < 0)", "since(e)", "since(k.a < 0, where=k.b)", "since(run(k.b) >= 2)")
    yield from ("count(e, within=9s)", "most(e, span=4s, within=20s)", "max(gap(e, within=9s))")
    for name in (*FIGURES, "count", "share", "streak", "longest", "all"):
        argument = "gap(e, within=9s)"
        yield call(name, argument if name in FIGURES else f"{argument} < 4s")
    yield from (
        "any(gap(e, within=9s) > 4s)",
        "quantile(gap(r, within=9s), 30%)",
        "streak(s < 0)",
        "longest(s < 0)",
        "mean(s, last=3)",
    )
    yield from ("count(s < 0, last=4)", "last(change(s))", "max(run(s < 1), last=2)", "last(s, where=s > 0)")
    yield from ("max(run(k.a > 0, where=k.b), within=9s)", "count(r < mean(q, last=2), within=9s)")
    yield from ("count(r < 1, within=9s) > 2 and sum(q, within=4s) < 3", "sum(s, last=3, where=s > -2)")


def call(name: str, *words: str) -> str:
    return f"{name}({', '.join(each for each in words if each)})"


PROGRAMS = {
    each: lower(checked_expression(each, PolicyNames(KNOWN))) for each in dict.fromkeys(expressions())
}


def measures(dice: Random) -> Measures:
    """A snapshot and up to two earlier ones, each with a stretch of its own."""
    ends = [*sorted(dice.sample(range(4, 40), dice.randint(0, 2))), 40]
    *earlier, last = (snapshot(dice, end) for end in ends)
    return Measures(last, KNOWN, earlier)


def snapshot(dice: Random, end: int) -> Snapshot:
    metrics: dict[str, object] = {
        "r": events(dice, end, number),
        "q": events(dice, end, number),
        "e": events(dice, end, None),
    }
    metrics["k"] = events(dice, end, row)
    metrics["cut"] = at(dice.randint(0, end))
    slots = range(dice.randint(0, 3) * 5, end - 4, 5)
    metrics["s"] = {"from": at(slots.start), "points": [point(dice, each, number) for each in slots]}
    body = {"interlock": 1, "as_of": at(end), "metrics": metrics}
    return Snapshot.parse(json.dumps(body).encode(), "snapshot.json")


def events(dice: Random, end: int, value) -> dict[str, object]:
    start = dice.choice((0, 0, dice.randint(0, end)))
    stop = dice.choice((end, end, dice.randint(start, end)))
    times = sorted(dice.randint(0, end) for _ in range(dice.randint(0, 24)))
    points = [at(each) if value is None else point(dice, each, value) for each in times]
    return {"covered": [at(start), at(stop)], "points": points}


def point(dice: Random, when: int, value) -> dict[str, object]:
    loose = {"unordered": "one time"} if dice.random() < 0.1 else {}
    if dice.random() < 0.15:
        return {"at": at(when), "unknown": "missing"}
    return {"at": at(when), **value(dice), **loose}


def number(dice: Random) -> dict[str, object]:
    return {"value": dice.choice((-3, -2, -1, 0, 1, 2, 3, 7))}


def row(dice: Random) -> dict[str, object]:
    return {"a": dice.choice((-2, -1, 0, 1, 2, 9)), "b": dice.choice((True, True, False, 3))}


def at(second: int) -> str:
    return show_time(START + second)


class FreshCut(CutMeasures):
    """The oracle's cut: a list of its own, with nothing computed of it."""

    def metric(self, name: str, member: str | None = None) -> Shaped:
        found = super().metric(name, member)
        return replace(found, points=Points(tuple(found.points))) if isinstance(found, Series) else found


@contextmanager
def plainly() -> Iterator[None]:
    with patch.dict(REDUCTIONS, PLAIN), patch.dict(TRANSFORMS, {"run": plain_run}):
        yield


def value(found: Shaped, causes: bool) -> object:
    if not isinstance(found, Unknown):
        return found
    return found.low, found.high, found.causes if causes else bool(found.causes)


@pytest.mark.parametrize("seed", range(12))
def test_a_cut_gives_what_the_plain_calculation_gives(seed: int) -> None:
    dice = Random(seed)
    whole = measures(dice)
    after = dice.choice((None, None, START + dice.randint(0, 30)))
    instants = sorted(START + dice.randint(0, 40) for _ in range(4))
    for text, instant in itertools.product(dice.sample(sorted(PROGRAMS), 60), instants):
        told = []
        for kind, brief in ((CutMeasures, False), (CutMeasures, True), (FreshCut, False)):
            interpreter = Interpreter(kind(whole, instant, after, brief))
            if kind is FreshCut:
                with plainly():
                    told.append(interpreter.evaluate(PROGRAMS[text]))
            else:
                told.append(interpreter.evaluate(PROGRAMS[text]))
        shared, brief_one, plain = told
        # of very many causes a run tells those that lie near it
        exact = "run(" not in text
        assert value(shared, exact) == value(plain, exact), (text, show_time(instant))
        assert value(brief_one, False) == value(plain, False), (text, show_time(instant))


def test_a_least_number_that_is_not_known_leaves_nothing_known() -> None:
    """A variable of the environment that does not parse makes the param of `min_n=` unknown."""
    why = Cause("least", "", "", "wrong type")
    assert too_few(Selection(Points(), START), Unknown((why,))) == Unknown((why,))
