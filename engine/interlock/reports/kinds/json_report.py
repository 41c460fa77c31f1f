"""A report as JSON: its fields in order, null where a value is not known, and every such cause under `unknown`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any

from ... import __version__
from ...collect.json_documents import check_artefact
from ...collect.unreadable import Unreadable
from ...errors import UsageError
from ...evaluation.snapshot.series_values import Members, Series
from ...evaluation.verdict import Verdict
from ...language.times import show_time
from ...language.values import Unknown
from ...policy.report_model import (
    ClockField,
    EachMember,
    FieldChoice,
    FieldTable,
    Judgement,
    ReportExpression,
    ReportField,
)
from ..evaluation.evaluation_result import open_rules
from ..records.expression_value import plain_value
from ..style import ReportStyle
from .desk_reading import DeskReading, ReportUnknown, why

__all__ = ["as_json", "report_fields"]

_DIGITS = Context(prec=12)
"""A binary number holds these without a change."""


def as_json(reading: DeskReading, style: ReportStyle) -> str:
    """Return the report; raises UsageError where it fails the schema that its kind names."""
    return json.dumps(report_fields(reading), indent=2, ensure_ascii=False) + "\n"


def report_fields(reading: DeskReading) -> dict[str, Any]:
    """Return the fields with `unknown`, the causes by pointer, and `origin`, what the report was made from."""
    assert reading.kind.fields is not None
    builder = _FieldBuilder(reading)
    found: dict[str, Any] = builder.value(reading.kind.fields, "", None)
    if reading.kind.schema:
        try:
            check_artefact(reading.kind.schema, found, f"the report `{reading.kind.name}`", nulls=True)
        except Unreadable as problem:
            raise UsageError(problem.unknown.detail) from None
    snapshot = reading.result.snapshot
    origin = {
        "as_of": show_time(snapshot.as_of),
        "snapshot": snapshot.digest,
        "interlock": __version__,
        "stateless": any(each.inputs.stateless for each in reading.result.verdicts),
    }
    return {**found, "unknown": builder.unknown, "origin": origin}


@dataclass(slots=True)
class _FieldBuilder:
    reading: DeskReading
    unknown: dict[str, str] = field(default_factory=dict)

    def value(self, wanted: ReportField, place: str, member: str | None) -> Any:
        match wanted:
            case FieldTable():
                return {key: self.value(each, f"{place}/{key}", member) for key, each in wanted.fields}
            case EachMember():
                members, causes = self.reading.measures.roster(wanted.scope)
                if causes:
                    return self._lacking(place, why(causes))
                named = {name: self.value(wanted.value, f"{place}/{name}", name) for name in members}
                return list(named.values()) if wanted.listed else named
            case ReportExpression():
                found = self.reading.value(wanted, member)
                if isinstance(found, Unknown):
                    return self._lacking(place, why(found.causes))
                assert not isinstance(found, Series | Members)  # the reader takes one value only
                return _number(plain_value(found, wanted.node.type))
            case FieldChoice():
                return self._chosen(wanted, place, member)
            case ClockField():
                return self._clock(wanted.what, place)
            case Judgement():
                return self._judged(wanted, place)
        return self._lacking(place, wanted.why)

    def _lacking(self, place: str, cause: str) -> None:
        self.unknown[place] = cause

    def _known(self, found: object, place: str) -> Any:
        return self._lacking(place, found.why) if isinstance(found, ReportUnknown) else found

    def _chosen(self, wanted: FieldChoice, place: str, member: str | None) -> Any:
        for when, then in wanted.cases:
            found = self.reading.value(when, member)
            if isinstance(found, Unknown):
                return self._lacking(place, why(found.causes))
            if found is True:
                return _number(then)
        return self._lacking(place, wanted.otherwise)

    def _clock(self, what: str, place: str) -> Any:
        if what == "as_of":
            return show_time(self.reading.result.snapshot.as_of)
        found = {
            "last_day": self.reading.last_day,
            "week_ending": self.reading.week_ending,
            "week_number": self.reading.week_number,
        }
        return self._known(found[what], place)

    def _judged(self, wanted: Judgement, place: str) -> Any:
        if wanted.what == "passes":
            return self._known(self.reading.passes(wanted.rules), place)
        if wanted.what == "parts":
            return {name: self._part(name, f"{place}/{name}") for name in self._parts(wanted)}
        found = self.reading.verdicts(wanted.rules[0].policy)
        if isinstance(found, ReportUnknown):
            if wanted.what == "verdict":
                return self._lacking(place, found.why)
            return [found.why] if wanted.what == "reasons" else ["collect and evaluate anew"]
        if wanted.what == "verdict":
            return max(found, key=lambda each: each.verdicts.index(each.verdict)).verdict
        told = dict.fromkeys(_reasons(found) if wanted.what == "reasons" else _actions(found))
        if told or not all(each.is_best for each in found):
            return list(told)
        if not wanted.otherwise:
            return []
        stateless = wanted.what == "reasons" and any(each.inputs.stateless for each in found)
        return ["judged without a ledger, so it opens nothing"] if stateless else [wanted.otherwise]

    def _parts(self, wanted: Judgement) -> list[str]:
        policies = self.reading.result.policies
        named = [each.policy for each in wanted.rules]
        children = {child.policy for name in named for child in policies[name].children}
        return [*named, *sorted(children - set(named))]

    def _part(self, name: str, place: str) -> dict[str, Any]:
        found = self.reading.verdicts(name)
        if isinstance(found, ReportUnknown):
            return {"status": self._known(found, f"{place}/status"), "reasons": [found.why]}
        worst = max(found, key=lambda each: each.verdicts.index(each.verdict))
        return {"status": worst.verdict, "reasons": list(dict.fromkeys(_reasons(found)))}


def _reasons(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    for verdict in verdicts:
        yield from (rule.reason for rule in open_rules(verdict))
        if verdict.possible != verdict.verdict:
            yield f"the missing data could make it as bad as {verdict.possible}"


def _actions(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    for verdict in verdicts:
        yield from (rule.action or f"look into the rule {rule.id}" for rule in open_rules(verdict))


def _number(value: object) -> object:
    """A decimal as JSON has numbers, whole ones without a fraction."""
    if not isinstance(value, Decimal):
        return value
    short = _DIGITS.plus(value)
    return int(short) if short == short.to_integral_value() else float(short)
