"""`interlock collect` over a small root and desk: every line typed with all that it prints."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from support import printed
from support.terminals import on_a_terminal

from ..conftest import Command


@pytest.mark.parametrize("case", printed.lines("collect"))
def test_what_a_line_prints(
    case: dict[str, Any], command: Command, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTERLOCK_POLICIES")
    done = command("collect", *shlex.split(case["line"]))
    told = {"line": case["line"], "code": done.code, "out": done.out, "err": done.err}
    assert told == {"out": "", "err": "", "code": 0, **case}


def test_a_snapshot_is_written_whole_and_canonical(command: Command, desk: Path) -> None:
    words = ("--root", "desk", "--as-of", "2026-03-30T06:00:00Z", "--policies", "policies", "--quiet")
    printed = command("collect", *words)
    done = command("collect", *words, "-o", "out.json")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (desk / "out.json").read_bytes() == printed.out.encode()
    assert sorted(path.name for path in desk.iterdir()) == ["desk", "out.json", "policies", "snapshot.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of this test is one of POSIX")
def test_a_terminal_gets_no_character_that_could_control_it(command: Command, desk: Path) -> None:
    """In a pipe the snapshot keeps the bytes that its digest is taken of."""
    (desk / "policies/odd.yaml").write_text("metrics: {odd.word: {type: string}}\n", encoding="utf-8")
    keys = (
        "kind: document",
        "doc: a",
        "file: odd.json",
        "format: json",
        "at: /at",
        "metrics: {odd.word: {pointer: /word}}",
    )
    source = "sources:\n  odd:\n" + "".join(f"    {key}\n" for key in keys)
    (desk / "policies/odd-sources.yaml").write_text(source, encoding="utf-8")
    odd = '{"at": "2026-03-30T05:00:00Z", "word": "\u202elamron\x9b31m"}'
    (desk / "desk/odd.json").write_text(odd, encoding="utf-8")
    words = (
        "collect",
        "--root",
        "desk",
        "--as-of",
        "2026-03-30T06:00:00Z",
        "--policies",
        "policies",
        "--quiet",
    )
    piped, shown = command(*words).out, on_a_terminal(*words)
    assert "\u202elamron\x9b31m" in piped and "\\u202elamron\\u009b31m" in shown
    assert json.loads(shown) == json.loads(piped) | {"collected": json.loads(shown)["collected"]}
    assert not {*shown} & {"\u202e", "\x9b"}


def test_a_link_is_not_written_through(command: Command, desk: Path) -> None:
    (desk / "out.json").symlink_to(desk / "snapshot.json")
    before = (desk / "snapshot.json").read_bytes()
    done = command("collect", "--root", "desk", "--policies", "policies", "-o", "out.json")
    assert (done.code, done.err) == (2, "error: cannot write `out.json`: it is a symbolic link\n")
    assert (desk / "snapshot.json").read_bytes() == before


def test_only_so_many_unknown_metrics_are_listed(command: Command, desk: Path) -> None:
    names = [f"many.m{number:02d}" for number in range(30)]
    declared = "".join(f"  {name}: {{type: integer}}\n" for name in names)
    picked = "".join(f"      {name}: {{pointer: /none}}\n" for name in names)
    (desk / "policies/many.yaml").write_text(f"metrics:\n{declared}", encoding="utf-8")
    keys = ("kind: document", "doc: none of it", "file: data/none.json", "format: json", "at: /at")
    source = "sources:\n  many:\n" + "".join(f"    {key}\n" for key in keys)
    (desk / "policies/many-sources.yaml").write_text(f"{source}    metrics:\n{picked}", encoding="utf-8")
    words = ("--root", "desk", "--as-of", "2026-03-30T06:00:00Z", "--policies", "policies", "-o", "out.json")
    few, every = (
        command("collect", *words).err.splitlines(),
        command("collect", *words, "--all").err.splitlines(),
    )
    assert few[1] == every[1] == "as of 2026-03-30T06:00:00Z: 2 metrics known, 30 unknown, 3 without a source"
    assert few[3].split() == ["unknown", "cause", "detail"]
    assert few[4] == "many.m00  missing  data/none.json: no such file or directory"
    assert (len(few), few[-1], len(every)) == (25, "and 10 more: `--all` lists them", 34)
