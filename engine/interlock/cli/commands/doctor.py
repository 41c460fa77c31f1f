"""`interlock doctor`: which artefacts of a desk are there, missing, stale or in another form, worst first."""

from __future__ import annotations

from decimal import Decimal

import click

from ... import clock
from ...analysis.desk_check import check_desk
from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_WORST, UsageError
from ..command import Subcommand
from ..desk_choices import root_of_desk
from ..inputs import load_policies
from ..options import COMMANDS_OF_A_COPY, Instant, allow_commands_option, format_option, policies_option
from ..output import show
from ..progress import progress

__all__ = ["command"]


@click.command(
    "doctor",
    cls=Subcommand,
    short_help="Say which artefacts are there, missing or stale.",
    examples=(
        "interlock doctor --root .",
        "interlock doctor --root examples/desk --archive \\\n    --as-of 2026-03-30T06:30:00Z",
        "interlock doctor --format json",
    ),
    exits={
        EXIT_BEST: "every artefact that was looked at is there and fresh",
        EXIT_WORST: "an artefact is missing or in another form",
        EXIT_BETWEEN: "an artefact is stale",
    },
)
@click.option(
    "--root",
    metavar="DIR",
    callback=root_of_desk,
    help="The folder with the desk's artefacts; default: that of `defaults` in interlock.yaml.",
)
@click.option("--as-of", type=Instant(), metavar="TIME", help="Look as of this date or time; default: now.")
@click.option("--archive", is_flag=True, help="The folder is a copy made at --as-of.")
@allow_commands_option
@policies_option
@format_option("desk check")
def command(
    root: str | None,
    as_of: Decimal | None,
    archive: bool,
    allow_commands: bool,
    policies: str | None,
    form: str,
) -> int:
    """Say of each artefact that a source declares whether it is there, missing, stale or in another form.

    The worst stand first, with the reason and the metrics that have no value for it. docs/artefacts.md lists what each
    must hold. Nothing is written.
    """
    if root is None:
        raise UsageError("`interlock doctor` needs `--root`: see `interlock doctor --help`")
    if archive and allow_commands:
        raise UsageError(COMMANDS_OF_A_COPY)
    now = clock.now()
    loaded = load_policies(policies)
    with progress("looking at the artefacts"):
        moment = now if as_of is None else as_of
        found = loaded.collect(root, moment, now=now, archive=archive, allow_commands=allow_commands)
        checked = check_desk(found, loaded.sources, loaded.catalogue, archive=archive)
    show("desk check", form, checked)
    if checked.count("missing") or checked.count("other form"):
        return EXIT_WORST
    return EXIT_BETWEEN if checked.count("stale") else EXIT_BEST
