"""Options of the commands that record an act of a person: the ledger, who, why, and when."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from .. import clock
from ..errors import EXIT_INTEGRITY, EXIT_NOT_EVALUATED, UsageError
from ..language.times import show_time
from ..ledger.acts import Act
from .desk_choices import anchor_of_desk
from .options import Instant, anchor_option, begin_option, ledger_option, with_options

__all__ = ["LEDGER_EXITS", "act_from", "act_options", "beginning_act_options"]

_ANCHOR, _BEGIN = "anchor", "begin"


def _keep_anchor(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    context.meta[_ANCHOR] = anchor_of_desk(context, parameter, value)


def _keep_begin(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[_BEGIN] = value


LEDGER_EXITS = {
    EXIT_NOT_EVALUATED: "the ledger cannot be read or written",
    EXIT_INTEGRITY: "the ledger is damaged",
}
"""The exit codes of a command that needs a ledger, beside its own."""

_ACT = (
    click.option("--by", required=True, metavar="WHO", help="The person who acts."),
    click.option("--reason", required=True, metavar="TEXT", help="The reason, for the record."),
    click.option(
        "--at",
        type=Instant(),
        metavar="TIME",
        help="When it was done, never later than now; default: now.",
    ),
    ledger_option(),
    anchor_option(_keep_anchor, expose_value=False),
)
act_options = with_options(_ACT)
"""Adds `--by`, `--reason`, `--at`, `--ledger` and `--anchor` to a command; `act_from` finds the last of them."""

beginning_act_options = with_options((*_ACT, begin_option(expose_value=False, callback=_keep_begin)))
"""Adds these and `--begin` to a command whose act may be the first in a ledger."""


def act_from(by: str, reason: str, at: Decimal | None) -> Act:
    """Return the act of these options; raises UsageError for an `--at` later than the clock."""
    now = clock.now()
    if at is not None and at > now:
        raise UsageError(f"`--at {show_time(at)}` lies in the future")
    kept = click.get_current_context().meta
    return Act(by, reason, now if at is None else at, kept[_ANCHOR], kept.get(_BEGIN, False))
