"""Anchors: checked before a record, moved after it, and never backwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.errors import IntegrityError, LedgerError, UsageError
from interlock.ledger.acts import rearm
from interlock.ledger.file import anchors
from interlock.ledger.file.anchors import (
    Anchor,
    anchor_line,
    anchored_entries,
    anchored_writing,
    read_anchors,
    required_anchors,
)
from interlock.ledger.file.entry import EntryDraft
from interlock.ledger.file.ledger import Head, Ledger
from support.beginnings import recording_in
from support.ledgers import act

TIME = "2026-03-30T06:00:00Z"
EMPTY = f"0 sha256:{'0' * 64}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def record(path: Path, anchor: Path | None, number: int = 0) -> None:
    with recording_in(path, anchor=anchor) as recorder:
        recorder.append(TIME, "verdict", {"number": number})


def head(path: Path) -> str:
    with Ledger(path) as ledger:
        return anchor_line(ledger.head()) + "\n"


def cut(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_the_anchor_begins_with_the_ledger_and_moves_with_it(path: Path, anchor: Path) -> None:
    for number in range(3):
        record(path, anchor, number)
        assert anchor.read_text(encoding="utf-8") == head(path)
    assert read_anchors(anchor)[0].sequence == 4


def test_nothing_is_recorded_where_the_tail_was_cut(path: Path, anchor: Path) -> None:
    for number in range(3):
        record(path, anchor, number)
    cut(path, "DELETE FROM entry WHERE sequence > 2")
    before, kept_before = path.read_bytes(), anchor.read_bytes()
    with pytest.raises(IntegrityError) as problem:
        record(path, anchor)
    assert str(problem.value) == "entry 3 is missing: the anchor knows entry 4, so the tail was cut"
    assert (path.read_bytes(), anchor.read_bytes()) == (before, kept_before)


def test_nothing_is_recorded_where_the_chain_was_made_anew(path: Path, anchor: Path) -> None:
    record(path, anchor, 1)
    path.unlink()
    record(path, None, 2)
    before = path.read_bytes()
    with pytest.raises(IntegrityError) as problem:
        record(path, anchor)
    assert str(problem.value) == "entry 2 is not the one that was anchored: it was rewritten"
    assert path.read_bytes() == before


def test_no_ledger_is_made_where_the_anchor_knows_one(path: Path, anchor: Path) -> None:
    record(path, anchor)
    path.unlink()
    with pytest.raises(IntegrityError) as problem:
        record(path, anchor)
    why = f"the anchor names entries, and `{path.as_posix()}` does not exist"
    assert str(problem.value) == f"entry 1 is missing: {why}"
    assert not path.exists()


def test_an_anchor_that_was_removed_does_not_begin_anew_by_itself(path: Path, anchor: Path) -> None:
    record(path, anchor)
    anchor.unlink()
    before = path.read_bytes()
    with pytest.raises(UsageError) as problem:
        record(path, anchor)
    hint = f"if you trust it, begin with `interlock log head --anchor {anchor.as_posix()}`"
    assert str(problem.value) == (
        f"there is no anchor `{anchor.as_posix()}` and the ledger holds 2 entries: {hint}"
    )
    assert path.read_bytes() == before and not anchor.exists()


def test_an_anchor_that_is_no_anchor_records_nothing(path: Path, anchor: Path) -> None:
    record(path, None)
    before = path.read_bytes()
    anchor.write_text("hello\n", encoding="utf-8")
    with pytest.raises(UsageError) as problem:
        record(path, anchor)
    hint = "is not an anchor: `interlock log head` prints one"
    assert str(problem.value) == f"{anchor.as_posix()}:1: `hello` {hint}"
    assert path.read_bytes() == before
    with pytest.raises(UsageError):
        record(path, path)
    assert path.read_bytes() == before


def test_what_is_refused_moves_no_anchor(path: Path, anchor: Path) -> None:
    with pytest.raises(ZeroDivisionError), recording_in(path, anchor=anchor) as recorder:
        recorder.append(TIME, "verdict", {"number": 1 // 0})
    assert not anchor.exists()
    record(path, anchor)
    before = anchor.read_bytes()
    with pytest.raises(UsageError):
        rearm(path, "a", "b", None, act("2026-03-30"))
    with pytest.raises(ZeroDivisionError), recording_in(path, anchor=anchor) as recorder:
        recorder.append(TIME, "verdict", {"number": 1})
        _ = 1 // 0
    assert anchor.read_bytes() == before and head(path).encode() == before


@pytest.mark.parametrize("first", [True, False])
def test_a_crash_between_record_and_anchor_does_no_harm(
    path: Path, anchor: Path, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not first:
        record(path, anchor)
    before = EMPTY if first else head(path)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(anchors, "_move_anchor", crash)
        with pytest.raises(KeyboardInterrupt):
            record(path, anchor)
    assert anchor.read_text(encoding="utf-8") == before != head(path)
    record(path, anchor)
    assert anchor.read_text(encoding="utf-8") == head(path)
    assert read_anchors(anchor)[0].sequence == (3 if first else 4)


def failing(*_: object) -> None:
    raise UsageError("cannot write `elsewhere`: no space left on device")


def test_a_first_anchor_that_cannot_be_written_records_nothing(
    path: Path, anchor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "write_anchor", failing)
    with pytest.raises(LedgerError) as problem:
        record(path, anchor)
    why = "cannot write `elsewhere`: no space left on device"
    assert str(problem.value) == f"nothing is recorded, because the anchor cannot be written: {why}"
    with Ledger(path) as ledger:
        assert ledger.head() == Head()


def test_the_folder_of_an_anchor_is_never_made(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with pytest.raises(LedgerError) as problem:
        record(path, folder / "head")
    assert str(problem.value) == (
        "nothing is recorded, because the anchor cannot be written: "
        f"there is no folder `{folder.as_posix()}`: make it first"
    )
    assert not folder.exists()


def test_an_anchor_that_cannot_be_moved_gives_no_answer_and_still_holds(
    path: Path, anchor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(path, anchor)
    before = anchor.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(anchors, "write_anchor", failing)
        with pytest.raises(LedgerError) as problem:
            record(path, anchor)
    why = "cannot write `elsewhere`: no space left on device"
    hint = f"`interlock log head --anchor {anchor.as_posix()}` writes it"
    assert str(problem.value) == f"entry 3 is recorded, but its anchor is not: {why}; {hint}"
    assert anchor.read_bytes() == before
    assert [each.sequence for each in required_anchors(anchor, path)] == [2]
    record(path, anchor)
    assert anchor.read_text(encoding="utf-8") == head(path)


def test_the_anchor_never_goes_back_behind_another_process(
    path: Path, anchor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(path, anchor)
    moved: Callable[..., None] = anchors._move_anchor

    def late(*given: object) -> None:
        monkeypatch.setattr(anchors, "_move_anchor", moved)
        record(path, anchor, 2)  # another process, between the record and its anchor
        moved(*given)

    monkeypatch.setattr(anchors, "_move_anchor", late)
    record(path, anchor, 1)
    assert read_anchors(anchor)[0].sequence == 4
    assert anchor.read_text(encoding="utf-8") == head(path)


def test_every_line_of_an_anchor_must_hold(path: Path, anchor: Path) -> None:
    for number in range(4):
        record(path, None, number)
    with Ledger(path) as ledger:
        entries = list(ledger.entries())
    heads = [Anchor(each.sequence, each.hash) for each in entries]
    assert list(anchored_entries(entries, heads)) == entries
    for wrong in (Anchor(2, bytes(32)), Anchor(0, bytes(31) + b"x"), Anchor(4, heads[2].hash)):
        with pytest.raises(IntegrityError) as problem:
            list(anchored_entries(entries, [*heads, wrong]))
        assert str(problem.value) == (
            f"entry {wrong.sequence} is not the one that was anchored: it was rewritten"
        )


def test_a_group_moves_the_anchor_once(path: Path, anchor: Path) -> None:
    with Ledger(path, create=True) as ledger, anchored_writing(ledger, anchor) as writing:
        for number in range(5):
            writing.append(EntryDraft.of(TIME, "verdict", {"number": number}))
        assert not anchor.exists()
    assert read_anchors(anchor)[0].sequence == 5
