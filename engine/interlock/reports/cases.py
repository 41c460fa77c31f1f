"""Reports of `interlock test`: a failing case as a diff of outcomes with the explanation of the rule that differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..evaluation.decide import Decision
from ..language.units import plain_number
from ..policy.model import Policy
from ..testing.comparing import Difference
from ..testing.coverage import Coverage
from ..testing.running import Result
from .escaping import annotation, line
from .explanation import explained
from .judged import Judged, Look
from .junit import Check, junit
from .wording import mark, number

__all__ = ["FORMATS", "Tested"]


@dataclass(frozen=True, slots=True)
class Tested:
    """What was run; `coverage` is None where nobody asked, `sources` holds the lines of the policy files."""

    results: tuple[Result, ...]
    policies: Mapping[str, Policy]
    sources: Mapping[str, Sequence[str]]
    coverage: Coverage | None = None
    wanted: int = 0

    @property
    def failed(self) -> tuple[Result, ...]:
        """The cases that do not hold."""
        return tuple(each for each in self.results if not each.passed)

    @property
    def short(self) -> bool:
        """Whether less is covered than is wanted."""
        return self.coverage is not None and self.coverage.percent < self.wanted


def _told(difference: Difference) -> str:
    what = f"{difference.what} {difference.rule}".rstrip() + (
        f" at {difference.member}" if difference.member else ""
    )
    verb = "should hold" if difference.what == "reason" else "expected"
    return f"{what}: {verb} {line(difference.expected)}, got {line(difference.got) or 'nothing'}"


def _place(result: Result, look: Look) -> str:
    above = f"{look.above}/" if look.above not in ("", ".") else ""
    return f"{above}{result.case.span.file}"


def _explanation(tested: Tested, result: Result, look: Look) -> str:
    """Explain the rules that differ; where only a verdict does, those that contributed otherwise than their best."""
    rules = [each.rule for each in result.differences if each.rule]
    members = {each.member for each in result.differences}
    verdicts = tuple(each for each in result.decision.verdicts if (each.member or "") in members)
    if not rules:
        rules = [rule.id for each in verdicts for rule in each.rules if rule.contribution != each.verdicts[0]]
    if not rules or not verdicts:
        return ""
    judged = Judged(
        result.case.situation.draft.snapshot(result.case.name, hashed=True),
        Decision(verdicts),
        tested.policies,
    )
    return explained(judged, look, tested.sources, tuple(dict.fromkeys(rules)))


# text


def _text(tested: Tested, look: Look) -> str:
    lines: list[str] = []
    for result in tested.failed:
        sign = look.paint(mark("bad", look), "bad")
        case = look.paint(line(result.case.name), "strong")
        lines.append(f"{sign} {case}  {_place(result, look)}:{result.case.span.line}")
        lines += [f"    {_told(each)}" for each in result.differences]
        lines += [f"    | {each}".rstrip() for each in _explanation(tested, result, look).splitlines()]
        lines.append("")
    lines += _covered(tested, look)
    lines.append(_summary(tested))
    return "".join(f"{each}\n" for each in lines)


def _summary(tested: Tested) -> str:
    documents = len({each.case.span.file for each in tested.results})
    head = f"{number(len(tested.results), 'case')} in {number(documents, 'document')}"
    failed = len(tested.failed)
    return (
        f"{head}: all hold" if not failed else f"{head}: {failed} {'does' if failed == 1 else 'do'} not hold"
    )


def _covered(tested: Tested, look: Look) -> Iterator[str]:
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


def _json(tested: Tested, look: Look) -> str:
    table: dict[str, object] = {"cases": [_record(each) for each in tested.results]}
    if tested.coverage is not None:
        table["coverage"] = {
            "cells": len(tested.coverage.cells),
            "percent": float(tested.coverage.percent),
            "missed": [
                {
                    "policy": each.policy, "kind": each.kind, "where": each.where, "what": each.what,
                    "text": each.text, "file": each.span.file, "line": each.span.line,
                }
                for each in tested.coverage.missed
            ],
        }  # fmt: skip
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def _record(result: Result) -> dict[str, object]:
    return {
        "policy": result.suite.policy,
        "case": result.case.name,
        "file": result.case.span.file,
        "line": result.case.span.line,
        "passed": result.passed,
        "differences": [
            {
                "what": each.what,
                "rule": each.rule,
                "member": each.member,
                "expected": each.expected,
                "got": each.got,
            }
            for each in result.differences
        ],
    }


def _junit(tested: Tested, look: Look) -> str:
    checks = [
        Check(
            each.suite.policy, each.case.name, each.case.span.file, each.case.span.line,
            "; ".join(map(_told, each.differences)), _explanation(tested, each, Look()),
        )
        for each in tested.results
    ]  # fmt: skip
    if tested.coverage is not None:
        for each in tested.coverage.missed if tested.short else ():
            checks.append(
                Check("coverage", f"{each.policy}: {each.text}", each.span.file, each.span.line, each.text)
            )
    return junit("interlock test", checks)


def _github(tested: Tested, look: Look) -> str:
    lines = [
        f"::error file={annotation(_place(each, look), ':,')},line={each.case.span.line},"
        f"title={annotation(each.suite.policy, ':,')}::"
        + annotation(f"{each.case.name}: {'; '.join(map(_told, each.differences))}")
        for each in tested.failed
    ]
    above = f"{look.above}/" if look.above not in ("", ".") else ""
    for cell in tested.coverage.missed if tested.coverage is not None else ():
        level = "error" if tested.short else "warning"
        place = f"file={annotation(above + cell.span.file, ':,')},line={cell.span.line}"
        lines.append(f"::{level} {place},title=coverage::{annotation(cell.text)}")
    return "".join(f"{each}\n" for each in [*lines, _summary(tested)])


FORMATS: dict[str, Callable[[Tested, Look], str]] = {
    "text": _text,
    "json": _json,
    "junit": _junit,
    "github": _github,
}
"""The formats by name."""
