"""A kind of report, as its document declares it: fields that become JSON, or sections that become Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..diagnostics import Span
from ..language.nodes import Node
from .yaml.yaml_nodes import Atom

__all__ = [
    "CLOCKS",
    "JUDGEMENTS",
    "ClockField",
    "EachMember",
    "FieldChoice",
    "FieldTable",
    "Judgement",
    "ReportExpression",
    "ReportField",
    "ReportItem",
    "ReportKind",
    "ReportSection",
    "RuleName",
    "UnrecordedField",
]

CLOCKS = ("as_of", "last_day", "week_ending", "week_number")
"""What `{get: …}` gives of the time: the snapshot's instant, the newest complete day, the end of the newest complete
week, and its number in the programme."""
JUDGEMENTS = ("verdict", "reasons", "actions", "passes", "parts")
"""What `{get: …, of: …}` gives of policies."""


@dataclass(frozen=True, slots=True)
class ReportExpression:
    """A checked expression; `scope` names the member that it is evaluated at."""

    text: str
    node: Node
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule of a policy; without `rule` the whole policy, which must be at its best."""

    policy: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ClockField:
    """A time, see `CLOCKS`."""

    what: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What policies say, see `JUDGEMENTS`; `otherwise` stands for no reason or action at the best verdict."""

    what: str
    rules: tuple[RuleName, ...]
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class EachMember:
    """A field for each member of a scope, by name or, with `listed`, as a list."""

    scope: str
    value: ReportField
    listed: bool = False


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """The value of the first case whose condition is true; unknown where one before it is, or none is true."""

    cases: tuple[tuple[ReportExpression, Atom], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class UnrecordedField:
    """A field that the desk records nowhere, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class FieldTable:
    """Fields by name, in order."""

    fields: tuple[tuple[str, ReportField], ...]


ReportField = (
    ReportExpression | ClockField | Judgement | EachMember | FieldChoice | UnrecordedField | FieldTable
)


@dataclass(frozen=True, slots=True)
class ReportItem:
    """A gate or an item of a checklist; people tick one without rules."""

    title: str
    rules: tuple[RuleName, ...]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section of Markdown. At most one of its contents is there; `last` belongs to `periods`."""

    title: str
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[ReportExpression, ...]], ...] = ()
    last: int = 0
    periods: tuple[tuple[str, ReportExpression], ...] = ()
    gates: tuple[ReportItem, ...] = ()
    verdicts: tuple[RuleName, ...] = ()
    decisions: tuple[RuleName, ...] = ()
    checklist: tuple[ReportItem, ...] = ()
    rollout: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report. It has fields or sections; `policies` are those that it names."""

    name: str
    title: str
    span: Span
    runbook: str = ""
    file: str = ""
    schema: str = ""
    began: ReportExpression | None = None
    weeks: int | None = None
    fields: FieldTable | None = None
    sections: tuple[ReportSection, ...] = ()

    @property
    def format(self) -> str:
        """The format that it is written in."""
        return "markdown" if self.fields is None else "json"

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that it names, in order."""
        found = [] if self.fields is None else [each.policy for each in _named(self.fields)]
        for section in self.sections:
            items = [rule for each in (*section.gates, *section.checklist) for rule in each.rules]
            found += [each.policy for each in (*items, *section.verdicts, *section.decisions)]
        return tuple(dict.fromkeys(found))

    @property
    def whole(self) -> tuple[str, ...]:
        """The policies whose parts it shows as well."""
        found = () if self.fields is None else _named(self.fields, "parts")
        return tuple(dict.fromkeys(each.policy for each in found))


def _named(field: ReportField, what: str = "") -> Iterator[RuleName]:
    match field:
        case Judgement() if what in ("", field.what):
            yield from field.rules
        case EachMember():
            yield from _named(field.value, what)
        case FieldTable():
            for _, each in field.fields:
                yield from _named(each, what)
