"""The two laws over ledgers of 2 to 6 snapshots: 4,000 of the 20,000 pairs of `make test`."""

from __future__ import annotations

import pytest
from hypothesis import settings

from .campaign import judged

PAIRS = 20 * settings.default.max_examples


@pytest.mark.parametrize("kind", ["short", "long"])
def test_no_damage_to_recorded_snapshots_makes_a_later_verdict_better(kind: str) -> None:
    found = judged(kind, PAIRS)
    assert found.pairs[kind] >= PAIRS
    assert found.changed[kind] > 0.25 * PAIRS, "many damages should make a difference"
