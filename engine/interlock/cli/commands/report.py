"""`interlock report`: a report on one snapshot, for people who know trading and not the code."""

from __future__ import annotations

from typing import Any

import click

from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_INTEGRITY, EXIT_NOT_EVALUATED, EXIT_WORST
from ..command import Subcommand
from ..evaluation_run import EvaluationRun, RunOptions, note_rest, run_options
from ..options import format_option
from ..output import output_option, require_writable, show

__all__ = ["command"]


@click.command(
    "report",
    cls=Subcommand,
    short_help="Write a report on one snapshot.",
    examples=(
        "interlock report snapshot.json --environment paper --stateless -o report.md",
        "interlock report --root . --environment live -o report.md",
        "interlock report snapshot.json --full --policy turnover-gate --historic",
    ),
    exits={
        EXIT_BEST: "the report is written, whatever the verdicts are",
        EXIT_NOT_EVALUATED: "nothing was evaluated, or a verdict has expired",
        EXIT_INTEGRITY: "the ledger is damaged",
    },
)
@click.argument("snapshot", required=False)
@run_options
@click.option("--full", is_flag=True, help="Show every gate with its rules, limits and sources.")
@format_option("report")
@output_option
def command(snapshot: str | None, full: bool, form: str, output: str, **options: Any) -> int:
    """Write a report on SNAPSHOT (a file, or - for stdin).

    It begins with what is asked for, then lists the gates that are not at their best, by runbook, and ends with a
    table of the rest. With --full every gate follows with its rules and limits, then the sources and the commands that
    give the same report again.
    """
    require_writable(output)
    result = EvaluationRun([snapshot] if snapshot else [], RunOptions(**options)).only("a report")
    show("full report" if full else "report", form, result, output)
    note_rest([result])
    code = result.exit_code
    return EXIT_BEST if code in (EXIT_WORST, EXIT_BETWEEN) else code
