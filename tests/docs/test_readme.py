"""README shows what really happens: its policy is the file, its commands print what it says, its links lead somewhere.

With INTERLOCK_UPDATE_README=1 the outputs of the commands are written into it instead.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
CONSOLE = re.compile(r"<!-- exit (\d+) -->\n```console\n\$ (.*)\n((?:.*\n)*?)```")
COMMANDS = CONSOLE.findall(TEXT)


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal, as a pipe would, and put its two outputs into one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
    settings = {
        **inherited,
        "PYTHONPATH": str(ROOT / "engine"),
        "PYTHONUTF8": "1",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        arguments,
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def interlock(command: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "interlock"
    return run([sys.executable, "-m", "interlock", *words[1:]], ROOT / "examples" / "first")


def updated() -> str:
    def shown(match: re.Match[str]) -> str:
        code, command, _ = match.groups()
        return f"<!-- exit {code} -->\n```console\n$ {command}\n{interlock(command).stdout.rstrip()}\n```"

    return CONSOLE.sub(shown, TEXT)


if os.environ.get("INTERLOCK_UPDATE_README"):
    README.write_text(updated(), encoding="utf-8", newline="\n")


@pytest.mark.parametrize(("code", "command", "output"), COMMANDS, ids=[each[1] for each in COMMANDS])
def test_a_command_prints_what_the_page_shows(code: str, command: str, output: str) -> None:
    done = interlock(command)
    assert done.stdout.rstrip() == output.rstrip()
    assert done.returncode == int(code)


def test_the_policy_of_the_page_is_the_file() -> None:
    shown = re.search(r"```yaml\n(.*?)```", TEXT, re.S)
    assert shown and shown[1] == (ROOT / "examples/first/policies/go-live.yaml").read_text(encoding="utf-8")


def test_the_python_of_the_page_prints_what_it_says() -> None:
    shown = re.search(r"```python\n(.*?)```\n\nprints `(.*)`\.", TEXT, re.S)
    assert shown
    done = run([sys.executable, "-c", shown[1]], ROOT)
    assert done.stdout.strip() == shown[2]


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) > 8
    assert [each for each in links if not (ROOT / each).exists()] == []


def test_both_commands_stand_in_the_first_screen() -> None:
    first = "\n".join(TEXT.split("\n")[:25])
    assert "make demo" in first and "make test" in first
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert {"demo", "test"} <= set(targets)
