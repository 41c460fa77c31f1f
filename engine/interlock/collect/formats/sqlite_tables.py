"""SQLite tables: copied through SQLite itself, in one read transaction, and then read from the copy.

So a writer is never in the way, and never half seen. What changes meanwhile is a torn source: its hash would be that of
another file.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..artefact_root import Artefact, Root
from ..model import RowsSource
from ..sql.duckdb_tables import quoted
from ..sqlite_log import has_log, side, with_log
from ..unreadable import Unreadable
from .model import Contents, Format, Record

__all__ = ["SQLITE", "open_copy"]

_BUSY_SECONDS = 5.0


def _read(root: Root, artefact: Artefact, source: RowsSource) -> Contents:
    return Contents(_records(root, artefact, source))


def _records(root: Root, artefact: Artefact, source: RowsSource) -> Iterator[Record]:
    """Yield the rows of the source's table in the order of their row ids."""
    with open_copy(root, artefact) as image:
        yield from _select(image, artefact.name, source)


@contextlib.contextmanager
def open_copy(root: Root, artefact: Artefact) -> Iterator[sqlite3.Connection]:
    """Give a copy of a database in memory. Raises Unreadable where it is torn or being written."""
    file = artefact.name
    if not artefact.data:
        raise Unreadable("missing", f"{file} is empty")
    with (
        tempfile.TemporaryDirectory(prefix="interlock-") as folder,
        contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as image,
    ):
        try:
            _copy(_database(root, artefact, Path(folder)), image)
            if root.read(file).data != artefact.data:
                raise Unreadable("torn source", f"{file} changed while it was read")
            image.execute("PRAGMA trusted_schema=OFF")
            if image.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise Unreadable("torn source", f"{file} fails the check of its pages")
            yield image
        except sqlite3.Error as problem:
            raise Unreadable("torn source", f"{file} {_trouble(problem)}") from None
        except UnicodeDecodeError:  # a message of SQLite quotes what is damaged
            raise Unreadable("torn source", f"{file} is not a sound SQLite database") from None


def _database(root: Root, artefact: Artefact, folder: Path) -> Path:
    """Return the database to read: the artefact itself, or a copy with what its write-ahead log holds."""
    if has_log(artefact.data):
        return with_log(root, artefact, folder)
    side(root, f"{artefact.name}-journal")  # SQLite would wait for a pipe of that name
    return root.path(artefact.name)


def _copy(path: Path, image: sqlite3.Connection) -> None:
    """Copy a database as of one transaction. A writer of it waits only for the copy."""
    address = f"{path.as_uri()}?mode=ro"
    with contextlib.closing(
        sqlite3.connect(address, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
    ) as found:
        found.execute("BEGIN")
        found.execute(
            "SELECT 1 FROM sqlite_master"
        ).fetchone()  # takes the lock, or fails: `backup` waits for ever
        found.backup(image)


def _trouble(problem: sqlite3.Error) -> str:
    code = getattr(problem, "sqlite_errorcode", None) or 0
    if code & 0xFF == sqlite3.SQLITE_BUSY:
        return "is being written"
    if code == sqlite3.SQLITE_READONLY_ROLLBACK:
        return "holds a transaction that was broken off: open it once with the program that writes it"
    return "is not a sound SQLite database"


def _select(connection: sqlite3.Connection, file: str, source: RowsSource) -> Iterator[Record]:
    table = source.table
    kind = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    if kind != ("table",):
        raise Unreadable("missing", f"{file} has no table `{table}`")
    source_table = quoted(table)
    known = connection.execute(f"PRAGMA table_info({source_table})").fetchall()
    names = {row[1] for row in known}
    wanted = sorted({each.place for each in source.columns if each.place in names})
    absent = [each.place for each in source.columns if each.place not in names and not each.optional]
    if absent:
        raise Unreadable("torn source", f"table `{table}` of {file} has no column `{absent[0]}`")
    columns = ", ".join(map(quoted, wanted)) or "NULL"
    keys = [quoted(row[1]) for row in sorted(known, key=lambda row: row[5]) if row[5]]
    order = ", ".join(_row_id(connection, source_table, names) or keys) or "NULL"
    select = f"SELECT {columns} FROM {source_table} ORDER BY {order}"  # noqa: S608
    for number, row in enumerate(connection.execute(select), start=1):
        yield Record(file, "row", number, dict(zip(wanted, row, strict=False)))


def _row_id(connection: sqlite3.Connection, table: str, names: set[str]) -> list[str]:
    """Return the name of a table's row ids; none if it has no row ids, or columns of all their names."""
    columns = {each.lower() for each in names}
    for name in ("rowid", "_rowid_", "oid"):
        if name not in columns:
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute(f"SELECT {name} FROM {table} LIMIT 0")  # noqa: S608
                return [name]
    return []


SQLITE = Format("sqlite", _read, frozenset({"table"}), needs=("table",), integer_bools=True, beside=("-wal",))
