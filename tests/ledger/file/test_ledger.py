"""The file of a ledger: acknowledged entries stay, damage is named, failed writes are reported."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlock.errors import IntegrityError, LedgerError, UsageError
from interlock.ledger.file import sqlite_file
from interlock.ledger.file.anchors import Anchor, anchor_line, read_anchors
from interlock.ledger.file.entry import EntryDraft, entry_hash
from interlock.ledger.file.ledger import Head, Ledger
from interlock.ledger.file.missing_ledger import REMEDY
from interlock.ledger.file.sqlite_file import connect
from interlock.ledger.file.verify import verify

from ..trials import Kept, crowd, damage, full, kills

TIME = "2026-03-30T06:00:00Z"
ROUNDS = 50


def draft(number: int) -> EntryDraft:
    return EntryDraft.of(TIME, "note", {"number": number})


def filled(path: Path, count: int) -> Head:
    with Ledger(path, create=True) as ledger:
        for number in range(count):
            head = ledger.append([draft(number)])
    return head


def numbers(path: Path) -> list[int]:
    with Ledger(path) as ledger:
        return [int(each.data["number"]) for each in ledger.entries()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def test_entries_come_back_as_they_were_appended_in_one_chain(path: Path) -> None:
    head = filled(path, 3)
    with Ledger(path) as ledger:
        found = list(ledger.entries())
        assert [each.sequence for each in found] == [1, 2, 3]
        assert [each.body for each in found] == [b'{"number":0}', b'{"number":1}', b'{"number":2}']
        assert found[0].hash == entry_hash(bytes(32), 1, TIME, "note", b'{"number":0}')
        assert found[1].hash == entry_hash(found[0].hash, 2, TIME, "note", b'{"number":1}')
        assert ledger.head() == head == Head(3, found[2].hash)
        assert verify(ledger).head == head


def test_a_group_is_recorded_whole_or_not_at_all(path: Path) -> None:
    with Ledger(path, create=True) as ledger:
        assert ledger.append(draft(each) for each in range(5)).sequence == 5
        with pytest.raises(ZeroDivisionError), ledger.writing() as writing:
            writing.append(draft(5))
            _ = 1 // 0
        assert ledger.head().sequence == 5
        assert ledger.append([]).sequence == 5
    assert numbers(path) == [0, 1, 2, 3, 4]


def test_nothing_that_is_recorded_can_be_changed_or_removed_through_sql(path: Path) -> None:
    filled(path, 2)
    connection = sqlite3.connect(path)
    for statement in ("UPDATE entry SET kind = 'x'", "DELETE FROM entry", "DELETE FROM document"):
        if "document" in statement:
            connection.execute("INSERT INTO document VALUES (1, 'a', x'00')")
        with pytest.raises(sqlite3.IntegrityError, match=r"^the ledger is append-only$"):
            connection.execute(statement)
    connection.close()


def tampered(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, sql in found:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_a_trigger_that_was_dropped_is_noticed(path: Path) -> None:
    filled(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER entry_DELETE")
    connection.close()
    with Ledger(path) as ledger, pytest.raises(IntegrityError) as problem:
        verify(ledger)
    what = "its tables or triggers were changed"
    assert str(problem.value) == f"ledger `{path.as_posix()}`: {what}"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entry SET body = x'7b7d' WHERE sequence = 3", "entry 3 is bad"),
        ("UPDATE entry SET time = '2026-03-31T06:00:00Z' WHERE sequence = 1", "entry 1 is bad"),
        ("DELETE FROM entry WHERE sequence = 2", "entry 2 is missing"),
        ("UPDATE entry SET sequence = 99 WHERE sequence = 5", "entry 5 is missing"),
        ("UPDATE entry SET sequence = 0 WHERE sequence = 1", "entry 1 is missing"),
    ],
)
def test_the_first_bad_or_missing_entry_is_named(path: Path, statement: str, message: str) -> None:
    filled(path, 5)
    tampered(path, statement)
    with Ledger(path) as ledger, pytest.raises(IntegrityError) as problem:
        verify(ledger)
    assert str(problem.value) == f"ledger `{path.as_posix()}`: {message}"


def test_a_tail_that_was_cut_is_noticed_by_a_head_kept_elsewhere(path: Path, tmp_path: Path) -> None:
    head = filled(path, 12)
    anchor = tmp_path / "anchor"
    anchor.write_text(anchor_line(head) + "\n", encoding="utf-8")
    assert read_anchors(anchor) == (Anchor(12, head.hash),)
    with Ledger(path) as ledger:
        assert verify(ledger, read_anchors(anchor)).anchors == 1
    tampered(path, "DELETE FROM entry WHERE sequence > 2")
    with Ledger(path) as ledger, pytest.raises(IntegrityError) as problem:
        verify(ledger)
    assert (
        str(problem.value) == f"ledger `{path.as_posix()}`: byte 43 of its header was not written by SQLite"
    )
    path.unlink()
    filled(path, 2)
    with Ledger(path) as ledger:
        assert verify(ledger).head.sequence == 2
        with pytest.raises(IntegrityError) as problem:
            verify(ledger, read_anchors(anchor))
    assert str(problem.value) == "entry 3 is missing: the anchor knows entry 12, so the tail was cut"


def test_a_chain_that_was_made_anew_is_noticed_by_a_head_kept_elsewhere(path: Path, tmp_path: Path) -> None:
    head = filled(path, 4)
    path.unlink()
    with Ledger(path, create=True) as ledger:
        ledger.append(draft(number + 100) for number in range(6))
        with pytest.raises(IntegrityError) as problem:
            verify(ledger, [Anchor(4, head.hash)])
    assert str(problem.value) == "entry 4 is not the one that was anchored: it was rewritten"


def test_an_anchor_that_is_none_is_refused(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    anchor.write_text("\n12 sha256:00\n", encoding="utf-8")
    with pytest.raises(UsageError) as problem:
        read_anchors(anchor)
    hint = "is not an anchor: `interlock log head` prints one"
    assert str(problem.value) == f"{anchor.as_posix()}:2: `12 sha256:00` {hint}"


def test_documents_are_kept_once_and_checked_when_read(path: Path) -> None:
    with Ledger(path, create=True) as ledger:
        with ledger.writing() as writing:
            name = writing.keep(b"{}")
            assert writing.keep(b"{}") == name
        assert ledger.document(name) == b"{}"
        with pytest.raises(IntegrityError) as problem:
            verify(ledger)
        assert str(problem.value) == f"document {name} belongs to no entry: it was added by hand"
    tampered(path, "UPDATE document SET body = x'7b7b'")
    with Ledger(path) as ledger, pytest.raises(IntegrityError) as problem:
        ledger.document(name)
    assert str(problem.value) == f"ledger `{path.as_posix()}`: document {name} is bad"


def test_nothing_is_appended_after_an_entry_that_is_bad(path: Path) -> None:
    filled(path, 2)
    tampered(path, "UPDATE entry SET body = x'7b7d' WHERE sequence = 2")
    before = path.read_bytes()
    with Ledger(path, create=True) as ledger, pytest.raises(IntegrityError):
        ledger.append([draft(9)])
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + bytes(100), bytes(8192)])
def test_a_file_that_is_no_ledger_is_neither_read_nor_made_into_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    for write in (False, True):
        with pytest.raises(IntegrityError):
            Ledger(path, write=write)
    assert path.read_bytes() == content


def test_a_reader_makes_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with pytest.raises(UsageError) as problem:
        Ledger(path)
    assert str(problem.value) == f"there is no ledger at `{path.as_posix()}`: {REMEDY}"
    assert list(tmp_path.iterdir()) == []


def test_a_writer_waits_and_then_says_so(path: Path) -> None:
    filled(path, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Ledger(path, create=True, wait=0.3) as ledger, pytest.raises(LedgerError) as problem:
        ledger.append([draft(1)])
    reason = "another process has been using it for too long: try again"
    assert str(problem.value) == f"ledger `{path.as_posix()}`: {reason}"
    other.execute("ROLLBACK")
    other.close()
    assert numbers(path) == [0]


def test_a_writer_waits_as_long_as_it_is_told(path: Path) -> None:
    filled(path, 1)
    with closing(connect(path, write=True, wait=0.3)) as connection:
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (300,)


def test_a_reader_that_stops_halfway_blocks_no_writer(path: Path) -> None:
    with Ledger(path, create=True) as ledger:
        ledger.append(draft(number) for number in range(1200))
    with Ledger(path) as reading, Ledger(path, create=True, wait=0.1) as writing:
        found = reading.entries()
        next(found)
        writing.append([draft(1200)])
        assert [int(each.data["number"]) for each in found] == list(range(1, 1201))
        documents = reading.documents()
        assert list(documents) == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs users")
def test_a_file_that_may_only_be_read_is_said_and_kept(open_folder: Path) -> None:
    path = open_folder / "ledger.db"
    filled(path, 2)
    path.chmod(0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with Ledger(path, create=True) as ledger, pytest.raises(LedgerError) as problem:
            ledger.append([draft(2)])
        assert numbers(path) == [0, 1]
    finally:
        if root:
            os.seteuid(0)
    assert str(problem.value) == f"ledger `{path.as_posix()}`: it is read-only"


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of the system")
def test_a_full_disk_loses_nothing_that_was_acknowledged(path: Path) -> None:
    found = full(path, 120_000)
    assert 50 < found.acknowledged < 10_000 and found.lost == 0
    assert "LedgerError" in found.printed and "it cannot be written, is the disk full" in found.printed


def test_eight_writers_at_once_lose_nothing(path: Path) -> None:
    assert crowd(path, 8, 25) == Kept(200, 0)
    with Ledger(path) as ledger:
        by = [(each.data["by"], int(each.data["number"])) for each in ledger.entries()]
    assert sorted(by) == [(f"writer {one}", two) for one in range(8) for two in range(25)]


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(path: Path) -> None:
    found = kills(path, ROUNDS)
    assert found.acknowledged >= ROUNDS and found.lost == 0


@pytest.mark.parametrize("how", ["flip", "tear"])
def test_damage_at_any_place_is_survived_or_reported(path: Path, how: str) -> None:
    found = damage(path, 200, how)
    assert found.missed == 0 and found.reported > 190


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        ("database or disk is full", "it cannot be written, is the disk full: database or disk is full"),
        ("disk I/O error", "it cannot be written, is the disk full: disk I/O error"),
        ("database is locked", "another process has been using it for too long: try again"),
        ("attempt to write a readonly database", "it is read-only"),
        ("no such table: entries", "no such table: entries"),
    ],
)
def test_the_reason_of_sqlite_is_told_in_the_desk_s_words(problem: str, text: str) -> None:
    """A process whose disk is full may not be able to say which lines it ran, so its words are tested here too."""
    assert sqlite_file._reason(sqlite3.OperationalError(problem)) == text
