"""Runs many sketches and counts: pairs by kind, damages by kind, and how many of them made a difference."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from . import forms
from .damages import Damages, counted
from .laws import broken, changed
from .pairs import DAMAGES, KINDS, WORLDS, Pair, Sketch, run
from .policies import GUARD, compiled, document

EACH = WORLDS * DAMAGES
"""How many pairs a sketch has."""


@dataclass
class Tally:
    """What pairs were like: `pairs` and `changed` by kind, `struck` and `told` by the kind of damage; `changed` and
    `told` count the pairs with a difference. `failures` are texts."""

    pairs: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for mine, its in zip(self._counts(), other._counts(), strict=True):
            mine.update(its)
        self.failures += other.failures

    def _counts(self) -> tuple[Counter[str], ...]:
        return self.pairs, self.changed, self.struck, self.told

    def line(self) -> str:
        """Return the figures of all pairs."""
        counts = f"{self.pairs.total():,} pairs, {self.changed.total():,} with a difference"
        return f"{counts}, {len(self.failures)} broke a law"

    def lines(self) -> Iterator[str]:
        """Yield the figures: a line for all, one for each kind of pair, and one for the kinds of damage."""
        yield self.line()
        for kind, sizes in KINDS.items():
            what = "one snapshot" if kind == "alone" else f"a ledger of {sizes[0]} to {sizes[-1]} snapshots"
            word = " and latched triggers" if kind == "latched" else ""
            yield f"{self.pairs[kind]:,} of {what}{word}, {self.changed[kind]:,} with a difference"
        kinds = ", ".join(
            f"{kind} {self.told[kind]:,} of {count:,}" for kind, count in sorted(self.struck.items())
        )
        yield f"with a difference, by damage: {kinds}"


def tally(base: str, kind: str, number: int, about: Iterable[str] = ()) -> Tally:
    """Judge every pair of one sketch; of those that break a law the first is shrunk and shown."""
    found, seed = Tally(), f"{base}:{kind}:{number}"
    for place, (pair, policies, whole, damaged) in enumerate(Sketch(seed, kind, frozenset(about)).pairs()):
        different = changed(whole, damaged)
        found.pairs[kind] += 1
        found.changed[kind] += different
        found.struck.update(counted(pair.more).keys())
        if different:
            found.told.update(counted(pair.more).keys())
            if not found.failures and broken(policies, whole, damaged):
                found.failures.append(f"seed {seed}, pair {place}: {shown(shrunk(pair))}")
    return found


def searched(base: str, kind: str, about: Iterable[str], most: int) -> int | None:
    """Return the number of the first pair about some metrics that breaks a law, None where none of `most` does."""
    for number in range(-(-most // EACH)):
        sketch = Sketch(f"{base}:{kind}:{number}", kind, frozenset(about))
        for place, (_, policies, whole, damaged) in enumerate(sketch.pairs()):
            if broken(policies, whole, damaged):
                return number * EACH + place
    return None


def verdict_of(pair: Pair) -> str:
    """Return what a pair breaks, or nothing."""
    policies = compiled(pair.texts)
    return broken(policies, run(pair, policies, pair.damages), run(pair, policies, pair.damages | pair.more))


def shrunk(pair: Pair) -> Pair:
    """Return a smaller pair that still breaks a law."""
    while True:
        found = next((each for each in _smaller(pair) if _sound(each) and verdict_of(each)), None)
        if found is None:
            return pair
        pair = found


def _sound(pair: Pair) -> bool:
    """Whether every policy that is composed is there."""
    composed = {
        line.split(": ")[1] for rules in pair.texts.values() for rule in rules for line in _composing(rule)
    }
    return bool(pair.more) and composed <= set(pair.texts)


def _composing(rule: str) -> list[str]:
    return [each for each in rule.splitlines() if each.startswith("    policy: ")]


def _smaller(pair: Pair) -> Iterator[Pair]:
    if pair.world.last:
        size = pair.world.last
        cut = replace(pair.world, instants=pair.world.instants[:size])
        yield replace(pair, world=cut, damages=_until(pair.damages, size), more=_until(pair.more, size))
    for name, rules in pair.texts.items():
        rest = {key: each for key, each in pair.texts.items() if key != name}
        if rest:
            yield replace(pair, texts=rest)
        for index in range(len(rules)):
            rest_of = rules[:index] + rules[index + 1 :]
            if rules[index].startswith(GUARD) or all(each.startswith(GUARD) for each in rest_of):
                continue
            yield replace(pair, texts={**pair.texts, name: rest_of})
    for each in sorted(pair.damages):
        yield replace(pair, damages=pair.damages - {each})
    for each in sorted(pair.more):
        yield replace(pair, more=pair.more - {each})


def _until(damages: Damages, size: int) -> Damages:
    return frozenset(each for each in damages if each.snapshot < size)


def shown(pair: Pair) -> str:
    """Return a pair as a person reads it: the policies, the damages and the snapshots of both sides."""
    lines = [verdict_of(pair), *(document(name, rules) for name, rules in pair.texts.items())]
    lines += [f"damages: {'; '.join(map(str, sorted(pair.damages)))}"]
    lines += [f"more: {'; '.join(map(str, sorted(pair.more)))}"]
    for side, damages in (("whole", pair.damages), ("damaged", pair.damages | pair.more)):
        numbers = range(len(pair.world.instants))
        lines += [
            f"{side} {each}: {json.dumps(forms.document(pair.world, damages, each))}" for each in numbers
        ]
    return "\n".join(lines)


def judged(kind: str, pairs: int) -> Tally:
    """Judge that many pairs of a kind, rounded up to whole sketches, and stop at one that breaks a law."""
    found = Tally()
    for number in range(-(-pairs // EACH)):
        found.add(tally("test", kind, number))
        assert not found.failures, found.failures[0]
    return found
