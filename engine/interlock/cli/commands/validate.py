"""`interlock validate`: every complaint about the documents of a policy root, at once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ...collect.workspace import Workspace, read_workspace
from ...diagnostics import Collector, Diagnostic, printable
from ...errors import EXIT_BEST, EXIT_INVALID, UsageError
from ...policy.catalogue import RESERVED
from ...policy.loader import find_root
from ...wording import number
from .. import terminal
from ..inputs import shown_name, within
from ..options import format_option, policies_option
from ..progress import waiting

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock validate
  interlock validate policies/phase-2b-operations --strict
  interlock validate --policies desk/policies --format github
"""


@click.command("validate", epilog=_EXAMPLES)
@click.argument("paths", nargs=-1)
@policies_option
@format_option("text", "json", "github", "junit", "sarif")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
def command(paths: Sequence[str], policies: str | None, form: str, strict: bool) -> int:
    """Check every document and show all complaints.

    PATHS limit what is shown to these files and folders. Everything is checked all the same, since documents refer to
    each other, and an error anywhere gives the exit code 2.
    """
    root = find_root(policies)
    wanted = [shown_name(root, each, "validate") for each in paths]
    with waiting("checking policies") as advance:
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
    _FORMATS[form](shown, collector, root)
    summary = _summary(shown, every, found)
    (terminal.say if form == "text" else terminal.tell)(summary)
    return EXIT_INVALID if any(strict or each.severity == "error" for each in every) else EXIT_BEST


# formats


def _text(shown: Sequence[Diagnostic], collector: Collector, root: Path) -> None:
    if shown:
        terminal.say(terminal.complaints(shown, collector.sources, sys.stdout) + "\n")


def _json(shown: Sequence[Diagnostic], collector: Collector, root: Path) -> None:
    table = [_record(each) for each in shown]
    terminal.write((json.dumps(table, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def _record(found: Diagnostic) -> dict[str, object]:
    span = found.span
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        "hint": found.hint,
        "related": [
            {"file": each.file, "line": each.line, "column": each.column, "message": message}
            for message, each in found.related
        ],
    }


def _github(shown: Sequence[Diagnostic], collector: Collector, root: Path) -> None:
    """Print workflow commands, which show each complaint beside its line; files as seen from here."""
    above = Path(os.path.relpath(root.resolve().parent))
    for each in shown:
        span = each.span
        properties = {
            "file": (above / span.file).as_posix(),
            "line": str(span.line),
            "endLine": str(span.end_line or span.line),
            "col": str(span.column),
            "endColumn": str(span.end_column or span.column),
            "title": each.code,
        }
        listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
        text = f"{each.message} ({each.hint})" if each.hint else each.message
        terminal.say(f"::{each.severity} {listed}::{_escaped(text)}")


def _escaped(text: str, more: str = "") -> str:
    """Escape what would end a workflow command early: its message in part, its properties wholly."""
    wrong = "%\r\n" + more
    known = "".join(f"%{ord(each):02X}" if each in wrong else each for each in text)
    return printable(known)


def _junit(shown: Sequence[Diagnostic], collector: Collector, root: Path) -> None:
    from ...reports.diagnostic_formats import findings_junit

    terminal.write(findings_junit(shown, collector.sources, _above(root)).encode("utf-8"))


def _sarif(shown: Sequence[Diagnostic], collector: Collector, root: Path) -> None:
    from ...reports.diagnostic_formats import findings_sarif

    terminal.write(findings_sarif(shown, _above(root)).encode("utf-8", "replace"))


def _above(root: Path) -> str:
    """Where the folder above the policy root lies, seen from here."""
    return Path(os.path.relpath(root.resolve().parent)).as_posix()


_FORMATS: dict[str, Callable[[Sequence[Diagnostic], Collector, Path], None]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "junit": _junit,
    "sarif": _sarif,
}


# the summary


def _summary(shown: Sequence[Diagnostic], every: Sequence[Diagnostic], found: Workspace) -> str:
    rest = [each for each in every if each not in shown]
    if not every:
        counts = ((found.root.documents, "document"), (len(found.root.policies), "policy"))
        metrics = number(len(set(found.root.catalogue.metrics) - set(RESERVED)), "metric")
        return f"{', '.join(number(*each) for each in counts)}, {metrics}: no complaints"
    here = _tally(shown) if shown else "no complaints here"
    return f"{here}; {_tally(rest)} not shown" if rest else here


def _tally(found: Sequence[Diagnostic]) -> str:
    """Return `3 errors, 1 warning in 2 files`."""
    kinds = [each.severity for each in found]
    parts = [number(kinds.count(kind), kind) for kind in ("error", "warning") if kind in kinds]
    return f"{', '.join(parts)} in {number(len({each.span.file for each in found}), 'file')}"
