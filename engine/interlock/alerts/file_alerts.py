"""Appends events to a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError, system_reason
from .channel import Undelivered, fingerprint

__all__ = ["file_channel"]


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file to which lines are appended durably; an incomplete line from a crash is ended first."""

    path: Path
    name: str

    @property
    def label(self) -> str:
        return f"`{printable(self.path.as_posix())}`"

    def problem(self) -> str:
        try:
            if self.path.exists() and not self.path.is_file():
                return "it is no file"
            return "" if self.path.parent.is_dir() else "there is no such folder"
        except OSError as problem:
            return system_reason(problem)

    def deliver(self, lines: bytes) -> None:
        why = self.problem()
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
    """Return the channel of a file, identified by its path relative to the ledger.

    `taken` are files with another use, by their description (`the anchor`). Raises UsageError for one of them and for
    the ledger itself.
    """
    own = {"the ledger": ledger, "the journal of the ledger": ledger.with_name(f"{ledger.name}-journal")}
    for what, other in {**own, **taken}.items():
        if _same(path, other):
            raise UsageError(f"cannot append events to `{printable(path.as_posix())}`: it is {what}")
    return FileChannel(
        path,
        f"file {path.name} {fingerprint(_relative_path(os.path.realpath(path), os.path.realpath(ledger)))}",
    )


def _same(path: Path, other: Path) -> bool:
    """Tell whether both paths name one file, which need not exist yet."""
    if os.path.normcase(os.path.realpath(path)) == os.path.normcase(os.path.realpath(other)):
        return True
    try:
        return path.samefile(other)
    except OSError:
        return False


def _relative_path(there: str, ledger: str) -> str:
    """Return the path from the ledger to the file, so both may move together."""
    try:
        return Path(os.path.relpath(there, Path(ledger).parent)).as_posix()
    except ValueError:  # another drive
        return Path(there).as_posix()
