"""The format `github`: an annotation beside each rule that keeps a gate shut, then Markdown for a job's summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..evaluation.verdict import RuleResult, Verdict
from . import markdown_report
from .escaping import annotation
from .evaluation_result import EvaluationResult, ReportStyle

__all__ = ["render"]

_SHOWN = ("fail", "unknown")


def render(judged: Sequence[EvaluationResult], look: ReportStyle) -> str:
    """Return the annotations, a line each, and below them the Markdown."""
    lines = [text for each in judged for text in _opened(each)]
    lines += [text for each in judged for text in _annotations(each, look)]
    return "".join(f"{each}\n" for each in [*lines, ""]) + markdown_report.render(judged, look)


def _opened(judged: EvaluationResult) -> Iterator[str]:
    """A verdict that a waiver made better is a warning, and the first of all."""
    for verdict in judged.opened:
        yield f"::warning title={_quoted(verdict.name)}::{annotation(judged.words(verdict))}"


def _annotations(judged: EvaluationResult, look: ReportStyle) -> Iterator[str]:
    for refused in judged.decision.refusals:
        yield f"::error title={_quoted(refused.policy)}::{annotation(refused.reason)}"
    for verdict in judged.verdicts:
        if judged.expired(verdict):
            text = f"the verdict has expired, it was {verdict.verdict}: collect a new snapshot"
            yield f"::warning title={_quoted(verdict.name)}::{annotation(text)}"
        for rule in verdict.rules:
            if rule.outcome in _SHOWN:
                yield _rule(verdict, rule, look)


def _rule(verdict: Verdict, rule: RuleResult, look: ReportStyle) -> str:
    """The worst verdict is an error, a milder one a warning, and what does not count a notice."""
    milder = rule.contribution != verdict.verdicts[-1]
    idle = rule.contribution in (None, verdict.verdicts[0])
    level = "notice" if idle else "warning" if milder else "error"
    file = f"{look.above}/{rule.file}" if look.above not in ("", ".") else rule.file
    title = _quoted(f"{verdict.name}: {rule.contribution or 'in shadow'}")
    text = annotation(f"{rule.id}: {rule.reason}" + (f"; do: {rule.action}" if rule.action else ""))
    return f"::{level} file={_quoted(file)},line={rule.line},title={title}::{text}"


def _quoted(text: str) -> str:
    return annotation(text, ":,")
