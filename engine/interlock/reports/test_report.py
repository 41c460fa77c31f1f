"""Reports of `interlock test`: a failing case as a diff of outcomes with the explanation of what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from ..canonical import plain_number
from ..diagnostics import Span
from ..testing.policies.cell_coverage import CoverageCell
from ..wording import number
from .escaping import annotation, line
from .evaluation_result import ReportStyle
from .junit import JUnitCase, junit
from .marks import mark
from .test_rows import CaseRow, TestRun, rows

__all__ = ["FORMATS", "TestRun"]

_ROLLOUT = "rollout "


def _above(span: Span, look: ReportStyle) -> str:
    above = f"{look.above}/" if look.above not in ("", ".") else ""
    return f"{above}{span.file}"


# text


def _text(tested: TestRun, look: ReportStyle) -> str:
    lines: list[str] = []
    for row in rows(tested):
        if not row.passed:
            lines += _failing(row, look)
    lines += _covered(tested, look)
    lines.append(_summary(tested))
    return "".join(f"{each}\n" for each in lines)


def _failing(row: CaseRow, look: ReportStyle) -> Iterator[str]:
    sign, case = look.paint(mark("bad", look), "bad"), look.paint(line(row.name), "strong")
    yield f"{sign} {case}  {_above(row.span, look)}:{row.span.line}"
    yield from (f"    {each}" for each in row.told)
    yield from (f"    | {each}".rstrip() for each in row.explanation(look).splitlines())
    yield ""


def _summary(tested: TestRun) -> str:
    every = list(rows(tested))
    documents = len({each.span.file for each in every})
    head = f"{number(len(every), 'case')} in {number(documents, 'document')}"
    failed = sum(not each.passed for each in every)
    return (
        f"{head}: all hold" if not failed else f"{head}: {failed} {'does' if failed == 1 else 'do'} not hold"
    )


def _covered(tested: TestRun, look: ReportStyle) -> Iterator[str]:
    if tested.coverage is None:
        return
    for cell in tested.coverage.missed:
        yield f"{look.paint(mark('bad', look), 'bad')} {cell.span}: {cell.text}"
    for name in sorted({each.policy for each in tested.coverage.cells}):
        part = tested.coverage.of(name)
        seen = len(part.cells) - len(part.missed)
        yield f"{name}: {seen} of {number(len(part.cells), 'cell')}, {plain_number(part.percent)}%"
    whole = tested.coverage
    wanted = f", {tested.wanted}% wanted" if tested.short else ""
    seen = len(whole.cells) - len(whole.missed)
    yield f"coverage: {seen} of {len(whole.cells)}, {plain_number(whole.percent)}%{wanted}"


# other formats


def _json(tested: TestRun, look: ReportStyle) -> str:
    table: dict[str, object] = {"cases": [each.record for each in rows(tested)]}
    if tested.coverage is not None:
        table["coverage"] = {
            "cells": len(tested.coverage.cells),
            "percent": float(tested.coverage.percent),
            "missed": [_missed(each) for each in tested.coverage.missed],
        }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def _missed(cell: CoverageCell) -> dict[str, object]:
    kind = "rollout" if cell.policy.startswith(_ROLLOUT) else "policy"
    return {
        kind: cell.policy.removeprefix(_ROLLOUT), "kind": cell.kind, "where": cell.where, "what": cell.what,
        "text": cell.text, "file": cell.span.file, "line": cell.span.line,
    }  # fmt: skip


def _junit(tested: TestRun, look: ReportStyle) -> str:
    checks = [
        JUnitCase(
            each.subject, each.name, each.span.file, each.span.line, "; ".join(each.told),
            "" if each.passed else each.explanation(ReportStyle()),
        )
        for each in rows(tested)
    ]  # fmt: skip
    if tested.coverage is not None:
        for cell in tested.coverage.missed if tested.short else ():
            checks.append(
                JUnitCase(
                    "coverage", f"{cell.policy}: {cell.text}", cell.span.file, cell.span.line, cell.text
                )
            )
    return junit("interlock test", checks)


def _github(tested: TestRun, look: ReportStyle) -> str:
    lines = [
        f"::error file={annotation(_above(each.span, look), ':,')},line={each.span.line},"
        f"title={annotation(each.subject, ':,')}::" + annotation(f"{each.name}: {'; '.join(each.told)}")
        for each in rows(tested)
        if not each.passed
    ]
    for cell in tested.coverage.missed if tested.coverage is not None else ():
        level = "error" if tested.short else "warning"
        place = f"file={annotation(_above(cell.span, look), ':,')},line={cell.span.line}"
        lines.append(f"::{level} {place},title=coverage::{annotation(cell.text)}")
    return "".join(f"{each}\n" for each in [*lines, _summary(tested)])


FORMATS: dict[str, Callable[[TestRun, ReportStyle], str]] = {
    "text": _text,
    "json": _json,
    "junit": _junit,
    "github": _github,
}
"""The formats by name."""
