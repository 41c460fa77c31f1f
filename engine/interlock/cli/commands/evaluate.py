"""`interlock evaluate`: the verdict of every policy over one snapshot or many, with reasons."""

from __future__ import annotations

from typing import Any

import click

from ...errors import (
    EXIT_BEST,
    EXIT_BETWEEN,
    EXIT_INTEGRITY,
    EXIT_INVALID,
    EXIT_NOT_EVALUATED,
    EXIT_WORST,
    worst_exit,
)
from ...policy.loader import find_root
from ..alert_options import alert_options, alerts_from
from ..command import Subcommand
from ..evaluation_run import EvaluationRun, RunOptions, note_rest, run_options
from ..options import begin_option, format_option
from ..output import output_option, require_writable, show

__all__ = ["command"]


@click.command(
    "evaluate",
    cls=Subcommand,
    short_help="Evaluate snapshots and print every verdict.",
    examples=(
        "interlock evaluate snapshot.json --environment paper --stateless",
        "interlock evaluate snapshots/ --policy turnover-gate --historic",
        "interlock evaluate --root . --environment live --format json -o verdicts.json",
        "interlock evaluate snapshot.json --environment paper \\\n    --ledger ledger.db --begin",
        "interlock evaluate --root . --ledger ledger.db --events-command 'mail desk'",
    ),
    exits={
        EXIT_BEST: "every selected policy is at its best verdict",
        EXIT_WORST: "a policy is at its worst verdict",
        EXIT_INVALID: "a policy, a snapshot or the command line is refused",
        EXIT_BETWEEN: "a policy lies in between, or no ledger was used",
        EXIT_NOT_EVALUATED: "nothing was evaluated or recorded, or a verdict has expired",
        EXIT_INTEGRITY: "the ledger is damaged",
    },
)
@click.argument("snapshots", nargs=-1)
@run_options
@begin_option()
@alert_options
@format_option("evaluation")
@output_option
def command(
    snapshots: tuple[str, ...],
    form: str,
    output: str,
    begin: bool,
    **options: Any,
) -> int:
    """Evaluate SNAPSHOTS: files, - for stdin, folders of *.json files or quoted patterns.

    With --root a snapshot is collected first. Verdicts expire: use --historic to evaluate an old snapshot as of its
    own time. A ledger that is not there is begun only with --begin. An event that cannot be delivered is reported on
    stderr and sent with the next run; it changes no exit code.
    """
    require_writable(output, snapshots)
    alerts = alerts_from(options, options["ledger"], anchor=options["anchor"], output=output)
    alerts.require_ready()
    run = RunOptions(**options)
    results = EvaluationRun(snapshots, run, record=True, begin=begin, alerts=alerts).results()
    show("evaluation", form, results, output, find_root(run.policies))
    note_rest(results)
    return worst_exit(each.exit_code for each in results)
