"""Pairs: a world that is seen, beside the same world seen with more damages, judged by the same policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from interlock.evaluation.deciding.request import Decision
from interlock.evaluation.snapshot.snapshot import Snapshot

from . import forms
from .damages import ADDED, RESTATED, WHOLE, Damage, Damages, draw
from .judging import MemoryLedger, Policies, rearmed, recorded, stateless
from .policies import Texts, compiled, frozen_texts, latched_texts, policy_texts, read, timeless, turned
from .worlds import World, world

WORLDS, DAMAGES = 4, 8
"""How many worlds the policies of one sketch judge, and how many damages strike each world."""


@dataclass
class Run:
    """The decisions on the snapshots of a world, by number, and the ledger before each of them."""

    order: list[int]
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)
    before: list[MemoryLedger] = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """A world, the `damages` that both sides have, and what the damaged side has `more`.

    With `ledger` the snapshots are recorded one after the other, and a person re-arms every latch before the snapshot
    `rearmed` (then none is late or lost); without it each is judged alone.
    """

    texts: Texts
    world: World
    damages: Damages
    more: Damages
    ledger: bool
    rearmed: int = 0


def order(seen: World, damages: Damages) -> list[int]:
    """Return the snapshots in the order in which they are judged: a late one after the next, a dropped one never."""
    marks = {(each.snapshot, each.kind) for each in damages if each.place == WHOLE}
    kept = [each for each in range(len(seen.instants)) if (each, "dropped") not in marks]
    return sorted(kept, key=lambda each: each + 1.5 * ((each, "late") in marks))


def run(
    pair: Pair, policies: Policies, damages: Damages, near: Run | None = None, alike: Damages = frozenset()
) -> Run:
    """Judge a world with some damages. From `near`, the run with the damages `alike`, is taken what is the same."""
    struck = {each.snapshot for each in damages ^ alike if each.place != WHOLE}
    found, memory = Run(order(pair.world, damages)), MemoryLedger()
    same = near is not None
    for place, index in enumerate(found.order):
        if near is not None and index not in struck and index in near.snapshots:
            found.snapshots[index] = near.snapshots[index]
            if same and near.order[: place + 1] == found.order[: place + 1]:
                found.decisions[index] = near.decisions[index]
                continue
        else:
            found.snapshots[index] = forms.snapshot(pair.world, damages, index)
        if same and near is not None and pair.ledger:
            memory = near.before[place].fork()
        same = False
        if near is None and pair.ledger:
            found.before.append(memory.fork())
        found.decisions[index] = _judged(pair, policies, memory, found.snapshots, index)
    return found


def _judged(
    pair: Pair, policies: Policies, memory: MemoryLedger, snapshots: Mapping[int, Snapshot], index: int
) -> Decision:
    snapshot = snapshots[index]
    if not pair.ledger:
        return stateless(policies, snapshot, snapshots[0] if index else None)
    if pair.rearmed and index == pair.rearmed:
        rearmed(memory, policies, snapshot.as_of - Decimal(60))
    return recorded(policies, memory, snapshot)


KINDS: Mapping[str, tuple[int, ...]] = {
    "alone": (1,),
    "frozen": (2,),
    "short": (2, 3),
    "long": (4, 5, 6),
    "latched": (2, 3, 4),
}
"""The numbers of snapshots of a world by the kind of a sketch: one that is judged alone, one beside a baseline, or that
many in a ledger."""


@dataclass(frozen=True)
class Sketch:
    """Policies, and the worlds with their damages that they judge, all drawn from one seed.

    `about` narrows the metrics.
    """

    seed: str
    kind: str
    about: frozenset[str] = frozenset()

    @property
    def ledger(self) -> bool:
        return self.kind not in ("alone", "frozen")

    def pairs(self) -> Iterator[tuple[Pair, Policies, Run, Run]]:
        """Yield each pair with its two runs."""
        dice = Random(self.seed)
        texts = self._texts(dice)
        policies, lost = compiled(texts), self.ledger and timeless(texts)
        latched = any("latch:" in each for rules in texts.values() for each in rules)
        for number in range(WORLDS):
            pair = self._world(dice, texts, latched)
            whole = run(pair, policies, pair.damages)
            if number == 0 and dice.random() < 0.7:
                texts = bent(texts, whole)
                policies, pair = compiled(texts), replace(pair, texts=texts)
                whole = run(pair, policies, pair.damages)
            for _ in range(DAMAGES):
                more = draw(dice, pair.world, 3, lost and not pair.rearmed, latched) - pair.damages
                more = frozenset(each for each in more if not _forgetful(each, pair.damages))
                each = replace(pair, more=more)
                yield each, policies, whole, run(each, policies, pair.damages | more, whole, pair.damages)

    def _texts(self, dice: Random) -> Texts:
        if self.kind == "frozen":
            return frozen_texts(dice, self.about)
        if self.kind == "latched":
            return latched_texts(dice, self.about)
        return policy_texts(dice, self.ledger, self.about)

    def _world(self, dice: Random, texts: Texts, latched: bool) -> Pair:
        seen = world(dice, read(texts), dice.choice(KINDS[self.kind]))
        if latched:
            # a trigger may fire at a point before a period is listed that is over, and with which it would not have
            seen = replace(seen, prompt=True)
        before = draw(dice, seen, 2, False, latched) if dice.random() < 0.4 else frozenset()
        unwanted = (*ADDED, *RESTATED) if self.ledger else ADDED
        before = frozenset(each for each in before if each.kind not in unwanted)
        mark = dice.randint(1, seen.last) if self.ledger and dice.random() < 0.1 else 0
        return Pair(texts, seen, before, frozenset(), self.ledger, mark)


def _forgetful(damage: Damage, damages: Damages) -> bool:
    """Whether a damage takes the knowledge with it of one that both sides have: a lost snapshot that was damaged, what
    was known of a series before its coverage ends too early, the values of a member that a roster forgot, or a list
    that replaced a true one and lacks a row of no member."""
    if damage.place == WHOLE and any(each.snapshot == damage.snapshot for each in damages):
        return True
    lists = {(each.snapshot, each.place) for each in damages if each.kind == "mangled"}
    if (damage.snapshot, damage.place) in lists:
        return True
    forgot = [each for each in damages if each.kind == "forgotten" and each.place[1] == damage.place[1]]
    if any(each.snapshot == damage.snapshot for each in forgot):
        return True
    ends = [each for each in damages if each.kind == "end" and damage.place in (each.place, WHOLE)]
    return any(damage.snapshot < each.snapshot for each in ends)


def bent(texts: Texts, whole: Run) -> Texts:
    """Return the policies with the rules turned round that failed in the newest snapshot: then the best is common."""
    failed: Mapping[str, set[str]] = {name: set() for name in texts}
    for verdict in whole.decisions[whole.order[-1]].verdicts:
        failed[verdict.policy].update(each.id for each in verdict.rules if each.outcome == "fail")
    return {
        name: tuple(turned(each) if f"r{place}" in failed[name] else each for place, each in enumerate(rules))
        for name, rules in texts.items()
    }
