"""Findings at a place in a file, for code hosts: annotations of GitHub and SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .. import __version__
from ..diagnostics import Span
from .escaping import annotation
from .style import ReportStyle

__all__ = ["Finding", "SarifRule", "sarif", "workflow_commands"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NOTICE = {"note": "notice"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its level (`error`, `warning` or `note`), the id of its rule, a title, the text and the place.

    `span` is None where no file is at fault; a column of 0 means the whole line.
    """

    level: str
    rule: str
    title: str
    text: str
    span: Span | None = None
    related: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class SarifRule:
    """What a SARIF log says of a rule: its id, a title, what it means, and what helps."""

    id: str
    title: str
    meaning: str = ""
    help: str = ""


def workflow_commands(findings: Iterable[Finding], style: ReportStyle) -> Iterator[str]:
    """Yield a workflow command for each finding, which shows it beside its line."""
    for each in findings:
        properties = {**_properties(each.span, style), "title": each.title}
        listed = ",".join(f"{key}={annotation(value, ':,')}" for key, value in properties.items())
        yield f"::{_NOTICE.get(each.level, each.level)} {listed}::{annotation(each.text)}"


def _properties(span: Span | None, style: ReportStyle) -> dict[str, str]:
    if span is None:
        return {}
    found = {"file": style.path(span.file), "line": str(span.line)}
    if span.column:
        found["endLine"] = str(span.end_line or span.line)
        found["col"] = str(span.column)
        found["endColumn"] = str(span.end_column or span.column)
    return found


def sarif(findings: Sequence[Finding], rules: Iterable[SarifRule], style: ReportStyle) -> str:
    """Return a log with one run; `rules` hold each rule that a finding names, columns count characters."""
    listed = sorted({each.id: each for each in rules}.values(), key=lambda each: each.id)
    places = {each.id: index for index, each in enumerate(listed)}
    run = {
        "tool": {
            "driver": {"name": "interlock", "version": __version__, "rules": [_rule(each) for each in listed]}
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, places, style) for each in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: SarifRule) -> dict[str, object]:
    texts = {"shortDescription": rule.title, "fullDescription": rule.meaning, "help": rule.help}
    return {"id": rule.id, **{name: {"text": text} for name, text in texts.items() if text}}


def _result(found: Finding, places: dict[str, int], style: ReportStyle) -> dict[str, object]:
    related = [
        {"message": {"text": text}, "physicalLocation": _location(span, style)}
        for text, span in found.related
    ]
    locations = [{"physicalLocation": _location(found.span, style)}] if found.span else []
    return {
        "ruleId": found.rule,
        "ruleIndex": places[found.rule],
        "level": found.level,
        "message": {"text": found.text},
        "locations": locations,
        **({"relatedLocations": related} if related else {}),
    }


def _location(span: Span, style: ReportStyle) -> dict[str, object]:
    region = {"startLine": max(span.line, 1)}
    if span.column:
        region["startColumn"] = span.column
    if span.column and span.end_line:
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": {"uri": style.path(span.file)}, "region": region}
