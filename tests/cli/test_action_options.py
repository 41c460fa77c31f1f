"""What the commands that record have in common: each keeps the anchor, and none records where it does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.language.times import parse_time
from support.recording import LATER, RECORDING, recording, write_desk

from .conftest import Command, Done

LEDGER = Path("ledger.db")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a complete desk; commands run in it half an hour after the snapshot, on paper."""
    write_desk(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIVE_MODE", "")
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time(LATER))
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda _: 0)
    return tmp_path


@pytest.fixture
def act(desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a recording command by its name, with the anchor `head` unless told otherwise."""
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")

    def call(name: str, *options: str) -> Done:
        return command(*recording(name, LEDGER, *(options or ("--anchor", "head"))))

    return call


def test_every_command_that_records_moves_the_anchor(act: Command, command: Command) -> None:
    for name in RECORDING:
        before = Path("head").read_text(encoding="utf-8") if Path("head").exists() else ""
        done = act(name)
        assert done.code == (1 if name == "evaluate" else 0), done.err
        head = command("log", "head", "--ledger", LEDGER).out
        assert Path("head").read_text(encoding="utf-8") == head != before
    assert command("log", "verify", "--ledger", LEDGER, "--anchor", "head").code == 0


def test_no_command_records_where_the_anchor_does_not_hold(act: Command) -> None:
    for name in RECORDING:
        assert act(name).code in (0, 1)
    older = Path("head").read_text(encoding="utf-8")
    Path("head").write_text(f"1 sha256:{'0' * 64}\n{older}", encoding="utf-8")
    before = LEDGER.read_bytes()
    told = "entry 1 is not the one that was anchored: it was rewritten"
    for name in RECORDING:
        if name == "guard":
            continue
        done = act(name)
        assert (done.code, done.out, done.err) == (5, "", f"error: {told}\n")
    done = act("guard")  # on paper the program starts, and hears that live it would not
    assert (done.code, done.err.splitlines()[1]) == (0, f"paper: live mode would be refused: {told}")
    assert LEDGER.read_bytes() == before


def test_a_live_start_is_refused_where_the_tail_was_cut(
    act: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    act("evaluate")
    LEDGER.unlink()
    monkeypatch.setenv("LIVE_MODE", "1")
    done = act("guard")
    told = "entry 1 is missing: the anchor names entries, and `ledger.db` does not exist"
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"CRITICAL: live mode is refused: {told}; the kill switch is active")
    assert not LEDGER.exists()


def test_a_removed_anchor_is_made_anew_by_a_person_alone(act: Command, command: Command) -> None:
    act("evaluate")
    Path("head").unlink()
    hint = "if you trust it, begin with `interlock log head --anchor head`"
    done = act("evaluate")
    expected = f"error: there is no anchor `head` and the ledger holds 13 entries: {hint}\n"
    assert (done.code, done.out, done.err) == (2, "", expected)
    assert command("log", "head", "--ledger", LEDGER, "--anchor", "head").code == 0
    assert act("evaluate").code == 1


def test_an_anchor_that_does_not_hold_is_not_replaced(act: Command, command: Command) -> None:
    act("evaluate")
    LEDGER.unlink()
    act("baseline", "--anchor", "other")
    before = Path("head").read_bytes()
    done = command("log", "head", "--ledger", LEDGER, "--anchor", "head")
    message = "error: entry 3 is missing: the anchor knows entry 13, so the tail was cut\n"
    assert (done.code, done.out, done.err) == (5, "", message)
    assert Path("head").read_bytes() == before


def test_an_anchor_without_a_ledger_is_refused(desk: Path, command: Command) -> None:
    done = command("evaluate", "bad.json", "--stateless", "--anchor", "head", "--policies", "policies")
    assert (done.code, done.err) == (
        2,
        "error: `--anchor` belongs to `--ledger FILE`: it is the head of one\n",
    )
