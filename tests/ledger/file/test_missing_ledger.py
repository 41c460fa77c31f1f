"""A ledger that is not there: the whole text, with the one that was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.errors import UsageError
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.missing_ledger import missing_ledger
from support.beginnings import begun

WHY = (
    "a new ledger knows no latch, streak, NO_GO or suspension of before: "
    "name the right one with `--ledger FILE`, or begin a new one, once, with `--begin`"
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a ledger `ledger.db`, one in `state/`, a folder below, and a file that is no ledger."""
    folder = tmp_path / "desk"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / ".interlock").mkdir()
    begun(folder / "ledger.db", folder / "state" / "memory.db", folder / ".interlock" / "ledger.db")
    (folder / "ledgers.txt").write_text("no ledger", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ledgr.db", "did you mean `ledger.db`? "),
        ("LEDGER.DB", "did you mean `ledger.db`? "),
        ("state/memry.db", "did you mean `memory.db`? "),
        ("sub/ledger.db", "did you mean `ledger.db`? "),
        ("stat/memory.db", "did you mean `state/memory.db`? "),
        ("state/x/memory.db", "did you mean `state/memory.db`? "),
        ("other.bin", ""),
        ("ledgers", "did you mean `ledger.db`? "),
        ("nowhere/at/all.db", ""),
        ("ledger.db/x.db", ""),
    ],
)
def test_the_complaint_names_what_was_probably_meant(desk: Path, name: str, near: str) -> None:
    with pytest.raises(UsageError) as problem:
        Ledger(Path(name), write=True)
    assert str(problem.value) == f"there is no ledger at `{name}`: {near}{WHY}"
    assert not Path(name).exists()


@pytest.mark.parametrize(("below", "up"), [("sub", 1), ("sub/deep", 2)])
def test_the_usual_ledger_is_looked_for_above(
    desk: Path, monkeypatch: pytest.MonkeyPatch, below: str, up: int
) -> None:
    monkeypatch.chdir(desk / below)
    whole = (desk / ".interlock" / "ledger.db").as_posix()
    told = f"there is no ledger at `.interlock/ledger.db`: did you mean `{whole}`? {WHY}"
    assert str(missing_ledger(Path(".interlock/ledger.db"))) == told
    assert len((desk / below).relative_to(desk).parts) == up


def test_an_anchor_that_is_gone_as_well_is_told(desk: Path) -> None:
    told = str(missing_ledger(Path("x/y.db"), Path("kept/head")))
    assert told == f"there is no ledger at `x/y.db`, and no anchor at `kept/head`: {WHY}"


def test_a_link_to_nothing_is_told_and_nothing_is_made_of_it(desk: Path) -> None:
    link = Path("link.bin")
    link.symlink_to("gone.bin")
    told = f"there is no ledger at `link.bin`, a link to a file that is not there: {WHY}"
    for more in ({}, {"create": True}):
        with pytest.raises(UsageError) as problem:
            Ledger(link, write=True, **more)  # type: ignore[arg-type]
        assert str(problem.value) == told
    assert sorted(each.name for each in desk.iterdir() if "tmp" in each.name or "gone" in each.name) == []


def test_a_name_cannot_command_the_terminal(desk: Path) -> None:
    told = str(missing_ledger(Path("a\x1b[2Jb.bin")))
    assert told == f"there is no ledger at `a\\u001b[2Jb.bin`: {WHY}"
    begun(desk / "a\x1b[2Jc.bin")
    told = str(missing_ledger(Path("a\x1b[2Jb.bin")))
    assert "did you mean `a\\u001b[2Jc.bin`? " in told and told.isprintable()


def test_a_folder_that_cannot_be_read_suggests_nothing(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert str(missing_ledger(Path("ledgr.db"))) == f"there is no ledger at `ledgr.db`: {WHY}"
