"""`interlock collect`: a snapshot of a desk's artefacts, and what of it is unknown and why."""

from __future__ import annotations

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
from .. import terminal
from ..collect_summary import report
from ..inputs import load_policies
from ..options import COMMANDS_OF_A_COPY, Instant, allow_commands_option, policies_option
from ..progress import waiting

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock collect --root . -o snapshot.json
  interlock collect --root examples/desk --as-of 2026-03-30T06:30:00Z --archive -o snapshot.json
  interlock collect --root . --explain kill_switch.active
"""


@click.command("collect", epilog=_EXAMPLES)
@click.option("--root", required=True, metavar="DIR", help="The folder with the desk's artefacts.")
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
    "--explain", "metric", metavar="METRIC", help="Say how this metric came about, and write no snapshot."
)
@click.option("--all", "everything", is_flag=True, help="List every unknown metric.")
@click.option("-q", "--quiet", is_flag=True, help="Do not say on stderr what is unknown.")
@policies_option
def command(
    root: str,
    as_of: Decimal | None,
    since: Decimal | None,
    archive: bool,
    allow_commands: bool,
    output: str,
    metric: str | None,
    everything: bool,
    quiet: bool,
    policies: str | None,
) -> int:
    """Measure a desk's artefacts and write a snapshot.

    What cannot be measured is unknown in the snapshot, with its cause and place, and no failure of the command.
    """
    now = clock.now()
    moment = now if as_of is None else as_of
    if archive and allow_commands:
        raise UsageError(COMMANDS_OF_A_COPY)
    if since is not None and since >= moment:
        raise UsageError("`--since` must lie before `--as-of`")
    _writable(output)
    loaded = load_policies(policies)
    if metric is not None:
        loaded.known("metric", metric, loaded.catalogue.metrics)
    with waiting("collecting"):
        found = loaded.collect(
            root, moment, now=now, since=since, archive=archive, allow_commands=allow_commands
        )
    if metric is not None:
        return _explained(loaded, found, metric)
    _written(canonical(found.snapshot) + b"\n", output, quiet)
    if not quiet:
        report(loaded, found, moment, everything)
    return EXIT_BEST


def _writable(output: str) -> None:
    """Fail before the work rather than after it."""
    folder = Path(output).parent
    if output != "-" and not folder.is_dir():
        raise UsageError(
            f"cannot write `{printable(output)}`: there is no folder `{printable(folder.as_posix())}`"
        )


def _written(data: bytes, output: str, quiet: bool) -> None:
    if output == "-":
        terminal.write(data)
        return
    write_atomically(Path(output), data)
    if not quiet:
        terminal.tell(f"wrote {printable(Path(output).as_posix())}")


def _explained(policies: PolicySet, found: Collection, metric: str) -> int:
    declared = policies.catalogue.metrics[metric]
    name = declared.record or metric
    if name not in found.explanations:
        raise UsageError(f"no source supplies `{metric}`: declare it in a sources document")
    for line in found.explanations[name].lines():
        terminal.say(printable(line))
    return EXIT_BEST
