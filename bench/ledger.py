"""Times the ledger: durable appends against a bare loop of sqlite3, and the verification of a million entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from interlock.ledger.file.entry import EntryDraft
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.sqlite_file import PRAGMAS
from interlock.ledger.file.verify import verify
from pairs import Pairs, Work, measure

__all__ = ["appends", "verification"]

APPENDS = 100
ROUNDS = 9
SIZE = 1_000_000
DRAFT = EntryDraft.of("2026-03-30T06:00:00Z", "note", {"number": 1, "text": "x" * 200})


def appends(folder: Path) -> Iterator[tuple[str, str, Pairs]]:
    """Yield what ran, what it ran against, and the times: one entry a commit, then a hundred in one."""
    with Ledger(folder / "ours.db", create=True) as ledger:
        bare = _bare(folder / "bare.db")

        def one_by_one() -> None:
            for _ in range(APPENDS):
                ledger.append([DRAFT])

        def together() -> None:
            ledger.append([DRAFT] * APPENDS)

        against = "a bare loop of sqlite3 with the same pragmas"
        yield f"{APPENDS} durable appends", against, measure(one_by_one, bare, ROUNDS)
        yield (
            f"{APPENDS} appends in one group",
            f"{against}, one commit each",
            measure(together, bare, ROUNDS),
        )


def _bare(path: Path) -> Work:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma).fetchall()
    connection.execute("CREATE TABLE entry (sequence INTEGER PRIMARY KEY, time, kind, body, hash)")

    def run() -> None:
        for _ in range(APPENDS):
            connection.execute("BEGIN IMMEDIATE")
            row = (DRAFT.time, DRAFT.kind, DRAFT.body, bytes(32))
            connection.execute("INSERT INTO entry (time, kind, body, hash) VALUES (?, ?, ?, ?)", row)
            connection.execute("COMMIT")

    return run


def verification(folder: Path) -> Iterator[tuple[str, str, Pairs]]:
    """Yield the times of verifying a million entries against four times those of a quarter: linear growth is 1."""
    many, few = folder / "many.db", folder / "few.db"
    for path, size in ((few, SIZE // 4), (many, SIZE)):
        with Ledger(path, create=True) as ledger:
            ledger.append(DRAFT for _ in range(size))
    pairs = measure(lambda: _verified(many), lambda: [_verified(few) for _ in range(4)], 3)
    yield f"{SIZE:,} entries verified", f"{SIZE // 4:,} entries verified four times", pairs


def _verified(path: Path) -> None:
    with Ledger(path) as ledger:
        verify(ledger)
