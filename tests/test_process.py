"""Programs run within limits: no shell, their input, their output, their time, and the end of what they began."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from interlock import process
from interlock.process import FinishedProgram, OutOfTime, run_program

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="process groups and signals are of POSIX")


def python(*lines: str) -> list[str]:
    return [sys.executable, "-c", "\n".join(lines)]


@pytest.mark.parametrize(
    ("lines", "ended"),
    [
        (("print('out'); import sys; print('err', file=sys.stderr)",), FinishedProgram(0, b"out")),
        (("raise SystemExit(3)",), FinishedProgram(3, b"")),
        (("import sys; print(repr(sys.stdin.read()))",), FinishedProgram(0, b"''")),
        (("print('x' * 100)",), FinishedProgram(0, b"x" * 100)),
        (("print('x' * 1_000_000)",), FinishedProgram(0, None)),
    ],
    ids=["output without errors", "status", "closed input", "output at its limit", "too much output"],
)
def test_how_a_program_ends(lines: tuple[str, ...], ended: FinishedProgram) -> None:
    found = run_program(python(*lines), seconds=60, output_limit=102)
    assert (found.status, found.output and found.output.rstrip()) == (ended.status, ended.output)


def test_one_byte_beyond_the_limit_is_too_much() -> None:
    words = python("import sys; sys.stdout.write('x' * 10)")
    assert run_program(words, seconds=60, output_limit=10).output == b"x" * 10
    assert run_program(words, seconds=60, output_limit=9).output is None


def test_without_a_limit_no_output_is_kept() -> None:
    assert run_program(python("print('x' * 1_000_000)"), seconds=60) == FinishedProgram(0, b"")


def test_the_input_and_the_folder_are_handed_over(tmp_path: Path) -> None:
    words = python("import sys; open('got', 'w').write(sys.stdin.read()); print('took it')")
    ended = run_program(words, seconds=60, folder=tmp_path, given=b"line\n" * 100_000, output_limit=100)
    assert ended.output is not None and ended.output.split() == [b"took", b"it"]
    assert (tmp_path / "got").read_bytes() == b"line\n" * 100_000


def test_input_that_is_not_read_does_no_harm() -> None:
    assert run_program(python("pass"), seconds=60, given=b"x" * 1_000_000).status == 0


def test_no_shell_sees_the_words() -> None:
    words = [*python("import sys; print(sys.argv[1:])"), "$HOME", "*", "; exit 3"]
    ended = run_program(words, seconds=60, output_limit=100)
    assert ended.output is not None and ended.output.rstrip() == b"['$HOME', '*', '; exit 3']"


@POSIX
def test_a_signal_is_a_negative_status() -> None:
    assert run_program(python("import os; os.kill(os.getpid(), 9)"), seconds=60).status == -9


def pipe(folder: Path) -> int:
    """Make a pipe in a folder and return the end that a test reads; it ends when every program that holds it has."""
    os.mkfifo(folder / "held")
    return os.open(folder / "held", os.O_RDONLY | os.O_NONBLOCK)


def is_let_go(held: int) -> bool:
    select.select([held], [], [], 10)
    try:
        return os.read(held, 1) == b""
    except BlockingIOError:
        return False


@POSIX
@pytest.mark.parametrize("output_limit", [0, 100])
def test_a_program_out_of_time_is_ended_with_its_children(tmp_path: Path, output_limit: int) -> None:
    held = pipe(tmp_path)
    words = ["/bin/sh", "-c", "sleep 600 9> held &\nsleep 600\n"]
    with pytest.raises(OutOfTime):
        run_program(words, seconds=0.5, folder=tmp_path, output_limit=output_limit)
    assert is_let_go(held)


@POSIX
def test_what_holds_the_output_open_is_ended_too(tmp_path: Path) -> None:
    held = pipe(tmp_path)
    words = ["/bin/sh", "-c", "sleep 600 9> held &\necho done\n"]
    ended = run_program(words, seconds=60, folder=tmp_path, output_limit=100)
    assert ended == FinishedProgram(0, b"done\n", held=True)
    assert is_let_go(held)


@pytest.mark.parametrize("word", ["no-such-program-here", "a\0b"])
def test_what_cannot_be_started_is_an_error(word: str) -> None:
    with pytest.raises((OSError, ValueError)):
        run_program([word], seconds=60)


def test_without_process_groups_the_program_itself_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "os", SimpleNamespace(name="nt"))
    with pytest.raises(OutOfTime):
        run_program(python("import time; time.sleep(600)"), seconds=0.05)
