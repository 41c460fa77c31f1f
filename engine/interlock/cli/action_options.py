"""Options of the commands by which people act on a ledger: which one, who, why, and when."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from .. import clock
from ..errors import UsageError
from ..language.times import show_time
from ..ledger.acts import Act
from ..ledger.file.ledger import DEFAULT
from .options import Instant, anchor_option

__all__ = ["act_of", "acting_options", "ledger_file_option"]

_ANCHOR = "anchor"


def _kept(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    context.meta[_ANCHOR] = value


ledger_file_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    default=DEFAULT,
    show_default=True,
    metavar="FILE",
    help="The ledger.",
)
_OPTIONS = (
    click.option("--by", required=True, metavar="WHO", help="Who acts."),
    click.option("--reason", required=True, metavar="TEXT", help="Why."),
    click.option(
        "--at", type=Instant(), metavar="TIME", help="When it was done, never later than now; default: now."
    ),
    ledger_file_option,
    anchor_option(expose_value=False, callback=_kept),
)


def acting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--by`, `--reason`, `--at`, `--ledger` and `--anchor` to a command; `act_of` finds the last of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def act_of(by: str, reason: str, at: Decimal | None) -> Act:
    """Return the act; raises UsageError for one that lies in the future."""
    now = clock.now()
    if at is not None and at > now:
        raise UsageError(f"`--at {show_time(at)}` lies in the future")
    return Act(by, reason, now if at is None else at, click.get_current_context().meta[_ANCHOR])
