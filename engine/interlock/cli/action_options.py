"""Options of the commands that record an act of a person: the ledger, who, why, and when."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from .. import clock
from ..errors import EXIT_INTEGRITY, EXIT_NOT_EVALUATED, UsageError
from ..language.times import show_time
from ..ledger.acts import Act
from ..ledger.file.ledger import DEFAULT
from .options import Instant, anchor_option, with_options

__all__ = ["LEDGER_EXITS", "act_from", "act_options", "ledger_file_option"]

_ANCHOR = "anchor"


def _keep(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    context.meta[_ANCHOR] = value


LEDGER_EXITS = {
    EXIT_NOT_EVALUATED: "the ledger cannot be read or written",
    EXIT_INTEGRITY: "the ledger is damaged",
}
"""The exit codes of a command that needs a ledger, beside its own."""

ledger_file_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    default=DEFAULT,
    show_default=True,
    metavar="FILE",
    help="The ledger file.",
)
act_options = with_options(
    (
        click.option("--by", required=True, metavar="WHO", help="The person who acts."),
        click.option("--reason", required=True, metavar="TEXT", help="The reason, for the record."),
        click.option(
            "--at",
            type=Instant(),
            metavar="TIME",
            help="When it was done, never later than now; default: now.",
        ),
        ledger_file_option,
        anchor_option(expose_value=False, callback=_keep),
    )
)
"""Adds `--by`, `--reason`, `--at`, `--ledger` and `--anchor` to a command; `act_from` finds the last of them."""


def act_from(by: str, reason: str, at: Decimal | None) -> Act:
    """Return the act of these options; raises UsageError for an `--at` later than the clock."""
    now = clock.now()
    if at is not None and at > now:
        raise UsageError(f"`--at {show_time(at)}` lies in the future")
    return Act(by, reason, now if at is None else at, click.get_current_context().meta[_ANCHOR])
