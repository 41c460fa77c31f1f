"""A command replaces the process: exit code, signals, arguments, and no shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from interlock.guard import start_command
from interlock.guard.start_command import StartError, start

STARTS = [
    sys.executable,
    "-c",
    "import sys; from interlock.guard.start_command import start; sys.exit(start(sys.argv[1:]))",
]
SLEEPS = """\
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(42))
print('up', flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """A command that cannot take the place of the process leaves its signals behind, with their first meaning."""
    names = [each for each in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, each)]
    meanings = {each: signal.getsignal(getattr(signal, each)) for each in names}
    yield
    for each, meaning in meanings.items():
        signal.signal(getattr(signal, each), meaning)


posix = pytest.mark.skipif(os.name != "posix", reason="needs processes that can be replaced")


def test_the_exit_code_and_the_words_are_passed_through() -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; print(sys.argv[1:]); sys.exit(7)",
        "a b",
        "$HOME",
        "*",
        ";ls",
        "--",
    ]
    done = subprocess.run([*STARTS, *command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "['a b', '$HOME', '*', ';ls', '--']\n", "")


@posix
def test_signals_reach_the_command() -> None:
    with subprocess.Popen(
        [*STARTS, sys.executable, "-c", SLEEPS], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 42


@posix
def test_a_command_that_dies_of_a_signal_is_seen_to() -> None:
    command = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    assert subprocess.run([*STARTS, *command], check=False).returncode == -signal.SIGKILL


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(StartError) as caught:
        start(["no-such-command-here"])
    text = "cannot start `no-such-command-here`: there is no such command"
    assert (str(caught.value), caught.value.exit_code) == (text, 127)


@posix
def test_a_file_that_cannot_be_run(tmp_path: Path) -> None:
    file = tmp_path / "bot"
    file.write_text("no program", encoding="utf-8")
    with pytest.raises(StartError) as caught:
        start([str(file)])
    assert (str(caught.value), caught.value.exit_code) == (
        f"cannot start `{file}`: it is not executable",
        126,
    )
    file.chmod(0o755)
    with pytest.raises(StartError) as caught:
        start([str(file)])
    assert (str(caught.value), caught.value.exit_code) == (f"cannot start `{file}`: exec format error", 126)


# A system that cannot replace a process, and a terminal that interrupts both.


def test_where_a_process_cannot_be_replaced_the_command_runs_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start_command, "os", SimpleNamespace(name="nt", path=os.path))
    assert start([sys.executable, "-c", "import sys; sys.exit(len(sys.argv))", "one", "two"]) == 3


def test_an_interrupt_is_left_to_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_command, "os", SimpleNamespace(name="nt", path=os.path))
    waits = iter([KeyboardInterrupt, KeyboardInterrupt, 5])

    class Child:
        def __init__(self, words: list[str]) -> None:
            assert words[1:] == ["-c", "pass"]

        def __enter__(self) -> Child:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def wait(self) -> int:
            found = next(waits)
            if found is KeyboardInterrupt:
                raise KeyboardInterrupt
            assert isinstance(found, int)
            return found

    monkeypatch.setattr(start_command, "subprocess", SimpleNamespace(Popen=Child))
    assert start([sys.executable, "-c", "pass"]) == 5


def test_a_closed_output_and_a_missing_signal_do_not_stop_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []

    def replaced(program: str, words: list[str], environ: dict[str, str]) -> None:
        started.append(words)
        raise OSError(8, "Exec format error")

    def closed() -> None:
        raise BrokenPipeError

    monkeypatch.delattr(signal, "SIGXFSZ", raising=False)
    monkeypatch.setattr(os, "execve", replaced)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(flush=closed))
    with pytest.raises(StartError):
        start([sys.executable, "-c", "pass"])
    assert started == [[sys.executable, "-c", "pass"]]
