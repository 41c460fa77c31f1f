"""`interlock collect`: a snapshot of a desk's artefacts, and which of its metrics are unknown and why."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import click

from ... import clock
from ...api import PolicySet
from ...canonical import canonical
from ...collect.collection import Collection
from ...diagnostics import printable
from ...errors import EXIT_BEST, UsageError
from ...files import write_atomically
from ...policy.catalogue import RESERVED
from ...reports.records.collection_summary import CollectionSummary
from ...reports.renderers import rendered
from .. import terminal
from ..command import Subcommand
from ..desk_choices import root_of_desk
from ..inputs import load_policies
from ..options import COMMANDS_OF_A_COPY, Instant, allow_commands_option, format_option, policies_option
from ..output import show, style_of
from ..progress import progress

__all__ = ["command"]


@click.command(
    "collect",
    cls=Subcommand,
    short_help="Measure a desk's artefacts and write a snapshot.",
    examples=(
        "interlock collect --root . -o snapshot.json",
        "interlock collect --root examples/desk --as-of 2026-03-30T06:30:00Z \\\n    --archive -o snapshot.json",
        "interlock collect --root . --explain kill_switch.active",
    ),
    exits={EXIT_BEST: "a snapshot is written, whatever is unknown in it"},
)
@click.option(
    "--root",
    metavar="DIR",
    callback=root_of_desk,
    help="The folder with the desk's artefacts; default: that of `defaults` in interlock.yaml.",
)
@click.option(
    "--as-of",
    type=Instant(),
    metavar="TIME",
    help="Measure as of this date or time (UTC unless it has an offset); default: now.",
)
@click.option("--since", type=Instant(), metavar="TIME", help="Leave out what is older than this.")
@click.option(
    "--archive", is_flag=True, help="The folder is a copy made at --as-of: take live sources from it."
)
@allow_commands_option
@click.option("-o", "--output", default="-", metavar="FILE", help="Where the snapshot goes; default: stdout.")
@click.option(
    "--explain", "metric", metavar="METRIC", help="Show how this metric came about, and write no snapshot."
)
@click.option("--all", "everything", is_flag=True, help="List every unknown metric.")
@click.option("-q", "--quiet", is_flag=True, help="Print no summary on stderr.")
@format_option("collection")
@policies_option
def command(
    root: str | None,
    as_of: Decimal | None,
    since: Decimal | None,
    archive: bool,
    allow_commands: bool,
    output: str,
    metric: str | None,
    everything: bool,
    quiet: bool,
    form: str,
    policies: str | None,
) -> int:
    """Measure a desk's artefacts and write a snapshot.

    A metric that cannot be measured becomes unknown, with its cause; the command still succeeds. A summary goes to
    stderr; --format is that of the summary, or of --explain. The snapshot is always JSON.
    """
    if root is None:
        raise UsageError("`interlock collect` needs `--root`: see `interlock collect --help`")
    now = clock.now()
    moment = now if as_of is None else as_of
    if archive and allow_commands:
        raise UsageError(COMMANDS_OF_A_COPY)
    if since is not None and since >= moment:
        raise UsageError("`--since` must lie before `--as-of`")
    _require_folder(output)
    loaded = load_policies(policies)
    if metric is not None:
        loaded.known("metric", metric, loaded.catalogue.metrics)
    with progress("collecting"):
        found = loaded.collect(
            root, moment, now=now, since=since, archive=archive, allow_commands=allow_commands
        )
    if metric is not None:
        return _explain(loaded, found, metric, form)
    _write(canonical(found.snapshot) + b"\n", output, quiet)
    if not quiet:
        summary = CollectionSummary(found, moment, _without_source(loaded, found), everything)
        terminal.note(rendered("collection", form, summary, style_of(sys.stderr)).removesuffix("\n"))
    return EXIT_BEST


def _require_folder(output: str) -> None:
    """Fail before the work begins."""
    folder = Path(output).parent
    if output != "-" and not folder.is_dir():
        raise UsageError(
            f"cannot write `{printable(output)}`: there is no folder `{printable(folder.as_posix())}`"
        )


def _write(data: bytes, output: str, quiet: bool) -> None:
    if output == "-":
        terminal.write_json(data)
        return
    write_atomically(Path(output), data)
    if not quiet:
        terminal.note(f"wrote {printable(Path(output).as_posix())}")


def _without_source(policies: PolicySet, found: Collection) -> int:
    """How many declared metrics no source supplies."""
    metrics = policies.catalogue.metrics.values()
    declared = [each for each in metrics if each.record is None and each.name not in RESERVED]
    return len(declared) - len(found.explanations)


def _explain(policies: PolicySet, found: Collection, metric: str, form: str) -> int:
    name = policies.catalogue.metrics[metric].record or metric
    if name not in found.explanations:
        raise UsageError(f"no source supplies `{metric}`: declare it in a sources document")
    show("metric origin", form, found.explanations[name])
    return EXIT_BEST
