"""Reads plain files only, and writes a file whole or not at all.

A pipe or a device is never waited for; a reader never sees half a file, and a link is never written through.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

from .diagnostics import printable
from .errors import UsageError, system_reason

__all__ = [
    "LEDGER_MARK",
    "is_ledger",
    "no_ledger",
    "read_plain",
    "require_plain",
    "require_possible",
    "write_atomically",
]

LEDGER_MARK = b"ILK1"
"""What a ledger's file has at byte 68, where SQLite keeps the mark of an application."""


def require_plain(path: Path) -> None:
    """Raise OSError where there is no plain file: opening a pipe would wait for its writer."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a plain file", path.as_posix())


def read_plain(path: Path, limit: int) -> bytes:
    """Return the bytes of a plain file, at most `limit` and one more; raises OSError where it cannot be read."""
    require_plain(path)
    flags = os.O_RDONLY
    for each in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):  # a pipe that was put there since then
        flags |= getattr(os, each, 0)
    with os.fdopen(os.open(path, flags), "rb") as handle:
        return handle.read(limit + 1)


def require_possible(**arguments: object) -> None:
    """Raise UsageError for an argument that is a path which no file can have: with a zero byte, or half a character."""
    for name, path in arguments.items():
        if isinstance(path, str | os.PathLike) and not _possible(path):
            raise UsageError(f"`{name}`: no file can be called `{printable(os.fspath(path))}`")


def _possible(path: str | os.PathLike[str]) -> bool:
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` through a temporary file in the same folder; raises UsageError when it cannot.

    A symbolic link at `path` is refused, so that a report can never be led to overwrite a file elsewhere, and so are a
    ledger, which is only ever appended to, and a pipe. A device such as `/dev/null` is written to, and stays one.
    """
    if path.is_symlink():
        raise UsageError(f"cannot write `{path}`: it is a symbolic link")
    if path.is_dir():
        raise UsageError(f"cannot write `{path}`: it is a folder")
    device = path.is_char_device()
    if path.exists() and not (device or path.is_file()):
        raise UsageError(f"cannot write `{path}`: it is no plain file, and a file would take its place")
    no_ledger(path)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        if device:
            path.write_bytes(data)
            return
        _write(temporary, data)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as problem:
        reason = system_reason(problem)
        raise UsageError(f"cannot write `{path}`: {reason}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def no_ledger(path: Path) -> None:
    """Raise UsageError where a file is a ledger: nothing takes its place."""
    if is_ledger(path):
        raise UsageError(f"cannot write `{path}`: it is a ledger, and nothing takes its place")


def is_ledger(path: Path) -> bool:
    """Tell by its first bytes whether a file is a ledger; one that cannot be read is none."""
    try:
        head = read_plain(path, 71)  # a pipe or a terminal would be waited for
    except OSError:
        return False
    return head.startswith(b"SQLite format 3\0") and head.endswith(LEDGER_MARK)


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system knows how to; Windows has no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
