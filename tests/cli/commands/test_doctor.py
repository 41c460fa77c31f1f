"""`interlock doctor`: the artefacts of a desk, worst first, with exit codes; nothing is wider than the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.reports.records.desk_table import as_text
from interlock.reports.style import ReportStyle
from support.small_desk import AT, checked, healthy, put

from ..conftest import Command

WORDS = ("doctor", "--root", "desk", "--as-of", AT, "--archive", "--policies", "policies")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    healthy(tmp_path)
    ended = {"command": ["pytest", "-q"], "exit": 0, "output": "", "at": AT}
    put(tmp_path, "commands.json", {"commands": [ended]})
    put(tmp_path, "env.json", {})
    monkeypatch.chdir(tmp_path)
    return tmp_path / "desk"


def test_the_worst_stand_first_and_a_line_counts_them(desk: Path, command: Command) -> None:
    (desk / "book.json").unlink()
    done = command(*WORDS)
    assert done.code == 1
    rows = [line.split("  ")[0] for line in done.out.splitlines()]
    assert rows == [
        "state",
        "missing",
        "absent",
        "there",
        "there",
        "there",
        "there",
        "",
        "6 artefacts as of 2026-03-30T06:00:00Z: 1 missing, 1 absent, 4 there",
    ]
    assert "fills/*.jsonl" in done.out and "3 metrics, 2 without a value yet" in done.out


def test_exit_codes_tell_stale_from_missing(desk: Path, command: Command) -> None:
    assert command(*WORDS).code == 0
    (desk / "book.json").write_text('{"at": "2026-03-30T01:00:00Z", "open": 3, "note": "fine"}', "utf-8")
    assert command(*WORDS).code == 3
    (desk / "book.json").write_text("[]", "utf-8")
    assert command(*WORDS).code == 1


def test_json_has_each_source(desk: Path, command: Command) -> None:
    done = command(*WORDS, "--format", "json")
    table = json.loads(done.out)
    assert table["as_of"] == AT
    assert {"source": "lock", "artefact": "lock.json", "state": "absent", "metrics": 1, "unknown": 1} | {
        "why": "missing, no such file or directory (lock.pid)"
    } in table["artefacts"]


def test_a_table_of_80_columns(desk: Path) -> None:
    (desk / "days.jsonl").write_text("{\n", "utf-8")
    text = as_text(checked(desk.parent), ReportStyle(80))
    assert max(map(len, text.splitlines())) <= 80
    assert not any("/" + part in text for part in desk.parts[1:3])


def test_the_command_line_is_checked(desk: Path, command: Command) -> None:
    done = command("doctor", "--policies", "policies")
    assert (done.code, done.err) == (
        2,
        "error: `interlock doctor` needs `--root`: see `interlock doctor --help`\n",
    )
    done = command(*WORDS, "--allow-commands")
    copy = "error: `--allow-commands` does not go with `--archive`: a copy holds how its commands ended\n"
    assert (done.code, done.err) == (2, copy)
