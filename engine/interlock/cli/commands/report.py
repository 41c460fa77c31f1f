"""`interlock report`: the whole story of one snapshot in Markdown, for people who know trading and not the code."""

from __future__ import annotations

from typing import Any

import click

from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_WORST
from ...reports.full_report import report
from ..evaluation_run import EvaluationRun, RunOptions, judging_options, remarks
from ..output import deliver, output_option, writable

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock report snapshot.json --environment paper --stateless -o report.md
  interlock report --root . --environment live -o report.md
  interlock report snapshot.json --policy phase-2c-promotion --historic -o promotion.md
"""


@click.command("report", epilog=_EXAMPLES)
@click.argument("snapshot", required=False)
@judging_options
@output_option
def command(snapshot: str | None, output: str, **options: Any) -> int:
    """Write a report on SNAPSHOT (a file, or - for stdin) in Markdown.

    The exit code is 0 whatever the verdicts are; 2 when a policy or the snapshot is refused, 4 when nothing was
    evaluated or a verdict has expired.
    """
    writable(output)
    judged = EvaluationRun([snapshot] if snapshot else [], RunOptions(**options)).only("a report")
    deliver(report(judged), output)
    remarks([judged])
    code = judged.exit_code
    return EXIT_BEST if code in (EXIT_WORST, EXIT_BETWEEN) else code
