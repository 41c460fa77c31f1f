"""Files as channels: complete lines are appended, and the path from the ledger identifies a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from interlock.alerts.channel import Undelivered
from interlock.alerts.file_alerts import file_channel
from interlock.errors import UsageError

LEDGER = Path("ledger.db")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_lines_are_appended() -> None:
    channel = file_channel(Path("events.jsonl"), LEDGER, {})
    channel.deliver(b"1\n")
    channel.deliver(b"2\n3\n")
    assert (channel.label, Path("events.jsonl").read_bytes()) == ("`events.jsonl`", b"1\n2\n3\n")


def test_half_a_line_of_a_crash_spoils_no_other() -> None:
    Path("events.jsonl").write_bytes(b'1\n{"half')
    file_channel(Path("events.jsonl"), LEDGER, {}).deliver(b"2\n")
    assert Path("events.jsonl").read_bytes() == b'1\n{"half\n2\n'


def test_a_file_is_the_same_from_every_folder_and_after_both_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {file_channel(path, LEDGER, {}).name for path in (Path("e"), Path("./e"), tmp_path / "e")}
    Path("a/b").mkdir(parents=True)
    names.add(file_channel(Path("a/e"), Path("a/ledger.db"), {}).name)
    monkeypatch.chdir("a/b")
    names.add(file_channel(Path("../e"), Path("../ledger.db"), {}).name)
    assert names == {"file e 3f79bb7b435b0532"}
    assert file_channel(Path("../e"), Path("ledger.db"), {}).name != "file e 3f79bb7b435b0532"


def test_a_path_that_takes_no_lines_is_reported() -> None:
    Path("folder").mkdir()
    found = []
    for path in ("folder", "nowhere/events.jsonl"):
        channel = file_channel(Path(path), LEDGER, {})
        with pytest.raises(Undelivered) as problem:
            channel.deliver(b"1\n")
        found.append((channel.problem(), str(problem.value)))
    assert found == [("it is no file",) * 2, ("there is no such folder",) * 2]


@pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", int)() == 0, reason="nothing there refuses the owner"
)
def test_a_file_that_cannot_be_written_is_reported() -> None:
    Path("events.jsonl").touch(0o400)
    with pytest.raises(Undelivered) as problem:
        file_channel(Path("events.jsonl"), LEDGER, {}).deliver(b"1\n")
    assert str(problem.value) == "permission denied"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = file_channel(Path("events.jsonl"), LEDGER, {})
    monkeypatch.setattr(Path, "open", lambda _, mode: open("/dev/full", mode.replace("+", "")))  # noqa: PTH123, SIM115
    with pytest.raises(Undelivered) as problem:
        channel.deliver(b"1\n")
    assert str(problem.value) == "no space left on device"


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("name", ["ledger.db", "sub/../ledger.db"])
def test_the_ledger_is_no_place_for_events_be_it_yet_to_be_made(name: str, there: bool) -> None:
    Path("sub").mkdir()
    if there:
        LEDGER.touch()
    with pytest.raises(UsageError) as problem:
        file_channel(Path(name), LEDGER, {})
    assert str(problem.value) == f"cannot append events to `{name}`: it is the ledger"


def test_another_name_of_the_ledger_is_the_ledger() -> None:
    LEDGER.touch()
    Path("other.db").hardlink_to(LEDGER)
    with pytest.raises(UsageError) as problem:
        file_channel(Path("other.db"), LEDGER, {})
    assert str(problem.value) == "cannot append events to `other.db`: it is the ledger"
