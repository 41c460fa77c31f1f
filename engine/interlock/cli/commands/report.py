"""`interlock report`: a report on one snapshot, for people who know trading and not the code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_INTEGRITY, EXIT_NOT_EVALUATED, EXIT_WORST, UsageError
from ...reports.evaluation.evaluation_result import EvaluationResult
from ..command import Subcommand
from ..evaluation_run import EvaluationRun, RunOptions, note_rest, run_options
from ..kind_run import read_desk
from ..options import FormatName
from ..output import output_option, require_writable, show

__all__ = ["command"]

_FORMATS = ("markdown", "json")


@click.command(
    "report",
    cls=Subcommand,
    short_help="Write a report on one snapshot.",
    examples=(
        "interlock report snapshot.json --environment paper --stateless -o report.md",
        "interlock report --root . --environment live -o report.md",
        "interlock report snapshot.json --full --policy turnover-gate --historic",
        "interlock report --root . --kind readiness -o readiness.json",
        "interlock report --root . --kind weekly-summary --week 12 -o reports",
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
@click.option("--kind", metavar="NAME", help="A kind of report that the policy root declares.")
@click.option("--week", type=int, metavar="N", help="With --kind: of this week of the programme, from 1.")
@click.option(
    "--format",
    "form",
    type=FormatName(lambda: _FORMATS),
    help="The output format; default: that of the kind, else markdown.",
)
@output_option
def command(
    snapshot: str | None,
    full: bool,
    kind: str | None,
    week: int | None,
    form: str | None,
    output: str,
    **options: Any,
) -> int:
    """Write a report on SNAPSHOT (a file, or - for stdin).

    It begins with what is asked for, then lists the gates that are not at their best, by runbook, and ends with a
    table of the rest. With --full every gate follows with its rules and limits, then the sources and the commands that
    give the same report again.

    With --kind it is a report that a document of the policy root declares: JSON from fields or Markdown from sections.
    What is not known is null or `unknown` there, with its cause. If --output is a folder, the kind names the file.
    """
    if week is not None and week < 1:
        raise UsageError(f"`--week {week}`: the weeks of a programme are counted from 1")
    if kind is not None:
        if full:
            raise UsageError("`--full` does not go with `--kind`: a kind says what it shows")
        return _of_kind(kind, snapshot, RunOptions(**options), week, form, output)
    if week is not None:
        raise UsageError("`--week` belongs to `--kind NAME`")
    if form not in (None, "markdown"):
        raise UsageError(
            f"this report has no format `{form}`: name a `--kind`, or `interlock evaluate --format {form}`"
        )
    require_writable(output, [snapshot])
    result = EvaluationRun([snapshot] if snapshot else [], RunOptions(**options)).only("a report")
    show("full report" if full else "report", "markdown", result, output)
    return _ended(result)


def _of_kind(
    name: str, snapshot: str | None, options: RunOptions, week: int | None, form: str | None, output: str
) -> int:
    folder = Path(output) if output != "-" and Path(output).is_dir() else None
    if folder is None:
        require_writable(output, [snapshot])
    reading = read_desk(name, snapshot, options, week)
    if form not in (None, reading.kind.format):
        raise UsageError(f"the report `{name}` is written as {reading.kind.format}: leave `--format` out")
    target = output if folder is None else str(folder / reading.file)
    show("report kind", reading.kind.format, reading, target)
    # what does not apply is a part of the report, and no failure to write it
    result = replace(reading.result, asked=())
    return _ended(result) if result.applying or result.decision.refusals else EXIT_BEST


def _ended(result: EvaluationResult) -> int:
    note_rest([result])
    code = result.exit_code
    return EXIT_BEST if code in (EXIT_WORST, EXIT_BETWEEN) else code
