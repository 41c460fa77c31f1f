"""Reads what the options of a command name: policies, snapshots, baselines, members."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..api import PolicySet, Snapshot, check
from ..diagnostics import name_hint, printable
from ..errors import DocumentError, UsageError
from ..evaluation.deciding.memory import Renames
from ..limits import SNAPSHOT_BYTES
from . import terminal
from .progress import progress

__all__ = [
    "load_policies",
    "read_baselines",
    "read_snapshot",
    "renames",
    "resolve_member",
    "shown_name",
    "sound_policies",
    "within",
]


def shown_name(root: Path, given: str, task: str) -> str:
    """Return the name of a path in diagnostics; raises UsageError where it holds no document."""
    path = Path(given)
    if not path.exists():
        raise UsageError(f"there is no file or folder `{printable(given)}`")
    whole, top = path.resolve(), root.resolve()
    if whole != top and top not in whole.parents:
        hint = "name its policy root with `--policies DIR`"
        raise UsageError(f"`{printable(given)}` lies outside the policy root `{root.as_posix()}`: {hint}")
    if whole.is_dir() and not any(whole.rglob("*.y*ml")):
        raise UsageError(f"nothing to {task}: `{printable(given)}` holds no document")
    return "/".join((top.name, *whole.relative_to(top).parts))


def within(file: str, name: str) -> bool:
    """Tell whether a file is the one named, or lies below the folder named."""
    return file == name or file.startswith(f"{name}/")


def load_policies(folder: str | None) -> PolicySet:
    """Load the policy root; raises DocumentError with every diagnostic and its source lines."""
    with progress("reading policies") as advance:
        policies, collector = check(folder, advance)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return policies


def sound_policies(folder: str | None) -> PolicySet:
    """Load the valid documents of the policy root and note the others: a rollback must not wait for a fix."""
    policies, collector = check(folder)
    for each in collector.errors:
        terminal.note(f"passed over: {printable(str(each))}")
    return policies


def renames(folder: str | None) -> Renames:
    """Return the former names of policies and rules, as far as they are valid; none without a policy root."""
    try:
        return Renames.of(check(folder)[0].policies.values())
    except UsageError:
        if folder is not None:
            raise
        return Renames()


def read_snapshot(name: str) -> Snapshot:
    """Read a snapshot from a file, or from stdin where the name is `-`."""
    if name == "-":
        return Snapshot.parse(sys.stdin.buffer.read(SNAPSHOT_BYTES + 1), "stdin")
    with progress("reading the snapshot"):
        return Snapshot.read(Path(name))


def read_baselines(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Snapshot]:
    """Read the snapshots of named baselines; a name given twice is refused."""
    found: dict[str, Snapshot] = {}
    for name, file in pairs:
        if name in found:
            raise UsageError(f"the baseline `{printable(name)}` is given twice: a name is frozen once")
        found[name] = read_snapshot(file)
    return found


def resolve_member(policies: PolicySet, scope: str, member: str) -> tuple[str, str]:
    """Return scope and member, aliases resolved; raises UsageError for an unknown one."""
    policies.known("scope", scope, policies.catalogue.scopes)
    declared = policies.catalogue.scopes[scope]
    name = declared.aliases.get(member, member)
    if name not in declared.members and not declared.open and not declared.members_from:
        hint = name_hint(member, [*declared.members, *declared.aliases])
        raise UsageError(f"`{printable(member)}` is no member of `{scope}`: {hint}")
    return scope, name
