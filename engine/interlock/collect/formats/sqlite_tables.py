"""SQLite tables: read from a copy, so that not even a lock is left beside the original.

The database, its write-ahead log and its journal are copied together; recovery happens in the copy, which is then
opened read-only.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..artefact_root import Artefact, Root
from ..duckdb_tables import quoted
from ..model import RowsSource
from ..unreadable import Unreadable
from .model import Contents, Format, Record

__all__ = ["SQLITE"]

_SIDES = ("-wal", "-journal")


def _read(root: Root, artefact: Artefact, source: RowsSource) -> Contents:
    return Contents(_records(root, artefact, source))


def _records(root: Root, artefact: Artefact, source: RowsSource) -> Iterator[Record]:
    """Yield the rows of the source's table in the order of their row ids."""
    if not artefact.data:
        raise Unreadable("missing", f"{artefact.name} is empty")
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        copy = Path(folder) / "copy.db"
        copy.write_bytes(artefact.data)
        recovered = _copy_sides(root, artefact, copy)
        try:
            yield from _rows(copy, recovered, artefact.name, source)
        except sqlite3.Error:
            raise Unreadable("torn source", f"{artefact.name} is not a sound SQLite database") from None


def _copy_sides(root: Root, artefact: Artefact, copy: Path) -> bool:
    found = False
    for side in _SIDES:
        name = artefact.name + side
        if root.exists(name):
            data = root.open(name).data
            if data:
                copy.with_name(copy.name + side).write_bytes(data)
                found = True
    if found and root.modified(artefact.name) != artefact.modified:
        raise Unreadable("torn source", f"{artefact.name} changed while it was read")
    return found


def _rows(copy: Path, recovered: bool, file: str, source: RowsSource) -> Iterator[Record]:
    if recovered:
        connection = sqlite3.connect(copy, isolation_level=None)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        finally:
            connection.close()
    connection = sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise Unreadable("torn source", f"{file} fails the check of its pages")
        yield from _select(connection, file, source)
    finally:
        connection.close()


def _select(connection: sqlite3.Connection, file: str, source: RowsSource) -> Iterator[Record]:
    table = source.table
    kind = connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    if kind is None or kind[0] != "table":
        raise Unreadable("missing", f"{file} has no table `{table}`")
    source_table = quoted(table)
    names = {row[1] for row in connection.execute(f"PRAGMA table_info({source_table})")}
    wanted = sorted({each.place for each in source.columns if each.place in names})
    absent = [each.place for each in source.columns if each.place not in names and not each.optional]
    if absent:
        raise Unreadable("torn source", f"table `{table}` of {file} has no column `{absent[0]}`")
    columns = ", ".join(map(quoted, wanted)) or "NULL"
    order = "" if "WITHOUT ROWID" in str(kind[1]).upper() else " ORDER BY rowid"
    for number, row in enumerate(connection.execute(f"SELECT {columns} FROM {source_table}{order}"), start=1):  # noqa: S608
        yield Record(file, "row", number, dict(zip(wanted, row, strict=False)))


SQLITE = Format("sqlite", _read, frozenset({"table"}), needs=("table",), integer_bools=True)
