"""Completion of a command line as a shell asks for it, and in the shells that are installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.cli.registry import COMMANDS
from interlock.wording import listed

from .test_main import ENVIRONMENT, INTERLOCK

POLICY = "Only this policy; may be given several times."
POLICIES = "The policy root; default: $INTERLOCK_POLICIES, else the nearest parent's policies/."
HEAVY = {"rich", "yaml", "jsonschema", "jinja2", "simpleeval", "duckdb", "interlock.api"}
SHELLS = {
    "bash": """
eval "$(_INTERLOCK_COMPLETE=bash_source interlock)"
COMP_WORDS=(LINE) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_interlock_completion interlock
printf '%s\\n' "${COMPREPLY[@]}"
""",
    "zsh": """
compdef() {}
compadd() { print -rl -- $completions }
_describe() { print -rl -- ${completions_with_descriptions%%:*} }
eval "$(_INTERLOCK_COMPLETE=zsh_source interlock)"
words=(LINE) CURRENT=$#words
_interlock_completion
""",
    "fish": """
_INTERLOCK_COMPLETE=fish_source interlock | source
complete -C "LINE" | string replace -r "\\t.*" ""
""",
}
"""What a shell completes LINE with, a line each; zsh completes in a terminal only, so its own commands are stood in."""


def asked(instruction: str, *words: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Ask as the script of a shell does, the last word being the one that was begun."""
    place = words[-1] if instruction.startswith("fish") else str(len(words) - 1)
    line = {"COMP_WORDS": shlex.join(words[:-1]) + f" {words[-1]}", "COMP_CWORD": place} if words else {}
    return subprocess.run(
        [sys.executable, *options, "-m", "interlock"],
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, "_INTERLOCK_COMPLETE": instruction, **line},
        check=False,
    )


@pytest.mark.parametrize(
    ("shell", "line", "expect"),
    [
        ("bash", "interlock eva", "plain,evaluate\nplain,eval"),
        ("bash", "interlock --ver", "plain,--version"),
        ("bash", "interlock rollout re", "plain,rearm"),
        ("bash", "interlock validate --format j", "plain,json\nplain,junit"),
        ("bash", "interlock evaluate snap", "file,snap"),
        ("bash", "interlock nonsense --st", ""),
        ("zsh", "interlock rol", "plain\nrollout\n_"),
        ("zsh", "interlock evaluate --poli", f"plain\n--policy\n{POLICY}\nplain\n--policies\n{POLICIES}"),
        ("fish", "interlock rol", "plain,rollout"),
        ("fish", "interlock evaluate --policy", f"plain,--policy\t{POLICY}"),
    ],
)
def test_what_completes_a_line(shell: str, line: str, expect: str) -> None:
    done = asked(f"{shell}_complete", *line.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{expect}\n"


@pytest.mark.skipif(os.name != "posix", reason="shells of POSIX")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "expect"),
    [("interlock rol", ["rollout"]), ("interlock evaluate --pol", ["--policies", "--policy"])],
)
def test_the_script_of_a_shell_completes(shell: str, line: str, expect: list[str], tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    program = tmp_path / "interlock"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(INTERLOCK)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    command = [shell, "-c", SHELLS[shell].replace("LINE", line)]
    env = {**ENVIRONMENT, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert (sorted(done.stdout.split()), done.stderr) == (expect, "")


def test_the_names_of_commands_are_offered_without_importing_one() -> None:
    done = asked("bash_complete", "interlock", "", options=("-X", "importtime"))
    assert done.stdout == "".join(f"plain,{name}\n" for name in COMMANDS)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "interlock.cli.completion" in loaded
    assert loaded & {*HEAVY, *COMMANDS.values()} == set()


def test_completing_a_command_that_starts_a_program_starts_none(tmp_path: Path) -> None:
    file = tmp_path / "started"
    words = ["--policy", "gate", "--root", str(tmp_path), "--", "touch", str(file)]
    done = asked("bash_complete", "interlock", "guard", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"file,{file}\n", "")
    assert not file.exists()


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        (
            "nonsense",
            "`_INTERLOCK_COMPLETE` is `nonsense`: `bash_source`, `zsh_source` or `fish_source` prints the script "
            "for a shell",
        ),
        (
            "bash_nonsense",
            "`_INTERLOCK_COMPLETE` is `bash_nonsense`: `bash_source`, `zsh_source` or `fish_source` prints the "
            "script for a shell",
        ),
        ("zsh_complete", "`_INTERLOCK_COMPLETE` is for the shell: no line is given to complete"),
    ],
)
def test_an_instruction_that_no_shell_gives(instruction: str, message: str) -> None:
    done = asked(instruction)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {message}\n")


def test_a_command_line_is_run_whatever_the_variable_says() -> None:
    """A verdict must not be taken for open because a variable made the command print a script and end with 0."""
    env = {**ENVIRONMENT, "_INTERLOCK_COMPLETE": "bash_source"}
    done = subprocess.run([*INTERLOCK, "zzz"], capture_output=True, text=True, env=env, check=False)
    message = f"error: no command is called `zzz`: there are {listed(sorted(COMMANDS))}\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
