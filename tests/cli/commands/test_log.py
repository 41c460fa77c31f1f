"""`interlock log`, `interlock baseline` and `evaluate --ledger`: what a person types and what comes back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.canonical import digest
from support.ledgers import FILES, snapshot, write

from ..conftest import Command

DAYS = {f"2026-03-{day:02}": 0.0 for day in range(1, 27)} | {"2026-03-27": -0.04, "2026-03-28": -0.05}
AT = "2026-03-29T06:30:00Z"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy root and a snapshot of a bad day."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    (tmp_path / "bad.json").write_bytes(snapshot(AT, DAYS).canonical())
    (tmp_path / "good.json").write_bytes(snapshot("2026-03-20T06:30:00Z", {"2026-03-19": 0.01}).canonical())
    return tmp_path


@pytest.fixture
def recorded(desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    done = command("evaluate", "bad.json", "--historic", "--ledger", ".interlock/ledger.db")
    assert done.code == 1
    return desk / ".interlock" / "ledger.db"


def test_an_evaluation_is_shown_verified_exported_and_replayed(recorded: Path, command: Command) -> None:
    assert command("log", "show").out.splitlines() == [
        "entry  time                  kind        what",
        f"    1  {AT}  policies    {_first(recorded, 1)['digest'][:19]}",
        f"    2  {AT}  snapshot    {_first(recorded, 2)['document'][:19]}",
        f"    3  {AT}  evaluation  {_first(recorded, 2)['document'][:19]}",
        f"    4  {AT}  verdict     rollback: ROLLBACK",
        f"    5  {AT}  latch       rollback/bad-days: streak(daily < -3%) is 2, needed < 2",
    ]
    head = command("log", "head").out
    assert command("log", "verify").out == f"5 entries and 4 documents are sound\n{head}"
    done = command("log", "replay", "4")
    assert (done.code, done.out) == (0, "entry 4: rollback ROLLBACK: the same, byte for byte\n")
    lines = [json.loads(line) for line in command("log", "export").out.splitlines()]
    assert [each["kind"] for each in lines] == ["policies", "snapshot", "evaluation", "verdict", "latch"]
    assert f"{lines[-1]['sequence']} {lines[-1]['hash']}\n" == head


def _first(ledger: Path, sequence: int) -> dict[str, str]:
    connection = sqlite3.connect(ledger)
    found = connection.execute("SELECT body FROM entry WHERE sequence = ?", (sequence,)).fetchone()[0]
    connection.close()
    data: dict[str, str] = json.loads(found)
    return data


def test_a_replay_uses_the_policies_of_then(recorded: Path, desk: Path, command: Command) -> None:
    write(desk, rollback=FILES["rollback.yaml"].replace("-3%", "-9%"))
    assert command("log", "replay", "3").code == 0
    done = command("log", "replay", "3", "--policies", "policies")
    assert (done.code, done.out.splitlines()) == (
        3,
        [
            "entry 4: rollback ROLLBACK: the same verdict, these differ: inputs.policy, rules",
            "the policies changed: those in `policies` are not the recorded ones",
        ],
    )


def test_a_trigger_is_rearmed_by_a_person_with_a_reason(recorded: Path, command: Command) -> None:
    done = command("log", "rearm", "rollback/bad-days", "--by", "risk desk", "--reason", "a transfer")
    assert (done.code, done.out) == (0, "re-armed rollback/bad-days\n")
    assert (
        command("log", "show", "--kind", "rearm")
        .out.splitlines()[1]
        .endswith("rollback/bad-days: a transfer")
    )
    done = command("log", "rearm", "rollback/bad-days", "--by", "risk desk", "--reason", " ")
    assert (done.code, done.err) == (2, "error: `--reason` says in 1 to 400 characters who acts and why\n")


def test_a_renamed_trigger_is_rearmed_by_its_new_name(recorded: Path, desk: Path, command: Command) -> None:
    renamed = FILES["rollback.yaml"].replace("policy: rollback\n", "policy: alarm\nformerly: [rollback]\n")
    write(desk, rollback=renamed)
    by = ("--by", "risk desk", "--reason", "a transfer")
    done = command("log", "rearm", "alarm/bad-days", *by)
    assert (done.code, done.out) == (0, "re-armed alarm/bad-days, latched as rollback/bad-days\n")
    done = command("log", "rearm", "alarm/bad-days", *by)
    assert (done.code, done.err) == (2, "error: `alarm/bad-days` is not latched: latched are none\n")
    done = command("log", "rearm", "alarm/bad-days", *by, "--policies", "nowhere")
    why = "nowhere is no policy root: it holds no interlock.yaml: the folder does not exist"
    assert (done.code, done.err) == (2, f"error: {why}\n")


def test_without_policies_a_trigger_is_known_by_the_name_that_latched(
    recorded: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", "nowhere")
    by = ("--by", "risk desk", "--reason", "a transfer")
    done = command("log", "rearm", "alarm/bad-days", *by)
    hint = "did you mean `rollback/bad-days`?"
    assert (done.code, done.err) == (2, f"error: `alarm/bad-days` is not latched: {hint}\n")
    assert command("log", "rearm", "rollback/bad-days", *by).out == "re-armed rollback/bad-days\n"


def test_a_baseline_is_frozen_by_a_person(recorded: Path, command: Command) -> None:
    words = ("baseline", "freeze", "phase_a", "--by", "quants", "--reason", "end of phase A")
    done = command(*words, "--from", "good.json", "--at", "2026-03-20T07:00:00Z")
    assert done.code == 0
    assert done.out.splitlines()[0] == "froze phase_a as of 2026-03-20T06:30:00Z"
    again = command(*words, "--from", "bad.json")
    message = "error: the baseline `phase_a` is frozen by entry 6: choose another name\n"
    assert (again.code, again.err) == (2, message)
    failed = command("baseline", "freeze", "b", "--from", "4", "--by", "quants", "--reason", "x")
    why = "`rollback` was ROLLBACK: a failed run never becomes a baseline"
    assert (failed.code, failed.err) == (2, f"error: entry 4 is a failed run, {why}\n")


def test_tampering_and_a_cut_tail_end_with_code_5(recorded: Path, desk: Path, command: Command) -> None:
    assert command("log", "head", "--anchor", "head").code == 0
    connection = sqlite3.connect(recorded)
    connection.execute("DROP TRIGGER entry_DELETE")
    connection.execute("DELETE FROM entry WHERE sequence = 5")
    connection.commit()
    connection.close()
    done = command("log", "verify", "--anchor", "head")
    message = "error: entry 5 is missing: the anchor knows entry 5, so the tail was cut\n"
    assert (done.code, done.out, done.err) == (5, "", message)
    recorded.unlink()
    assert command("log", "verify", "--anchor", "head").code == 5


def test_without_a_record_there_is_no_verdict(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    (desk / "file").write_text("", encoding="utf-8")
    done = command("evaluate", "good.json", "--historic", "--ledger", "file/ledger.db")
    assert (done.code, done.out) == (4, "")
    assert (
        done.err
        == "error: cannot make the ledger `file/ledger.db`: a file stands where its folder should be\n"
    )
    (desk / "other.db").write_bytes(b"not a ledger at all" * 100)
    done = command("evaluate", "good.json", "--historic", "--ledger", "other.db")
    assert (done.code, done.out) == (5, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of the system")
def test_a_full_disk_gives_no_verdict(recorded: Path, desk: Path) -> None:
    before = digest(recorded.read_bytes())
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192));"
        "from interlock.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", limited, "evaluate", "good.json", "--historic", "--ledger", str(recorded)]
    done = subprocess.run(words, cwd=desk, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "it cannot be written, is the disk full" in done.stderr
    assert digest(recorded.read_bytes()) == before


def test_a_ledger_and_none_contradict_each_other(desk: Path, command: Command) -> None:
    done = command("evaluate", "bad.json", "--stateless", "--ledger", "x.db")
    assert (done.code, done.err) == (
        2,
        "error: `--ledger` and `--stateless` contradict each other: name one\n",
    )
    assert not (desk / "x.db").exists()


def test_a_report_remembers_by_the_ledger_and_adds_nothing(recorded: Path, command: Command) -> None:
    before = recorded.read_bytes()
    done = command("report", "good.json", "--historic", "--ledger", recorded)
    assert "latched since" in done.out
    assert recorded.read_bytes() == before
