"""Parquet exports: each entry is a row, in parts, and what cannot be written or installed is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.errors import LedgerError, MissingExtra, UsageError
from interlock.ledger.file import duckdb_export
from interlock.ledger.file.duckdb_export import write_parquet
from interlock.ledger.file.entry import Entry
from support.beginnings import recording_in

duckdb = pytest.importorskip("duckdb", reason="Parquet needs the duckdb extra")


def entries(count: int) -> Iterator[Entry]:
    for number in range(1, count + 1):
        yield Entry(number, "2026-03-30T06:00:00Z", "verdict", b'{"number":%d}' % number, bytes(32))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_every_entry_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(duckdb_export, "_GROUP", 2)
    assert write_parquet(entries(count), tmp_path / "out.parquet") == count
    rows = duckdb.read_parquet(str(tmp_path / "out.parquet")).fetchall()
    assert rows == [
        (each.sequence, each.time, each.kind, each.body.decode(), each.digest) for each in entries(count)
    ]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"^cannot write `.*/nowhere/out.parquet`: io error: "):
        write_parquet(entries(1), tmp_path / "nowhere" / "out.parquet")


def test_a_ledger_is_not_overwritten(tmp_path: Path) -> None:
    with recording_in(tmp_path / "ledger.db") as recorder:
        recorder.append("2026-03-30T06:00:00Z", "verdict", {})
    before = (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(UsageError):
        write_parquet(entries(1), tmp_path / "ledger.db")
    assert (tmp_path / "ledger.db").read_bytes() == before


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtra) as problem:
        write_parquet(entries(1), tmp_path / "out.parquet")
    assert "exporting to Parquet" in str(problem.value) and "duckdb" in str(problem.value)
    assert not (tmp_path / "out.parquet").exists()
