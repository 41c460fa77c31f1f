"""`interlock schedule`: the lines that run the jobs of a desk by cron, systemd or the task scheduler of Windows."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...diagnostics import printable
from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_WORST, UsageError
from ...policy.loader import find_root
from ...reports.records.job_schedule import Job
from ...reports.renderers import formats
from .. import terminal
from ..command import Subcommand
from ..desk_choices import root_of_desk
from ..inputs import load_policies
from ..kind_run import require_kind
from ..options import FormatName, environment_option, optional_ledger_option, policies_option
from ..output import output_option, require_writable, show

__all__ = ["command"]


@click.command(
    "schedule",
    cls=Subcommand,
    short_help="Print the lines that run the jobs of a desk.",
    examples=(
        "interlock schedule --for cron --root . --environment live --ledger ledger.db",
        "interlock schedule --for systemd --root /srv/desk --reports /srv/reports",
        "interlock schedule --for windows --root . -o schedule.cmd",
    ),
    exits={EXIT_BEST: "the lines are printed; nothing is installed"},
)
@click.option(
    "--for",
    "form",
    required=True,
    type=FormatName(lambda: formats("schedule")),
    help="What runs the jobs.",
)
@click.option(
    "--root",
    metavar="DIR",
    callback=root_of_desk,
    help="The folder with the desk's artefacts; default: that of `defaults` in interlock.yaml.",
)
@click.option("--reports", metavar="DIR", help="Where the weekly report goes; default: the root.")
@click.option(
    "--kind",
    default="weekly-summary",
    show_default=True,
    metavar="NAME",
    help="The kind of the weekly report.",
)
@environment_option()
@optional_ledger_option
@output_option
@policies_option
def command(
    form: str,
    root: str | None,
    reports: str | None,
    kind: str,
    environment: str | None,
    ledger: Path | None,
    output: str,
    policies: str | None,
) -> int:
    """Print the lines that run the daily health check (06:00), the weekly report (Monday 09:00) and the evaluation of
    every hour. Paths are made absolute, so the lines work from any folder; nothing is installed.
    """
    require_writable(output)
    if root is None:
        raise UsageError("`interlock schedule` needs `--root`: see `interlock schedule --help`")
    for option, folder in (("--root", root), ("--reports", reports or root)):
        if not Path(folder).is_dir():
            raise UsageError(
                f"there is no folder `{printable(folder)}`: make it, or name another with `{option} DIR`"
            )
    common = ["--root", _absolute(root), "--policies", _absolute(str(find_root(policies)))]
    common += ["--environment", environment] if environment is not None else []
    common += ["--ledger", _absolute(str(ledger))] if ledger is not None else ["--stateless"]
    program = (sys.executable, "-m", "interlock")
    weekly = ("report", "--kind", kind, *common, "-o", _absolute(reports or root))
    answers = (EXIT_WORST, EXIT_BETWEEN)
    jobs = [
        Job("interlock-health", "Daily health check", (*program, "health", *common), 6),
        Job("interlock-weekly", "Weekly report", (*program, *weekly), 9, "Mon"),
        Job("interlock-evaluate", "Hourly evaluation", (*program, "evaluate", *common), answers=answers),
    ]
    for word in {word for each in jobs for word in each.words}:
        if not word.isprintable():
            raise UsageError(
                f"`{printable(word)}` cannot stand in a line of a schedule: it holds a control character"
            )
    require_kind(load_policies(policies), kind)
    show("schedule", form, jobs, output)
    if ledger is None:
        terminal.note(
            "note: without a ledger the health check never ends with 0: name one with `--ledger FILE`"
        )
    return EXIT_BEST


def _absolute(path: str) -> str:
    return str(Path(path).absolute())
