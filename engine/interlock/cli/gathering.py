"""Finds the snapshots that a command is about: a file, stdin, a folder, a pattern, or what a desk shows now."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from ..api import PolicySet, Snapshot
from ..canonical import canonical
from ..diagnostics import printable
from ..errors import SnapshotError, UsageError
from ..language.times import show_time
from ..limits import SKEW
from . import terminal
from .inputs import read_snapshot

__all__ = ["collected", "in_order", "named", "not_from_the_future"]


def named(name: str) -> tuple[str, ...]:
    """Return the names of snapshots: `-`, a file, every `*.json` of a folder, or what a pattern matches."""
    path = Path(name)
    if name == "-" or path.is_file():
        return (name,)
    if path.is_dir():
        found = sorted(each.as_posix() for each in path.glob("*.json") if each.is_file())
        lacking = f"the folder `{printable(name)}` holds no snapshot: files ending in .json are looked for"
    else:
        matches = [Path(each) for each in glob.glob(name, recursive=True)]  # noqa: PTH207  it may be absolute
        found = sorted(each.as_posix() for each in matches if each.is_file())
        what = "file matches" if glob.has_magic(name) else "file or folder is called"
        lacking = f"no {what} `{printable(name)}`"
    if not found:
        raise UsageError(lacking)
    return tuple(found)


def in_order(names: tuple[str, ...], advance: Callable[[], None]) -> list[Snapshot]:
    """Read the snapshots in order of `as_of` and name; raises SnapshotError with every one that is not valid."""
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


def not_from_the_future(snapshots: list[Snapshot], now: Decimal, *, record: bool) -> None:
    """Raise SnapshotError for a snapshot later than the clock: nothing was measured then yet.

    What is recorded stands in the way of all that is older, so that no word of anybody makes the future recordable.
    """
    late = [each for each in snapshots if each.as_of > now + SKEW]
    hint = "check both clocks" if record else "check both clocks, or say with `--historic` that this is meant"
    if late:
        raise SnapshotError(
            "\n".join(
                f"{each.name}: as of {show_time(each.as_of)}, which the clock has not reached: {hint}"
                for each in late
            )
        )


def collected(
    policies: PolicySet,
    root: str,
    as_of: Decimal,
    *,
    now: Decimal,
    since: Decimal | None,
    archive: bool,
    allow_commands: bool,
) -> Snapshot:
    """Collect from a desk and read back what a snapshot file would hold."""
    found = policies.collect(
        root, as_of, now=now, since=since, archive=archive, allow_commands=allow_commands
    )
    for line in _findings(found.findings):
        terminal.tell(line)
    return Snapshot.parse(canonical(found.snapshot), "snapshot.json")


def _findings(found: tuple[object, ...]) -> Iterator[str]:
    return (printable(str(each)) for each in found)
