"""Every rule of a verdict: what it compared, where it is written, and what was missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...canonical import canonical
from ...diagnostics import columns
from ...evaluation.deciding.cause_text import cause_lines
from ...evaluation.verdict import Comparison, RuleResult, Verdict
from ...language.times import show_time
from ...limits import FORMAT
from ..escaping import line
from ..marks import tally
from ..style import ReportStyle, mark
from ..tables import Cell, aligned, tidy, wrapped
from ..templating import filled
from .evaluation_result import EvaluationResult
from .evaluation_text import outage_lines, rule_head
from .provenance import origins

__all__ = ["VerdictExplanation", "as_json", "as_markdown", "as_text"]

_INDENT = "    "
_CAUSES = 8


@dataclass(frozen=True, slots=True)
class VerdictExplanation:
    """The verdicts to explain; `sources` holds the lines of the policy files, `rules` the ids of the rules that are
    wanted (empty: all)."""

    result: EvaluationResult
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rules: Sequence[str] = ()

    @property
    def found(self) -> tuple[tuple[Verdict, tuple[RuleResult, ...]], ...]:
        """Each verdict with its rules that are wanted, where it has any."""
        pairs = (
            (each, tuple(rule for rule in each.rules if not self.rules or rule.id in self.rules))
            for each in self.result.verdicts
        )
        return tuple((verdict, rules) for verdict, rules in pairs if rules or not self.rules)


def as_text(explained: VerdictExplanation, style: ReportStyle) -> str:
    """Return a paragraph for each verdict and one for each of its rules."""
    lines = [
        text for verdict, rules in explained.found for text in _verdict(explained, verdict, rules, style)
    ]
    silent = outage_lines([] if explained.rules else [explained.result], style)
    return "".join(f"{each}\n" for each in (*silent, *lines[1:])) or "no policy was evaluated\n"


def as_json(explained: VerdictExplanation, style: ReportStyle) -> str:
    """Return one line: the record of each verdict with the wanted rules, and where unknown metrics come from."""
    verdicts = [
        {
            **replace(verdict, rules=rules).record(),
            "origins": list(
                origins(explained.result.snapshot, [cause for rule in rules for cause in rule.causes])
            ),
        }
        for verdict, rules in explained.found
    ]
    return canonical({"interlock": FORMAT, "verdicts": verdicts}).decode("utf-8") + "\n"


def as_markdown(explained: VerdictExplanation, style: ReportStyle) -> str:
    """Return a section for each verdict with a list of its rules."""
    result = explained.result
    unknown = {
        (verdict.name, rule.id): _unknown(result, rule)
        for verdict, rules in explained.found
        for rule in rules
    }
    return tidy(
        filled(
            "explanation.md",
            result=result,
            found=explained.found,
            unknown=unknown,
            outages=() if explained.rules else result.outages,
        )
    )


def _verdict(
    explained: VerdictExplanation, verdict: Verdict, rules: Sequence[RuleResult], style: ReportStyle
) -> Iterator[str]:
    yield ""
    yield from _head(explained.result, verdict, style)
    for rule in rules:
        yield ""
        yield from _rule(explained.result, rule, style, explained.sources.get(rule.file, ()))
    if verdict.assumptions and not explained.rules:
        yield ""
        yield "  assumptions"
        for text in verdict.assumptions:
            yield from wrapped(line(text), style.width, f"{_INDENT}- ", f"{_INDENT}  ")


def _head(result: EvaluationResult, verdict: Verdict, style: ReportStyle) -> Iterator[str]:
    tone = result.tone(verdict)
    status = style.paint(f"{mark(tone, style)} {result.status(verdict)}", tone)
    opening = line(result.opening(verdict))
    name = style.paint(line(verdict.name), "strong")
    yield f"{name} {verdict.version}: {status}{', ' if opening else ''}{opening}"
    yield from wrapped(line(verdict.title), style.width, "  ", "  ")
    if verdict.possible != verdict.verdict:
        yield f"  with the missing data it could be as bad as {verdict.possible}"
    yield f"  as of {show_time(verdict.as_of)}, valid until {show_time(verdict.valid_until)}"
    yield f"  from best to worst: {', '.join(verdict.verdicts)}"
    yield f"  {tally(verdict)}"


def _rule(
    result: EvaluationResult, rule: RuleResult, style: ReportStyle, source: Sequence[str]
) -> Iterator[str]:
    yield from rule_head(rule, style)
    if rule.title:
        yield from wrapped(line(rule.title), style.width, "  ", "  ")
    if rule.outcome == "fail" or rule.waiver or not (rule.comparisons or rule.causes):
        yield from wrapped(line(rule.reason), style.width, f"{_INDENT}why: ", f"{_INDENT}     ")
    yield from _compared(rule, style, source)
    unknown = _unknown(result, rule)
    if unknown:
        yield f"{_INDENT}unknown:"
    for text in unknown:
        yield from wrapped(line(text), style.width, f"{_INDENT}  - ", f"{_INDENT}    ")
    if rule.action:
        yield from wrapped(line(rule.action), style.width, f"{_INDENT}do: ", f"{_INDENT}    ")
    if rule.otherwise:
        text = f"{_INDENT}if that cannot be measured: "
        yield from wrapped(line(rule.otherwise), style.width, text, f"{_INDENT}    ")
    if rule.notify:
        yield f"{_INDENT}notify: {line(', '.join(rule.notify))}"


def _compared(rule: RuleResult, style: ReportStyle, source: Sequence[str]) -> Iterator[str]:
    """The source line of each comparison once, and below it what was compared there."""
    for number in dict.fromkeys(each.line for each in rule.comparisons):
        if 0 < number <= len(source):
            shown = f"{number} | {line(source[number - 1])}"
            for text in wrapped(shown, style.width, _INDENT, f"{_INDENT}   | "):
                yield style.paint(text, "faint")
        rows = [_row(each) for each in rule.comparisons if each.line == number]
        yield from (f"{_INDENT}  {text}" for text in _fitted(rows, style))


def _fitted(rows: Sequence[Sequence[Cell]], style: ReportStyle) -> Iterator[str]:
    """A row for each comparison where all fit, else a few lines for each."""
    room = style.width - len(_INDENT) - 2
    if all(columns(text) <= room for text in aligned(rows, ReportStyle())):
        yield from aligned(rows, ReportStyle(paint=style.paint))
        return
    for first, *rest in rows:
        yield from wrapped(first.text, room)
        parts = [style.paint(each.text, each.tone) if each.tone else each.text for each in rest if each.text]
        short = sum(columns(each.text) + 2 for each in rest) <= room
        yield from [f"  {'  '.join(parts)}"] if short else (f"  {each}" for each in parts)


def _row(comparison: Comparison) -> list[Cell]:
    tone = {True: "good", False: "bad", None: "unknown"}[comparison.passing]
    return [
        Cell(line(comparison.left)),
        Cell(f"seen {line(comparison.seen)}", tone),
        Cell(f"needed {line(comparison.needed)}"),
        Cell(f"margin {comparison.margin}" if comparison.margin else ""),
        Cell(f"nearest passing value: {line(comparison.nearest)}" if comparison.nearest else ""),
    ]


def _unknown(result: EvaluationResult, rule: RuleResult) -> tuple[str, ...]:
    """Why a rule is unknown, and where its metrics come from."""
    if not rule.causes:
        return ()
    lines = tuple(cause_lines(rule.causes))
    more = (f"and {len(lines) - _CAUSES} more",) if len(lines) > _CAUSES else ()
    return (*lines[:_CAUSES], *more, *origins(result.snapshot, rule.causes)[:_CAUSES])
