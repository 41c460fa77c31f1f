"""Reads and appends the entries of a ledger; what has been appended is durable when the call returns."""

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
from .entry import GENESIS, Entry, EntryDraft, sealed
from .sqlite_file import connected, create, guarded, roots, translated

__all__ = ["DEFAULT", "Head", "Ledger", "Transaction"]

DEFAULT = Path(".interlock/ledger.db")
"""Where a ledger lies unless another place is named."""

_SOME = "SELECT sequence, time, kind, body, hash FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?"
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
    """One ledger file. Opened for reading unless `write` is asked for, which makes the file where it is not there."""

    def __init__(self, path: Path, *, write: bool = False, wait: float = LEDGER_WAIT) -> None:
        self.path = path
        if write and not path.exists():
            create(path)
        self._connection = connected(path, write=write, wait=wait)
        self._numbers: dict[str, int] = {}

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def head(self) -> Head:
        """Return the newest entry's sequence and hash; raises IntegrityError where its own hash is wrong."""
        with translated(self.path):
            rows = [Entry(*row) for row in self._connection.execute(_NEWEST)]
        if not rows:
            return Head()
        newest = rows[0]
        before = rows[1].hash if len(rows) > 1 else GENESIS
        follows = newest.sequence == (rows[1].sequence + 1 if len(rows) > 1 else 1)
        if not follows or not _sound(before, newest):
            raise IntegrityError(f"ledger `{self.path.as_posix()}`: entry {newest.sequence} is bad")
        return Head(newest.sequence, newest.hash)

    def entries(self, after: Head = _BEGIN) -> Iterator[Entry]:
        """Yield the entries in order, those `after` a head that the caller has followed; raises IntegrityError at the
        first bad or missing one."""
        before, expected = after.hash, after.sequence + 1
        for each in self.raw(after.sequence or _LEAST):
            if each.sequence != expected:
                raise IntegrityError(f"ledger `{self.path.as_posix()}`: entry {expected} is missing")
            if not _sound(before, each):
                raise IntegrityError(f"ledger `{self.path.as_posix()}`: entry {each.sequence} is bad")
            before, expected = each.hash, expected + 1
            yield each

    def raw(self, after: int = _LEAST) -> Iterator[Entry]:
        """Yield what the file holds, unchecked.

        No lock is held between the parts that are read at once: whoever stops there, as a pager does, keeps nobody from
        writing, and what is appended meanwhile only follows.
        """
        while rows := self._rows(_SOME, after, _AT_ONCE):
            yield from (Entry(*row) for row in rows)
            after = rows[-1][0]

    def _rows(self, words: str, *values: object) -> list[tuple[Any, ...]]:
        with translated(self.path):
            return self._connection.execute(words, values).fetchall()

    def document(self, name: str) -> bytes:
        """Return the document of a digest; raises IntegrityError where it is missing or another."""
        number = self._number(name)
        with translated(self.path):
            row = self._connection.execute("SELECT body FROM document WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise IntegrityError(f"ledger `{self.path.as_posix()}`: document {name} is missing")
        body = row[0]
        if not isinstance(body, bytes) or digest(body) != name:
            raise IntegrityError(f"ledger `{self.path.as_posix()}`: document {name} is bad")
        return body

    def documents(self) -> Iterator[tuple[str, bool]]:
        """Yield the digest of every document, and whether its bytes are the ones that it names."""
        place, after = 0, _LEAST
        while rows := self._rows(_DOCUMENT, after):
            (after, name, body), place = rows[0], place + 1
            yield str(name), after == place and isinstance(body, bytes) and digest(body) == name

    def fault(self) -> str:
        """Return the first fault that SQLite finds in the schema and the pages; empty without one."""
        with translated(self.path):
            if not guarded(self._connection):
                return "the tables and triggers are not the ones that it was made with"
            found = str(self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    def root_pages(self) -> list[int]:
        """Return the first page of each table in the file."""
        with translated(self.path):
            return roots(self._connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the file, whatever others want to write meanwhile: they wait."""
        with translated(self.path):
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            yield
        finally:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Hold the ledger's lock: what is appended inside is recorded as one, durably, or not at all."""
        with translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield Transaction(self, self._connection, self.head())
            with translated(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            self._numbers.clear()
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _number(self, name: str) -> int | None:
        """The row of a document; those that were added since the last look are looked for."""
        if name not in self._numbers:
            known = max(self._numbers.values(), default=_LEAST)
            words = "SELECT digest, number FROM document WHERE number > ?"
            with translated(self.path):
                self._numbers.update(self._connection.execute(words, (known,)))
        return self._numbers.get(name)

    def append(self, drafts: Iterable[EntryDraft]) -> Head:
        """Record drafts as one group, committed together, and return the new head."""
        with self.writing() as writing:
            for each in drafts:
                writing.append(each)
        return writing.head


@dataclass(slots=True)
class Transaction:
    """An open transaction: the ledger is locked and its head is known."""

    ledger: Ledger
    _connection: sqlite3.Connection
    head: Head

    def append(self, draft: EntryDraft) -> int:
        """Append one entry and return its sequence."""
        sequence = self.head.sequence + 1
        seal = sealed(self.head.hash, sequence, draft.time, draft.kind, draft.body)
        with translated(self.ledger.path):
            self._connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                (sequence, draft.time, draft.kind, draft.body, seal),
            )
        self.head = Head(sequence, seal)
        return sequence

    def keep(self, body: bytes) -> str:
        """Keep a document once and return its digest."""
        name = digest(body)
        if self.ledger._number(name) is None:
            with translated(self.ledger.path):
                self._connection.execute("INSERT INTO document (digest, body) VALUES (?, ?)", (name, body))
        return name


def _sound(before: bytes, entry: Entry) -> bool:
    """Whether an entry has the hash that it must have; where a column is of another type nothing can be right."""
    typed = isinstance(entry.time, str) and isinstance(entry.kind, str) and isinstance(entry.body, bytes)
    return typed and sealed(before, entry.sequence, entry.time, entry.kind, entry.body) == entry.hash
