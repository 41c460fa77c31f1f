"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from interlock.errors import UsageError
from interlock.files import no_ledger, read_plain, write_atomically
from interlock.ledger.file.duckdb_export import write_parquet
from interlock.ledger.file.ledger import Ledger


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    write_atomically(target, b"one\n")
    write_atomically(target, b"two\n")
    assert target.read_bytes() == b"two\n"
    assert [each.name for each in tmp_path.iterdir()] == ["report.md"]


def test_a_link_is_refused_and_its_target_untouched(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"precious")
    link = tmp_path / "report.md"
    link.symlink_to(other)
    with pytest.raises(UsageError) as caught:
        write_atomically(link, b"x")
    assert str(caught.value) == f"cannot write `{link}`: it is a symbolic link"
    assert other.read_bytes() == b"precious"


def test_a_folder_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_atomically(tmp_path, b"x")
    assert str(caught.value) == f"cannot write `{tmp_path}`: it is a folder"
    missing = tmp_path / "none" / "a.json"
    with pytest.raises(UsageError) as caught:
        write_atomically(missing, b"x")
    assert str(caught.value) == f"cannot write `{missing}`: no such file or directory"


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError) as caught:
        write_atomically(target, b"new")
    assert str(caught.value) == f"cannot write `{target}`: no space left on device"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.json", b"old")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    no_ledger(pipe)
    assert pipe.is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_nothing_takes_the_place_of_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError) as problem:
        write_atomically(pipe, b"one\n")
    assert (
        str(problem.value) == f"cannot write `{pipe}`: it is no plain file, and a file would take its place"
    )
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="the system has no pseudo-terminals")
def test_a_device_is_written_to_and_stays_one() -> None:
    """As root, a report for `/dev/null` put a plain file where every program of the machine expects the device."""
    ours, theirs = os.openpty()
    device = Path(os.ttyname(theirs))
    write_atomically(device, b"one")
    assert os.read(ours, 3) == b"one" and device.is_char_device()
    os.close(ours)
    os.close(theirs)


def test_nothing_takes_the_place_of_a_ledger(tmp_path: Path) -> None:
    """Whatever writes, a report, an export or a word to sign: what is recorded is only appended to."""
    ledger = tmp_path / "ledger.db"
    Ledger(ledger, create=True).close()
    before = ledger.read_bytes()
    for write in (lambda: write_atomically(ledger, b"report"), lambda: write_parquet([], ledger)):
        with pytest.raises(UsageError) as problem:
            write()
        assert str(problem.value) == f"cannot write `{ledger}`: it is a ledger, and nothing takes its place"
    assert ledger.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_a_device_and_a_folder_are_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="not a plain file") as found:
            read_plain(path, 10)
        assert found.value.filename == path.as_posix()


def test_a_plain_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert (read_plain(tmp_path / "a", 9), read_plain(tmp_path / "a", 2)) == (b"12345", b"123")
