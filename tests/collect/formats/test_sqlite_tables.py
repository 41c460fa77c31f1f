"""SQLite: a table read from a copy, with its write-ahead log; the original stays as it is."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

from support.desks import LOG, changed, metrics, run, write

SQLITE = changed(
    LOG,
    ("t.jsonl", "t.db"),
    ("format: jsonl", "format: sqlite\n    table: fills"),
    ("{time: /at}", "{time: at}"),
    ("{number: /pnl}", "{number: pnl}"),
)


def database(path: Path, wal: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    if wal:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma wal_autocheckpoint=0")
    connection.execute("create table fills (id integer primary key, at text, pnl real)")
    rows = [("2026-03-28T01:00:00Z", 1.25), ("2026-03-29T00:00:00Z", -2)]
    connection.executemany("insert into fills (at, pnl) values (?, ?)", rows)
    connection.commit()
    return connection


def test_sqlite(tmp_path: Path) -> None:
    database(tmp_path / "t.db").close()
    assert metrics(run(tmp_path, SQLITE))["pnl"]["value"] == Decimal("-0.75")
    assert [each.name for each in tmp_path.iterdir()] == ["t.db"]


def test_sqlite_with_a_write_ahead_log_is_read_whole_and_left_alone(tmp_path: Path) -> None:
    connection = database(tmp_path / "t.db", wal=True)
    try:
        before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".db-shm"}
        assert metrics(run(tmp_path, SQLITE))["pnl"]["value"] == Decimal("-0.75")
        after = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".db-shm"}
        assert before == after
    finally:
        connection.close()


def test_a_damaged_database_and_a_missing_table(tmp_path: Path) -> None:
    write(tmp_path, "t.db", b"no database at all")
    torn = {"unknown": "torn source", "detail": "t.db is not a sound SQLite database"}
    assert metrics(run(tmp_path, SQLITE))["pnl"] == torn
    (tmp_path / "t.db").unlink()
    database(tmp_path / "t.db").close()
    whole = (tmp_path / "t.db").read_bytes()
    write(tmp_path, "t.db", whole[: len(whole) // 2])
    assert metrics(run(tmp_path, SQLITE))["pnl"]["unknown"] == "torn source"
    write(tmp_path, "t.db", whole)
    other = changed(SQLITE, ("table: fills", "table: fill"))
    assert metrics(run(tmp_path, other))["pnl"] == {
        "unknown": "missing",
        "detail": "t.db has no table `fill`",
    }
