"""What is missing or foreign in a ledger, its documents and its anchors: refused where it is met."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.canonical import digest
from interlock.errors import IntegrityError, InterlockError, LedgerError, UsageError
from interlock.ledger.cryptography_signing import missing_extra, signed_by
from interlock.ledger.file.anchors import read_anchors
from interlock.ledger.file.entry import EntryDraft
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.sqlite_file import sqlite_errors
from interlock.ledger.file.verify import _varint, page_fault, verify
from interlock.ledger.state.archive import Archive, RecordedSnapshot
from support.beginnings import recording_in

AT = "2026-03-30T06:00:00Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one document that an entry names."""
    with recording_in(tmp_path / "ledger.db") as recorder:
        recorder.append(AT, "policies", {"digest": "x", "files": {"a.yaml": recorder.keep(b"text")}})
    return tmp_path / "ledger.db"


@contextmanager
def tables(path: Path) -> Iterator[sqlite3.Connection]:
    """Change the file as another program could, the triggers put back afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


def fault(path: Path) -> str:
    with pytest.raises(IntegrityError) as problem, Ledger(path) as ledger:
        verify(ledger)
    return str(problem.value)


def test_a_document_that_is_gone_is_missing(path: Path) -> None:
    name = digest(b"text")
    with tables(path) as connection:
        connection.execute("DELETE FROM document")
    assert fault(path) == f"document {name} is missing"
    with pytest.raises(IntegrityError) as problem, Ledger(path) as ledger:
        ledger.document(name)
    assert str(problem.value) == f"ledger `{path.as_posix()}`: document {name} is missing"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE document SET body = x'00'", "document {text} is bad: its bytes do not match its digest"),
        ("UPDATE document SET number = 7", "document {text} is bad: its bytes do not match its digest"),
        (
            "INSERT INTO document (digest, body) SELECT digest, body FROM document",
            "document {text} is stored twice: it was added by hand",
        ),
    ],
)
def test_a_document_that_was_changed_by_hand_is_named(path: Path, statement: str, message: str) -> None:
    with tables(path) as connection:
        connection.execute(statement)
    assert fault(path) == message.format(text=digest(b"text"))


def test_a_document_that_no_entry_names_was_added_by_hand(path: Path) -> None:
    with tables(path) as connection:
        connection.execute("INSERT INTO document (digest, body) VALUES (?, ?)", (digest(b"more"), b"more"))
    assert fault(path) == f"document {digest(b'more')} belongs to no entry: it was added by hand"


def test_an_entry_of_a_kind_of_a_later_version_is_not_passed_over(path: Path) -> None:
    with Ledger(path, create=True) as ledger:
        ledger.append([EntryDraft.of(AT, "veto", {})])
    with pytest.raises(LedgerError) as problem, recording_in(path):
        pass
    assert str(problem.value) == (
        "entry 3 is of the kind `veto`, which this version does not know: "
        "update Interlock to the version that recorded it"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the anchor `{path}` is empty: write it with `interlock log head`"),
        (b" \n\n", "the anchor `{path}` is empty: write it with `interlock log head`"),
        (b"\xff", "cannot read the anchor `{path}`: it is not UTF-8"),
        (b"1 sha256:00\n", "{path}:1: `1 sha256:00` is not an anchor: `interlock log head` prints one"),
        (None, "cannot read the anchor `{path}`: no such file or directory"),
    ],
)
def test_an_anchor_that_holds_no_head_is_refused(tmp_path: Path, data: bytes | None, message: str) -> None:
    place = tmp_path / "anchor"
    if data is not None:
        place.write_bytes(data)
    with pytest.raises(UsageError) as problem:
        read_anchors(place)
    assert str(problem.value) == message.format(path=place.as_posix())


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (sqlite3.OperationalError("database disk image is malformed"), IntegrityError, ""),
        (sqlite3.OperationalError("no such table: entry"), IntegrityError, ""),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
            IntegrityError,
            " is damaged: its names are no text",
        ),
        (
            sqlite3.DatabaseError("file is not a database"),
            IntegrityError,
            " is damaged: file is not a database",
        ),
        (
            *(sqlite3.OperationalError("database is locked"), LedgerError),
            ": another process has been using it for too long: try again",
        ),
        (sqlite3.OperationalError("attempt to write a readonly database"), LedgerError, ": it is read-only"),
    ],
)
def test_an_error_of_sqlite_is_damage_or_trouble(
    raised: Exception, kind: type[InterlockError], message: str
) -> None:
    with pytest.raises(kind) as problem, sqlite_errors(Path("ledger.db")):
        raise raised
    assert str(problem.value).endswith(f"`ledger.db`{message}" if message else str(raised))


def test_a_folder_in_which_no_ledger_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "link", refused)
    place = tmp_path / "ledger.db"
    with pytest.raises(LedgerError) as problem, recording_in(place):
        pass
    assert str(problem.value) == f"cannot make the ledger `{place.as_posix()}`: permission denied"
    assert list(tmp_path.iterdir()) == []


def test_signatures_cannot_be_checked_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_extra() == ""
    signed_by.cache_clear()
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert "signatures" in missing_extra()
    signed_by.cache_clear()


def test_the_page_that_sqlite_never_uses_is_not_judged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.ledger.file.verify._LOCK", 4096)
    assert "byte" in fault(path)  # that page is a table here


def test_the_longest_number_of_sqlite_has_nine_bytes() -> None:
    assert _varint(bytes([255] * 8 + [1]), 0) == ((1 << 64) - 255 + 1 - 1, 9)  # type: ignore[arg-type]
    assert _varint(bytes([129, 0]), 0) == (128, 2)  # type: ignore[arg-type]


def test_a_snapshot_without_what_it_needs_claims_nothing() -> None:
    archive = Archive()
    archive.add(RecordedSnapshot(Decimal(1), 1, "one"), {})
    archive.add(RecordedSnapshot(Decimal(2), 2, "two"), {"needs": [], "naming": "x"})
    assert [each.newest.document for each in archive.claims] == ["two"]


@pytest.mark.parametrize("wiped", [True, False])
def test_what_another_program_freed_in_a_page_is_empty_or_told(path: Path, wiped: bool) -> None:
    """`REPLACE` deletes a row without its trigger, and leaves a hole between the others."""
    with recording_in(path) as recorder:
        for body in (b"a" * 500, b"b" * 500):
            recorder.keep(body)
    with Ledger(path) as ledger:
        roots = ledger.root_pages()
    assert page_fault(path, roots) == ""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA secure_delete={'ON' if wiped else 'OFF'}")
        connection.execute("REPLACE INTO document VALUES (2, 'x', x'00')")
    told = page_fault(path, roots)
    assert told == "" if wiped else told.endswith("is unused but not empty: another program wrote it")
    assert fault(path) == "document x is bad: its bytes do not match its digest"
