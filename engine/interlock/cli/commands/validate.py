"""`interlock validate`: every diagnostic about the documents of a policy root, at once."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ...collect.workspace import Workspace, read_workspace
from ...diagnostics import Collector, Diagnostic
from ...errors import EXIT_BEST, EXIT_INVALID, UsageError
from ...policy.catalogue import RESERVED
from ...policy.loader import find_root
from ...reports.documents.diagnostic_formats import diagnostic_count
from ...wording import number
from .. import terminal
from ..command import Subcommand
from ..inputs import shown_name, within
from ..options import format_option, policies_option
from ..output import show
from ..progress import progress

__all__ = ["command"]


@click.command(
    "validate",
    cls=Subcommand,
    short_help="Check every document of the policy root.",
    examples=(
        "interlock validate",
        "interlock validate policies/phase-2b-operations --strict",
        "interlock validate --policies desk/policies --format github",
    ),
    exits={EXIT_BEST: "no document has an error", EXIT_INVALID: "a document has an error"},
)
@click.argument("paths", nargs=-1)
@policies_option
@format_option("diagnostics")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
def command(paths: Sequence[str], policies: str | None, form: str, strict: bool) -> int:
    """Check every document of the policy root and show all complaints.

    PATHS limit what is shown to these files and folders. All documents are checked in any case, because they refer to
    each other, and an error in any of them gives the exit code 2.
    """
    root = find_root(policies)
    wanted = [shown_name(root, each, "validate") for each in paths]
    with progress("checking policies") as advance:
        collector = Collector()
        found = read_workspace(root, collector, advance)
        if found.root.tests:
            from ...testing.rollouts.story_documents import read_stories
            from ...testing.suite_reader import read_suites

            read_suites(found.root, collector)
            read_stories(found.root, collector)
    every = collector.sorted()
    if found.root.documents < 2 and not every:
        raise UsageError(f"nothing to validate: `{root.as_posix()}` holds no document but interlock.yaml")
    shown = [each for each in every if not wanted or any(within(each.span.file, name) for name in wanted)]
    show("diagnostics", form, Collector(shown, collector.sources), root=root)
    if shown and form == "text":
        terminal.out()
    (terminal.out if form == "text" else terminal.note)(_summary(shown, every, found))
    return EXIT_INVALID if any(strict or each.severity == "error" for each in every) else EXIT_BEST


def _summary(shown: Sequence[Diagnostic], every: Sequence[Diagnostic], found: Workspace) -> str:
    rest = [each for each in every if each not in shown]
    if not every:
        metrics = len(set(found.root.catalogue.metrics) - set(RESERVED))
        counts = {"document": found.root.documents, "policy": len(found.root.policies), "metric": metrics}
        return f"{', '.join(number(count, noun) for noun, count in counts.items())}: no complaints"
    here = diagnostic_count(shown) if shown else "no complaints here"
    return f"{here}; {diagnostic_count(rest)} not shown" if rest else here
