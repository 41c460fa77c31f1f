"""`interlock log export`: lines of JSON to a pipe or a file, and Parquet to a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.terminals import on_a_terminal

from ...conftest import Command


def test_json_lines_are_the_same_in_a_pipe_and_in_a_file(
    recorded: Path, ledger_desk: Path, command: Command
) -> None:
    printed = command("log", "export")
    done = command("log", "export", "-o", "ledger.jsonl")
    assert (printed.code, printed.err, done.code, done.out, done.err) == (0, "", 0, "", "")
    assert (ledger_desk / "ledger.jsonl").read_text(encoding="utf-8") == printed.out
    assert len(printed.out.splitlines()) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of this test is one of POSIX")
def test_a_terminal_gets_no_character_that_could_control_it(recorded: Path, command: Command) -> None:
    """In a pipe each line keeps the bytes that its hash is taken of."""
    odd = "\u202edaer\x85\x9b31m##[error]"
    assert command("baseline", "freeze", "a", "--from", "3", "--by", "quants", "--reason", odd).code == 0
    piped = command("log", "export").out
    assert "\u202edaer\x85\x9b31m##[error]" in piped
    shown = on_a_terminal("log", "export")
    assert "\\u202edaer\\u0085\\u009b31m#\\u0023[error]" in shown
    assert [json.loads(each) for each in shown.splitlines()] == [
        json.loads(each) for each in piped.split("\n")[:-1]
    ]
    assert not {*shown} & {"\u202e", "\x85", "\x9b"}


def test_parquet_needs_a_file(recorded: Path, ledger_desk: Path, command: Command) -> None:
    pytest.importorskip("duckdb", reason="Parquet needs the duckdb extra")
    done = command("log", "export", "--format", "parquet")
    assert (done.code, done.err) == (2, "error: Parquet is written to a file: name one with `-o FILE`\n")
    done = command("log", "export", "--format", "parquet", "-o", "ledger.parquet")
    assert (done.code, done.err) == (0, "wrote 6 entries\n")
    assert (ledger_desk / "ledger.parquet").read_bytes()[:4] == b"PAR1"


def test_an_unknown_format(recorded: Path, command: Command) -> None:
    done = command("log", "export", "--format", "json")
    assert (done.code, done.err) == (2, "error: no format is called `json`: did you mean `jsonl`?\n")
