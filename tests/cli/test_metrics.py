"""`interlock metrics` over a small root and desk: every line typed with all that it prints."""

from __future__ import annotations

import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from . import small
from .conftest import Command

NOW = Decimal(1_774_866_600)  # 2026-03-30T10:30:00Z


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds policies, desk and snapshot; commands run in it, at a fixed time."""
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("interlock.cli.clock.now", lambda: NOW)
    return tmp_path


@pytest.mark.parametrize("case", small.lines("metrics"))
def test_what_a_line_prints(
    case: dict[str, Any], command: Command, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTERLOCK_POLICIES")
    done = command("metrics", *shlex.split(case["line"]))
    told = {"line": case["line"], "code": done.code, "out": done.out, "err": done.err}
    assert told == {"out": "", "err": "", "code": 0, **case}
