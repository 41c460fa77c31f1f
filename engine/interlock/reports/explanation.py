"""The long answer to why: every rule of a verdict with what it compared, where it is written and what was missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..diagnostics import columns
from ..evaluation.deciding.cause_text import cause_lines
from ..evaluation.verdict import Comparison, RuleResult, Verdict
from ..language.times import show_time
from .escaping import line
from .evaluation_result import EvaluationResult, ReportStyle
from .marks import mark, outcome_word, tally, tone_of
from .provenance import origins
from .tables import Cell, aligned, wrapped

__all__ = ["explained"]

_INDENT = "    "
_CAUSES = 8


def explained(
    judged: EvaluationResult,
    look: ReportStyle,
    sources: Mapping[str, Sequence[str]],
    rules: Sequence[str] = (),
) -> str:
    """Return the explanation; `rules` names the ones that are wanted (default: all), `sources` holds the lines of
    the policy files."""
    lines = [text for each in judged.verdicts for text in _verdict(judged, each, look, sources, rules)]
    return "".join(f"{each}\n" for each in lines[1:])


def _verdict(
    judged: EvaluationResult,
    verdict: Verdict,
    look: ReportStyle,
    sources: Mapping[str, Sequence[str]],
    rules: Sequence[str],
) -> Iterator[str]:
    wanted = [each for each in verdict.rules if not rules or each.id in rules]
    if rules and not wanted:
        return
    yield ""
    yield from _head(judged, verdict, look)
    for rule in wanted:
        yield ""
        yield from _rule(judged, rule, look, sources.get(rule.file, ()))
    if verdict.assumptions and not rules:
        yield ""
        yield "  assumptions"
        for text in verdict.assumptions:
            yield from wrapped(line(text), look.width, f"{_INDENT}- ", f"{_INDENT}  ")


def _head(judged: EvaluationResult, verdict: Verdict, look: ReportStyle) -> Iterator[str]:
    tone = judged.tone(verdict)
    word = look.paint(f"{mark(tone, look)} {judged.word(verdict)}", tone)
    opening = line(judged.opening(verdict))
    yield f"{look.paint(line(verdict.name), 'strong')} {verdict.version}: {word}{', ' if opening else ''}{opening}"
    yield from wrapped(line(verdict.title), look.width, "  ", "  ")
    if verdict.possible != verdict.verdict:
        yield f"  with what is missing it could be as bad as {verdict.possible}"
    yield f"  as of {show_time(verdict.as_of)}, valid until {show_time(verdict.valid_until)}"
    yield f"  from best to worst: {', '.join(verdict.verdicts)}"
    yield f"  {tally(verdict)}"


def _rule(
    judged: EvaluationResult, rule: RuleResult, look: ReportStyle, source: Sequence[str]
) -> Iterator[str]:
    tone = tone_of(rule)
    sign = look.paint(mark(tone, look), tone)
    given = f", contributes {rule.contribution}" if rule.contribution else ""
    word = look.paint(outcome_word(rule), tone)
    place = f"{rule.file}:{rule.line}"
    head = columns(f"{mark(tone, look)} {line(rule.id)} {outcome_word(rule)}{given}  {place}")
    beside = "  " if head <= look.width else "\n  "
    yield from f"{sign} {look.paint(line(rule.id), 'strong')} {word}{given}{beside}{place}".split("\n")
    if rule.title:
        yield from wrapped(line(rule.title), look.width, "  ", "  ")
    if rule.outcome == "fail" or rule.waiver or not (rule.comparisons or rule.causes):
        yield from wrapped(line(rule.reason), look.width, f"{_INDENT}why: ", f"{_INDENT}     ")
    yield from _compared(rule, look, source)
    yield from _unknown(judged, rule, look)
    if rule.action:
        yield from wrapped(line(rule.action), look.width, f"{_INDENT}do: ", f"{_INDENT}    ")
    if rule.notify:
        yield f"{_INDENT}notify: {line(', '.join(rule.notify))}"


def _compared(rule: RuleResult, look: ReportStyle, source: Sequence[str]) -> Iterator[str]:
    """The source line of each comparison once, and below it what was compared there."""
    for number in dict.fromkeys(each.line for each in rule.comparisons):
        if 0 < number <= len(source):
            for text in wrapped(
                f"{number} | {line(source[number - 1])}", look.width, _INDENT, f"{_INDENT}   | "
            ):
                yield look.paint(text, "faint")
        rows = [_row(each) for each in rule.comparisons if each.line == number]
        yield from (f"{_INDENT}  {text}" for text in _fitted(rows, look))


def _fitted(rows: Sequence[Sequence[Cell]], look: ReportStyle) -> Iterator[str]:
    """A row for each comparison where all fit, else a few lines for each."""
    room = look.width - len(_INDENT) - 2
    if all(columns(text) <= room for text in aligned(rows, 10_000, lambda text, tone: text)):
        yield from aligned(rows, 10_000, look.paint)
        return
    for first, *rest in rows:
        yield from wrapped(first.text, room)
        parts = [look.paint(each.text, each.tone) if each.tone else each.text for each in rest if each.text]
        short = sum(columns(each.text) + 2 for each in rest) <= room
        yield from [f"  {'  '.join(parts)}"] if short else (f"  {each}" for each in parts)


def _row(comparison: Comparison) -> list[Cell]:
    helps = {True: "good", False: "bad", None: "blind"}[comparison.passing]
    return [
        Cell(line(comparison.left)),
        Cell(f"seen {line(comparison.seen)}", helps),
        Cell(f"needed {line(comparison.needed)}"),
        Cell(f"margin {comparison.margin}" if comparison.margin else ""),
        Cell(f"nearest passing value: {line(comparison.nearest)}" if comparison.nearest else ""),
    ]


def _unknown(judged: EvaluationResult, rule: RuleResult, look: ReportStyle) -> Iterator[str]:
    if rule.outcome != "unknown" or not rule.causes:
        return
    lines = [*cause_lines(rule.causes)]
    yield f"{_INDENT}unknown:"
    for text in lines[:_CAUSES]:
        yield from wrapped(line(text), look.width, f"{_INDENT}  - ", f"{_INDENT}    ")
    if len(lines) > _CAUSES:
        yield f"{_INDENT}  - and {len(lines) - _CAUSES} more"
    for text in origins(judged.snapshot, rule.causes)[:_CAUSES]:
        yield from wrapped(line(text), look.width, f"{_INDENT}  - ", f"{_INDENT}    ")
