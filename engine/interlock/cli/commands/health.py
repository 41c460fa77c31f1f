"""`interlock health`: whether the desk is ready, for a person at the terminal and for a script by the exit code."""

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
    UsageError,
)
from ...reports.kinds.desk_reading import ReportUnknown
from ..command import Subcommand
from ..evaluation_run import RunOptions, note_rest, run_options
from ..kind_run import read_desk
from ..options import format_option
from ..output import output_option, require_writable, show

__all__ = ["command"]

_KIND = "readiness"


@click.command(
    "health",
    cls=Subcommand,
    short_help="Tell whether the desk is ready; the exit code is 0 only then.",
    examples=(
        "interlock health --root . --environment live --ledger ledger.db",
        "interlock health --root . --quiet",
    ),
    exits={
        EXIT_BEST: "every gate of the readiness report is at its best",
        EXIT_WORST: "a gate is at its worst",
        EXIT_INVALID: "a policy, a snapshot or the command line is refused",
        EXIT_BETWEEN: "a gate lies in between, or no ledger was used",
        EXIT_NOT_EVALUATED: "a gate was not evaluated, or its verdict has expired",
        EXIT_INTEGRITY: "the ledger is damaged",
    },
)
@click.argument("snapshot", required=False)
@run_options
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@format_option("health")
@output_option
def command(snapshot: str | None, quiet: bool, form: str, output: str, **options: Any) -> int:
    """Tell whether the desk is ready, from SNAPSHOT (a file, or - for stdin) or a desk that --root names.

    It asks the policies that the report document `readiness` names. A script goes on only where the exit code is 0.
    """
    if quiet and output != "-":
        raise UsageError("`--quiet` writes nothing: leave it or `-o` out")
    require_writable(output, [snapshot])
    reading = read_desk(_KIND, snapshot, RunOptions(**options))
    if reading.kind.fields is None:
        raise UsageError(f"the report `{_KIND}` has no `fields`: `health` asks the policies that they name")
    if not quiet:
        show("health", form, reading, output)
        note_rest([reading.result])
    silent = [isinstance(reading.verdicts(name), ReportUnknown) for name in reading.kind.policies]
    code = reading.result.exit_code
    return EXIT_NOT_EVALUATED if any(silent) and code in (EXIT_BEST, EXIT_BETWEEN, EXIT_WORST) else code
