"""The two laws over latched triggers in ledgers: 4,000 of the 20,000 pairs of `make test`, and the ledger in memory."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import settings

from interlock.evaluation.deciding.decide import Decision, Request, decide
from interlock.evaluation.deciding.memory import Memory
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.ledger.recorder import EvaluationSettings
from support.beginnings import recording_in

from . import forms
from .campaign import judged
from .judging import MemoryLedger, Policies, recorded
from .pairs import Sketch
from .policies import catalogue

PAIRS = 40 * settings.default.max_examples


def test_no_damage_lets_a_latch_forget() -> None:
    found = judged("latched", PAIRS)
    assert found.pairs["latched"] >= PAIRS
    assert found.changed["latched"] > 0.1 * PAIRS, "many damages should make a difference"


@pytest.mark.parametrize("kind", ["short", "long", "latched"])
def test_the_ledger_in_memory_is_the_ledger(kind: str, tmp_path: Path) -> None:
    """The same policies over the same snapshots give the same verdicts and facts with a ledger in a file."""
    for number in range(4):
        pair, policies, whole, _ = next(Sketch(f"file:{kind}:{number}", kind).pairs())
        order = Random(number).sample(whole.order, len(whole.order))
        compare(
            [forms.snapshot(pair.world, pair.damages, each) for each in order],
            policies,
            tmp_path / f"{number}.db",
        )


def compare(snapshots: list[Snapshot], policies: Policies, path: Path) -> None:
    memory, scopes = MemoryLedger(), catalogue().scopes
    with recording_in(path) as recorder:
        for each in snapshots:

            def judge(remembered: Memory, _: object, seen: Snapshot = each) -> Decision:
                measures = Measures(seen, catalogue(), remembered.earlier(scopes))
                return decide(policies, measures, Request(memory=remembered))

            filed = recorder.evaluate(each, EvaluationSettings({}, "", scopes=scopes), judge)
            kept = recorded(policies, memory, each)
            assert [one.rules for one in kept.verdicts] == [one.rules for one in filed.verdicts]
            assert kept.facts == filed.facts
