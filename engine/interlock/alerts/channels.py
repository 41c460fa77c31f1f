"""The kinds of channels, each with the options that name one; nothing in a policy or a snapshot can name a channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError
from .channel import Channel
from .command_alerts import command_channel
from .file_alerts import file_channel

__all__ = ["KINDS", "ChannelContext", "ChannelKind", "ChannelOption", "channels_of"]


@dataclass(frozen=True, slots=True)
class ChannelOption:
    """An option of the command line: its name (`--events-url`), what its value is called, and its help."""

    name: str
    metavar: str
    help: str


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """The surroundings of a channel: the ledger, the values of the options that were given, the environment's
    variables, and the other files that the command writes, by what they are (`the anchor`)."""

    ledger: Path
    given: Mapping[str, str]
    environ: Mapping[str, str]
    taken: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A kind of channel: the option that names one, the function that makes it of the option's value, and further
    options, which need the first.

    The function raises UsageError, without secrets in its text, for a value that names no channel.
    """

    option: ChannelOption
    make: Callable[[str, ChannelContext], Channel]
    more: tuple[ChannelOption, ...] = ()


_TOKEN = ChannelOption(
    "--events-token-env", "NAME", "The environment variable that holds the bearer token of the URL."
)


def _file(value: str, context: ChannelContext) -> Channel:
    return file_channel(Path(value), context.ledger, context.taken)


def _command(value: str, context: ChannelContext) -> Channel:
    return command_channel(value)


def _url(value: str, context: ChannelContext) -> Channel:
    from .webhook_alerts import webhook_channel  # what speaks HTTP costs start-up time

    variable = context.given.get(_TOKEN.name, "")
    token = context.environ.get(variable, "") if variable else ""
    return webhook_channel(value, printable(variable), token)


KINDS: dict[str, ChannelKind] = {
    "file": ChannelKind(
        ChannelOption("--events", "FILE", "Append each event to this file, as a line of JSON."), _file
    ),
    "command": ChannelKind(
        ChannelOption(
            "--events-command", "'WORDS'", "Send the same lines to a command, on its standard input."
        ),
        _command,
    ),
    "url": ChannelKind(
        ChannelOption("--events-url", "URL", "Post the same lines to a URL."), _url, (_TOKEN,)
    ),
}
"""The kinds of channels by name, in the order in which their events go out."""


def channels_of(
    given: Mapping[str, str], ledger: Path, environ: Mapping[str, str], taken: Mapping[str, Path]
) -> tuple[Channel, ...]:
    """Return the channels that options name; `given` holds the value of each option that was given, by its name.

    `taken` are the files that the command writes otherwise, by what they are. Raises UsageError, without secrets in its
    text, for a value that names no channel, and for an option that is given without the one that it belongs to.
    """
    context = ChannelContext(ledger, given, environ, taken)
    found = []
    for kind in KINDS.values():
        main = kind.option
        for each in kind.more:
            if each.name in given and (main.name not in given or not given[each.name]):
                raise UsageError(f"`{each.name} {each.metavar}` belongs to `{main.name} {main.metavar}`")
        if main.name in given:
            found.append(kind.make(given[main.name], context))
    return tuple(found)
