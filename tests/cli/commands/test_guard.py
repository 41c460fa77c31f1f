"""`interlock guard`: what is started, what is said, and what a refused live start leaves behind."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interlock.language.times import parse_time
from interlock.ledger.file.missing_ledger import REMEDY
from support.gate import snapshot, write

from ..conftest import Command
from ..test_main import CLOSED

WORDS = ("guard", "--policy", "gate", "--environment", "live")
NOT_READY = "gate is NO_GO, GO is needed: ready: the desk is not ready"
SWITCH = Path("data/live_kill_switch.txt")
Started = list[tuple[str, ...]]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> Started:
    """A folder with policies, a desk and a snapshot, at 12:05; collects the commands instead of starting them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", str(write(tmp_path)))
    monkeypatch.delenv("LIVE_KILL_SWITCH", raising=False)
    monkeypatch.setenv("LIVE_MODE", "")
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T12:05:00Z"))
    snapshot(tmp_path / "s.json")
    (tmp_path / SWITCH).parent.mkdir()
    found: Started = []

    def start(words: tuple[str, ...]) -> int:
        found.append(words)
        return 0

    monkeypatch.setattr("interlock.cli.commands.guard.start", start)
    return found


def live(monkeypatch: pytest.MonkeyPatch, word: str = "true") -> None:
    monkeypatch.setenv("LIVE_MODE", word)


def test_live_the_best_verdict_starts_the_command(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch)
    done = command(*WORDS, "s.json", "--", "bot", "--policy", "x", "--", "-y")
    assert (done.code, done.out, done.err) == (0, "", "live: gate is GO\n")
    assert started == [("bot", "--policy", "x", "--", "-y")]
    kinds = [line.split()[2] for line in command("log", "show").out.splitlines()[1:]]
    assert kinds == ["begin", "policies", "snapshot", "evaluation", "verdict"]
    assert not SWITCH.exists()


def test_live_a_desk_is_collected_as_of_now(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch)
    assert command(*WORDS, "--root", "desk", "--", "bot").code == 0
    (Path("desk") / "ready.txt").unlink()
    done = command(*WORDS, "--root", "desk", "--", "bot")
    refused = f"live mode is refused: {NOT_READY}; the kill switch is active: `desk/{SWITCH.as_posix()}`"
    assert (done.code, done.out, done.err) == (1, "", f"CRITICAL: {refused}; nothing was started\n")
    assert started == [("bot",)]
    assert not SWITCH.exists()


@pytest.mark.parametrize("word", ["1", "true", "YES", "on", "live", "paper", " "])
def test_live_anything_else_throws_the_switch(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    live(monkeypatch, word)
    snapshot(Path("s.json"), ready=False)
    done = command(*WORDS, "s.json", "--", "bot")
    critical = (
        f"CRITICAL: live mode is refused: {NOT_READY}; the kill switch is active: `{SWITCH.as_posix()}`"
    )
    assert (done.code, done.out, done.err) == (1, "", f"{critical}; nothing was started\n")
    assert started == []
    verdict = json.loads(command("log", "export").out.splitlines()[4])["body"]["verdict"]
    assert verdict["verdict"] == "NO_GO"
    lines = SWITCH.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["kill switch set by interlock guard at 2026-03-30T12:05:00Z", f"reason: {NOT_READY}"]
    assert lines[2].startswith("verdict: gate NO_GO sha256:")


@pytest.mark.parametrize("word", ["", "0", "false", "No", "OFF"])
def test_on_paper_the_command_starts_whatever_the_verdict(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    live(monkeypatch, word)
    paper = "paper: LIVE_MODE is off, this start runs on paper\npaper: "
    done = command(*WORDS, "s.json", "--", "bot")
    assert (done.code, done.out, done.err) == (0, "", f"{paper}gate is GO\n")
    snapshot(Path("s.json"), ready=False)
    done = command(*WORDS, "s.json", "--", "bot")
    assert (done.code, done.out, done.err) == (0, "", f"{paper}live mode would be refused: {NOT_READY}\n")
    assert started == [("bot",)] * 2
    assert not SWITCH.exists()


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (
            ["--ledger", "s.json/x.db"],
            2,
            f"there is no ledger at `s.json/x.db`: {REMEDY}",
        ),
        (["--policies", "nowhere"], 2, None),
        (["--policy", "gat"], 2, "no policy is called `gat`: did you mean `gate`?"),
    ],
)
def test_what_goes_wrong_on_the_way_is_no_permission(
    started: Started,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: int,
    reason: str | None,
) -> None:
    live(monkeypatch)
    done = command(*WORDS, *words, "s.json", "--kill-switch", "switch.txt", "--", "bot")
    assert (done.code, done.out, started) == (code, "", [])
    told = Path("switch.txt").read_text(encoding="utf-8").splitlines()[1].removeprefix("reason: ")
    assert told == (reason or told)
    rest = "the kill switch is active: `switch.txt`; nothing was started\n"
    assert done.err == f"CRITICAL: live mode is refused: {told}; {rest}"


def test_a_snapshot_that_is_not_there_or_too_old_is_no_permission(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch)
    done = command(*WORDS, "no.json", "--", "bot")
    assert (done.code, started) == (2, [])
    assert "no.json: cannot read the snapshot: no such file or directory" in SWITCH.read_text(
        encoding="utf-8"
    )
    snapshot(Path("s.json"), "2026-03-30T11:49:59Z")
    done = command(*WORDS, "s.json", "--kill-switch", "b.txt", "--", "bot")
    assert (done.code, started) == (2, [])
    reason = "s.json: as of 2026-03-30T11:49:59Z, more than 15m ago: collect a new one"
    assert Path("b.txt").read_text(encoding="utf-8").splitlines()[1] == f"reason: {reason}"


def test_a_switch_that_cannot_be_set_is_said_and_nothing_starts(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch)
    snapshot(Path("s.json"), ready=False)
    done = command(*WORDS, "s.json", "--kill-switch", "no/where/x", "--", "bot")
    loud = (
        "THE KILL SWITCH COULD NOT BE SET: `no/where/x`: no such file or directory: stop live trading by hand"
    )
    held = "the kill switch is active: `no/where/x` cannot be read: its folder does not exist"
    message = f"CRITICAL: live mode is refused: {NOT_READY}; {held}; {loud}; nothing was started\n"
    assert (done.code, done.err, started) == (4, message, [])


def test_the_best_verdict_starts_nothing_where_the_folder_of_the_switch_does_not_exist(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch)
    done = command(*WORDS, "s.json", "--kill-switch", "no/where/x", "--", "bot")
    held = "the kill switch is active: `no/where/x` cannot be read: its folder does not exist"
    assert (done.code, started) == (4, [])
    assert done.err.startswith(f"CRITICAL: live mode is refused: {held}; THE KILL SWITCH COULD NOT BE SET: ")


AFTER = "name the command to start after `--`: `interlock guard --policy ID --root DIR -- COMMAND`"
NOTHING = "name a snapshot, or a folder to collect from with `--root DIR`"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["s.json"], AFTER),
        (["s.json", "--"], AFTER),
        (["--", "s.json", "bot"], f"{NOTHING}: neither is given"),
        (["s.json", "--root", "desk", "--", "bot"], f"{NOTHING}: both are given"),
        (
            ["s.json", "--historic", "--", "bot"],
            "`guard` refuses `--historic`: it acts now, and records every verdict",
        ),
        (
            ["s.json", "--stateless", "--", "bot"],
            "`guard` refuses `--stateless`: it acts now, and records every verdict",
        ),
        (["s.json", "bot"], "`interlock guard` does not take `bot` as well: see `interlock guard --help`"),
    ],
)
def test_a_command_line_that_cannot_be_meant_starts_nothing(
    started: Started, command: Command, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    live(monkeypatch)
    done = command(*WORDS, *words)
    assert (done.code, done.out, done.err, started) == (2, "", f"error: {message}\n", [])
    assert not SWITCH.exists()


def test_a_policy_must_be_named(started: Started, command: Command) -> None:
    done = command("guard", "s.json", "--", "bot")
    assert (done.code, done.err) == (
        2,
        "error: `interlock guard` needs `--policy`: see `interlock guard --help`\n",
    )


def test_help_shows_how_a_command_is_guarded(command: Command) -> None:
    text = command("guard", "--help").out
    assert text.splitlines()[0] == "Usage: interlock guard [OPTIONS] [SNAPSHOT] -- COMMAND ..."
    assert "  interlock guard --policy live-rollout-readiness --root . \\\n" in text
    assert "      --environment live -- python bot.py\n" in text


@pytest.mark.parametrize(
    ("mode", "program", "code", "out", "err"),
    [
        ("true", "import sys; print(sys.argv[1]); sys.exit(7)", 7, "$HOME\n", "live: gate is GO\n"),
        ("", None, 127, "", "error: cannot start `no-such-bot`: there is no such command\n"),
    ],
)
def test_the_real_thing(
    started: Started, mode: str, program: str | None, code: int, out: str, err: str
) -> None:
    snapshot(Path("s.json"), datetime.now(UTC).isoformat(timespec="seconds"))
    bot = ["no-such-bot"] if program is None else [sys.executable, "-c", program, "$HOME"]
    words = [sys.executable, "-m", "interlock", *WORDS, "s.json", "--", *bot]
    environ = {**os.environ, "LIVE_MODE": mode}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, out)
    assert done.stderr.endswith(err)


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", [">&-", *CLOSED])
@pytest.mark.parametrize(("ready", "code"), [(True, 7), (False, 1)])
def test_streams_that_are_closed_neither_start_nor_stop_a_program(
    started: Started, closed: str, ready: bool, code: int
) -> None:
    snapshot(Path("s.json"), datetime.now(UTC).isoformat(timespec="seconds"), ready=ready)
    words = [sys.executable, "-m", "interlock", *WORDS, "s.json", "--", "sh", "-c", "touch began; exit 7"]
    line = f"{shlex.join(words)} {closed}"
    environ = {**os.environ, "LIVE_MODE": "1"}
    done = subprocess.run(["bash", "-c", line], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert (Path("began").exists(), SWITCH.exists()) == (ready, not ready)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_holds_up_no_start(started: Started, command: Command) -> None:
    os.mkfifo("pipe")
    done = command(*WORDS, "pipe", "--", "bot")
    refused = "paper: live mode would be refused: "
    assert done.err.splitlines()[1] == f"{refused}pipe: cannot read the snapshot: not a plain file"
    done = command(*WORDS, "s.json", "--ledger", "pipe", "--", "bot")
    assert done.err.splitlines()[1] == f"{refused}cannot read `pipe`: not a plain file"
    os.mkfifo("policies/x.yaml")
    done = command(*WORDS, "s.json", "--", "bot")
    assert done.err.splitlines()[1] == (
        f"{refused}policies/x.yaml:1:1: error E101: cannot read the file: not a plain file"
    )
    assert started == [("bot",)] * 3


def test_half_of_a_surrogate_pair_holds_up_no_start(started: Started, command: Command) -> None:
    text = Path("s.json").read_text(encoding="utf-8")
    Path("s.json").write_text(
        text.replace('"metrics": {', '"metrics": {"x": "\\ud800", ', 1), encoding="utf-8"
    )
    done = command(*WORDS, "s.json", "--", "bot")
    why = "s.json: the snapshot holds half of a surrogate pair: write the character itself"
    assert done.err.splitlines()[1] == f"paper: live mode would be refused: {why}"
    assert started == [("bot",)]
