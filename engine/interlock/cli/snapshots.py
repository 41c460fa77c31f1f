"""The snapshots that a command evaluates: files, stdin, or one collected from a desk, with the options for it."""

from __future__ import annotations

import glob
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from .. import clock
from ..api import PolicySet, Snapshot
from ..canonical import canonical
from ..diagnostics import printable
from ..errors import SnapshotError, UsageError
from ..language.times import show_time
from ..limits import SKEW
from . import terminal
from .inputs import read_snapshot
from .options import (
    allow_commands_option,
    archive_option,
    as_of_option,
    environment_option,
    policies_option,
    root_option,
    with_options,
)

__all__ = [
    "SnapshotOrigin",
    "collect_snapshot",
    "origin_options",
    "read_snapshots",
    "refuse_future",
    "snapshot_names",
]


def snapshot_names(name: str) -> tuple[str, ...]:
    """Return the names of snapshots: `-`, a file, every `*.json` of a folder, or what a pattern matches."""
    path = Path(name)
    if name != "-" and path.is_dir():
        found = sorted(each.as_posix() for each in path.glob("*.json") if each.is_file())
        lacking = f"the folder `{printable(name)}` holds no snapshot: no file there ends in .json"
    elif name == "-" or path.exists():
        return (name,)
    else:
        matches = [Path(each) for each in glob.glob(name, recursive=True)]  # noqa: PTH207  it may be absolute
        found = sorted(each.as_posix() for each in matches if each.is_file())
        what = "file matches" if glob.has_magic(name) else "file or folder is called"
        lacking = f"no {what} `{printable(name)}`"
    if not found:
        raise UsageError(lacking)
    return tuple(found)


def read_snapshots(names: tuple[str, ...], advance: Callable[[], None]) -> list[Snapshot]:
    """Read snapshots, in order of `as_of` and name; raises SnapshotError that names every one that is not valid."""
    found: list[Snapshot] = []
    problems: list[str] = []
    for name in names:
        try:
            found.append(read_snapshot(name))
        except SnapshotError as problem:
            problems.append(str(problem))
        advance()
    if problems:
        raise SnapshotError("\n".join(problems))
    return sorted(found, key=lambda each: (each.as_of, each.name))


def refuse_future(snapshots: list[Snapshot], now: Decimal, *, record: bool) -> None:
    """Raise SnapshotError for a snapshot later than the clock.

    `record`: it would be recorded. A recorded snapshot keeps older ones out, so `--historic` cannot allow it then.
    """
    late = [each for each in snapshots if each.as_of > now + SKEW]
    hint = (
        "check both clocks"
        if record
        else "check both clocks, or evaluate it as of its own time with `--historic`"
    )
    if late:
        raise SnapshotError(
            "\n".join(
                f"{each.name}: as of {show_time(each.as_of)}, which the clock has not reached: {hint}"
                for each in late
            )
        )


def collect_snapshot(
    policies: PolicySet,
    root: str,
    as_of: Decimal,
    *,
    now: Decimal,
    since: Decimal | None,
    archive: bool,
    allow_commands: bool,
) -> Snapshot:
    """Collect from a desk, note the findings, and return the snapshot as its file would be read."""
    found = policies.collect(
        root, as_of, now=now, since=since, archive=archive, allow_commands=allow_commands
    )
    for each in found.findings:
        terminal.note(printable(str(each)))
    return Snapshot.parse(canonical(found.snapshot), "snapshot.json")


@dataclass(frozen=True, slots=True)
class SnapshotOrigin:
    """The options that name one snapshot, or a desk to collect it from; times are seconds since the epoch."""

    root: str | None
    as_of: Decimal | None
    archive: bool
    allow_commands: bool
    environment: str | None
    policies: str | None
    historic: bool = False

    @property
    def now(self) -> Decimal | None:
        """The clock, None for a snapshot of the past."""
        return None if self.historic else clock.now()

    def snapshot(self, name: str | None, policies: PolicySet, *, record: bool) -> Snapshot | None:
        """Return the snapshot that is named, None where none is; `record`: it will be recorded.

        Raises UsageError where two are named, SnapshotError for one later than the clock.
        """
        if name is not None and self.root is not None:
            raise UsageError("a snapshot and `--root` are both given: name one")
        if self.root is None and (self.as_of is not None or self.archive):
            raise UsageError("`--as-of` and `--archive` belong to `--root DIR`: a snapshot has its own time")
        if name is None and self.root is None:
            return None
        found = self._collected(policies) if name is None else self._read(name)
        if record or not self.historic:
            refuse_future([found], clock.now(), record=record)
        return found

    def _read(self, name: str) -> Snapshot:
        names = snapshot_names(name)
        if len(names) > 1:
            raise UsageError(
                f"`{printable(name)}` holds {len(names)} snapshots and one is needed: name a file"
            )
        return read_snapshot(names[0])

    def _collected(self, policies: PolicySet) -> Snapshot:
        assert self.root is not None
        now = clock.now()
        return collect_snapshot(
            policies, self.root, now if self.as_of is None else self.as_of,
            now=now, since=None, archive=self.archive, allow_commands=self.allow_commands,
        )  # fmt: skip


origin_options = with_options(
    (
        root_option,
        as_of_option,
        archive_option,
        allow_commands_option,
        environment_option(),
        policies_option,
    )
)
"""Adds the options of `SnapshotOrigin` to a command, except `--historic`: a command that acts has it not."""
