"""SQLite: a table read from a copy, with its write-ahead log; the original stays as it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.collect import sqlite_log
from interlock.collect.artefact_root import Artefact, Root
from interlock.collect.formats import sqlite_tables
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


def logged(folder: Path) -> tuple[sqlite3.Connection, Path]:
    """A database whose log holds two transactions, and a copy of all its files."""
    connection = database(folder / "t.db", wal=True)
    connection.execute("insert into fills (at, pnl) values ('2026-03-29T01:00:00Z', -100)")
    connection.commit()
    copy = folder / "copy"
    copy.mkdir()
    for each in folder.glob("t.db*"):
        (copy / each.name).write_bytes(each.read_bytes())
    return connection, copy


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def read(root: Path) -> object:
    found = metrics(run(root, SQLITE))["pnl"]
    return found.get("value", found.get("detail"))


def test_a_log_that_is_not_whole_makes_the_source_torn(tmp_path: Path) -> None:
    connection, copy = logged(tmp_path)
    try:
        log = (copy / "t.db-wal").read_bytes()
        assert read(copy) == Decimal("-100.75")
        frames = (len(log) - 32) // 4120
        for data, first in (
            *((log[: len(log) - cut], frames) for cut in (1, 20, 4110)),
            (log[:32], 1),
            (b"", 1),
            *((flipped(log, at), None) for at in range(0, len(log), 613)),
            *((flipped(log, at), frames) for at in range(len(log) - 4120, len(log) - 4096)),
        ):  # fmt: skip
            (copy / "t.db-wal").write_bytes(data)
            found = str(read(copy))
            assert found.startswith("t.db-wal is not whole: frame "), (data == log, first)
            assert found.endswith(" is cut, damaged or unfinished")
            assert first is None or f" frame {first} " in found
        (copy / "t.db-wal").unlink()
        assert read(copy) == "t.db-wal is not whole: frame 1 is cut, damaged or unfinished"
    finally:
        connection.close()


def test_frames_of_an_earlier_log_are_no_damage(tmp_path: Path) -> None:
    connection, _ = logged(tmp_path)
    try:
        connection.execute("pragma wal_checkpoint(restart)").fetchall()
        connection.execute("insert into fills (at, pnl) values ('2026-03-29T02:00:00Z', -1)")
        connection.commit()
        assert (tmp_path / "t.db-wal").stat().st_size > 32 + 2 * 4120
        assert read(tmp_path) == Decimal("-101.75")
    finally:
        connection.close()


def test_a_transaction_that_has_not_ended(tmp_path: Path) -> None:
    connection = database(tmp_path / "t.db")
    try:
        connection.execute("pragma cache_size=1")
        connection.execute("begin immediate")
        assert read(tmp_path) == Decimal("-0.75")
        connection.executemany("insert into fills (at, pnl) values (?, -9)", [("x" * 500,)] * 500)
        assert read(tmp_path) == "t.db is being written"
        copy = tmp_path / "copy"
        copy.mkdir()
        for each in tmp_path.glob("t.db*"):
            (copy / each.name).write_bytes(each.read_bytes())
        broken = "t.db holds a transaction that was broken off: open it once with the program that writes it"
        assert read(copy) == broken
    finally:
        connection.close()


def test_a_database_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, _ = logged(tmp_path)
    whole = sqlite_tables.with_log

    def raced(root: Root, artefact: Artefact, folder: Path) -> Path:
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()
        return whole(root, artefact, folder)

    monkeypatch.setattr(sqlite_tables, "with_log", raced)
    try:
        assert read(tmp_path) == "t.db changed while it was read"
    finally:
        connection.close()


def test_a_log_that_is_overwritten_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, _ = logged(tmp_path)
    connection.execute("pragma wal_checkpoint(passive)").fetchall()
    whole = sqlite_log._left_out

    def raced(log: bytes, taken: int) -> bool:
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()
        return whole(log, taken)

    monkeypatch.setattr(sqlite_log, "_left_out", raced)
    try:
        assert read(tmp_path) == "t.db changed while it was read"
    finally:
        connection.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("side", ["-journal", "-wal", "-shm"])
def test_a_pipe_beside_a_database_is_not_waited_for(tmp_path: Path, side: str) -> None:
    database(tmp_path / "t.db", wal=side != "-journal").close()
    os.mkfifo(tmp_path / f"t.db{side}")
    assert read(tmp_path) == f"t.db{side} is not a plain file"


LAST = changed(
    SQLITE,
    (
        "select sum(pnl) as value, count(*) as n, max(at_) as at from trades",
        "select last(pnl order by ordinal) as value from trades",
    ),
)


@pytest.mark.parametrize(
    "table",
    [
        "create table fills (at text, pnl real, rowid text)",
        "create table fills (at text, pnl real, RowId text)",
        "create table fills (at text, pnl real, note text) /* not WITHOUT ROWID */",
    ],
)
def test_rows_are_in_the_order_in_which_they_were_written(tmp_path: Path, table: str) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.execute(table)
        connection.execute("create index other on fills (pnl, at)")
        rows = [
            ("2026-03-28T01:00:00Z", 1, "c"),
            ("2026-03-28T01:00:01Z", 5, "b"),
            ("2026-03-28T01:00:02Z", -2, "a"),
        ]
        connection.executemany("insert into fills values (?, ?, ?)", rows)
        connection.commit()
    assert metrics(run(tmp_path, LAST))["pnl"]["value"] == -2


@pytest.mark.parametrize("more", ["", ", rowid text, _rowid_ text, oid text"])
def test_rows_without_row_ids_are_in_the_order_of_their_key(tmp_path: Path, more: str) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.execute(
            f"create table fills (at text primary key, pnl real{more}) {'' if more else 'without  rowid'}"
        )
        connection.execute("create index other on fills (pnl, at)")
        rows = [("2026-03-28T01:00:00Z", 1), ("2026-03-28T01:00:01Z", 5), ("2026-03-28T01:00:02Z", -2)]
        connection.executemany("insert into fills (at, pnl) values (?, ?)", rows)
        connection.commit()
    assert metrics(run(tmp_path, LAST))["pnl"]["value"] == -2
