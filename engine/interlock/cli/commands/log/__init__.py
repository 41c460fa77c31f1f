"""`interlock log`: shows, verifies, replays and exports the ledger, prints its head, and re-arms a trigger."""

from __future__ import annotations

import click

from ...command import CommandGroup

__all__ = ["command"]

_ROOM = "interlock.cli.commands.log"
_READ, _ACT = "Read the ledger", "Act on it"


@click.group(
    "log",
    cls=CommandGroup,
    table={
        "show": (_READ, f"{_ROOM}.show"),
        "verify": (_READ, f"{_ROOM}.verify"),
        "head": (_READ, f"{_ROOM}.head"),
        "export": (_READ, f"{_ROOM}.export"),
        "replay": (_READ, f"{_ROOM}.replay"),
        "rearm": (_ACT, f"{_ROOM}.rearm"),
    },
    short_help="Read, verify and replay the ledger.",
    examples=(
        "interlock log show --kind verdict --last 20",
        "interlock log verify --anchor ledger.head",
        "interlock log head > ledger.head",
        "interlock log replay 12",
    ),
)
def command() -> None:
    """Read and verify the ledger, replay a verdict, re-arm a trigger."""
