"""Unused bytes of the file: zero in every ledger, however it grew, and a fault otherwise."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.errors import IntegrityError
from interlock.ledger.file.entry import EntryDraft
from interlock.ledger.file.ledger import Ledger, Transaction
from interlock.ledger.file.verify import verify

TIME = "2026-03-30T06:00:00Z"
SIZES = st.one_of(
    st.integers(0, 300), st.integers(3900, 4200), st.integers(8000, 8300), st.integers(0, 40_000)
)
GROUPS = st.lists(st.tuples(st.lists(st.tuples(st.booleans(), SIZES), max_size=6), st.booleans()), max_size=8)


def add(writing: Transaction, number: int, document: bool, size: int) -> None:
    """Append a note, or a snapshot with its document, of so many bytes."""
    if document:
        name = writing.keep(b'"%d' % number + b"y" * size + b'"')
        writing.append(EntryDraft.of(TIME, "snapshot", {"document": name}))
    else:
        writing.append(EntryDraft.of(TIME, "note", {"number": number, "text": "x" * size}))


@settings(max_examples=40, deadline=None)
@given(GROUPS)
def test_a_sound_ledger_is_found_sound_however_it_grew(
    groups: list[tuple[list[tuple[bool, int]], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger(path, create=True) as ledger:
            for number, (group, kept) in enumerate(groups):
                try:
                    with ledger.writing() as writing:
                        for place, (document, size) in enumerate(group):
                            add(writing, 100 * number + place, document, size)
                        _ = 1 // kept
                except ZeroDivisionError:
                    continue
            verify(ledger)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger whose tables have two levels above their leaves, many long rows among them."""
    path, dice = tmp_path_factory.mktemp("large") / "ledger.db", Random(3)
    with Ledger(path, create=True) as ledger:
        for group in range(30):
            with ledger.writing() as writing:
                for number in range(60):
                    add(writing, 100 * group + number, number % 3 == 0, dice.choice((10, 2000, 3000, 9000)))
    return path


def fault(path: Path) -> str:
    with Ledger(path) as ledger, pytest.raises(IntegrityError) as problem:
        verify(ledger)
    return str(problem.value).removeprefix(f"ledger `{path.as_posix()}`: ")


def test_a_large_ledger_is_found_sound_and_its_unused_bytes_are_watched(large: Path, tmp_path: Path) -> None:
    with Ledger(large) as ledger:
        verify(ledger)
    sound, dice = large.read_bytes(), Random(5)
    assert len(sound) > 900 * 4096
    path, seen = tmp_path / "ledger.db", 0
    path.write_bytes(sound)
    empty = [place for place in range(100, len(sound)) if sound[place : place + 8] == bytes(8)]
    with path.open("r+b", buffering=0) as handle:
        for place in dice.sample(empty, 60):
            handle.seek(place)
            handle.write(b"\x01")
            try:
                with Ledger(path) as ledger:
                    verify(ledger)
            except IntegrityError as problem:
                seen += 1
                told = f"byte {place} is unused but not empty: another program wrote it"
                assert str(problem).endswith((told, "is bad")) or "Tree" in str(problem)
            handle.seek(place)
            handle.write(sound[place : place + 1])
    assert seen >= 58  # the rest lies in inner pages that were split


@pytest.mark.parametrize("place", [18, 27, 43, 51, 63, 80, 95, 97])
def test_a_header_that_sqlite_does_not_mind_is_noticed(tmp_path: Path, place: int) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path, create=True) as ledger:
        ledger.append([EntryDraft.of(TIME, "note", {})])
    data = bytearray(path.read_bytes())
    data[place] ^= 0x80
    path.write_bytes(data)
    shown = {27: 95, 97: 96}.get(place, place)
    assert fault(path) == f"byte {shown} of its header was not written by SQLite"


def test_bytes_after_the_end_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path, create=True) as ledger:
        ledger.append([EntryDraft.of(TIME, "note", {})])
    for extra in (b"\0", b"x" * 100, bytes(4096)):
        data = path.read_bytes()
        path.write_bytes(data + extra)
        assert fault(path) in (
            "byte 28 of its header was not written by SQLite",
            "*** in database main ***\nPage 5: never used",
        )
        path.write_bytes(data)


def test_a_file_that_another_tool_rewrote_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path, create=True) as ledger:
        ledger.append([EntryDraft.of(TIME, "note", {})])
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.close()
    assert fault(path) == "byte 43 of its header was not written by SQLite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (a)")
    connection.close()
    assert fault(path) == "its tables or triggers were changed"
