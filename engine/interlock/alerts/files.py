"""Appends events to a file, durably."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError
from .channel import Undelivered, fingerprint, system_reason

__all__ = ["FileChannel", "file_channel"]


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file to which lines are added; half a line that a crash left behind is ended first."""

    path: Path
    name: str

    @property
    def shown(self) -> str:
        return f"`{printable(self.path.as_posix())}`"

    def hand(self, lines: bytes) -> None:
        try:
            with self.path.open("ab+") as handle:
                if handle.seek(0, os.SEEK_END) and handle.seek(-1, os.SEEK_END) and handle.read(1) != b"\n":
                    handle.write(b"\n")
                handle.write(lines)
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as problem:
            raise Undelivered(system_reason(problem)) from None


def file_channel(path: Path, ledger: Path) -> FileChannel:
    """Return the channel of a file, known by where it lies as seen from the ledger; raises UsageError before the work
    rather than after it."""
    shown = printable(path.as_posix())
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot append events to `{shown}`: it is no file")
    if not path.parent.is_dir():
        folder = printable(path.parent.as_posix())
        raise UsageError(f"cannot append events to `{shown}`: there is no folder `{folder}`")
    if path.exists() and ledger.exists() and path.samefile(ledger):
        raise UsageError(f"cannot append events to `{shown}`: it is the ledger")
    return FileChannel(path, f"file {path.name} {fingerprint(_place(path, ledger))}")


def _place(path: Path, ledger: Path) -> str:
    """The way from the ledger to the file; both may move together."""
    try:
        return Path(os.path.relpath(path.resolve(), ledger.resolve().parent)).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()
