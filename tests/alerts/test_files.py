"""Files as channels: appended to, whole lines, known by where they lie as seen from the ledger."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from interlock.alerts.channel import Undelivered
from interlock.alerts.files import file_channel
from interlock.errors import UsageError

LEDGER = Path("ledger.db")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_lines_are_appended() -> None:
    channel = file_channel(Path("events.jsonl"), LEDGER)
    channel.hand(b"1\n")
    channel.hand(b"2\n3\n")
    assert (channel.shown, Path("events.jsonl").read_bytes()) == ("`events.jsonl`", b"1\n2\n3\n")


def test_half_a_line_of_a_crash_spoils_no_other() -> None:
    Path("events.jsonl").write_bytes(b'1\n{"half')
    file_channel(Path("events.jsonl"), LEDGER).hand(b"2\n")
    assert Path("events.jsonl").read_bytes() == b'1\n{"half\n2\n'


def test_a_file_is_the_same_from_every_folder_and_after_both_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {file_channel(path, LEDGER).name for path in (Path("e"), Path("./e"), tmp_path / "e")}
    Path("a/b").mkdir(parents=True)
    names.add(file_channel(Path("a/e"), Path("a/ledger.db")).name)
    monkeypatch.chdir("a/b")
    names.add(file_channel(Path("../e"), Path("../ledger.db")).name)
    assert names == {"file e 3f79bb7b435b0532"}
    assert file_channel(Path("../e"), Path("ledger.db")).name != "file e 3f79bb7b435b0532"


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there refuses the owner")
def test_a_file_that_cannot_be_written_is_told() -> None:
    channel = file_channel(Path("events.jsonl"), LEDGER)
    Path("events.jsonl").mkdir()
    with pytest.raises(Undelivered) as problem:
        channel.hand(b"1\n")
    assert str(problem.value) == "is a directory"


def test_a_place_that_takes_no_lines_is_refused() -> None:
    Path("folder").mkdir()
    LEDGER.touch()
    found = []
    for path in ("folder", "nowhere/events.jsonl", "ledger.db"):
        with pytest.raises(UsageError) as problem:
            file_channel(Path(path), LEDGER)
        found.append(str(problem.value))
    assert found == [
        "cannot append events to `folder`: it is no file",
        "cannot append events to `nowhere/events.jsonl`: there is no folder `nowhere`",
        "cannot append events to `ledger.db`: it is the ledger",
    ]
