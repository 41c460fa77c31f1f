"""Options that say who carries the events of changed verdicts, and what they come to."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ..alerts.channel import Channel
from ..alerts.channels import ChannelOptions, channels_of
from ..diagnostics import printable
from ..errors import UsageError
from ..language.times import parse_duration
from ..wording import listed

__all__ = ["AlertOptions", "alerting_of", "alerting_options"]

_OPTIONS = (
    click.option(
        "--events",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Append what people are to hear of to this file, as lines of JSON.",
    ),
    click.option(
        "--events-command", metavar="'WORDS'", help="Hand these lines to a command, on its standard input."
    ),
    click.option("--events-url", metavar="URL", help="Post these lines to a URL."),
    click.option(
        "--events-token-env", metavar="NAME", help="The variable that holds the bearer token of the URL."
    ),
    click.option("--renotify", metavar="4h", help="Tell again of a verdict that stays below the best."),
)
_NAMES = ("events", "events_command", "events_url", "events_token_env", "renotify")


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """The channels of a run, and after how many seconds what stays is told again."""

    channels: tuple[Channel, ...] = ()
    renotify: Decimal | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The channels' names in the ledger."""
        return tuple(each.name for each in self.channels)

    def insist(self) -> None:
        """Raise UsageError, before the work rather than after it, where a channel could take nothing."""
        for each in self.channels:
            why = each.obstacle()
            if why:
                raise UsageError(f"no event could be delivered to {each.shown}: {printable(why)}")


def alerting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command; `alerting_of` takes them out of what it is given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def alerting_of(
    options: dict[str, Any], ledger: str | Path | None, **taken: str | Path | None
) -> AlertOptions:
    """Return what the options come to; raises UsageError for what cannot be meant, and without a ledger.

    `taken` are the other files that the command writes, by what they are (`kill_switch`).
    """
    given = {name: options.pop(name) for name in _NAMES}
    named = [f"`--{name.replace('_', '-')}`" for name in _NAMES if given[name] is not None]
    if ledger is None:
        if named:
            why = "only a ledger knows what was told before"
            raise UsageError(f"{listed(named)} {'need' if named[1:] else 'needs'} `--ledger FILE`: {why}")
        return AlertOptions()
    renotify = _interval(given.pop("renotify"))
    wanted = ChannelOptions(*(given[name] for name in _NAMES[:-1]))
    files = {f"the {name.replace('_', ' ')}": Path(each) for name, each in taken.items() if each is not None}
    return AlertOptions(channels_of(wanted, Path(ledger), os.environ, files), renotify)


def _interval(text: str | None) -> Decimal | None:
    found = None if text is None else parse_duration(text)
    if text is not None and not found:
        raise UsageError(f"`--renotify {printable(text)}` is no duration: write `4h` or `30m`")
    return found
