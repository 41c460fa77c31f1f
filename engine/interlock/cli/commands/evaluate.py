"""`interlock evaluate`: the verdict of every gate over one snapshot or many, with reasons."""

from __future__ import annotations

from typing import Any

import click

from ...errors import worst_exit
from ...reports.output_formats import FORMATS, rendered
from ..alert_options import alerting_of, alerting_options
from ..evaluation_run import EvaluationRun, RunOptions, judging_options, remarks
from ..options import format_option
from ..output import deliver, look, output_option, writable

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock evaluate snapshot.json --environment paper --stateless
  interlock evaluate snapshots/ --policy live-rollout-readiness --historic
  interlock evaluate --root . --environment live --format json -o verdicts.json
  interlock evaluate snapshot.json --historic --ledger .interlock/ledger.db
  interlock evaluate --root . --ledger .interlock/ledger.db --events-command 'mail -s alerts desk@example.com'
"""


@click.command("evaluate", short_help="Judge snapshots and print every verdict.", epilog=_EXAMPLES)
@click.argument("snapshots", nargs=-1)
@judging_options
@alerting_options
@format_option(*FORMATS)
@output_option
def command(
    snapshots: tuple[str, ...],
    form: str,
    output: str,
    **options: Any,
) -> int:
    """Judge SNAPSHOTS: files, - for stdin, folders of *.json files or quoted patterns.

    The exit code is 0 when every policy asked for is at its best verdict, 1 when one is at its worst, 3 in between, 4
    when nothing was evaluated or a verdict has expired, 2 when a policy or a snapshot is refused. Events that could
    not be delivered change no exit code: they are told on stderr and go out with the next run.
    """
    writable(output)
    alerting = alerting_of(options, options["ledger"], anchor=options["anchor"], output=output)
    alerting.insist()
    asked = RunOptions(**options)
    judged = EvaluationRun(snapshots, asked, record=True, alerting=alerting).judged()
    deliver(rendered(form, judged, look(output, asked.policies)), output, for_people=form == "text")
    remarks(judged)
    return worst_exit(each.exit_code for each in judged)
