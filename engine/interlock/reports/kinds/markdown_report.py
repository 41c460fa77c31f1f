"""A report as Markdown: its sections in order, `unknown` where a value is not known, and why at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ... import __version__
from ...evaluation.deciding.cause_text import cause_text
from ...evaluation.snapshot.series_values import Members, Series, Shaped
from ...evaluation.verdict import NOT_APPLICABLE, Comparison, RuleResult, Verdict
from ...language.literals import show
from ...language.times import show_time
from ...language.types import Kind, Type
from ...language.values import Unknown, Value
from ...ledger.state.rollout_state import RolloutState
from ...policy.report_model import ReportExpression, ReportItem, ReportSection, RuleName
from ..escaping import Safe, code
from ..evaluation.evaluation_result import open_rules
from ..records.rollout_records import history_as_markdown, incident_as_markdown
from ..style import ReportStyle
from ..tables import folded, tidy
from ..templating import filled
from .desk_reading import WEEK, DeskReading, ReportUnknown, monday_of, why

__all__ = ["as_markdown"]

_WIDTH = 100
_DAY = 86400
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListBox:
    """An item with a box before it, and a note behind it."""

    title: str
    ticked: bool = False
    note: str = ""


@dataclass(slots=True)
class SectionText:
    """A section for the template: a table, boxes, or Markdown that is made already; `empty` stands for none of them."""

    title: str
    text: str
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    boxes: Sequence[ListBox] = ()
    markdown: str = Safe("")
    empty: str = ""


def as_markdown(reading: DeskReading, style: ReportStyle) -> str:
    """Return the report, the same bytes wherever it is made."""
    writer = _Writer(reading)
    sections = [writer.section(each) for each in reading.kind.sections]
    text = filled(
        "kind.md",
        kind=reading.kind,
        as_of=reading.result.snapshot.as_of,
        week=writer.week(),
        stateless=any(each.inputs.stateless for each in reading.result.verdicts),
        sections=sections,
        unknown=writer.unknown,
        engine=__version__,
        digest=reading.result.snapshot.digest,
    )
    return folded(tidy(text), _WIDTH)


@dataclass(slots=True)
class _Writer:
    reading: DeskReading
    unknown: dict[str, list[str]] = field(default_factory=dict)

    def week(self) -> str:
        """`week 5 of 12`; of a programme whose beginning is not known the week is not either."""
        kind, number = self.reading.kind, self.reading.week_number
        if kind.began is None:
            return ""
        told = f"week {self._known(number, 'week')}"
        if kind.weeks is None:
            return told
        late = isinstance(number, int) and number > kind.weeks
        return f"{told}, after the {kind.weeks} that are required" if late else f"{told} of {kind.weeks}"

    def section(self, section: ReportSection) -> SectionText:
        made = SectionText(section.title, section.text)
        if section.rows:
            made.headings, made.rows = (
                ["", *section.columns],
                [self._row(section, *each) for each in section.rows],
            )
        elif section.periods:
            made.headings, made.rows = self._periods(section)
            made.empty = "" if made.rows else "No period is complete."
        elif section.gates:
            made.headings = ["No.", "Gate", "Required", "Actual", "Met"]
            made.rows = [self._gate(number, each) for number, each in enumerate(section.gates, start=1)]
        elif section.verdicts:
            made.headings = ["Gate", "Verdict", "Why"]
            made.rows = [row for each in section.verdicts for row in self._verdict(each.policy)]
        elif section.decisions:
            made.boxes = list(self._decisions(section.decisions))
            made.empty = "" if made.boxes else "None: every gate named here that applies is at its best."
        elif section.checklist:
            made.boxes = [self._ticked(each) for each in section.checklist]
        elif section.rollout or section.incident:
            made.markdown = Safe(self._recorded(section))
        return made

    # values

    def _row(self, section: ReportSection, name: str, cells: Sequence[ReportExpression]) -> list[str]:
        places = [name] if len(cells) == 1 else [f"{name} ({head})" for head in section.columns]
        return [name, *(self._figure(cell, place) for cell, place in zip(cells, places, strict=True))]

    def _known(self, found: object, place: str) -> str:
        if isinstance(found, ReportUnknown):
            self.unknown.setdefault(found.why, []).append(place)
            return _UNKNOWN
        return str(found)

    def _figure(self, expression: ReportExpression, place: str) -> str:
        return self._cell(self.reading.value(expression), expression.node.type, place)

    def _cell(self, found: Shaped, kind: Type, place: str) -> str:
        if isinstance(found, Unknown):
            causes = dict.fromkeys(cause_text([each]) for each in found.causes)
            self._known(ReportUnknown("; ".join(causes) or "nothing was measured"), place)
            return _UNKNOWN
        if kind.kind is Kind.MONEY and isinstance(found, Decimal) and found:
            return show(found, kind, max(4, found.adjusted() + 3))  # to the cent, however large
        return show(found, kind)

    # periods

    def _periods(self, section: ReportSection) -> tuple[list[str], list[list[str]]]:
        columns = [(head, each, self.reading.value(each)) for head, each in section.periods]
        ats = {
            at
            for _, _, found in columns
            for each in _series(found)
            for at in (point.at for point in each.points)
        }
        shown_ats = sorted(ats)[-section.last :]
        every = next(
            (each.every for _, _, found in columns for each in _series(found) if each.every), Decimal(0)
        )
        first = self._first_week() if every == WEEK else None
        heads = ["From"] if every != WEEK else ["Week ending"] if first is None else ["Week", "Ending"]
        rows = []
        for at in shown_ats:
            day = show_time(at + every - _DAY if every == WEEK else at)[:10]
            number = [] if first is None else [str(int((at - first) / WEEK) + 1)]
            cells = [
                self._of_period(found, at, each.node.type, f"{head} ({day})") for head, each, found in columns
            ]
            rows.append([*number, day, *cells])
        for head, _, found in columns:
            if blank := _blank(found):
                self._known(ReportUnknown(blank), head)
        return [*heads, *(head for head, _, _ in columns)], rows

    def _first_week(self) -> Decimal | None:
        """When the first week of the programme began; None without one, and where that is not known."""
        began = self.reading.began
        return monday_of(began) if isinstance(began, Decimal) else None

    def _of_period(self, found: Shaped, at: Decimal, kind: Type, place: str) -> str:
        if isinstance(found, Members):
            cells = {name: _at(each, at) for name, each in found.values.items()}
            if not cells:
                return _UNKNOWN
            return ", ".join(
                f"{name} {self._cell(each, kind, f'{place} at {name}')}" for name, each in cells.items()
            )
        return self._cell(_at(found, at), kind, place)

    # verdicts

    def _gate(self, number: int, item: ReportItem) -> list[str]:
        required: list[str] = []
        actual: list[str] = []
        for name in item.rules:
            found = self.reading.outcomes(name)
            if isinstance(found, ReportUnknown):
                actual.append(self._known(found, item.title))
                continue
            for verdict, rule in found:
                for text, into in zip(_compared(verdict, rule), (required, actual), strict=True):
                    into += [each for each in text if each not in into]
        met = self.reading.passes(item.rules) if item.rules else ReportUnknown("no rule measures it")
        word = {True: "yes", False: "no"}[met] if isinstance(met, bool) else self._known(met, item.title)
        spans = (Safe("; ".join(map(code, each))) for each in (required, actual))
        return [str(number), item.title, *spans, word]

    def _verdict(self, policy: str) -> Iterator[list[str]]:
        idle = self.reading.idle(policy)
        if idle:
            yield from ([each.title or each.name, NOT_APPLICABLE, ""] for each in idle)
            return
        found = self.reading.verdicts(policy)
        if isinstance(found, ReportUnknown):
            yield [policy, self._known(found, policy), ""]
            return
        for verdict in found:
            rules = open_rules(verdict)
            more = f" (and {len(rules) - 1} more)" if len(rules) > 1 else ""
            yield [
                verdict.title or verdict.name,
                verdict.verdict,
                f"{rules[0].reason}{more}" if rules else "",
            ]

    def _decisions(self, names: Iterable[RuleName]) -> Iterator[ListBox]:
        asked: dict[str, str] = {}
        for name in names:
            found: Sequence[Verdict] | ReportUnknown = ()
            if not self.reading.idle(name.policy):
                found = self.reading.verdicts(name.policy)
            if isinstance(found, ReportUnknown):
                asked.setdefault(f"evaluate {name.policy}", found.why)
                continue
            for verdict in found:
                for rule in open_rules(verdict):
                    asked.setdefault(rule.action or f"look into the rule {rule.id}", rule.reason)
        yield from (ListBox(action, note=reason) for action, reason in asked.items())

    def _ticked(self, item: ReportItem) -> ListBox:
        if not item.rules:
            return ListBox(item.title)
        found = self.reading.passes(item.rules)
        if found is True:
            return ListBox(item.title, ticked=True)
        if isinstance(found, ReportUnknown):
            return ListBox(item.title, note=f"unknown, {found.why}")
        return ListBox(item.title, note="; ".join(self._failures(item)[:1]))

    def _failures(self, item: ReportItem) -> list[str]:
        pairs = [pair for name in item.rules for pair in self._outcomes(name)]
        rules = [
            each for verdict, rule in pairs for each in (open_rules(verdict) if rule is None else (rule,))
        ]
        return [each.reason for each in rules if each.outcome == "fail"]

    def _outcomes(self, name: RuleName) -> Sequence[tuple[Verdict, RuleResult | None]]:
        found = self.reading.outcomes(name)
        return () if isinstance(found, ReportUnknown) else found

    def _recorded(self, section: ReportSection) -> str:
        """The changes of a rollout, or the note of its newest rollback, as the ledger has them."""
        name = section.rollout or section.incident
        if self.reading.rollouts is None:
            why_not = ReportUnknown("changes of rollouts are kept in a ledger, and none is named")
            return f"{self._known(why_not, section.title)}\n"
        state = self.reading.rollouts.get(name, RolloutState())
        if section.rollout:
            return (
                history_as_markdown(state.changes, ReportStyle()) if state.changes else "It has not begun.\n"
            )
        notes = [each.note for each in state.changes if each.note is not None]
        if not notes:
            return "No rollback is recorded.\n"
        return re.sub("^#", "###", incident_as_markdown(notes[-1], ReportStyle()), flags=re.MULTILINE)


def _compared(verdict: Verdict, rule: RuleResult | None) -> tuple[list[str], list[str]]:
    """What is required and what is seen, as the comparisons have it, else in words."""
    if rule is None:
        return [f"{verdict.policy} {verdict.verdicts[0]}"], [verdict.verdict]
    if rule.comparisons:
        pairs = [_attested(each) for each in rule.comparisons]
        return [needed for needed, _ in pairs], [seen for _, seen in pairs]
    return [rule.title or rule.id], [{"pass": "yes", "fail": "no"}.get(rule.outcome, _UNKNOWN)]


def _attested(comparison: Comparison) -> tuple[str, str]:
    """What is needed and seen; of an attestation in words."""
    if not comparison.left.startswith("attested("):
        return comparison.needed, comparison.seen
    words = {"true": "attested", "false": "not attested"}
    return words.get(comparison.needed, comparison.needed), words.get(comparison.seen, comparison.seen)


def _series(found: Shaped) -> list[Series]:
    every = found.values.values() if isinstance(found, Members) else [found]
    return [each for each in every if isinstance(each, Series)]


def _at(found: Value | Series | Members, at: Decimal) -> Value:
    points = [each for each in found.points if each.at == at] if isinstance(found, Series) else []
    return points[0].value if points else Unknown(())


def _blank(found: Shaped) -> str:
    """Why a whole column is unknown; empty where it is not."""
    if isinstance(found, Members):
        return why(found.doubt) if found.doubt else ""
    return why(found.blank) if isinstance(found, Series) and found.blank else ""
