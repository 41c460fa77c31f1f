"""`interlock schedule`: the commands of the lines are whole, absolute, and understood by the commands themselves."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click
import pytest

from interlock.cli.registry import interlock

from ..conftest import Command


def commands(text: str) -> list[list[str]]:
    """The words of the commands of a crontab."""
    lines = [each.split(" ", 5)[5] for each in text.splitlines() if each.startswith("0 ")]
    return [shlex.split(each.replace(r"\%", "%")) for each in lines]


def test_the_jobs_of_a_desk(command: Command, desk: Path) -> None:
    root = desk / "my 100% desk"
    done = command(
        "schedule", "--for", "cron", "--root", "my 100% desk", "--environment", "paper", "--ledger", "l.db",
        "--policies", "policies",
    )  # fmt: skip
    common = ["--root", str(root), "--policies", str(desk / "policies"), "--environment", "paper"]
    common += ["--ledger", str(desk / "l.db")]
    program = [sys.executable, "-m", "interlock"]
    assert (done.code, done.err) == (0, "")
    assert commands(done.out) == [
        [*program, "health", *common],
        [*program, "report", "--kind", "weekly-summary", *common, "-o", str(root)],
        [*program, "evaluate", *common],
    ]


def test_every_job_is_a_command_line_that_its_command_takes(command: Command, desk: Path) -> None:
    words = ("--root", ".", "--policies", "policies", "--reports", "out", "--kind", "weekly")
    found = commands(command("schedule", "--for", "cron", *words).out)
    for _, _, _, name, *arguments in found:
        subcommand = interlock.get_command(click.Context(interlock), name)
        assert subcommand is not None
        context = subcommand.make_context(name, arguments)
        assert (context.params["root"], context.params["stateless"]) == (str(desk), True)
    assert found[1][-1] == str(desk / "out")
    assert found[1][4:6] == ["--kind", "weekly"]


@pytest.mark.parametrize(
    ("form", "start"), [("systemd", "# interlock-health.service\n"), ("windows", "@echo off\n")]
)
def test_the_other_forms(
    command: Command, desk: Path, monkeypatch: pytest.MonkeyPatch, form: str, start: str
) -> None:
    monkeypatch.setattr(sys, "executable", "py")
    words = ("--root", "/d", "--reports", "/r", "--policies", "policies", "-o", "jobs.txt")
    done = command("schedule", "--for", form, *words)
    assert (done.code, done.out) == (0, "")
    assert (desk / "jobs.txt").read_text(encoding="utf-8").startswith(start)


def test_another_form_is_refused(command: Command, desk: Path) -> None:
    done = command("schedule", "--for", "crond", "--root", ".")
    assert (done.code, done.err) == (2, "error: no format is called `crond`: did you mean `cron`?\n")


def test_a_line_break_cannot_stand_in_a_schedule(command: Command, desk: Path) -> None:
    done = command("schedule", "--for", "cron", "--root", ".", "--kind", "a\nb", "--policies", "policies")
    assert (done.code, done.err) == (
        2,
        "error: `a\\u000ab` cannot stand in a line of a schedule: it holds a control character\n",
    )
