"""Diagnostics of documents in every format: for a person, a pull request, a code host, a build server."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...codes import all_codes
from ...diagnostics import Collector, Diagnostic, render
from ...wording import number
from ..findings import Finding, SarifRule, sarif, workflow_commands
from ..junit import JUnitCase, junit
from ..style import ReportStyle
from ..tables import Table

__all__ = [
    "as_github",
    "as_json",
    "as_junit",
    "as_markdown",
    "as_sarif",
    "as_text",
    "diagnostic_count",
]

_TONES = {"error": "bad", "warning": "middle"}


def diagnostic_count(found: Sequence[Diagnostic]) -> str:
    """Return `3 errors, 1 warning in 2 files`."""
    kinds = [each.severity for each in found]
    parts = [number(kinds.count(kind), kind) for kind in ("error", "warning") if kind in kinds]
    return f"{', '.join(parts)} in {number(len({each.span.file for each in found}), 'file')}"


def as_text(listed: Collector, style: ReportStyle) -> str:
    """Return each diagnostic with its source line and a caret below the place."""
    return "\n".join(
        f"{_painted(render(each, listed.sources), each.severity, style)}\n" for each in listed.diagnostics
    )


def _painted(text: str, severity: str, style: ReportStyle) -> str:
    head, *rest = text.split("\n")
    place, mark, message = head.partition(f": {severity} ")
    tone = _TONES[severity]
    lines = [style.paint(place, "strong") + style.paint(mark, tone) + message]
    for line in rest:
        if line.startswith("    | ") and not line[6:].strip().strip("^"):
            line = line[:6] + style.paint(line[6:], tone)
        elif line.startswith("  hint: "):
            line = style.paint("  hint:", "faint") + line[7:]
        lines.append(line)
    return "\n".join(lines)


def as_json(listed: Collector, style: ReportStyle) -> str:
    """Return a list of records."""
    return json.dumps([_record(each) for each in listed.diagnostics], indent=2, ensure_ascii=False) + "\n"


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


def as_markdown(listed: Collector, style: ReportStyle) -> str:
    """Return a table with a row for each diagnostic, and a line that counts them."""
    if not listed.diagnostics:
        return "No complaints.\n"
    table = Table(("place", "severity", "code", "message", "hint"))
    for each in listed.diagnostics:
        table.add(str(each.span), each.severity, f"`{each.code}`", each.message, each.hint or "")
    return f"{table.markdown()}\n{diagnostic_count(listed.diagnostics)}\n"


def as_github(listed: Collector, style: ReportStyle) -> str:
    """Return an annotation for each diagnostic."""
    return "".join(f"{each}\n" for each in workflow_commands(map(_finding, listed.diagnostics), style))


def as_sarif(listed: Collector, style: ReportStyle) -> str:
    """Return a result for each diagnostic; the rules are the codes that occur, with cause and cure."""
    codes, known = {each.code for each in listed.diagnostics}, all_codes()
    rules = [SarifRule(code, known[code].title, known[code].cause, known[code].cure) for code in codes]
    return sarif([_finding(each) for each in listed.diagnostics], rules, style)


def _finding(found: Diagnostic) -> Finding:
    text = f"{found.message} ({found.hint})" if found.hint else found.message
    return Finding(found.severity, found.code, found.code, text, found.span, found.related)


def as_junit(listed: Collector, style: ReportStyle) -> str:
    """Return a test case for each document; it fails where there is an error in it."""
    files = sorted({*listed.sources, *(each.span.file for each in listed.diagnostics)})
    return junit("interlock validate", [_case(file, listed, style) for file in files])


def _case(file: str, listed: Collector, style: ReportStyle) -> JUnitCase:
    own = [each for each in listed.diagnostics if each.span.file == file]
    errors = [each for each in own if each.severity == "error"]
    first = errors[0].span.line if errors else 1
    message = "; ".join(f"{each.code}: {each.message}" for each in errors)
    details = "\n\n".join(render(each, listed.sources) for each in own)
    return JUnitCase("interlock validate", file, style.path(file), first, message, details.split("\n"))
