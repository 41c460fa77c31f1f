"""What somebody adds in one line works everywhere: a command, an output format, a kind of channel."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.alerts.channels import KINDS
from interlock.cli.registry import COMMANDS, WRITE
from interlock.reports.renderers import RENDERERS
from support.additions import FORMAT, PAGER
from support.beginnings import begun
from support.commands import generated_page
from support.gate import snapshot, write

from .conftest import Command

RELOADED = ("interlock.cli.commands.evaluate", "interlock.cli.commands.guard", "support.additions")
"""Modules whose options are made when they are imported."""
FORMATS = "text, json, markdown, github, junit, sarif and csv"


@pytest.fixture
def added(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder with a gate and a snapshot of it; the tables hold a line more each."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", str(write(tmp_path)))
    snapshot(tmp_path / "s.json")
    monkeypatch.setitem(COMMANDS, "greet", (WRITE, "support.additions"))
    monkeypatch.setitem(RENDERERS, ("evaluation", "csv"), FORMAT)
    monkeypatch.setitem(KINDS, "pager", PAGER)
    before = {name: sys.modules.pop(name, None) for name in RELOADED}
    yield tmp_path
    for name, module in before.items():
        sys.modules.pop(name, None)
        package, _, leaf = name.rpartition(".")
        if module is not None:
            sys.modules[name] = module
            setattr(sys.modules[package], leaf, module)
        elif hasattr(sys.modules[package], leaf):
            delattr(sys.modules[package], leaf)


def test_a_command_is_listed_runs_and_is_suggested(added: Path, command: Command) -> None:
    listed = command("--help").out
    assert "\n  greet     Greet the desk.\n" in listed.partition(f"{WRITE}:")[2].partition("\n\n")[0] + "\n"
    assert command("greet", "risk").out == "hello risk, in text\n"
    assert command("greeet").err == "error: no command is called `greeet`: did you mean `greet`?\n"
    assert "greet" in command("zzz").err
    helped = command("greet", "--help").out
    assert "Exit codes:\n  0  the desk is greeted.\n  2  a document" in helped
    assert "Example:\n  interlock greet risk\n" in helped
    assert (
        "\n### interlock greet\n\n```\ninterlock greet [OPTIONS] NAME\n```\n\nGreet NAME.\n"
        in generated_page()
    )


def test_a_format_is_listed_renders_and_is_suggested(added: Path, command: Command) -> None:
    words = ("evaluate", "s.json", "--historic", "--environment", "live")
    done = command(*words, "--format", "csv")
    assert (done.code, done.out, done.err) == (0, "gate,GO\n", "")
    assert command(*words, "--format", "csv", "-o", "out.csv").code == 0
    assert (added / "out.csv").read_text(encoding="utf-8") == "gate,GO\n"
    assert "text|json|markdown|github|junit|sarif|csv" in command("evaluate", "--help").out
    assert "text|json|markdown|github|junit|sarif|csv" in command("greet", "--help").out
    done = command(*words, "--format", "cvs")
    assert (done.code, done.err) == (2, "error: no format is called `cvs`: did you mean `csv`?\n")
    done = command(*words, "--format", "pdf")
    assert (done.code, done.err) == (2, f"error: no format is called `pdf`: there are {FORMATS}\n")
    assert "`sarif`, `csv`. Default: `text`. |" in generated_page()


def test_a_channel_has_its_option_takes_events_and_is_recorded(added: Path, command: Command) -> None:
    words = ("evaluate", "s.json", "--historic", "--environment", "live", "--events-pager", "911")
    done = command(*words)
    need = "`--ledger FILE`: a ledger holds the events that were sent before"
    assert (done.code, done.err) == (2, f"error: `--events-pager` needs {need}\n")
    snapshot(added / "s.json", ready=False)
    gate = added / "policies" / "gate.yaml"
    text = gate.read_text(encoding="utf-8").replace("owner: risk\n", "owner: risk\nnotify: {NO_GO: [desk]}\n")
    gate.write_text(text, encoding="utf-8", newline="\n")
    begun(added / "l.db")
    done = command(*words, "--ledger", "l.db")
    assert (done.code, done.err) == (1, "")
    (event,) = map(json.loads, (added / "911.pager").read_text(encoding="utf-8").splitlines())
    assert event["headline"] == "gate: NO_GO"
    shown = command("log", "show", "--kind", "delivery", "--ledger", "l.db").out
    assert "pager 911: events up to entry" in shown
    for name in ("evaluate", "guard"):
        assert "--events-pager NUMBER" in command(name, "--help").out
    assert "| `--events-pager NUMBER`" in generated_page()
