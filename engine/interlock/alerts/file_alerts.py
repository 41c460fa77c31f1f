"""Appends events to a file, durably."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError, system_reason
from .channel import Undelivered, fingerprint

__all__ = ["FileChannel", "file_channel"]


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file to which lines are added; half a line that a crash left behind is ended first."""

    path: Path
    name: str

    @property
    def shown(self) -> str:
        return f"`{printable(self.path.as_posix())}`"

    def obstacle(self) -> str:
        try:
            if self.path.exists() and not self.path.is_file():
                return "it is no file"
            return "" if self.path.parent.is_dir() else "there is no such folder"
        except OSError as problem:
            return system_reason(problem)

    def hand(self, lines: bytes) -> None:
        why = self.obstacle()
        if why:
            raise Undelivered(why)
        try:
            with self.path.open("ab+") as handle:
                if handle.seek(0, os.SEEK_END) and handle.seek(-1, os.SEEK_END) and handle.read(1) != b"\n":
                    handle.write(b"\n")
                handle.write(lines)
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as problem:
            raise Undelivered(system_reason(problem)) from None


def file_channel(path: Path, ledger: Path, taken: Mapping[str, Path]) -> FileChannel:
    """Return the channel of a file, known by its way from the ledger; raises UsageError for the ledger itself, and for
    the files that are `taken`, by what they are (`the anchor`)."""
    own = {"the ledger": ledger, "the journal of the ledger": ledger.with_name(f"{ledger.name}-journal")}
    for what, other in {**own, **taken}.items():
        if _same(path, other):
            raise UsageError(f"cannot append events to `{printable(path.as_posix())}`: it is {what}")
    return FileChannel(
        path, f"file {path.name} {fingerprint(_way(os.path.realpath(path), os.path.realpath(ledger)))}"
    )


def _same(path: Path, other: Path) -> bool:
    """Whether both name one file, which neither need have made yet."""
    if os.path.normcase(os.path.realpath(path)) == os.path.normcase(os.path.realpath(other)):
        return True
    try:
        return path.samefile(other)
    except OSError:
        return False


def _way(there: str, ledger: str) -> str:
    """The way from the ledger to the file; both may move together."""
    try:
        return Path(os.path.relpath(there, Path(ledger).parent)).as_posix()
    except ValueError:  # another drive
        return Path(there).as_posix()
