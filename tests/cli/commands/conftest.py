"""What tests of the ledger's commands share: a desk on a bad day, evaluated and recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.ledgers import snapshot, write

from ..conftest import Command

DAYS = {f"2026-03-{day:02}": 0.0 for day in range(1, 27)} | {"2026-03-27": -0.04, "2026-03-28": -0.05}
AT = "2026-03-29T06:30:00Z"


@pytest.fixture
def ledger_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy root and a snapshot of a bad day."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    (tmp_path / "bad.json").write_bytes(snapshot(AT, DAYS).canonical())
    (tmp_path / "good.json").write_bytes(snapshot("2026-03-20T06:30:00Z", {"2026-03-19": 0.01}).canonical())
    return tmp_path


@pytest.fixture
def recorded(ledger_desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    done = command("evaluate", "bad.json", "--historic", "--ledger", ".interlock/ledger.db", "--begin")
    assert done.code == 1
    return ledger_desk / ".interlock" / "ledger.db"
