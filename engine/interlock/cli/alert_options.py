"""The options that name the channels of events, and what a command makes of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ..alerts.channel import Channel
from ..alerts.channels import KINDS, ChannelOption, channels_of
from ..diagnostics import printable
from ..errors import UsageError
from ..wording import listed
from .options import Period, with_options

__all__ = ["AlertOptions", "alert_options", "alerts_from"]

_RENOTIFY = "--renotify"


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """The channels of a run, and after how many seconds a verdict that stays below the best is an event again."""

    channels: tuple[Channel, ...] = ()
    renotify: Decimal | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The channels' names in the ledger."""
        return tuple(each.name for each in self.channels)

    def require_ready(self) -> None:
        """Raise UsageError, before the work begins, where a channel cannot take events."""
        for each in self.channels:
            why = each.problem()
            if why:
                raise UsageError(f"no event could be delivered to {each.label}: {printable(why)}")


def alert_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every kind of channel to a command; `alerts_from` takes them out of its arguments."""
    channels = [click.option(each.name, metavar=each.metavar, help=each.help) for each in _channel_options()]
    renotify = click.option(
        _RENOTIFY,
        type=Period("4h", positive=True),
        metavar="4h",
        help="Repeat the event of a verdict that stays below the best.",
    )
    return with_options([*channels, renotify])(command)  # type: ignore[no-any-return]


def alerts_from(
    options: dict[str, Any], ledger: str | Path | None, **taken: str | Path | None
) -> AlertOptions:
    """Return what the options name; raises UsageError where they contradict each other, and without a ledger.

    `taken` are the other files that the command writes, by what they are (`kill_switch`).
    """
    names = [*(each.name for each in _channel_options()), _RENOTIFY]
    values = {name: options.pop(name.removeprefix("--").replace("-", "_")) for name in names}
    given = {name: value for name, value in values.items() if value is not None}
    if ledger is None and given:
        need = "need" if len(given) > 1 else "needs"
        why = "a ledger holds the events that were sent before"
        raise UsageError(f"{listed([f'`{each}`' for each in given])} {need} `--ledger FILE`: {why}")
    if ledger is None:
        return AlertOptions()
    renotify = given.pop(_RENOTIFY, None)
    files = {f"the {name.replace('_', ' ')}": Path(each) for name, each in taken.items() if each is not None}
    return AlertOptions(channels_of(given, Path(ledger), os.environ, files), renotify)


def _channel_options() -> list[ChannelOption]:
    return [each for kind in KINDS.values() for each in (kind.option, *kind.more)]
