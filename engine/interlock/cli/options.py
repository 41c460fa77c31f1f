"""Options that several commands share, and how what they name is looked up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from ..api import PolicySet, Snapshot, check
from ..diagnostics import did_you_mean, printable
from ..errors import DocumentError, UsageError
from ..limits import SNAPSHOT_BYTES
from .progress import waiting

__all__ = [
    "Pair",
    "baseline_option",
    "environment_option",
    "format_option",
    "historic_option",
    "load_policies",
    "member_option",
    "policies_option",
    "policy_option",
    "read_baselines",
    "read_snapshot",
    "resolve_member",
    "stateless_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Option = Callable[[_Command], _Command]


class _OneOf(click.ParamType):  # type: ignore[type-arg]
    """One of a few words; another is an error with a suggestion."""

    name = "format"

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "|".join(self.words)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.words:
            hint = did_you_mean(value, self.words) or f"there are {', '.join(self.words)}"
            raise UsageError(f"no format is called `{printable(value)}`: {hint}")
        return str(value)


class Pair(click.ParamType):  # type: ignore[type-arg]
    """`NAME=VALUE`, both not empty."""

    name = "pair"

    def __init__(self, option: str, metavar: str, example: str) -> None:
        self.option, self.metavar, self.example = option, metavar, example

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return self.metavar

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        left, _, right = value.partition("=")
        if not left or not right:
            given, wanted = printable(value), f"{self.metavar}, as in `{self.option} {self.example}`"
            raise UsageError(f"`{self.option}` takes {wanted}: `{given}` is no such pair")
        return left, right


policies_option: _Option[Any] = click.option(
    "--policies",
    metavar="DIR",
    help="The policy root; default: $INTERLOCK_POLICIES, else the nearest parent's policies/.",
)
environment_option: _Option[Any] = click.option(
    "--environment", metavar="NAME", help="Take the values of params from this environment document."
)
baseline_option: _Option[Any] = click.option(
    "--baseline",
    "baselines",
    multiple=True,
    type=Pair("--baseline", "NAME=SNAPSHOT", "phase_a=before.json"),
    help="A snapshot that stands for a named baseline; may be given several times.",
)
stateless_option: _Option[Any] = click.option(
    "--stateless",
    is_flag=True,
    help="Do without a ledger: nothing latched, held or attested, and the exit code is never 0.",
)
historic_option: _Option[Any] = click.option(
    "--historic", is_flag=True, help="The past is meant: do not compare the snapshot's time with the clock."
)
member_option: _Option[Any] = click.option(
    "--member",
    "members",
    multiple=True,
    type=Pair("--member", "SCOPE=MEMBER", "symbol=BTC-USD"),
    help="Only this member of a scope; may be given several times.",
)
policy_option: _Option[Any] = click.option(
    "--policy",
    "policy_ids",
    multiple=True,
    metavar="ID",
    help="Only this policy; may be given several times.",
)


def format_option(*words: str) -> _Option[Any]:
    """Return the option `--format`; the first word is the default."""
    return click.option(
        "--format", "form", type=_OneOf(words), default=words[0], show_default=True, help="How to print."
    )


def load_policies(folder: str | None) -> PolicySet:
    """Load the policy root; raises DocumentError with the source lines of every complaint."""
    with waiting("reading policies") as advance:
        policies, collector = check(folder, advance)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return policies


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
        hint = did_you_mean(member, [*declared.members, *declared.aliases])
        raise UsageError(
            f"`{printable(member)}` is no member of `{scope}`: {hint or 'members are ' + ', '.join(declared.members)}"
        )
    return scope, name
