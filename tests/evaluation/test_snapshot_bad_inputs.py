"""Hostile and unlucky snapshots: refused, or unknown with its whole cause, and the gate never opens on them."""

from __future__ import annotations

import time

import pytest

from .bad_snapshots import BadSnapshot, bad_snapshots, outcome

CATALOGUE, CASES = bad_snapshots()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_snapshot(case: BadSnapshot) -> None:
    begun = time.perf_counter()
    assert outcome(case.data, case.rule, CATALOGUE) == case.wanted
    assert time.perf_counter() - begun < 0.2
