"""The frame of every command: suggestions, exit codes, interruptions, and no traceback but for a bug."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.cli.command import CommandGroup, Subcommand
from interlock.cli.main import run
from interlock.cli.registry import COMMANDS
from interlock.wording import listed
from support.commands import documented
from support.grain import POLICIES

from .conftest import Command

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT / "engine"),
    "INTERLOCK_POLICIES": str(POLICIES),
}
INTERLOCK = [sys.executable, "-m", "interlock"]
CLOSED = ["2>&-", "<&-", *(["2>/dev/full"] if Path("/dev/full").exists() else [])]


@pytest.mark.parametrize(
    ("line", "expect"),
    [
        ("validat", "no command is called `validat`: did you mean `validate`?"),
        ("Validate", "no command is called `Validate`: did you mean `validate`?"),
        (
            "zzz",
            f"no command is called `zzz`: there are {listed(sorted(COMMANDS))}",
        ),
        ("--polcies x", "`interlock` has no option `--polcies`: see `interlock --help`"),
        ("validate --polcies x", "`interlock validate` has no option `--polcies`: did you mean `--policies`?"),
        ("validate --x", "`interlock validate` has no option `--x`: see `interlock validate --help`"),
        ("validate -z", "`interlock validate` has no option `-z`: see `interlock validate --help`"),
        ("validate --policies", "`--policies` needs a value"),
        ("validate --strict=yes", "`--strict` takes no value"),
        ("validate --format jsn", "no format is called `jsn`: did you mean `json`?"),
        ("validate --format xml", "no format is called `xml`: there are text, json, markdown, github, junit and sarif"),
        (
            "validate --policies nowhere",
            "nowhere is no policy root: it holds no interlock.yaml: the folder does not exist",
        ),
        ("eval", "`interlock eval` needs EXPRESSION: see `interlock eval --help`"),
        ("eval 1", "`interlock eval` needs SNAPSHOT: see `interlock eval --help`"),
        ("eval 1 2 3 4", "`interlock eval` does not take `3 4` as well: see `interlock eval --help`"),
        ("log shw", "no command is called `shw`: did you mean `show`?"),
        ("rollout x", "no command is called `x`: there are advance, history, list, note, rearm, rollback and status"),
        ("metrics a b", "`interlock metrics` does not take `b` as well: see `interlock metrics --help`"),
        ("collect", "`interlock collect` needs `--root`: see `interlock collect --help`"),
        ("validate \x1b[31m", "there is no file or folder `\\u001b[31m`"),
        ("\u202evalidate\x07", "no command is called `\\u202evalidate\\u0007`: did you mean `validate`?"),
    ],
)  # fmt: skip
def test_a_slip_on_the_command_line(command: Command, line: str, expect: str) -> None:
    done = command(*shlex.split(line))
    assert (done.code, done.out, done.err) == (2, "", f"error: {expect}\n")


def test_without_a_command_the_help_goes_to_stderr(command: Command) -> None:
    told, helped = command(), command("--help")
    assert (told.code, told.out, helped.code, helped.err) == (2, "", 0, "")
    assert told.err == helped.out


def test_the_help_lists_every_command_with_one_line_below_its_task(command: Command) -> None:
    sections = command("-h").out.split("\n\n")
    listed = {head: text.splitlines() for head, _, text in (each.partition(":\n") for each in sections)}
    for task in dict.fromkeys(task for task, _ in COMMANDS.values()):
        lines = listed[task]
        assert [line.split()[0] for line in lines] == [
            name for name, each in COMMANDS.items() if each[0] == task
        ]
        assert all(line.endswith(".") and not line.endswith("...") for line in lines)


def test_every_help_fits_80_columns(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wrong = []
    for words, _ in documented():
        done = command(*words, "--help")
        assert (done.code, done.err) == (0, "")
        wrong += [f"{' '.join(words)}: {line}" for line in done.out.splitlines() if len(line) > 80]
        assert "\x1b" not in done.out
    assert wrong == []


@pytest.mark.parametrize(
    ("words", "found"), [pytest.param(*each, id=" ".join(each[0])) for each in documented()]
)
def test_the_help_of_every_command_has_examples_that_parse(
    words: list[str], found: Subcommand | CommandGroup
) -> None:
    assert found.examples
    for each in found.examples:
        given = shlex.split(each.replace("\\\n", " "))
        given = given[: given.index(">")] if ">" in given else given
        assert given[: len(words) + 1] == ["interlock", *words]
        name, *rest = given[len(words) :]
        command: click.Command | None = found
        if isinstance(found, CommandGroup):
            name, *rest = rest
            command = found.get_command(click.Context(found), name)
        assert command is not None
        assert command.make_context(name, rest).params


def test_the_version_is_the_same_wherever_it_is_asked_for(command: Command) -> None:
    front = subprocess.run(
        [*INTERLOCK, "--version"], capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    assert command("--version").out == front.stdout


def test_a_bug_shows_its_traceback_and_asks_to_be_reported(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("this cannot happen")

    monkeypatch.setattr("interlock.cli.commands.validate.find_root", fail)
    done = command("validate")
    first, *_, cause, last = done.err.splitlines()
    assert (done.code, first) == (70, "Traceback (most recent call last):")
    assert cause == "ZeroDivisionError: this cannot happen"
    assert last == (
        "interlock 0.1.0: this is a bug: please report it with the lines above and the command that you ran"
    )


@pytest.mark.parametrize(
    ("problem", "code", "expect"),
    [
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (BrokenPipeError(), 141, ""),
        (
            PermissionError(13, "Permission denied", "x.yaml"),
            2,
            "error: cannot use `x.yaml`: permission denied\n",
        ),
    ],
    ids=["ctrl-c", "no reader", "permission"],
)
def test_what_the_system_or_the_user_breaks_off(problem: BaseException, code: int, expect: str) -> None:
    arguments = (*problem.args, "x.yaml") if isinstance(problem, PermissionError) else ()
    script = (
        "import sys, interlock.cli.commands.validate as room\n"
        "from interlock.cli.main import run\n"
        f"def fail(*_): raise {type(problem).__name__}{arguments}\n"
        "room.find_root = fail\n"
        "sys.exit(run(['validate']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", expect)


def test_a_name_that_is_too_long_for_the_system(command: Command) -> None:
    name = "x" * 5000
    done = command("validate", name)
    assert (done.code, done.err) == (2, f"error: cannot use `{name}`: file name too long\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*INTERLOCK, "metrics"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "error: cannot write the output: no space left on device\n")


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
@pytest.mark.parametrize("words", ["metrics switch", "--version", "--help", "validate --help"])
def test_a_result_that_cannot_be_written_is_an_error(words: str) -> None:
    line = f"{shlex.join(INTERLOCK)} {words} >&-"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    message = "error: cannot write the output: bad file descriptor\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize("words", ["metrics switch", "--version", "evaluate nowhere.json", "guard"])
def test_a_stream_that_is_closed_changes_neither_result_nor_code(words: str, closed: str) -> None:
    line = f"{shlex.join(INTERLOCK)} {words}"
    plain, done = (
        subprocess.run(["bash", "-c", each], capture_output=True, text=True, env=ENVIRONMENT, check=False)
        for each in (line, f"{line} {closed}")
    )
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert done.stderr == ("" if closed.startswith("2") else plain.stderr)


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_leaves_early_hears_nothing_more() -> None:
    line = f"{shlex.join(INTERLOCK)} metrics; echo code $? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({line}) | head -1"], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert done.stdout.startswith("metric ")
    assert done.stderr in ("code 141\n", "code 0\n")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    "imported",
    ["interlock.errors", "interlock.cli.main", "interlock.collect.declared.rows_reader", "duckdb"],
)
def test_ctrl_c_ends_at_once_and_writes_a_file_whole_or_not_at_all(imported: str, tmp_path: Path) -> None:
    """The signal is sent once Python says that it has imported a module, the first one early in our own code."""
    shipped = ["--policies", str(ROOT / "policies"), "--root", str(ROOT / "examples" / "desk")]
    words = ["collect", *shipped, "-o", str(tmp_path / "snapshot.json")]
    command = [sys.executable, "-X", "importtime", "-m", "interlock", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        late = threading.Timer(60, process.kill)
        late.start()
        assert process.stderr is not None
        assert any(line.rstrip().endswith(f" {imported}") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        told = "".join(line for line in process.stderr if not line.startswith("import time:"))
    late.cancel()
    left = [path.name for path in tmp_path.iterdir()]
    if process.returncode == 0:
        assert left == ["snapshot.json"]
    else:
        assert process.returncode == 130, told
        assert told.endswith("interrupted\n") or told == ""
        assert left in ([], ["snapshot.json"])


WORDS = st.one_of(
    st.sampled_from(
        [*COMMANDS, "--policies", "--format", "--root", "--as-of", "--member", "--baseline", "--policy"]
    ),
    st.sampled_from(
        ["json", "text", "symbol=WHEAT", "-", "--", "-o", "--help", "--all", "=", "a=b", "2026-03-30"]
    ),
    st.sampled_from(["days.change", "1 > 0", "switch.active", ".", "/nowhere", "*", "--historic"]),
    st.text(st.characters(exclude_characters="\0"), max_size=8),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=6))
def test_no_command_line_shows_a_traceback(
    words: list[str], capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", str(POLICIES))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", Path(os.devnull).open(encoding="utf-8"))  # noqa: SIM115
    code = run(words)
    printed = capfd.readouterr()
    assert code in (0, 1, 2, 3, 4)
    assert "Traceback" not in printed.err
    assert code == 0 or printed.err
    assert "\x1b" not in printed.out + printed.err
