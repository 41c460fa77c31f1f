"""Makes channels of what the command line names; nothing in a policy or a snapshot can name one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ..diagnostics import printable
from ..errors import UsageError
from .channel import Channel
from .command_alerts import command_channel
from .file_alerts import file_channel

__all__ = ["ChannelOptions", "channels_of"]


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """The channels that are wanted; `token_env` is the name of the variable with the token of `url`."""

    file: Path | None = None
    command: str | None = None
    url: str | None = None
    token_env: str | None = None


def channels_of(
    wanted: ChannelOptions,
    ledger: Path,
    environ: Mapping[str, str],
    taken: Mapping[str, Path] = MappingProxyType({}),
) -> tuple[Channel, ...]:
    """Return the channels; raises UsageError, in words without secrets, for one that cannot be meant.

    `taken` are the files that other things are written to, by what they are.
    """
    found: list[Channel] = []
    if wanted.file is not None:
        found.append(file_channel(wanted.file, ledger, taken))
    if wanted.command is not None:
        found.append(command_channel(wanted.command))
    variable = wanted.token_env
    if variable is not None and (wanted.url is None or not variable):
        raise UsageError("`--events-token-env NAME` belongs to `--events-url URL`")
    if wanted.url is not None:
        from .webhook_alerts import webhook_channel  # what speaks HTTP costs start-up time

        token = environ.get(variable, "") if variable else ""
        found.append(webhook_channel(wanted.url, printable(variable or ""), token))
    return tuple(found)
