"""`interlock log export`: lines of JSON to a pipe or a file, and Parquet to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ...conftest import Command


def test_json_lines_are_the_same_in_a_pipe_and_in_a_file(
    recorded: Path, ledger_desk: Path, command: Command
) -> None:
    printed = command("log", "export")
    done = command("log", "export", "-o", "ledger.jsonl")
    assert (printed.code, printed.err, done.code, done.out, done.err) == (0, "", 0, "", "")
    assert (ledger_desk / "ledger.jsonl").read_text(encoding="utf-8") == printed.out
    assert len(printed.out.splitlines()) == 6


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
