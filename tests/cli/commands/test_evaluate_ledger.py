"""`interlock evaluate --ledger`: without a record there is no verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import interlock
from interlock import clock
from interlock.canonical import digest
from interlock.language.times import parse_time
from support import roots
from support.beginnings import begun

from ..conftest import Command


def test_without_a_record_there_is_no_verdict(
    ledger_desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    (ledger_desk / "file").write_text("", encoding="utf-8")
    done = command("evaluate", "good.json", "--historic", "--ledger", "file/ledger.db", "--begin")
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


@pytest.fixture
def late(ledger_desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger that holds a bad snapshot, and a good one of ten minutes before it; it is a minute later."""
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": "metrics: {up: {type: bool, max_age: 1h}}\n",
        "gate.yaml": "policy: gate\nversion: 1.0.0\ntitle: Gate\nowner: risk\nverdicts: [GO, NO_GO]\n"
        "rules: [{id: up, require: up}]\n",
    }
    roots.write(ledger_desk / "gate", files)
    monkeypatch.setenv("INTERLOCK_POLICIES", "gate/policies")
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T12:11:00Z"))
    for name, minute, up in (("old", "00", True), ("new", "10", False)):
        text = roots.document(f"2026-03-30T12:{minute}:00Z", {"up": up})
        (ledger_desk / f"{name}.json").write_bytes(text)
    assert command("evaluate", "new.json", "--ledger", "l.db", "--begin").code == 1
    return ledger_desk


NEWER = "the ledger holds a snapshot of 2026-03-30T12:10:00Z"
LATE = f"old.json: as of 2026-03-30T12:00:00Z, and {NEWER}"
HINT = "evaluate a new one, or this one as of its own time with `--historic`"


def test_an_older_snapshot_than_the_newest_of_the_ledger_has_expired(late: Path, command: Command) -> None:
    done = command("evaluate", "old.json", "--ledger", "l.db")
    assert (done.code, done.err) == (4, f"note: {LATE}: {HINT}\n")
    assert done.out == (
        "   policy  verdict  valid until           fails  unknown  reason\n"
        "?  gate    EXPIRED  2026-03-31T12:00:00Z      0        0\n"
        "\n"
        "gate: EXPIRED (best to worst: GO, NO_GO)\n"
        "  it was GO until the ledger's newer snapshot of 2026-03-30T12:10:00Z: collect a new snapshot\n"
    )
    told = json.loads(command("evaluate", "old.json", "--ledger", "l.db", "--format", "json").out)
    assert [each["policy"] for each in told["expired"]] == ["gate"]
    assert [each["note"] for each in told["notes"]] == [f"{LATE}: {HINT}"]
    sarif = json.loads(command("evaluate", "old.json", "--ledger", "l.db", "--format", "sarif").out)
    assert [each["message"]["text"] for each in sarif["runs"][0]["results"]] == [
        "the verdict has expired, it was GO until the ledger's newer snapshot of 2026-03-30T12:10:00Z:"
        " collect a new snapshot"
    ]
    junit = command("evaluate", "old.json", "--ledger", "l.db", "--format", "junit").out
    assert "EXPIRED: it was GO until the ledger's newer snapshot of 2026-03-30T12:10:00Z" in junit


def test_a_report_and_an_explanation_say_that_the_ledger_is_ahead(late: Path, command: Command) -> None:
    done = command("report", "old.json", "--ledger", "l.db")
    assert done.code == 4
    told = "1 verdict of this report has expired, as the ledger holds a newer one of 2026-03-30 12:10 UTC"
    assert told in " ".join(done.out.split())
    assert command("explain", "old.json", "--ledger", "l.db").code == 4


def test_historic_means_the_past_and_the_newest_itself_is_no_older_one(late: Path, command: Command) -> None:
    done = command("evaluate", "old.json", "--ledger", "l.db", "--historic")
    assert (done.code, done.err) == (0, "")
    assert command("evaluate", "new.json", "--ledger", "l.db").code == 1
    assert command("evaluate", "old.json").code == 0


def test_snapshots_of_one_run_are_taken_in_their_order(late: Path, command: Command) -> None:
    begun(late / "other.db")
    done = command("evaluate", "new.json", "old.json", "--ledger", "other.db")
    assert (done.code, done.err) == (1, "")
    done = command("evaluate", "new.json", "old.json", "--ledger", "other.db")
    assert (done.code, done.err) == (4, f"note: {LATE}: {HINT}\n")


def test_no_live_start_on_an_older_snapshot(
    late: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (late / "data").mkdir()
    monkeypatch.setenv("LIVE_MODE", "1")
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda words: 0)
    done = command("guard", "--policy", "gate", "old.json", "--ledger", "l.db", "--", "bot")
    assert (done.code, done.out) == (2, "")
    switch = "the kill switch is active: `data/live_kill_switch.txt`; nothing was started"
    assert done.err == f"CRITICAL: live mode is refused: {LATE}: collect a new one; {switch}\n"
    with pytest.raises(interlock.NotCleared) as caught:
        interlock.require("gate", snapshot="old.json", ledger="l.db", kill_switch_file="s.txt", now=clock.now)
    assert f"{LATE}: collect a new one" in str(caught.value)


def test_of_two_snapshots_of_one_instant_the_last_recorded_is_the_newest(
    late: Path, command: Command
) -> None:
    (late / "same.json").write_bytes(roots.document("2026-03-30T12:10:00Z", {"up": True}))
    for _ in range(2):  # the last one is judged again as often as somebody likes
        assert command("evaluate", "same.json", "--ledger", "l.db").code == 0
    told = "the ledger holds a snapshot of the same instant that was recorded later"
    for word in ("evaluate", "explain", "report"):
        assert command(word, "new.json", "--ledger", "l.db").code == 4
    done = command("evaluate", "new.json", "--ledger", "l.db")
    assert (done.code, done.err) == (4, f"note: new.json: as of 2026-03-30T12:10:00Z, and {told}: {HINT}\n")
    assert "  it was NO_GO until the ledger's newer snapshot of 2026-03-30T12:10:00Z" in done.out
    assert command("evaluate", "same.json", "--ledger", "l.db").code == 0
    assert command("evaluate", "new.json", "--ledger", "l.db", "--historic").code == 1
