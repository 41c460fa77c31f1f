"""What the options of a command name, looked up and read: policies, snapshots, baselines, members."""

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
from .progress import waiting

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
    """Return the name that the path has in complaints; raises UsageError where it holds no document."""
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
    """Load the policy root; raises DocumentError with the source lines of every complaint."""
    with waiting("reading policies") as advance:
        policies, collector = check(folder, advance)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return policies


def sound_policies(folder: str | None) -> PolicySet:
    """Load what is sound of the policy root and tell the rest: for what must not wait until every document is."""
    policies, collector = check(folder)
    for each in collector.errors:
        terminal.tell(f"passed over: {printable(str(each))}")
    return policies


def renames(folder: str | None) -> Renames:
    """Return what policies and rules were called before, as far as they are sound; nothing without a policy root."""
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
    with waiting("reading the snapshot"):
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
    """Return scope and member by their own names, aliases resolved; raises UsageError for unknown ones."""
    policies.known("scope", scope, policies.catalogue.scopes)
    declared = policies.catalogue.scopes[scope]
    name = declared.aliases.get(member, member)
    if name not in declared.members and not declared.open and not declared.members_from:
        hint = name_hint(member, [*declared.members, *declared.aliases])
        raise UsageError(f"`{printable(member)}` is no member of `{scope}`: {hint}")
    return scope, name
