"""An evaluation without the ledger's lock: nobody waits for it, and no verdict rests on what was true before."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import interlock
from interlock.cli.main import run
from interlock.evaluation.deciding.request import Decision
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import Recorder
from support.beginnings import begun
from support.ledgers import rule, snapshot, write
from support.meanwhile import Meanwhile, freezing

JUDGED = ["snapshot", "policies", "evaluation", "verdict"]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    begun(path)
    return path


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """A snapshot of two days before, for a baseline."""
    file = tmp_path / "taken.json"
    file.write_bytes(snapshot("2026-03-28T06:30:00Z").canonical())
    return file


def kinds(ledger: Path) -> list[str]:
    """The kinds of the entries after the first, which begins the ledger."""
    with Ledger(ledger) as opened:
        return [each.kind for each in opened.entries()][1:]


def test_another_process_records_while_this_one_judges_and_the_verdict_knows_it(
    tmp_path: Path, ledger: Path, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = interlock.load(write(tmp_path))
    meanwhile = Meanwhile(monkeypatch, [freezing(ledger, taken, "phase_a")])
    given = snapshot("2026-03-30T06:30:00Z", loss=20)
    found = Recorder(ledger).run(lambda recorder: policies.recorded(given, recorder))
    assert (meanwhile.codes, meanwhile.judged) == ([0], 2)
    assert rule(found, "loss").reason == "loss is 20, needed <= 14"
    assert sorted(kinds(ledger)) == sorted(["baseline", *JUDGED])
    assert kinds(ledger)[0] == "baseline"


def test_the_command_judges_again_and_writes_each_verdict_once(
    tmp_path: Path,
    ledger: Path,
    taken: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root, given = write(tmp_path), tmp_path / "given.json"
    given.write_bytes(snapshot("2026-03-30T06:30:00Z", loss=20).canonical())
    meanwhile = Meanwhile(monkeypatch, [freezing(ledger, taken, "phase_a"), freezing(ledger, taken, "other")])
    words = ["--ledger", str(ledger), "--policies", str(root), "--historic", "--format", "json"]
    assert run(["evaluate", str(given), str(taken), *words]) == 1
    assert (meanwhile.codes, meanwhile.judged) == ([0, 0], 4)
    out = json.loads(capsys.readouterr().out)
    reasons = [each["reason"] for each in out["verdicts"][-1]["rules"] if each["id"] == "loss"]
    assert reasons == ["loss is 20, needed <= 14"]
    assert kinds(ledger)[:2] == ["baseline", "baseline"]
    assert [kinds(ledger).count(each) for each in JUDGED] == [2, 1, 2, 2]
    assert run(["log", "replay", "--all", "--ledger", str(ledger)]) == 0


def test_where_others_record_again_and_again_the_last_try_holds_the_lock(
    tmp_path: Path, ledger: Path, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timer may start ten commands in one minute: each of them is recorded."""
    policies = interlock.load(write(tmp_path))
    meanwhile = Meanwhile(monkeypatch, [freezing(ledger, taken, name) for name in ("phase_a", "other")])
    held: list[bool] = []

    def judged(recorder: Recorder) -> Decision:
        with closing(sqlite3.connect(ledger, timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                held.append(False)
            except sqlite3.OperationalError:
                held.append(True)
            other.rollback()
        return policies.recorded(snapshot("2026-03-30T06:30:00Z", loss=20), recorder)

    found = Recorder(ledger).run(judged)
    assert (meanwhile.codes, meanwhile.judged, held) == ([0, 0], 3, [False, False, True])
    assert rule(found, "loss").reason == "loss is 20, needed <= 14"
    assert sorted(kinds(ledger)) == sorted(["baseline", "baseline", *JUDGED])


def test_what_is_judged_for_reading_alone_is_not_judged_again(
    tmp_path: Path, ledger: Path, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path)
    assert run(freezing(ledger, taken, "other")) == 0
    meanwhile = Meanwhile(monkeypatch, [freezing(ledger, taken, "phase_a")])
    given = tmp_path / "given.json"
    given.write_bytes(snapshot("2026-03-30T06:30:00Z", loss=20).canonical())
    assert run(["explain", str(given), "--ledger", str(ledger), "--policies", str(root), "--historic"]) == 0
    assert (meanwhile.codes, meanwhile.judged) == ([0], 1)
    assert kinds(ledger) == ["baseline", "baseline"]


def test_a_document_of_the_same_group_is_read_before_it_is_written(tmp_path: Path, ledger: Path) -> None:
    policies = interlock.load(write(tmp_path))
    days = {f"2026-03-{day:02}": 0.0 for day in range(1, 30)}
    past = snapshot("2026-03-29T06:30:00Z", {day: each for day, each in days.items() if day < "2026-03-29"})
    now = snapshot("2026-03-30T06:30:00Z", {day: each for day, each in days.items() if day > "2026-03-28"})

    def judged(recorder: Recorder) -> str:
        policies.recorded(past, recorder)
        return rule(policies.recorded(now, recorder), "bad-days").outcome

    assert Recorder(ledger).run(judged) == "pass"
    begun(tmp_path / "other.db")
    assert Recorder(tmp_path / "other.db").run(
        lambda one: rule(policies.recorded(now, one), "bad-days").outcome
    ) == ("unknown")
