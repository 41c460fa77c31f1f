"""The two laws over a snapshot beside a baseline, either of them damaged."""

from __future__ import annotations

from hypothesis import settings

from .campaign import judged

PAIRS = 10 * settings.default.max_examples


def test_no_damage_to_a_snapshot_or_its_baseline_makes_a_verdict_better() -> None:
    found = judged("frozen", PAIRS)
    assert found.pairs["frozen"] >= PAIRS
    assert found.changed["frozen"] > 0.2 * PAIRS, "many damages should make a difference"
