"""The format `text`: a table of verdicts for a terminal, then what keeps a gate from its best verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..evaluation.verdict import RuleResult, Verdict
from ..language.times import show_time
from ..wording import number
from .escaping import line
from .evaluation_result import EXPIRED, EvaluationResult, ReportStyle, counted, open_rules, standing
from .marks import mark, outcome_word, tone_of
from .tables import Cell, aligned, wrapped

__all__ = ["render"]


def render(judged: Sequence[EvaluationResult], look: ReportStyle) -> str:
    """Return the text; of several snapshots a table with a row each."""
    lines = _several(judged, look) if len(judged) > 1 else _one(judged[0], look)
    return "".join(f"{each}\n" for each in (*_opened(judged), *lines))


def _opened(judged: Sequence[EvaluationResult]) -> Iterator[str]:
    """The verdicts that a waiver made better, before anything else."""
    for each in judged:
        start = f"as of {show_time(each.snapshot.as_of)}: " if len(judged) > 1 else ""
        yield from (line(f"{start}{verdict.headline}") for verdict in each.opened)
    if any(each.opened for each in judged):
        yield ""


# one snapshot


def _one(judged: EvaluationResult, look: ReportStyle) -> Iterator[str]:
    if judged.verdicts:
        yield from _table(judged, look)
    else:
        yield "no policy was evaluated"
    for verdict in judged.verdicts:
        if not verdict.is_best or judged.expired(verdict):
            yield ""
            yield from _details(judged, verdict, look)


def _table(judged: EvaluationResult, look: ReportStyle) -> Iterator[str]:
    may_differ = any(each.possible != each.verdict for each in judged.verdicts)
    head = [
        "",
        "policy",
        "verdict",
        *(["possible"] if may_differ else []),
        "valid until",
        "fails",
        "unknown",
        "reason",
    ]
    rows = [[Cell(each, "faint") for each in head]]
    for verdict in judged.verdicts:
        tone = judged.tone(verdict)
        row = [
            Cell(mark(tone, look), tone),
            Cell(line(verdict.name), "strong"),
            Cell(judged.word(verdict), tone),
        ]
        if may_differ:
            row.append(Cell(verdict.possible if verdict.possible != verdict.verdict else ""))
        row += [Cell(show_time(verdict.valid_until)), *_counts(verdict), Cell(_first(verdict))]
        rows.append(row)
    yield from aligned(rows, look.width, look.paint, right=(len(head) - 3, len(head) - 2))


def _counts(verdict: Verdict) -> list[Cell]:
    found = ((counted(verdict, "fail"), "bad"), (counted(verdict, "unknown"), "blind"))
    return [Cell(str(count), tone if count else "") for count, tone in found]


def _first(verdict: Verdict) -> str:
    """Why the verdict is not the best, in short: the rule that weighs most."""
    found = open_rules(verdict)
    if found:
        return line(f"{found[0].id}: {found[0].reason}")
    return line(verdict.assumptions[0]) if not verdict.evaluated and verdict.assumptions else ""


def _details(judged: EvaluationResult, verdict: Verdict, look: ReportStyle) -> Iterator[str]:
    order = ", ".join(verdict.verdicts)
    word = look.paint(judged.word(verdict), judged.tone(verdict))
    yield f"{look.paint(line(verdict.name), 'strong')}: {word} (best to worst: {order})"
    if judged.expired(verdict):
        yield f"  it was {verdict.verdict} until {show_time(verdict.valid_until)}: collect a new snapshot"
    for rule in open_rules(verdict):
        yield from _rule(rule, look)


def _rule(rule: RuleResult, look: ReportStyle) -> Iterator[str]:
    tone = tone_of(rule)
    given = f", contributes {rule.contribution}" if rule.contribution else ""
    sign = look.paint(mark(tone, look), tone)
    yield f"  {sign} {look.paint(line(rule.id), 'strong')} {outcome_word(rule)}{given}  {rule.file}:{rule.line}"
    yield from wrapped(line(rule.reason), look.width, "      ", "      ")
    if rule.action:
        yield from wrapped(f"do: {line(rule.action)}", look.width, "      ", "          ")


# several snapshots


def _several(judged: Sequence[EvaluationResult], look: ReportStyle) -> Iterator[str]:
    names = sorted({verdict.name for each in judged for verdict in each.verdicts})
    heads = names
    if sum(map(len, names)) + 50 > look.width:
        heads = [f"[{index}]" for index in range(1, len(names) + 1)]
        yield from (f"{short} {line(name)}" for short, name in zip(heads, names, strict=True))
        yield ""
    rows = [[Cell(each, "faint") for each in ("as of", *map(line, heads), "snapshot")]]
    for each in judged:
        found = {verdict.name: verdict for verdict in each.verdicts}
        words = [_word(each, found.get(name), look) for name in names]
        rows.append([Cell(show_time(each.snapshot.as_of)), *words, Cell(line(each.name))])
    yield from aligned(rows, look.width, look.paint)
    yield ""
    yield _tally(judged)


def _word(judged: EvaluationResult, verdict: Verdict | None, look: ReportStyle) -> Cell:
    if verdict is None:
        return Cell("-")
    tone = judged.tone(verdict)
    return Cell(f"{mark(tone, look)} {judged.word(verdict)}", tone)


def _tally(judged: Sequence[EvaluationResult]) -> str:
    verdicts = [(each, verdict) for each in judged for verdict in each.verdicts]
    expired = sum(each.expired(verdict) for each, verdict in verdicts)
    parts = [
        number(len(judged), "snapshot"),
        number(len(verdicts), "verdict"),
        f"{sum(standing(verdict) == 'good' for _, verdict in verdicts)} best",
        f"{sum(standing(verdict) == 'bad' for _, verdict in verdicts)} worst",
        *([f"{expired} {EXPIRED}"] if expired else []),
    ]
    return ", ".join(parts)
