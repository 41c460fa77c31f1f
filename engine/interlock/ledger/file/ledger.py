"""Reads and appends entries and documents of a ledger; an append is durable when the call returns."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...canonical import digest
from ...errors import IntegrityError
from ...limits import LEDGER_WAIT
from .entry import GENESIS, Entry, EntryDraft, entry_hash
from .sqlite_file import connect, create_file, root_pages, schema_intact, sqlite_errors

__all__ = ["DEFAULT", "Head", "Ledger", "Transaction"]

DEFAULT = Path(".interlock/ledger.db")
"""The path of a ledger unless another one is given."""

_ENTRIES = "SELECT sequence, time, kind, body, hash FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?"
_DOCUMENT = "SELECT number, digest, body FROM document WHERE number > ? ORDER BY number LIMIT 1"
_AT_ONCE = 500
_NEWEST = "SELECT sequence, time, kind, body, hash FROM entry ORDER BY sequence DESC LIMIT 2"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: its sequence, 0 in an empty ledger, and its hash."""

    sequence: int = 0
    hash: bytes = GENESIS

    @property
    def digest(self) -> str:
        """The hash as `sha256:…`."""
        return f"sha256:{self.hash.hex()}"


_BEGIN = Head()
_LEAST = -(2**62)


class Ledger:
    """One ledger file. With `write` it can be appended to, and with `create` a missing file is made.

    Raises UsageError for a missing file: a new ledger would know nothing of what was latched or recorded before.
    """

    def __init__(
        self, path: Path, *, write: bool = False, create: bool = False, wait: float = LEDGER_WAIT
    ) -> None:
        self.path = path
        if create and not path.exists():
            create_file(path)
        self._connection = connect(path, write=write or create, wait=wait)
        self._numbers: dict[str, int] = {}

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def head(self) -> Head:
        """Return the newest entry's sequence and hash; raises IntegrityError if its hash is wrong."""
        with sqlite_errors(self.path):
            rows = [Entry(*row) for row in self._connection.execute(_NEWEST)]
        if not rows:
            return Head()
        newest = rows[0]
        before = rows[1].hash if len(rows) > 1 else GENESIS
        follows = newest.sequence == (rows[1].sequence + 1 if len(rows) > 1 else 1)
        if not follows or not _hash_matches(before, newest):
            raise IntegrityError(f"ledger `{self.path.as_posix()}`: entry {newest.sequence} is bad")
        return Head(newest.sequence, newest.hash)

    def entries(self, after: Head = _BEGIN) -> Iterator[Entry]:
        """Yield the entries after a head in order; raises IntegrityError at the first bad or missing entry."""
        before, expected = after.hash, after.sequence + 1
        for each in self.raw(after.sequence or _LEAST):
            if each.sequence != expected:
                raise IntegrityError(f"ledger `{self.path.as_posix()}`: entry {expected} is missing")
            if not _hash_matches(before, each):
                raise IntegrityError(f"ledger `{self.path.as_posix()}`: entry {each.sequence} is bad")
            before, expected = each.hash, expected + 1
            yield each

    def raw(self, after: int = _LEAST) -> Iterator[Entry]:
        """Yield the entries of the file without checking them.

        Entries are read in parts, without a lock between them: a slow reader, such as a pager, blocks no writer, and
        new entries only follow.
        """
        while rows := self._rows(_ENTRIES, after, _AT_ONCE):
            yield from (Entry(*row) for row in rows)
            after = rows[-1][0]

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite_errors(self.path):
            return self._connection.execute(query, values).fetchall()

    def document(self, name: str) -> bytes:
        """Return the document with a digest; raises IntegrityError if it is missing or its bytes differ."""
        number = self._number(name)
        with sqlite_errors(self.path):
            row = self._connection.execute("SELECT body FROM document WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise IntegrityError(f"ledger `{self.path.as_posix()}`: document {name} is missing")
        body = row[0]
        if not isinstance(body, bytes) or digest(body) != name:
            raise IntegrityError(f"ledger `{self.path.as_posix()}`: document {name} is bad")
        return body

    def documents(self) -> Iterator[tuple[str, bool]]:
        """Yield the digest of every document, and whether its bytes have this digest."""
        place, after = 0, _LEAST
        while rows := self._rows(_DOCUMENT, after):
            (after, name, body), place = rows[0], place + 1
            yield str(name), after == place and isinstance(body, bytes) and digest(body) == name

    def fault(self) -> str:
        """Return the first fault that SQLite finds in the schema and the pages; empty without one."""
        with sqlite_errors(self.path):
            if not schema_intact(self._connection):
                return "its tables or triggers were changed"
            found = str(self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    def root_pages(self) -> list[int]:
        """Return the first page of each table in the file."""
        with sqlite_errors(self.path):
            return root_pages(self._connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the file; writers wait meanwhile."""
        with sqlite_errors(self.path):
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            yield
        finally:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Lock the ledger; all that is appended inside is recorded together and durably, or not at all."""
        with sqlite_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield Transaction(self, self._connection, self.head())
            with sqlite_errors(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            self._numbers.clear()
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _number(self, name: str) -> int | None:
        """Return the row number of a document; numbers are cached, and only new rows are read."""
        if name not in self._numbers:
            known = max(self._numbers.values(), default=_LEAST)
            query = "SELECT digest, number FROM document WHERE number > ?"
            with sqlite_errors(self.path):
                self._numbers.update(self._connection.execute(query, (known,)))
        return self._numbers.get(name)

    def append(self, drafts: Iterable[EntryDraft]) -> Head:
        """Record drafts in one transaction and return the new head."""
        with self.writing() as writing:
            for each in drafts:
                writing.append(each)
        return writing.head


@dataclass(slots=True)
class Transaction:
    """An open transaction on the locked ledger, with its current head."""

    ledger: Ledger
    _connection: sqlite3.Connection
    head: Head

    def append(self, draft: EntryDraft) -> int:
        """Append one entry and return its sequence."""
        sequence = self.head.sequence + 1
        seal = entry_hash(self.head.hash, sequence, draft.time, draft.kind, draft.body)
        with sqlite_errors(self.ledger.path):
            self._connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                (sequence, draft.time, draft.kind, draft.body, seal),
            )
        self.head = Head(sequence, seal)
        return sequence

    def keep(self, body: bytes) -> str:
        """Store a document once and return its digest."""
        name = digest(body)
        if self.ledger._number(name) is None:
            with sqlite_errors(self.ledger.path):
                self._connection.execute("INSERT INTO document (digest, body) VALUES (?, ?)", (name, body))
        return name


def _hash_matches(before: bytes, entry: Entry) -> bool:
    """Tell whether an entry has its hash; never for a column of another type."""
    typed = isinstance(entry.time, str) and isinstance(entry.kind, str) and isinstance(entry.body, bytes)
    return typed and entry_hash(before, entry.sequence, entry.time, entry.kind, entry.body) == entry.hash
