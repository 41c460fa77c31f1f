"""The engine against the oracle: what it decides holds however the holes are filled, and it decides what it can."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.diagnostics import Collector, Span
from interlock.evaluation.expressions.interpreter import Interpreter
from interlock.evaluation.expressions.lowering import lower
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.checker import check_rule
from interlock.language.literals import parse_literal
from interlock.language.types import BOOL, NUMBER, Type
from interlock.language.values import Unknown
from interlock.policy.catalogue import Catalogue, Metric
from interlock.policy.model import Param
from interlock.policy.names import PolicyNames

from . import oracle, sketches
from .sketches import BEGAN, Scene, Sketch

NOWHERE = Span("expr", 1, 1)
CASES = 20 * settings.default.max_examples
LOW, HIGH = Decimal(-2), Decimal(3)


@dataclass
class Tally:
    """What the cases were like."""

    seen: Counter[str] = field(default_factory=Counter)

    @property
    def decided_despite_holes(self) -> float:
        return self.seen["holes, decided"] / self.seen["cases"]


def metric(drawn: Scene, name: str) -> Metric:
    kind: Type = NUMBER if name == "x" else BOOL
    low, high = (LOW, HIGH) if name == "x" else (None, None)
    if drawn.regular:
        began = Decimal(drawn.times[0]) if drawn.seen[0] == BEGAN else None
        return Metric(f"s.{name}", kind, low, high, "regular", Decimal(86400), Decimal(21600), began=began)
    return Metric(
        f"s.{name}", kind, low, high, "irregular", began=Decimal(BEGAN), max_age=Decimal(0), record="s"
    )


def decided(drawn: Scene, sketch: Sketch, params: dict[str, str]) -> bool | None:
    """Return what the engine says of an expression: true, false, or None for unknown."""
    names = PolicyNames(Catalogue({f"s.{name}": metric(drawn, name) for name in drawn.columns}))
    for name, text in params.items():
        literal = parse_literal(text)
        assert literal is not None
        names.param_table[name] = Param(name, literal.type, literal.value, NOWHERE, literal.bare)
    collector = Collector()
    tree = check_rule(
        sketch.text, lambda start, end: Span("expr", 1, start + 1, 1, end + 1), names, collector
    )
    assert tree is not None, f"{sketch.text}: {collector.sorted()}"
    measures = Measures(Snapshot.parse(sketches.written(drawn)), names.catalogue)
    result = Interpreter(measures, {name: each.value for name, each in names.param_table.items()}).evaluate(
        lower(tree)
    )
    assert isinstance(result, (bool, Unknown))
    return None if isinstance(result, Unknown) else result


def compare(seed: int, single: bool, tally: Tally) -> None:
    dice = Random(seed)
    drawn = sketches.scene(dice)
    sketch, params = (sketches.single if single else sketches.compound)(dice, drawn)
    said = decided(drawn, sketch, params)
    possible = {sketch.meaning(world) for world in oracle.completions(drawn.columns, sketches.CHOICES)}
    shown = f"seed {seed}: {sketch.text} {params}\n{drawn}\nengine {said}, completions {possible}"
    if said is not None:
        assert possible == {said}, shown
    elif sketch.exact:
        assert possible not in ({True}, {False}), shown
    tally.seen["cases"] += 1
    tally.seen[f"{'holes' if drawn.holes else 'full'}, {'open' if said is None else 'decided'}"] += 1
    tally.seen["exact"] += sketch.exact


@pytest.mark.parametrize("single", [True, False], ids=["single functions", "joined functions"])
def test_what_is_decided_holds_for_every_completion(single: bool) -> None:
    tally = Tally()

    @settings(max_examples=CASES // 2)
    @given(st.integers(0, 2**64 - 1))
    def run(seed: int) -> None:
        compare(seed, single, tally)

    run()
    assert tally.seen["cases"] >= CASES // 2
    assert tally.decided_despite_holes >= 0.3, tally.seen
    if single:
        assert tally.seen["exact"] == tally.seen["cases"]


def compare_part(seed: int, tally: Tally) -> None:
    dice = Random(seed)
    whole = sketches.scene(dice)
    sketch, params = dice.choice((sketches.single, sketches.compound))(dice, whole)
    drawn = sketches.part(dice, whole)
    said = decided(drawn, sketch, params)
    possible = {sketch.meaning(world) for world in oracle.completions(whole.columns, sketches.CHOICES)}
    shown = f"seed {seed}: {sketch.text} {params}\n{whole}\n{drawn}\nengine {said}, completions {possible}"
    if said is not None:
        assert possible <= {said, None}, shown
    tally.seen["cases"] += 1
    tally.seen["cut, " + ("open" if said is None else "decided")] += whole.times != drawn.times


def test_what_is_decided_of_a_part_holds_for_the_whole() -> None:
    tally = Tally()

    @settings(max_examples=CASES // 4)
    @given(st.integers(0, 2**64 - 1))
    def run(seed: int) -> None:
        compare_part(seed, tally)

    run()
    assert tally.seen["cut, decided"] >= tally.seen["cases"] / 20, tally.seen
