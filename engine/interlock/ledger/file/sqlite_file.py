"""The SQLite file of a ledger: its tables, its settings, and its errors in plain words.

It uses the rollback journal, not the write-ahead log. All records then lie in one file, so a copy is complete, and a
damaged log cannot lose acknowledged entries (SQLite silently drops log frames whose checksum fails).
`synchronous=EXTRA` is FULL and also makes the removal of the journal durable.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ...errors import IntegrityError, LedgerError, UsageError, system_reason
from ...files import LEDGER_MARK, require_plain
from ...limits import LEDGER_WAIT
from .missing_ledger import missing_ledger

__all__ = ["PRAGMAS", "connect", "create_file", "root_pages", "schema_intact", "sqlite_errors"]

APPLICATION = int.from_bytes(LEDGER_MARK, "big")
"""The mark of a ledger in the header of its file."""

PRAGMAS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA journal_mode=DELETE",
    "PRAGMA synchronous=EXTRA",
    "PRAGMA secure_delete=ON",
)
"""The settings of a writer; a reader needs only the first. The last one overwrites deleted data with zeros."""

_FORMAT = (
    "PRAGMA page_size=4096",
    "PRAGMA auto_vacuum=NONE",
    "PRAGMA encoding='UTF-8'",
    f"PRAGMA application_id={APPLICATION}",
)
_TABLES = {
    "entry": "CREATE TABLE entry (sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, "
    "body BLOB NOT NULL, hash BLOB NOT NULL) STRICT",
    "document": "CREATE TABLE document (number INTEGER PRIMARY KEY, digest TEXT NOT NULL, body BLOB NOT NULL) STRICT",
}
"""Without an index, tables only grow at their end: no page of rows is split, so none keeps old data."""
_TRIGGER = """CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"""


def create_file(path: Path) -> None:
    """Create an empty ledger atomically; one that another process created meanwhile is kept."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(temporary, isolation_level=None)
        try:
            for statement in (*PRAGMAS, *_FORMAT, *_schema().values()):
                connection.execute(statement)
        finally:
            connection.close()
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    except (OSError, sqlite3.Error) as problem:
        raise LedgerError(f"cannot make the ledger `{path.as_posix()}`: {_reason(problem)}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def connect(path: Path, *, write: bool, wait: float = LEDGER_WAIT) -> sqlite3.Connection:
    """Open an existing ledger; raises UsageError if there is none, IntegrityError if the file is not a ledger."""
    if not path.exists():
        raise missing_ledger(path)
    _require_plain(path)
    mode = "rw" if write else "ro"
    with sqlite_errors(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=wait
        )
    try:
        with sqlite_errors(path):
            for pragma in PRAGMAS if write else PRAGMAS[:1]:
                connection.execute(pragma).fetchall()
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            if mark != APPLICATION or not {"entry", "document"} <= tables:
                raise IntegrityError(f"`{path.as_posix()}` is no ledger: it was cut, or it is another file")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_plain(path: Path) -> None:
    """Raise UsageError where the ledger, or a file that SQLite keeps beside it, is a pipe, a device or a folder."""
    for each in (path, *(path.with_name(f"{path.name}{side}") for side in ("-journal", "-wal", "-shm"))):
        try:
            require_plain(each)
        except FileNotFoundError:
            continue
        except OSError as problem:
            raise UsageError(f"cannot read `{each.as_posix()}`: {system_reason(problem)}") from None


def schema_intact(connection: sqlite3.Connection) -> bool:
    """Tell whether the schema holds the unchanged tables and triggers, and nothing else."""
    query = "SELECT rowid, type, name, tbl_name, rootpage > 0, sql FROM sqlite_master ORDER BY rowid"
    return connection.execute(query).fetchall() == [
        (number, kind, name, name.partition("_")[0], kind == "table", sql)
        for number, (name, sql) in enumerate(_schema().items(), start=1)
        for kind in (sql.split()[1].lower(),)
    ]


def root_pages(connection: sqlite3.Connection) -> list[int]:
    """Return the first page of each table."""
    return [row[0] for row in connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'table'")]


def _schema() -> dict[str, str]:
    """Return the statements that create the tables and the triggers that refuse changes, by name."""
    pairs = [(table, verb) for table in _TABLES for verb in ("UPDATE", "DELETE")]
    refused = {f"{table}_{verb}": _TRIGGER.format(table=table, verb=verb) for table, verb in pairs}
    return {**_TABLES, **refused}


@contextlib.contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into an IntegrityError for damage, else into a LedgerError."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.InterfaceError) as problem:
        damaged = "malformed" in str(problem) or "no such table" in str(problem) or "decode" in str(problem)
        kind = IntegrityError if damaged else LedgerError
        raise kind(f"ledger `{path.as_posix()}`: {_reason(problem)}") from None
    except UnicodeDecodeError:
        raise IntegrityError(f"ledger `{path.as_posix()}` is damaged: its names are no text") from None
    except sqlite3.Error as problem:
        raise IntegrityError(f"ledger `{path.as_posix()}` is damaged: {_reason(problem)}") from None


def _reason(problem: Exception) -> str:
    if isinstance(problem, FileExistsError | NotADirectoryError):
        return "a file stands where its folder should be"
    if isinstance(problem, OSError):
        return system_reason(problem)
    text = str(problem)
    if "locked" in text:
        return "another process has been using it for too long: try again"
    if "readonly" in text:
        return "it is read-only"
    if "full" in text or "disk I/O" in text:
        return f"it cannot be written, is the disk full: {text}"
    return text
