"""The results of `interlock test` in every format: each failing case with what differs, and what no case covers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...canonical import plain_number
from ...diagnostics import Span
from ...testing.policies.cell_coverage import CoverageCell
from ...wording import number
from ..escaping import line
from ..findings import Finding, SarifRule, sarif, workflow_commands
from ..junit import JUnitCase, junit
from ..style import ReportStyle, mark
from ..tables import Table
from .test_rows import CaseRow, TestRun, rows

__all__ = ["as_github", "as_json", "as_junit", "as_markdown", "as_sarif", "as_text"]

_ROLLOUT = "rollout "


def as_text(tested: TestRun, style: ReportStyle) -> str:
    """Return each failing case with its explanation, the coverage where it was measured, and a count."""
    lines: list[str] = []
    for row in rows(tested):
        if not row.passed:
            lines += _failing(row, style)
    lines += _covered(tested, style)
    lines.append(_summary(tested))
    return "".join(f"{each}\n" for each in lines)


def _failing(row: CaseRow, style: ReportStyle) -> Iterator[str]:
    sign, case = style.paint(mark("bad", style), "bad"), style.paint(line(row.name), "strong")
    yield f"{sign} {case}  {style.path(row.span.file)}:{row.span.line}"
    yield from (f"    {each}" for each in row.differences)
    yield from (f"    | {each}".rstrip() for each in row.explanation(style).splitlines())
    yield ""


def _covered(tested: TestRun, style: ReportStyle) -> Iterator[str]:
    if tested.coverage is None:
        return
    for cell in tested.coverage.missed:
        yield f"{style.paint(mark('bad', style), 'bad')} {cell.span}: {cell.text}"
    for name in sorted({each.policy for each in tested.coverage.cells}):
        part = tested.coverage.of(name)
        seen = len(part.cells) - len(part.missed)
        yield f"{name}: {seen} of {number(len(part.cells), 'cell')}, {plain_number(part.percent)}%"
    yield _coverage(tested)


def _coverage(tested: TestRun) -> str:
    """How much is covered, in one line; empty where it was not measured."""
    whole = tested.coverage
    if whole is None:
        return ""
    wanted = f", {tested.wanted}% wanted" if tested.short else ""
    seen = len(whole.cells) - len(whole.missed)
    return f"coverage: {seen} of {len(whole.cells)}, {plain_number(whole.percent)}%{wanted}"


def _summary(tested: TestRun) -> str:
    every = list(rows(tested))
    documents = len({each.span.file for each in every})
    head = f"{number(len(every), 'case')} in {number(documents, 'document')}"
    failed = sum(not each.passed for each in every)
    return (
        f"{head}: all hold" if not failed else f"{head}: {failed} {'does' if failed == 1 else 'do'} not hold"
    )


def as_json(tested: TestRun, style: ReportStyle) -> str:
    """Return every case with its differences, and the coverage where it was measured."""
    table: dict[str, object] = {"cases": [each.record for each in rows(tested)]}
    if tested.coverage is not None:
        table["coverage"] = {
            "cells": len(tested.coverage.cells),
            "percent": float(tested.coverage.percent),
            "missed": [_record(each) for each in tested.coverage.missed],
        }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def _record(cell: CoverageCell) -> dict[str, object]:
    kind = "rollout" if cell.policy.startswith(_ROLLOUT) else "policy"
    return {
        kind: cell.policy.removeprefix(_ROLLOUT), "kind": cell.kind, "where": cell.where, "what": cell.what,
        "text": cell.text, "file": cell.span.file, "line": cell.span.line,
    }  # fmt: skip


def as_markdown(tested: TestRun, style: ReportStyle) -> str:
    """Return a table of the cases that do not hold, one of what no case covers, and the counts."""
    failing = Table(("case", "of", "place", "difference"))
    for row in rows(tested):
        for index, each in enumerate(row.differences):
            first = ("", "", "") if index else (row.name, f"`{row.subject}`", _place(row.span, style))
            failing.add(*first, each)
    missed = Table(("not covered", "of", "place"))
    for cell in tested.coverage.missed if tested.coverage else ():
        missed.add(cell.text, f"`{cell.policy}`", _place(cell.span, style))
    tables = [each.markdown() for each in (failing, missed) if each.rows]
    counts = ". ".join(filter(None, [_summary(tested), _coverage(tested)]))
    return "\n".join([*tables, f"{counts}.\n"])


def _place(span: Span, style: ReportStyle) -> str:
    return f"{style.path(span.file)}:{span.line}"


def as_junit(tested: TestRun, style: ReportStyle) -> str:
    """Return a test case for each case, and a failed one for each cell that is missing where too little is covered."""
    cases = [
        JUnitCase(
            each.subject, each.name, each.span.file, each.span.line, "; ".join(each.differences),
            () if each.passed else each.explanation(ReportStyle()).split("\n"),
        )
        for each in rows(tested)
    ]  # fmt: skip
    if tested.coverage is not None and tested.short:
        cases += [
            JUnitCase("coverage", f"{each.policy}: {each.text}", each.span.file, each.span.line, each.text)
            for each in tested.coverage.missed
        ]
    return junit("interlock test", cases)


def as_github(tested: TestRun, style: ReportStyle) -> str:
    """Return an annotation for each case that does not hold and each missing cell, then the count."""
    return "".join(f"{each}\n" for each in [*workflow_commands(_findings(tested), style), _summary(tested)])


def as_sarif(tested: TestRun, style: ReportStyle) -> str:
    """Return a result for each case that does not hold and each missing cell."""
    findings = list(_findings(tested))
    subjects = {each.rule for each in findings} - {"coverage"}
    rules = [SarifRule(each, f"the tests of {each}") for each in subjects]
    if tested.coverage is not None:
        rules.append(SarifRule("coverage", "what no test case covers"))
    return sarif(findings, rules, style)


def _findings(tested: TestRun) -> Iterator[Finding]:
    for row in rows(tested):
        if not row.passed:
            text = f"{row.name}: {'; '.join(row.differences)}"
            yield Finding("error", row.subject, row.subject, text, _line(row.span))
    for cell in tested.coverage.missed if tested.coverage is not None else ():
        yield Finding(
            "error" if tested.short else "warning", "coverage", "coverage", cell.text, _line(cell.span)
        )


def _line(span: Span) -> Span:
    """The whole line: the case is at fault, not its first word."""
    return Span(span.file, span.line, 0)
