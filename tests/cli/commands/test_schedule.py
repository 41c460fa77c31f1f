"""`interlock schedule`: the commands of the lines are whole, absolute, and understood by the commands themselves."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click
import pytest

from interlock.cli.registry import interlock

from ..conftest import Command

STATELESS = "note: without a ledger the health check never ends with 0: name one with `--ledger FILE`\n"


@pytest.fixture(autouse=True)
def kinds(desk: Path) -> None:
    """Two kinds of weekly reports, and the folders of the desk."""
    for name in ("weekly", "weekly-summary"):
        text = f"report: {name}\ntitle: Weekly\nsections: [{{title: Gates, verdicts: [gate]}}]\n"
        (desk / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    for folder in ("my 100% desk", "d", "out"):
        (desk / folder).mkdir()


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
    done = command("schedule", "--for", "cron", *words)
    found = commands(done.out)
    assert done.err == STATELESS
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
    monkeypatch.setattr("interlock.cli.commands.schedule._absolute", str)  # a task takes short paths only
    words = ("--root", "d", "--reports", "out", "--policies", "policies", "-o", "jobs.txt")
    done = command("schedule", "--for", form, *words)
    assert (done.code, done.out, done.err) == (0, "", f"wrote jobs.txt\n{STATELESS}")
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


def test_the_lines_take_the_defaults_of_the_desk(command: Command, desk: Path) -> None:
    mark = desk / "policies" / "interlock.yaml"
    mark.write_text("interlock: 1\ndefaults: {ledger: ../l.db, root: ../d}\n", encoding="utf-8")
    done = command("schedule", "--for", "cron", "--policies", "policies")
    common = ["--root", str(desk / "d"), "--policies", str(desk / "policies"), "--ledger", str(desk / "l.db")]
    assert commands(done.out)[0] == [sys.executable, "-m", "interlock", "health", *common]
    given = {"root": "d", "ledger": "l.db"}
    assert sorted(done.err.splitlines()) == sorted(
        f"note: {name} `{(desk / path).as_posix()}`, from `defaults` of `policies/interlock.yaml`"
        for name, path in given.items()
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "`interlock schedule` needs `--root`: see `interlock schedule --help`"),
        (["--root", "e"], "there is no folder `e`: make it, or name another with `--root DIR`"),
        (
            ["--root", "d", "--reports", "e"],
            "there is no folder `e`: make it, or name another with `--reports DIR`",
        ),
        (["--root", "d", "--kind", "weekl"], "no report is called `weekl`: did you mean `weekly`?"),
    ],
)
def test_lines_that_would_fail_every_week_are_not_printed(
    command: Command, desk: Path, words: list[str], message: str
) -> None:
    done = command("schedule", "--for", "cron", *words, "--policies", "policies")
    assert (done.code, done.out, done.err) == (2, "", f"error: {message}\n")
