"""Desks for the rollouts that the policy root ships."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.api import PolicySet, load

from .desk import Desk

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def policies() -> PolicySet:
    return load(ROOT / "policies")


@pytest.fixture
def stage(policies: PolicySet, tmp_path: Path) -> Callable[..., Desk]:
    """A desk for one rollout, over the bases of the tests of some policies."""

    def made(name: str, *suites: str, root: PolicySet = policies) -> Desk:
        return Desk(root, tmp_path / "ledger.db", root.root.rollouts[name], suites)

    return made
