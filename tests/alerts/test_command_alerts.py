"""Commands as channels: no shell, input, exit code, time limit, and no output is shown."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from interlock.alerts import command_alerts
from interlock.alerts.channel import Undelivered
from interlock.alerts.command_alerts import command_channel
from interlock.errors import UsageError

LINES = b'{"entry":1}\n'


def python(*lines: str) -> str:
    return shlex.join([sys.executable, "-c", "\n".join(lines)])


def refused(*lines: str) -> str:
    with pytest.raises(Undelivered) as problem:
        command_channel(python(*lines)).deliver(LINES)
    return str(problem.value)


def test_a_command_takes_the_lines_and_what_it_prints_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = (
        "import sys",
        "print('out'); print('err', file=sys.stderr)",
        "open('got', 'w').write(sys.stdin.read())",
    )
    command_channel(python(*script)).deliver(LINES)
    assert Path("got").read_bytes() == LINES
    assert capfd.readouterr() == ("", "")


def test_no_shell_sees_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = python("import sys; open('got', 'w').write(repr(sys.argv[1:]))") + " '$HOME' '*' ';' '|' 'a b'"
    command_channel(given).deliver(LINES)
    assert Path("got").read_text(encoding="utf-8") == "['$HOME', '*', ';', '|', 'a b']"


def test_a_command_that_ends_well_without_reading_has_taken_them() -> None:
    command_channel(python("pass")).deliver(b"x" * 1_000_000)


def test_a_command_that_fails_has_not_taken_them() -> None:
    assert refused("raise SystemExit(3)") == "it ended with code 3"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")
def test_a_command_that_is_killed_has_not_taken_them() -> None:
    assert refused("import os; os.kill(os.getpid(), 9)") == "it was ended by signal 9"


def test_a_command_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_alerts, "EVENTS_SECONDS", 0.2)
    assert refused("import time; time.sleep(600)") == "it took longer than 0.2 s"


def test_a_command_that_has_disappeared_is_reported(tmp_path: Path) -> None:
    program = tmp_path / ("notify.exe" if sys.platform == "win32" else "notify")
    program.write_bytes(b"\0")
    program.chmod(0o755)
    channel = command_channel(shlex.quote(program.as_posix()))
    assert channel.problem() == ""
    with pytest.raises(Undelivered) as problem:
        channel.deliver(LINES)
    assert str(problem.value) != ""
    program.unlink()
    with pytest.raises(Undelivered) as problem:
        channel.deliver(LINES)
    assert str(problem.value) == channel.problem() == "there is no such command"


def test_of_a_command_only_its_name_is_shown() -> None:
    name = Path(sys.executable).name
    one, two = (command_channel(f"{shlex.quote(sys.executable)} --key {key}") for key in ("s3cret", "other"))
    assert (one.label, one.name.rpartition(" ")[0]) == (f"the command `{name}`", f"command {name}")
    assert "s3cret" not in one.name and one.name != two.name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "`--events-command` names no command"),
        ("  ", "`--events-command` names no command"),
        ("''", "`--events-command` names no command"),
        ("send 's3cret", "`--events-command`: a quote is not closed"),
        ("send \0", "`--events-command` names no command"),
    ],
)
def test_a_malformed_command_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError) as problem:
        command_channel(text)
    assert str(problem.value) == why
