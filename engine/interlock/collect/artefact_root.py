"""Opens artefacts below the root of a desk: no link leads out of it, size is limited, bytes are hashed."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..errors import system_reason
from ..limits import SOURCE_BYTES, SOURCE_FILES
from ..strict_json import is_unicode
from .unreadable import Unreadable

__all__ = ["Artefact", "Root"]

_NANO = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file as it was read: its name below the root, bytes, hash, and date in seconds since 1970."""

    name: str
    data: bytes
    digest: str
    modified: Decimal


class Root:
    """The folder of a desk's artefacts; names are relative to it and written with `/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._opened: dict[str, Artefact] = {}

    def path(self, name: str) -> Path:
        """Return the path of a name. Raises Unreadable if a symbolic link leads out of the root."""
        path = self.folder.joinpath(*name.split("/"))
        try:
            real = path.resolve()
        except (OSError, RuntimeError):
            raise Unreadable("missing", f"{name} cannot be reached") from None
        if not real.is_relative_to(self.folder):
            raise Unreadable("missing", f"{name} leads out of the root through a symbolic link")
        return real

    def open(self, name: str) -> Artefact:
        """Read a whole file, once a run. Raises Unreadable if it is missing, no plain file, too large or closed."""
        if name not in self._opened:
            self._opened[name] = self.read(name)
        return self._opened[name]

    def read(self, name: str) -> Artefact:
        """Read a whole file as it is now; raises as `open` does."""
        path = self.path(name)
        flags = os.O_RDONLY
        for each in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
            flags |= getattr(os, each, 0)
        try:
            with os.fdopen(os.open(path, flags), "rb") as handle:
                if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                    raise Unreadable("missing", f"{name} is not a plain file")
                data = handle.read(SOURCE_BYTES + 1)
                state = os.fstat(handle.fileno())  # after reading, or a row might be newer than the date
        except OSError as problem:
            raise Unreadable("missing", f"{name}: {system_reason(problem)}") from None
        if len(data) > SOURCE_BYTES:
            raise Unreadable("overflow", f"{name} is larger than {SOURCE_BYTES} bytes")
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return Artefact(name, data, digest, Decimal(state.st_mtime_ns) * _NANO)

    def modified(self, name: str) -> Decimal:
        """Return when a file was last written. Raises Unreadable if it is missing."""
        try:
            return Decimal(self.path(name).stat().st_mtime_ns) * _NANO
        except OSError as problem:
            raise Unreadable("missing", f"{name}: {system_reason(problem)}") from None

    def exists(self, name: str) -> bool:
        """Return whether anything has this name. Raises Unreadable if its folder is missing or closed."""
        parent = name.rpartition("/")[0]
        if parent and not self.path(parent).is_dir():
            raise Unreadable("missing", f"the folder {parent} of {name.rpartition('/')[2]} is not there")
        try:
            self.folder.joinpath(*name.split("/")).lstat()
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise Unreadable("missing", f"{name}: {system_reason(problem)}") from None
        return True

    def find(self, pattern: str) -> tuple[str, ...]:
        """Return the names of the files that match a pattern, sorted. Raises Unreadable if there are too many."""
        names: set[str] = set()
        self._walk("", pattern.split("/"), names, set())
        return tuple(sorted(names))

    def _walk(self, under: str, steps: list[str], names: set[str], seen: set[tuple[str, int]]) -> None:
        if (under, len(steps)) in seen:  # with several `**`, many ways lead to a folder
            return
        seen.add((under, len(steps)))
        step, rest = steps[0], steps[1:]
        if step == "**":
            self._walk(under, rest, names, seen)
        if not any(each in step for each in "*?"):
            self._enter(f"{under}{step}", rest, names, seen)
            return
        for name in self._listing(under):
            if name.startswith(".") and not step.startswith("."):
                continue
            if step == "**":
                self._deeper(f"{under}{name}", steps, names, seen)
            elif fnmatch.fnmatchcase(name, step):  # in the time of one pass, however many `*` there are
                self._enter(f"{under}{name}", rest, names, seen)

    def _deeper(self, name: str, steps: list[str], names: set[str], seen: set[tuple[str, int]]) -> None:
        path = self.folder.joinpath(*name.split("/"))
        if path.is_dir() and not path.is_symlink():
            self._walk(f"{name}/", steps, names, seen)

    def _enter(self, name: str, rest: list[str], names: set[str], seen: set[tuple[str, int]]) -> None:
        path = self.folder.joinpath(*name.split("/"))
        if rest and path.is_dir():
            self._walk(f"{name}/", rest, names, seen)
        elif not rest and os.path.lexists(path) and not path.is_dir():
            if not is_unicode(name):
                raise Unreadable("torn source", "the name of a file that matches is not UTF-8")
            names.add(name)
            if len(names) > SOURCE_FILES:
                raise Unreadable("overflow", f"more than {SOURCE_FILES} files match")

    def _listing(self, under: str) -> list[str]:
        folder = self.path(under.rstrip("/")) if under else self.folder
        try:
            return sorted(each.name for each in folder.iterdir())
        except OSError as problem:
            raise Unreadable(
                "missing", f"{under.rstrip('/') or 'the root'}: {system_reason(problem)}"
            ) from None
