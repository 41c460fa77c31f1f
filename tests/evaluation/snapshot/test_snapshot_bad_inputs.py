"""Hostile and unlucky snapshots: refused, or unknown with its whole cause, and the gate never opens on them."""

from __future__ import annotations

import pytest

from ..bad_snapshots import BadSnapshot, bad_snapshots, outcome

CATALOGUE, CASES = bad_snapshots()


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.usefixtures("little_memory")
def test_bad_snapshot(case: BadSnapshot) -> None:
    assert outcome(case.data, case.rule, CATALOGUE) == case.wanted
