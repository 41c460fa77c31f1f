"""The write-ahead log of an SQLite database: whole, or the source is torn.

SQLite silently ignores each frame of a log from the first wrong checksum on, and checks none where another process has
the database open. So the log is recovered in a copy, and the frames that SQLite took are counted.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from .artefact_root import Artefact, Root
from .unreadable import Unreadable

__all__ = ["has_log", "side", "with_log"]

_HEADER, _FRAME = 32, 24
"""Bytes of the header of a log, and of that of each frame: https://sqlite.org/fileformat2.html#walformat"""

_SALTS = slice(16, 24)
_INDEX = (3_007_000).to_bytes(4, "little"), (3_007_000).to_bytes(4, "big")
"""How an index of a log begins, in the byte order of its machine."""


def has_log(data: bytes) -> bool:
    """Tell whether a database uses a write-ahead log, by its header."""
    return data[18:20] == b"\2\2"


def side(root: Root, name: str) -> bytes:
    """Return a file that SQLite keeps beside a database, empty where there is none. Raises Unreadable for a pipe."""
    return root.read(name).data if root.exists(name) else b""


def with_log(root: Root, artefact: Artefact, folder: Path) -> Path:
    """Return a copy of a database that holds what its log holds. Raises Unreadable for a log that is not whole."""
    file, name = artefact.name, f"{artefact.name}-wal"
    index = side(root, f"{file}-shm")
    log = side(root, name)
    copy = folder / "copy.db"
    copy.write_bytes(artefact.data)
    copy.with_name("copy.db-wal").write_bytes(log)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        taken = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] if log else 0
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    if _recorded(index) > taken or (log and (not taken or _left_out(log, taken))):
        raise Unreadable(
            "torn source", f"{name} is not whole: frame {taken + 1} is cut, damaged or unfinished"
        )
    if not side(root, name).startswith(log):
        raise Unreadable("torn source", f"{file} changed while it was read")
    return copy


def _recorded(index: bytes) -> int:
    """Return how many frames of transactions the index of a log knows of, 0 where it says nothing."""
    if len(index) < 96 or index[:4] not in _INDEX or index[:48] != index[48:96] or not index[12]:
        return 0
    return int.from_bytes(index[16:20], "little" if index[:4] == _INDEX[0] else "big")


def _left_out(log: bytes, taken: int) -> bool:
    """Tell whether a frame after those that SQLite took belongs to the same log.

    A log is overwritten from its beginning, so frames of an earlier one may follow: both of their salts differ.
    """
    size = _FRAME + int.from_bytes(log[8:12], "big")
    salts = log[_SALTS]
    for start in range(_HEADER + taken * size, len(log), size):
        found = log[start + 8 : start + 16]
        if len(found) < 8 or found[:4] == salts[:4] or found[4:] == salts[4:]:
            return True
    return False
