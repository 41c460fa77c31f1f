"""The two laws over single snapshots, judged without a ledger: 12,000 of the 20,000 pairs of `make test`."""

from __future__ import annotations

from hypothesis import settings

from .campaign import judged

PAIRS = 120 * settings.default.max_examples


def test_no_damage_to_a_snapshot_makes_a_verdict_better() -> None:
    found = judged("alone", PAIRS)
    assert found.pairs["alone"] >= PAIRS
    assert found.changed["alone"] > 0.4 * PAIRS, "most damages should make a difference"
    idle = [kind for kind, count in found.struck.items() if found.told[kind] < 0.1 * count]
    assert not idle, "each kind of damage should make a difference"
