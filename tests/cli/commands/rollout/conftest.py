"""What tests of `interlock rollout` share: a desk before a rollout begins, and one in its canary."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.beginnings import begun
from support.rollouts import CANARY, write

from ...conftest import Command
from .days import BY, Days


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> Days:
    """The small policy root, on the second of March at midnight; nothing is begun."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    begun(tmp_path / "l.db")
    found = Days(command, monkeypatch)
    found.at("02 00:00")
    return found


@pytest.fixture
def canary(days: Days) -> Days:
    """The same, half a day into the canary."""
    assert days.rollout("advance", "exits", "s.json", *BY).code == 0
    days.at("02 12:00")
    assert days.evaluated().code == 0
    days.at("03 00:00")
    assert days.rollout("advance", "exits", "s.json", *BY).code == 0
    days.at("03 12:00", CANARY)
    assert days.evaluated().code == 0
    return days
