"""`interlock evaluate`: the verdict of every gate over one snapshot or many, with reasons."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ..diagnostics import printable
from ..errors import UsageError, worst_exit
from ..language.times import parse_duration
from ..ledger.notifying import append_lines
from ..reports.registry import FORMATS, rendered
from .delivery import deliver, look, output_option, writable
from .judging import Asked, Judging, judging_options, remarks
from .options import format_option

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock evaluate snapshot.json --environment paper --stateless
  interlock evaluate snapshots/ --policy live-rollout-readiness --historic
  interlock evaluate --root . --environment live --format json -o verdicts.json
  interlock evaluate snapshot.json --historic --ledger .interlock/ledger.db
"""


@click.command("evaluate", short_help="Judge snapshots and print every verdict.", epilog=_EXAMPLES)
@click.argument("snapshots", nargs=-1)
@judging_options
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --ledger: append what people are to hear of, as lines of JSON.",
)
@click.option(
    "--renotify", metavar="4h", help="With --ledger: tell again of a verdict that stays below the best."
)
@format_option(*FORMATS)
@output_option
def command(
    snapshots: tuple[str, ...],
    form: str,
    output: str,
    events: Path | None,
    renotify: str | None,
    **options: Any,
) -> int:
    """Judge SNAPSHOTS: files, - for stdin, folders of *.json files or quoted patterns.

    The exit code is 0 when every policy asked for is at its best verdict, 1 when one is at its worst, 3 in between, 4
    when nothing was evaluated or a verdict has expired, 2 when a policy or a snapshot is refused.
    """
    writable(output)
    asked = Asked(**options)
    judging = Judging(snapshots, asked, record=True, renotify=_interval(renotify, events, asked))
    judged = judging.judged()
    if events is not None:
        append_lines(events, judging.events)
    deliver(rendered(form, judged, look(output, asked.policies)), output, for_people=form == "text")
    remarks(judged)
    return worst_exit(each.exit_code for each in judged)


def _interval(renotify: str | None, events: Path | None, asked: Asked) -> Decimal | None:
    """Return the interval in seconds; raises UsageError for no duration, and for events without a ledger."""
    if asked.ledger is None and (events is not None or renotify is not None):
        raise UsageError(
            "`--events` and `--renotify` need `--ledger FILE`: only a ledger knows what was told before"
        )
    if renotify is None:
        return None
    found = parse_duration(renotify)
    if not found:
        raise UsageError(f"`--renotify {printable(renotify)}` is no duration: write `4h` or `30m`")
    return found
