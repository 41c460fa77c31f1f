"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from .. import clock
from ..diagnostics import printable
from ..errors import UsageError
from ..language.times import parse_duration, parse_time
from ..ledger.file.ledger import DEFAULT as LEDGER
from ..reports.renderers import formats, require_format
from .desk_choices import anchor_of_desk, environment_of_desk, ledger_of_desk, optional_ledger, root_of_desk

__all__ = [
    "COMMANDS_OF_A_COPY",
    "FormatName",
    "Instant",
    "Pair",
    "Period",
    "allow_commands_option",
    "anchor_option",
    "archive_option",
    "as_of_option",
    "baseline_option",
    "begin_option",
    "environment_option",
    "format_option",
    "historic_option",
    "ledger_option",
    "member_option",
    "optional_ledger_option",
    "policies_option",
    "policy_option",
    "root_option",
    "stateless_option",
    "with_options",
]


class Instant(click.ParamType):  # type: ignore[type-arg]
    """An instant in seconds since the epoch. A time without a zone is refused: it has another meaning elsewhere."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if value == "now":
            return clock.now()
        found = parse_time(value)
        if found is None:
            option = max(param.opts, key=len) if param else "a time"
            wanted = "`2026-03-30`, `2026-03-30T06:30:00Z`, `2026-03-30T08:30:00+02:00` or `now`"
            raise UsageError(f"`{option}` cannot be `{printable(value)}`: write {wanted}")
        return found


COMMANDS_OF_A_COPY = "`--allow-commands` does not go with `--archive`: a copy holds how its commands ended"

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Callback = Callable[[click.Context, click.Parameter, Any], Any]
_Option = Callable[[_Command], _Command]


class FormatName(click.ParamType):  # type: ignore[type-arg]
    """The name of a format; another name is an error with a suggestion."""

    name = "format"

    def __init__(self, known: Callable[[], tuple[str, ...]]) -> None:
        self.known = known

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "|".join(self.known())

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        require_format(value, self.known())
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(each) for each in self.known() if each.startswith(incomplete)]


class Period(click.ParamType):  # type: ignore[type-arg]
    """A duration in seconds, written as in `example`; `positive`: 0 is none."""

    name = "duration"

    def __init__(self, example: str, *, positive: bool = False) -> None:
        self.example, self.positive = example, positive

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        found = parse_duration(value)
        if found is None or (self.positive and not found):
            option = max(param.opts, key=len) if param else "a duration"
            raise UsageError(f"`{option} {printable(value)}` is no duration: write `{self.example}` or `30m`")
        return found


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
    help="The policy root; default: $INTERLOCK_POLICIES, else the nearest policies/ in this folder or above.",
)
root_option: _Option[Any] = click.option(
    "--root",
    metavar="DIR",
    callback=root_of_desk,
    help="Collect from the desk's artefacts in this folder first; default, without a snapshot: that of "
    "`defaults` in interlock.yaml.",
)
as_of_option: _Option[Any] = click.option(
    "--as-of", type=Instant(), metavar="TIME", help="With --root: measure as of then; default: now."
)
archive_option: _Option[Any] = click.option(
    "--archive", is_flag=True, help="With --root: the folder is a copy made at --as-of."
)
allow_commands_option: _Option[Any] = click.option(
    "--allow-commands",
    is_flag=True,
    help="With --root: run the commands that live sources declare; without it they are unknown.",
)


def environment_option(callback: _Callback | None = environment_of_desk) -> _Option[Any]:
    """Return the option `--environment`; `callback` says what is taken without it."""
    return click.option(
        "--environment",
        metavar="NAME",
        callback=callback,
        help="Take the values of params from this environment document; default: $INTERLOCK_ENVIRONMENT, else that of "
        "`defaults` in interlock.yaml.",
    )


baseline_option: _Option[Any] = click.option(
    "--baseline",
    "baselines",
    multiple=True,
    type=Pair("--baseline", "NAME=SNAPSHOT", "phase_a=before.json"),
    help="A snapshot for a named baseline; may be given several times.",
)
stateless_option: _Option[Any] = click.option(
    "--stateless",
    is_flag=True,
    help="Do without a ledger: nothing is latched or attested, and the exit code is never 0.",
)
optional_ledger_option: _Option[Any] = click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    metavar="FILE",
    callback=optional_ledger,
    help="Use the latches and attestations of this ledger; `evaluate` records there. Default: $INTERLOCK_LEDGER, else "
    "that of `defaults` in interlock.yaml, else none.",
)


def ledger_option(callback: _Callback | None = ledger_of_desk) -> _Option[Any]:
    """Return the option `--ledger` of a command that needs one; `callback` says what is taken without it."""
    return click.option(
        "--ledger",
        type=click.Path(path_type=Path),
        metavar="FILE",
        callback=callback,
        help="The ledger file; default: $INTERLOCK_LEDGER, else that of `defaults` in interlock.yaml, else "
        f"{LEDGER.as_posix()}.",
    )


def anchor_option(callback: _Callback | None = anchor_of_desk, **settings: Any) -> _Option[Any]:
    """Return the option `--anchor` of a command that records; it stands after that of the ledger."""
    return click.option(
        "--anchor",
        type=click.Path(path_type=Path),
        metavar="FILE",
        callback=callback,
        help="A file with the ledger's head: it is checked first, and updated with each record. Default: that of "
        "`defaults`, for the ledger there.",
        **settings,
    )


def begin_option(**settings: Any) -> _Option[Any]:
    """Return the option `--begin` of a command that may begin a ledger."""
    return click.option(
        "--begin",
        is_flag=True,
        help="Begin a new ledger, where there is none; refused where one is begun.",
        **settings,
    )


historic_option: _Option[Any] = click.option(
    "--historic", is_flag=True, help="Evaluate an old snapshot as of its own time: no verdict expires."
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


def format_option(kind: str) -> _Option[Any]:
    """Return the option `--format` for a kind of record of `reports.renderers`; its first format is the default."""
    return click.option(
        "--format",
        "form",
        type=FormatName(lambda: formats(kind)),
        default=formats(kind)[0],
        show_default=True,
        help="The output format.",
    )


def with_options(options: Sequence[_Option[Any]]) -> _Option[Any]:
    """Return a decorator that adds options to a command, in their order."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated
