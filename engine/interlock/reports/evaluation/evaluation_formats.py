"""Verdicts for other programs: JSON, Markdown for a comment, annotations of GitHub, JUnit and SARIF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...canonical import canonical
from ...diagnostics import Span
from ...evaluation.deciding.restoring import outages
from ...evaluation.verdict import RuleResult, Verdict
from ...language.times import show_time
from ...limits import FORMAT
from ..findings import Finding, SarifRule, sarif, workflow_commands
from ..junit import JUnitCase, junit
from ..marks import counted, outcome_word
from ..style import ReportStyle
from ..tables import tidy
from ..templating import filled
from .evaluation_result import EvaluationResult, open_rules

__all__ = ["as_github", "as_json", "as_junit", "as_markdown", "as_sarif"]


def as_json(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return one line: every record, and what was refused, expired, opened by a waiver or noted, with its instant."""
    table = {
        "interlock": FORMAT,
        "sources": [
            {**_instant(each), **found.record()}
            for each in results
            for found in outages(each.snapshot, each.verdicts)
        ],
        "verdicts": [verdict.record() for each in results for verdict in each.verdicts],
        "refusals": [
            {**_instant(each), "policy": refused.policy, "reason": refused.reason}
            for each in results
            for refused in each.decision.refusals
        ],
        "expired": [
            {**_instant(each), "policy": verdict.policy, "member": verdict.member}
            for each in results
            for verdict in each.verdicts
            if each.expired(verdict)
        ],
        "opened": [
            {**_instant(each), "policy": verdict.policy, "member": verdict.member, "told": verdict.headline}
            for each in results
            for verdict in each.opened
        ],
        "notes": [
            {**_instant(each), "note": note}
            for each in results
            for note in (*each.decision.notes, *each.unused)
        ],
    }
    return canonical(table).decode("utf-8") + "\n"


def _instant(result: EvaluationResult) -> dict[str, object]:
    return {"as_of": show_time(result.snapshot.as_of), "snapshot": result.snapshot.digest}


def as_markdown(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return the table of verdicts and what fails, a section for each snapshot."""
    return tidy(filled("evaluation.md", results=results, open_rules=open_rules, counted=counted))


def as_github(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return an annotation for each rule that keeps a gate shut, and below them the Markdown for a job's summary."""
    lines = "".join(f"{each}\n" for each in workflow_commands(_findings(results), style))
    return f"{lines}\n{as_markdown(results, style)}"


def as_sarif(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return a result for each rule that keeps a gate shut, and for what was refused, expired or opened by a waiver."""
    findings = _findings(results)
    rules = [each for result in results for each in _rules(result)]
    named = {each.rule for each in findings}
    return sarif(findings, [each for each in rules if each.id in named], style)


def _findings(results: Sequence[EvaluationResult]) -> list[Finding]:
    """Return the verdicts that a waiver made better, the sources that are unknown, then what keeps gates shut."""
    silent = [Finding("warning", "source", "unknown data", text) for each in results for text in each.outages]
    opened = [
        Finding("warning", each.policy, each.name, result.full_status(each), _place(result, each.policy))
        for result in results
        for each in result.opened
    ]
    return [*opened, *silent, *(each for result in results for each in _shut(result))]


def _shut(result: EvaluationResult) -> Iterator[Finding]:
    """The worst verdict is an error, a milder one a warning, and what does not count a note."""
    for refused in result.decision.refusals:
        yield Finding("error", refused.policy, refused.policy, refused.reason, _place(result, refused.policy))
    for verdict in result.verdicts:
        if result.expired(verdict):
            was = f"it was {verdict.verdict} until {result.end(verdict)}"
            text = f"the verdict has expired, {was}: collect a new snapshot"
            yield Finding("warning", verdict.policy, verdict.name, text, _place(result, verdict.policy))
        for rule in verdict.rules:
            if rule.outcome in ("fail", "unknown"):
                yield _finding(verdict, rule)


def _finding(verdict: Verdict, rule: RuleResult) -> Finding:
    level = "warning" if rule.contribution != verdict.verdicts[-1] else "error"
    if rule.contribution in (None, verdict.verdicts[0]):
        level = "note"
    text = f"{rule.id}: {rule.reason}{_task(rule)}"
    title = f"{verdict.name}: {rule.contribution or 'in shadow'}"
    return Finding(level, f"{verdict.policy}/{rule.id}", title, text, Span(rule.file, rule.line, 0))


def _task(rule: RuleResult) -> str:
    """What to do about a rule."""
    otherwise = f"; if that cannot be measured: {rule.otherwise}" if rule.otherwise else ""
    return f"; do: {rule.action}{otherwise}" if rule.action else ""


def _rules(result: EvaluationResult) -> Iterator[SarifRule]:
    yield SarifRule("source", "a source leaves rules unknown")
    for refused in result.decision.refusals:
        yield SarifRule(refused.policy, "the policy was not evaluated")
    for verdict in result.verdicts:
        yield SarifRule(verdict.policy, verdict.title or verdict.policy)
        for rule in verdict.rules:
            yield SarifRule(
                f"{verdict.policy}/{rule.id}",
                rule.title or rule.id,
                help="" if rule.outcome == "unknown" else rule.action or "",
            )


def _place(result: EvaluationResult, policy: str) -> Span | None:
    """Where the policy begins; None where its document is not at hand."""
    found = result.policies.get(policy)
    return None if found is None else Span(found.span.file, found.span.line, 0)


def as_junit(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return a test case for each policy: it passes at its best verdict alone, and is skipped without a ledger."""
    return junit("interlock evaluate", [case for each in results for case in _cases(each, style)])


def _cases(result: EvaluationResult, style: ReportStyle) -> Iterator[JUnitCase]:
    suite = f"{result.name} as of {show_time(result.snapshot.as_of)}"
    refused = [
        (each.policy, each.policy, (f"not evaluated: {each.reason}", (), ""))
        for each in result.decision.refusals
    ]
    judged = [(each.policy, each.name, _failure(result, each, style)) for each in result.verdicts]
    if not refused and not judged:
        yield JUnitCase(suite, "interlock evaluate", "", 0, "no policy was evaluated")
    for policy, name, texts in (*refused, *judged):
        place = _place(result, policy)
        file, line = ("", 0) if place is None else (style.path(place.file), place.line)
        yield JUnitCase(suite, name, file, line, *texts)


def _failure(
    result: EvaluationResult, verdict: Verdict, style: ReportStyle
) -> tuple[str, Sequence[str], str]:
    """The message and the details of a failure, and why a case does not count; a best verdict has none of them."""
    if not verdict.applicable:
        return "", (), f"{verdict.verdict}: {', '.join(verdict.assumptions)}"
    if verdict.is_best and not result.expired(verdict):
        return "", (), f"{verdict.verdict} without a ledger opens nothing" if verdict.inputs.stateless else ""
    rules = open_rules(verdict)
    first = rules[0].reason if rules else ""
    if result.expired(verdict):
        first = f"it was {verdict.verdict} until {result.end(verdict)}"
    message = result.status(verdict) + (f": {first}" if first else "")
    return message, [_details(each, style) for each in rules], ""


def _details(rule: RuleResult, style: ReportStyle) -> str:
    action = _task(rule)
    return f"{style.path(rule.file)}:{rule.line}: {rule.id} {outcome_word(rule)}: {rule.reason}{action}"
