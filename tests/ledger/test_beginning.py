"""A ledger begins once, where somebody asks for it: every command that records, and every kind of file in its place."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from pathlib import Path

import pytest

import interlock
from interlock.cli.main import run
from interlock.errors import UsageError
from interlock.language.times import parse_time
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.missing_ledger import REMEDY
from interlock.ledger.recorder import Recorder
from support.beginnings import BEGIN
from support.meanwhile import Meanwhile
from support.recording import BEGINNING, LATER, RECORDING, recording, write_desk

NAMES = (*BEGINNING, "guard")
BEGUN = "`l.db` is begun and holds {}: leave out `--begin`, which belongs into no job that runs again"
EMPTY = f"the ledger `l.db` holds no entry, so it is not begun: {REMEDY}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_desk(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    monkeypatch.setenv("LIVE_MODE", "")
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time(LATER))
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda _: 0)
    return tmp_path


def words(name: str, *options: str) -> list[str]:
    """The words of a command, with `--begin` only where the options hold it."""
    found = [each for each in recording(name, "l.db", *options) if each != "--begin"]
    at = found.index("--ledger") + 2
    return [*found[:at], *(["--begin"] if "--begin" in options else []), *found[at:]]


def kinds() -> list[str]:
    with Ledger(Path("l.db")) as ledger:
        return [each.kind for each in ledger.entries()]


@pytest.mark.parametrize("name", RECORDING)
def test_no_command_begins_a_ledger_by_itself(
    desk: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code = run(words(name))
    told = capsys.readouterr()
    if name == "guard":  # on paper the program starts, and hears that live it would not
        assert (code, told.err.splitlines()[1]) == (
            0,
            f"paper: live mode would be refused: there is no ledger at `l.db`: {REMEDY}",
        )
    else:
        assert (code, told.out, told.err) == (2, "", f"error: there is no ledger at `l.db`: {REMEDY}\n")
    assert not Path("l.db").exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_ledger_is_begun_once_and_says_by_whom(
    desk: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code = run(words(name, "--begin"))
    assert code == {"evaluate": 1, "rollout advance": 0}.get(name, 0)
    told = capsys.readouterr().err
    if name != "guard":
        assert told.startswith("note: the ledger `l.db` is begun anew: nothing recorded before is known\n")
    with Ledger(Path("l.db")) as ledger:
        first = next(ledger.entries())
    by = {"evaluate": "interlock evaluate", "guard": "interlock guard"}.get(name, "WHO")
    assert (first.sequence, first.time, first.kind) == (1, LATER, "begin")
    assert first.data == {"after": "no ledger", "by": by}
    before = Path("l.db").read_bytes()
    code = run(words(name, "--begin"))
    told = capsys.readouterr().err
    why = BEGUN.format(f"{len(kinds())} entries")
    if name == "guard":
        assert (code, told.splitlines()[1]) == (0, f"paper: live mode would be refused: {why}")
    else:
        assert (code, told) == (2, f"error: {why}\n")
    assert Path("l.db").read_bytes() == before


def test_of_two_that_begin_at_once_one_does(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = Meanwhile(monkeypatch, [words("evaluate", "--begin")])
    assert run(words("evaluate", "--begin")) == 2
    assert meanwhile.codes == [1]
    assert capsys.readouterr().err == f"error: {BEGUN.format(f'{len(kinds())} entries')}\n"
    assert kinds().count("begin") == 1


@pytest.mark.parametrize("name", ["rearm", "rollout rollback", "rollout rearm"])
def test_what_needs_a_memory_begins_none(desk: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run([*words(name), "--begin"]) == 2
    assert "has no option `--begin`" in capsys.readouterr().err
    assert not Path("l.db").exists()


@pytest.mark.parametrize("name", ["explain", "report"])
def test_what_only_reads_begins_none(desk: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run([name, "bad.json", "--historic", "--ledger", "l.db"]) == 2
    assert capsys.readouterr().err == f"error: there is no ledger at `l.db`: {REMEDY}\n"
    assert run([name, "bad.json", "--historic", "--ledger", "l.db", "--begin"]) == 2
    assert not Path("l.db").exists()
    Ledger(Path("l.db"), create=True).close()
    capsys.readouterr()
    assert run([name, "bad.json", "--historic", "--ledger", "l.db"]) == 2
    assert capsys.readouterr().err == f"error: {EMPTY}\n"


def test_a_ledger_without_an_entry_is_not_begun(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that was made when its first command failed, or is put in the place of another."""
    Ledger(Path("l.db"), create=True).close()
    assert run(words("evaluate")) == 2
    assert capsys.readouterr().err == f"error: {EMPTY}\n"
    assert run(words("evaluate", "--begin")) == 1
    assert kinds()[:2] == ["begin", "policies"]
    capsys.readouterr()
    assert run(words("evaluate")) == 1


def test_a_first_command_that_fails_begins_nothing(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "s.json", "--ledger", "l.db", "--begin"]) == 2
    assert not Path("l.db").exists()
    with pytest.raises(ZeroDivisionError), Recorder(Path("l.db"), beginning=BEGIN):
        _ = 1 // 0
    assert kinds() == []


CUT = "`l.db` is no ledger: it was cut, or it is another file"


def _database() -> None:
    with sqlite3.connect("l.db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()


@pytest.mark.parametrize("begin", [False, True])
@pytest.mark.parametrize(
    ("make", "code", "told"),
    [
        pytest.param(lambda: Path("l.db").touch(), 5, CUT, id="empty"),
        pytest.param(_database, 5, CUT, id="another database"),
        pytest.param(
            lambda: Path("l.db").write_bytes(b"a text" * 200),
            5,
            "ledger `l.db` is damaged: file is not a database",
            id="no database",
        ),
        pytest.param(lambda: Path("l.db").mkdir(), 2, "cannot read `l.db`: not a plain file", id="a folder"),
    ],
)
def test_another_file_in_its_place_is_no_new_ledger(
    desk: Path, capsys: pytest.CaptureFixture[str], make: object, code: int, told: str, begin: bool
) -> None:
    make()  # type: ignore[operator]
    before = None if Path("l.db").is_dir() else Path("l.db").read_bytes()
    assert run(words("evaluate", *(["--begin"] if begin else []))) == code
    assert capsys.readouterr().err == f"error: {told}\n"
    assert before is None or Path("l.db").read_bytes() == before


def test_a_torn_ledger_is_no_new_one(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words("evaluate", "--begin")) == 1
    data = Path("l.db").read_bytes()
    for size in (0, 50, 100, 4096, len(data) // 2):
        Path("l.db").write_bytes(data[:size])
        for options in ([], ["--begin"]):
            assert run(words("evaluate", *options)) in (2, 4, 5)
            assert Path("l.db").read_bytes() == data[:size]
        capsys.readouterr()


def test_ledger_and_anchor_lost_together_are_begun_anew_by_a_person_alone(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words("evaluate", "--begin", "--anchor", "head")) == 1
    told = capsys.readouterr().err
    assert told.startswith("note: the ledger `l.db` and its anchor `head` are begun anew: nothing recorded")
    with Ledger(Path("l.db")) as ledger:
        assert next(ledger.entries()).data["after"] == "no ledger and no anchor"
    Path("l.db").unlink()
    missing = "entry 1 is missing: the anchor names entries, and `l.db` does not exist"
    for options in ([], ["--begin"]):  # the anchor alone
        assert run(words("evaluate", *options, "--anchor", "head")) == 5
        assert capsys.readouterr().err == f"error: {missing}\n"
    Path("head").unlink()
    assert run(words("evaluate", "--anchor", "head")) == 2
    assert capsys.readouterr().err == (
        f"error: there is no ledger at `l.db`, and no anchor at `head`: {REMEDY}\n"
    )
    assert not Path("l.db").exists() and not Path("head").exists()
    assert run(words("evaluate", "--begin", "--anchor", "head")) == 1
    capsys.readouterr()
    assert run(["log", "show", "--kind", "begin", "--ledger", "l.db"]) == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[1]
        .endswith("begun by interlock evaluate, after no ledger and no anchor")
    )
    Path("head").unlink()  # the ledger alone
    for options in ([], ["--begin"]):
        assert run(words("evaluate", *options, "--anchor", "head")) == 2
        assert "there is no anchor `head` and the ledger holds" in capsys.readouterr().err


def test_an_anchor_that_names_no_entry_is_told_of_in_the_first_one(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("head").write_text(f"0 sha256:{'0' * 64}\n", encoding="utf-8")
    assert run(words("evaluate", "--anchor", "head")) == 2
    assert capsys.readouterr().err == f"error: there is no ledger at `l.db`: {REMEDY}\n"
    assert run(words("evaluate", "--begin", "--anchor", "head")) == 1
    with Ledger(Path("l.db")) as ledger:
        assert next(ledger.entries()).data["after"] == "no ledger, and an anchor that names no entry"


def test_begin_without_a_ledger_means_nothing(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "bad.json", "--stateless", "--begin"]) == 2
    assert capsys.readouterr().err == "error: `--begin` belongs to `--ledger FILE`: it begins one\n"


def test_a_replay_knows_the_beginning(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words("evaluate", "--begin")) == 1
    assert run(["log", "verify", "--ledger", "l.db"]) == 0
    assert run(["log", "replay", "--all", "--ledger", "l.db"]) == 0
    capsys.readouterr()
    assert run(["log", "show", "1", "--ledger", "l.db"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert (whole["kind"], whole["body"]) == ("begin", {"after": "no ledger", "by": "interlock evaluate"})


def test_a_gate_for_trades_begins_none_by_itself(desk: Path) -> None:
    policies, state = interlock.load("policies"), interlock.GateState.begun("2026-03-01")
    with pytest.raises(UsageError) as problem:
        policies.gate("trades", ledger="l.db", state=state)
    assert str(problem.value) == f"there is no ledger at `l.db`: {REMEDY}"
    with pytest.raises(UsageError) as problem:
        policies.gate("trades", ledger="l.db", anchor="head", state=state)
    assert str(problem.value) == f"there is no ledger at `l.db`, and no anchor at `head`: {REMEDY}"
    assert not Path("l.db").exists()
    assert (
        policies.gate("trades", ledger="l.db", state=state, begin=True)
        .check(symbol="BTC-USD", now=LATER)
        .allowed
    )
    assert kinds() == ["begin", "gate", "permission"]
    with pytest.raises(UsageError) as problem:
        policies.gate("trades", ledger="l.db", state=state, begin=True)
    assert str(problem.value) == BEGUN.format("3 entries")
    with pytest.raises(UsageError) as problem:
        policies.gate("trades", state=state, begin=True)
    assert str(problem.value) == "the gate `trades` needs `state=GateState…` or `ledger=FILE`"


def test_require_begins_a_ledger_on_paper_only(desk: Path) -> None:
    clock = partial(parse_time, LATER)
    given = {"snapshot": "now.json", "ledger": "l.db", "kill_switch_file": "switch.txt", "now": clock}
    found = interlock.require("ready", **given)  # type: ignore[arg-type]
    assert (found.open, found.reason) == (False, f"there is no ledger at `l.db`: {REMEDY}")
    with pytest.raises(UsageError):
        interlock.require("ready", **given, begin=True, environ={"LIVE_MODE": "1"})  # type: ignore[arg-type]
    assert not Path("l.db").exists() and not Path("switch.txt").exists()
    assert interlock.require("ready", **given, begin=True).open  # type: ignore[arg-type]
    with Ledger(Path("l.db")) as ledger:
        assert next(ledger.entries()).data == {"after": "no ledger", "by": "interlock.require"}
