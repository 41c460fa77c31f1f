"""The SQLite file of a ledger: its tables, its settings, and what its errors mean to a person.

The rollback journal is chosen over the write-ahead log: all that is recorded then lies in one file, so that a copy is
whole, and a damaged log can never take acknowledged entries with it (SQLite drops the frames of a log that fail their
checksum without a word). `synchronous=EXTRA` is FULL and also makes the removal of the journal durable.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ...errors import IntegrityError, LedgerError, UsageError, system_reason
from ...files import LEDGER_MARK
from ...limits import LEDGER_WAIT

__all__ = ["APPLICATION", "PRAGMAS", "connected", "create", "guarded", "roots", "translated"]

APPLICATION = int.from_bytes(LEDGER_MARK, "big")
"""The mark of a ledger in the header of its file."""

PRAGMAS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA journal_mode=DELETE",
    "PRAGMA synchronous=EXTRA",
    "PRAGMA secure_delete=ON",
)
"""The settings of a writer, of which a reader needs the first. The last leaves no remains in unused space."""

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
"""Neither has an index: both only ever grow at their end, so that no page of rows is split and left with remains."""
_REFUSED = """CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"""


def create(path: Path) -> None:
    """Make an empty ledger, whole or not at all; one that another process made meanwhile is kept."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(temporary, isolation_level=None)
        try:
            for words in (*PRAGMAS, *_FORMAT, *_schema().values()):
                connection.execute(words)
        finally:
            connection.close()
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    except (OSError, sqlite3.Error) as problem:
        raise LedgerError(f"cannot make the ledger `{path.as_posix()}`: {_reason(problem)}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def connected(path: Path, *, write: bool, wait: float = LEDGER_WAIT) -> sqlite3.Connection:
    """Open an existing ledger; raises UsageError where there is none, IntegrityError where the file is no ledger."""
    if not path.is_file():
        hint = "name another with `--ledger FILE`, or begin it with `interlock evaluate --ledger FILE`"
        raise UsageError(f"there is no ledger at `{path.as_posix()}`: {hint}")
    mode = "rw" if write else "ro"
    with translated(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=wait
        )
    try:
        with translated(path):
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


def guarded(connection: sqlite3.Connection) -> bool:
    """Tell whether tables and the triggers that refuse changes are all there, unchanged, and nothing else."""
    words = "SELECT rowid, type, name, tbl_name, rootpage > 0, sql FROM sqlite_master ORDER BY rowid"
    return connection.execute(words).fetchall() == [
        (number, kind, name, name.partition("_")[0], kind == "table", sql)
        for number, (name, sql) in enumerate(_schema().items(), start=1)
        for kind in (sql.split()[1].lower(),)
    ]


def roots(connection: sqlite3.Connection) -> list[int]:
    """Return the first page of each table."""
    return [row[0] for row in connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'table'")]


def _schema() -> dict[str, str]:
    """The statements that make the tables and what refuses changes of them, by name."""
    pairs = [(table, verb) for table in _TABLES for verb in ("UPDATE", "DELETE")]
    refused = {f"{table}_{verb}": _REFUSED.format(table=table, verb=verb) for table, verb in pairs}
    return {**_TABLES, **refused}


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into ours: damage is an IntegrityError, all else a LedgerError."""
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
