"""An evaluation without the ledger's lock: nobody waits for it, and no verdict rests on what was true before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock.cli.main import run
from interlock.errors import LedgerError
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import Recorder
from support.ledgers import rule, snapshot, write
from support.meanwhile import Meanwhile, freezing

JUDGED = ["snapshot", "policies", "evaluation", "verdict"]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """A snapshot of two days before, for a baseline."""
    file = tmp_path / "taken.json"
    file.write_bytes(snapshot("2026-03-28T06:30:00Z").canonical())
    return file


def kinds(ledger: Path) -> list[str]:
    with Ledger(ledger) as opened:
        return [each.kind for each in opened.entries()]


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


def test_where_others_record_again_and_again_nothing_is_recorded(
    tmp_path: Path, ledger: Path, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = interlock.load(write(tmp_path))
    names = [f"b{each}" for each in range(5)]
    meanwhile = Meanwhile(monkeypatch, [freezing(ledger, taken, each) for each in names])
    given = snapshot("2026-03-30T06:30:00Z")
    with pytest.raises(LedgerError) as problem:
        Recorder(ledger).run(lambda recorder: policies.recorded(given, recorder))
    why = "other processes recorded something during each of 5 tries, so nothing is recorded: try again"
    assert (str(problem.value), problem.value.exit_code) == (f"ledger `{ledger.as_posix()}`: {why}", 4)
    assert (meanwhile.codes, meanwhile.judged) == ([0] * 5, 5)
    assert kinds(ledger) == ["baseline"] * 5


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
    assert Recorder(tmp_path / "other.db").run(
        lambda one: rule(policies.recorded(now, one), "bad-days").outcome
    ) == ("unknown")
