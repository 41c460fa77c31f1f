"""Verdicts for a terminal: a table, then the rules that keep each gate from its best verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...diagnostics import columns
from ...evaluation.verdict import RuleResult, Verdict
from ...language.times import show_time
from ...wording import number
from ..escaping import line
from ..marks import counted, outcome_word, tone_of
from ..style import ReportStyle, mark
from ..tables import Cell, Table, wrapped
from .evaluation_result import EXPIRED, EvaluationResult, open_rules, verdict_tone

__all__ = ["as_text", "outage_lines", "rule_head"]


def as_text(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return the text; of several snapshots a table with a row each."""
    lines = _several(results, style) if len(results) > 1 else _one(results[0], style)
    return "".join(f"{each}\n" for each in (*_opened(results), *outage_lines(results, style), *lines))


def _opened(results: Sequence[EvaluationResult]) -> Iterator[str]:
    """The verdicts that a waiver made better, before anything else."""
    for each in results:
        start = f"as of {show_time(each.snapshot.as_of)}: " if len(results) > 1 else ""
        yield from (line(f"{start}{verdict.headline}") for verdict in each.opened)
    if any(each.opened for each in results):
        yield ""


def outage_lines(results: Sequence[EvaluationResult], style: ReportStyle) -> Iterator[str]:
    """The sources that leave rules unknown, before anything that follows from them."""
    for each in results:
        start = f"as of {show_time(each.snapshot.as_of)}: " if len(results) > 1 else ""
        for text in each.outages:
            yield from wrapped(line(f"{start}{text}"), style.width, "", "  ")
    if any(each.outages for each in results):
        yield ""


# one snapshot


def _one(result: EvaluationResult, style: ReportStyle) -> Iterator[str]:
    if result.applying:
        yield from _table(result, style).lines(style)
    else:
        yield "no policy applies" if result.idle else "no policy was evaluated"
    if result.idle:
        names = ", ".join(line(each.name) for each in result.idle)
        yield from ("", *wrapped(f"not applicable: {names}", style.width, "", "  "))
    for verdict in result.applying:
        if not verdict.is_best or result.expired(verdict):
            yield ""
            yield from _details(result, verdict, style)


def _table(result: EvaluationResult, style: ReportStyle) -> Table:
    may_differ = any(each.possible != each.verdict for each in result.applying)
    possible = ["possible"] if may_differ else []
    head = ["", "policy", "verdict", *possible, "valid until", "fails", "unknown", "reason"]
    table = Table(head, right=("fails", "unknown"), optional=("reason", "unknown", "fails", "valid until"))
    for verdict in result.applying:
        tone = result.tone(verdict)
        row = [
            Cell(mark(tone, style), tone),
            Cell(line(verdict.name), "strong"),
            Cell(result.status(verdict), tone),
        ]
        if may_differ:
            row.append(Cell(verdict.possible if verdict.possible != verdict.verdict else ""))
        table.add(*row, show_time(verdict.valid_until), *_counts(verdict), _first(verdict))
    return table


def _counts(verdict: Verdict) -> list[Cell]:
    found = ((counted(verdict, "fail"), "bad"), (counted(verdict, "unknown"), "unknown"))
    return [Cell(str(count), tone if count else "") for count, tone in found]


def _first(verdict: Verdict) -> str:
    """Why the verdict is not the best, in short: the rule that weighs most."""
    found = open_rules(verdict)
    if found:
        return line(f"{found[0].id}: {found[0].reason}")
    return line(verdict.assumptions[0]) if not verdict.evaluated and verdict.assumptions else ""


def _details(result: EvaluationResult, verdict: Verdict, style: ReportStyle) -> Iterator[str]:
    order = ", ".join(verdict.verdicts)
    status = style.paint(result.status(verdict), result.tone(verdict))
    yield f"{style.paint(line(verdict.name), 'strong')}: {status} (best to worst: {order})"
    if result.expired(verdict):
        yield f"  it was {verdict.verdict} until {result.end(verdict)}: collect a new snapshot"
    for rule in open_rules(verdict):
        yield from _rule(rule, style)


def _rule(rule: RuleResult, style: ReportStyle) -> Iterator[str]:
    yield from rule_head(rule, style, "  ")
    yield from wrapped(line(rule.reason), style.width, "      ", "      ")
    if rule.action:
        yield from wrapped(f"do: {line(rule.action)}", style.width, "      ", "          ")
    if rule.otherwise:
        text = f"if that cannot be measured: {line(rule.otherwise)}"
        yield from wrapped(text, style.width, "      ", "          ")


def rule_head(rule: RuleResult, style: ReportStyle, indent: str = "") -> Iterator[str]:
    """Yield the rule's id, outcome, contribution and place; the place has its own line where both do not fit."""
    tone, place = tone_of(rule), f"{rule.file}:{rule.line}"
    given = f", contributes {rule.contribution}" if rule.contribution else ""
    plain = f"{indent}{mark(tone, style)} {line(rule.id)} {outcome_word(rule)}{given}"
    sign, outcome = style.paint(mark(tone, style), tone), style.paint(outcome_word(rule), tone)
    head = f"{indent}{sign} {style.paint(line(rule.id), 'strong')} {outcome}{given}"
    if columns(f"{plain}  {place}") <= style.width:
        yield f"{head}  {place}"
    else:
        yield from (head, f"{indent}  {place}")


# several snapshots


def _several(results: Sequence[EvaluationResult], style: ReportStyle) -> Iterator[str]:
    names = sorted({verdict.name for each in results for verdict in each.verdicts})
    heads = names
    if sum(map(len, names)) + 50 > style.width:
        heads = [f"[{index}]" for index in range(1, len(names) + 1)]
        yield from (f"{short} {line(name)}" for short, name in zip(heads, names, strict=True))
        yield ""
    table = Table(("as of", *map(line, heads), "snapshot"), optional=("snapshot",))
    for each in results:
        found = {verdict.name: verdict for verdict in each.verdicts}
        statuses = [_status(each, found.get(name), style) for name in names]
        table.add(show_time(each.snapshot.as_of), *statuses, line(each.name))
    yield from table.lines(style)
    yield ""
    yield _tally(results)


def _status(result: EvaluationResult, verdict: Verdict | None, style: ReportStyle) -> Cell:
    if verdict is None:
        return Cell("-")
    tone = result.tone(verdict)
    return Cell(f"{mark(tone, style)} {result.status(verdict)}", tone)


def _tally(results: Sequence[EvaluationResult]) -> str:
    verdicts = [(each, verdict) for each in results for verdict in each.verdicts]
    expired = sum(each.expired(verdict) for each, verdict in verdicts)
    tones = [verdict_tone(verdict) for _, verdict in verdicts]
    parts = [
        number(len(results), "snapshot"),
        number(len(verdicts), "verdict"),
        f"{tones.count('good')} best",
        f"{tones.count('bad')} worst",
        *([f"{expired} {EXPIRED}"] if expired else []),
    ]
    return ", ".join(parts)
