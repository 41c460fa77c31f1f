"""`interlock evaluate --ledger`: without a record there is no verdict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interlock.canonical import digest

from ..conftest import Command


def test_without_a_record_there_is_no_verdict(
    ledger_desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    (ledger_desk / "file").write_text("", encoding="utf-8")
    done = command("evaluate", "good.json", "--historic", "--ledger", "file/ledger.db")
    assert (done.code, done.out) == (4, "")
    assert (
        done.err
        == "error: cannot make the ledger `file/ledger.db`: a file stands where its folder should be\n"
    )
    (ledger_desk / "other.db").write_bytes(b"not a ledger at all" * 100)
    done = command("evaluate", "good.json", "--historic", "--ledger", "other.db")
    assert (done.code, done.out) == (5, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of the system")
def test_a_full_disk_gives_no_verdict(recorded: Path, ledger_desk: Path) -> None:
    before = digest(recorded.read_bytes())
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192));"
        "from interlock.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", limited, "evaluate", "good.json", "--historic", "--ledger", str(recorded)]
    done = subprocess.run(words, cwd=ledger_desk, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "it cannot be written, is the disk full" in done.stderr
    assert digest(recorded.read_bytes()) == before


def test_a_ledger_and_none_contradict_each_other(ledger_desk: Path, command: Command) -> None:
    done = command("evaluate", "bad.json", "--stateless", "--ledger", "x.db")
    assert (done.code, done.err) == (
        2,
        "error: `--ledger` and `--stateless` contradict each other: name one\n",
    )
    assert not (ledger_desk / "x.db").exists()


def test_a_report_remembers_by_the_ledger_and_adds_nothing(recorded: Path, command: Command) -> None:
    before = recorded.read_bytes()
    done = command("report", "good.json", "--historic", "--ledger", recorded)
    assert "latched since" in done.out
    assert recorded.read_bytes() == before
