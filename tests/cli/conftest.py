"""What tests of commands share: a way to run one in this process, and a snapshot of the grain desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.cli.main import run
from support import printed
from support.grain import AS_OF, DESK, POLICIES

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """What a command left behind: its exit code and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


NOW = Decimal(1_774_866_600)  # 2026-03-30T10:30:00Z


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command line of words and paths with the policies of the grain desk, and returns what it did."""
    monkeypatch.setenv("INTERLOCK_POLICIES", str(POLICIES))

    def call(*words: object) -> Done:
        capfd.readouterr()
        code = run([str(each) for each in words])
        printed = capfd.readouterr()
        return Done(code, printed.out, printed.err)

    return call


@pytest.fixture(scope="session")
def desk_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot of the grain desk in a file, as `collect --archive` writes it."""
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    file = tmp_path_factory.mktemp("desk") / "snapshot.json"
    words = ["--as-of", AS_OF, "--archive", "--policies", str(POLICIES), "-o", str(file)]
    assert run(["collect", "--root", str(DESK), *words]) == 0
    return file


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds policies, desk and snapshot; commands run in it, at a fixed time."""
    printed.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("interlock.clock.now", lambda: NOW)
    return tmp_path
