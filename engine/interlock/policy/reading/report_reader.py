"""Reads report documents: kinds of reports with their fields or sections, every name and expression checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace

from ...diagnostics import Collector
from ...language.checker import check, check_rule
from ...language.types import SCALAR, Kind, Shape
from ...resources import artefact_schema_names
from ...wording import number
from ..catalogue import Catalogue
from ..model import Policy
from ..names import PolicyNames
from ..report_model import (
    CLOCKS,
    JUDGEMENTS,
    ClockField,
    EachMember,
    FieldChoice,
    FieldTable,
    Judgement,
    ReportExpression,
    ReportField,
    ReportItem,
    ReportKind,
    ReportSection,
    RuleName,
    UnrecordedField,
)
from ..rollout_model import Rollout
from ..yaml.yaml_nodes import Mapping, Node, Scalar

__all__ = ["read_reports"]

_FORMS = {
    "get": {"get", "of", "otherwise"},
    "each": {"each", "value", "list"},
    "choose": {"choose", "otherwise"},
    "unknown": {"unknown"},
}
"""The keys of each form of a field that is no expression; any other mapping holds further fields."""
_CONTENTS = ("table", "periods", "gates", "verdicts", "decisions", "checklist", "rollout", "incident")


def read_reports(
    documents: Iterable[Mapping],
    catalogue: Catalogue,
    policies: Table[str, Policy],
    rollouts: Table[str, Rollout],
    attestable: Collection[str],
    collector: Collector,
) -> dict[str, ReportKind]:
    """Return the kinds of reports by name; complaints go to `collector`."""
    found: dict[str, ReportKind] = {}
    names = PolicyNames(catalogue, attestable=attestable)
    for document in documents:
        kind = _ReportReader(names, policies, rollouts, collector).kind(document)
        if kind.name in found:
            related = [("first given here", found[kind.name].span)]
            collector.add("E481", f"two reports are called `{kind.name}`", kind.span, "rename one", related)
        else:
            found[kind.name] = kind
    return found


@dataclass(frozen=True, slots=True)
class _ReportReader:
    names: PolicyNames
    policies: Table[str, Policy]
    rollouts: Table[str, Rollout]
    collector: Collector

    def kind(self, document: Mapping) -> ReportKind:
        span = document.span_of("report")
        if document.has("fields") == document.has("sections"):
            self.collector.add(
                "E482", "a report has either `fields` or `sections`", document.key_span("report")
            )
        schema = document.text("schema")
        if schema and schema not in artefact_schema_names():
            where = document.span_of("schema")
            self.collector.add_unknown("E483", "schema", schema, artefact_schema_names(), where)
        for name in re.findall(r"\{([^}]*)\}?", document.text("file")):
            if name not in CLOCKS:
                self.collector.add_unknown("E485", "value to get", name, CLOCKS, document.span_of("file"))
        began = document.scalar("began")
        weeks = document.number("weeks")
        table = document.mapping("fields") if document.has("fields") else None
        return ReportKind(
            document.text("report"),
            document.text("title"),
            span,
            document.text("runbook"),
            document.text("file"),
            schema,
            None if began is None else self._instant(began),
            None if weeks is None else int(weeks),
            None if table is None else self._table(table, None),
            tuple(self._section(each) for each in document.sequence("sections").mappings),
        )

    # fields

    def _table(self, table: Mapping, scope: str | None) -> FieldTable:
        pairs = [(key, self._field(value, scope)) for key, value in table.items()]
        return FieldTable(tuple((key, each) for key, each in pairs if each is not None))

    def _field(self, node: Node, scope: str | None) -> ReportField | None:
        if isinstance(node, Scalar):
            return self._expression(node, scope)
        if not isinstance(node, Mapping):
            hint = "write an expression or a mapping"
            self.collector.add("E484", "a field is no list", node.span, hint)
            return None
        form = next((each for each in _FORMS if node.has(each)), None)
        if form is None:
            return self._table(node, scope)
        if extra := [key for key, _ in node.items() if key not in _FORMS[form]]:
            hint = f"it takes {' and '.join(f'`{each}`' for each in sorted(_FORMS[form]))}"
            self.collector.add(
                "E484", f"`{extra[0]}` does not belong to `{form}`", node.key_span(extra[0]), hint
            )
            return None
        match form:
            case "get":
                return self._got(node)
            case "each":
                return self._each(node)
            case "choose":
                return self._choice(node, scope)
        return UnrecordedField(node.text("unknown"))

    def _got(self, node: Mapping) -> ReportField | None:
        what = node.text("get")
        known = JUDGEMENTS if node.has("of") else CLOCKS
        if what not in known:
            self.collector.add_unknown("E485", "value to get", what, known, node.span_of("get"))
            return None
        if known is CLOCKS:
            return ClockField(what)
        value = node.get("of")
        scalars = (value,) if isinstance(value, Scalar) else node.sequence("of").scalars
        return Judgement(what, self._rules(scalars), node.text("otherwise"))

    def _each(self, node: Mapping) -> ReportField | None:
        scope, listed = node.text("each"), node.has("list")
        value = node.get("list" if listed else "value")
        if scope not in self.names.catalogue.scopes:
            known = self.names.catalogue.scopes
            self.collector.add_unknown("E483", "scope", scope, known, node.span_of("each"))
            return None
        if value is None:
            self.collector.add("E484", "`each` needs `value` or `list`", node.span)
        found = None if value is None else self._field(value, scope)
        return None if found is None else EachMember(scope, found, listed)

    def _choice(self, node: Mapping, scope: str | None) -> ReportField:
        cases = []
        for each in node.sequence("choose").mappings:
            when, then = each.scalar("when"), each.scalar("then")
            if when is None or then is None or len(each.pairs) != 2:
                self.collector.add("E484", "a case has `when` and `then`", each.span)
                continue
            tree = check_rule(
                when.text, when.locator(), replace(self.names, member_scope=scope), self.collector
            )
            if tree is not None:
                cases.append((ReportExpression(when.text, tree, scope), then.value))
        return FieldChoice(tuple(cases), node.text("otherwise", "no case holds"))

    # expressions and names

    def _expression(
        self, scalar: Scalar, scope: str | None = None, wanted: str = "one value"
    ) -> ReportExpression | None:
        names = replace(self.names, member_scope=scope)
        node = check(scalar.text, scalar.locator(), names, self.collector)
        if node is None:
            return None
        if not _fits(node.shape, wanted):
            given = "one value" if node.shape == SCALAR else f"a value along {node.shape}"
            message = f"this is {given}, {wanted} is wanted"
            hint = (
                None
                if wanted != "one value"
                else "reduce it, for example with `last(…)` or `{each: SCOPE, …}`"
            )
            self.collector.add("E486", message, scalar.span, hint)
            return None
        return ReportExpression(scalar.text, node, scope)

    def _instant(self, scalar: Scalar) -> ReportExpression | None:
        found = self._expression(scalar)
        if found is not None and found.node.type.kind is not Kind.TIMESTAMP:
            message = f"`began` is a timestamp, this is {found.node.type.with_article}"
            self.collector.add("E486", message, scalar.span)
            return None
        return found

    def _rules(self, scalars: Sequence[Scalar]) -> tuple[RuleName, ...]:
        found = []
        for each in scalars:
            policy, _, rule = each.text.partition("/")
            if policy not in self.policies:
                self.collector.add_unknown("E483", "policy", policy, self.policies, each.span)
            elif rule and rule not in (known := [one.id for one in self.policies[policy].rules]):
                self.collector.add_unknown("E483", "rule", rule, known, each.span)
            else:
                found.append(RuleName(policy, rule))
        return tuple(found)

    # sections

    def _section(self, node: Mapping) -> ReportSection:
        contents = [each for each in _CONTENTS if node.has(each)]
        if len(contents) > 1:
            message = f"a section has one content, this has `{contents[0]}` and `{contents[1]}`"
            self.collector.add("E482", message, node.key_span(contents[1]), "begin another section")
        table, periods = node.mapping("table"), node.mapping("periods")
        for key in ("rollout", "incident"):
            if node.has(key) and node.text(key) not in self.rollouts:
                self.collector.add_unknown(
                    "E483", "rollout", node.text(key), self.rollouts, node.span_of(key)
                )
        return ReportSection(
            node.text("title"),
            node.text("text"),
            table.texts("columns"),
            self._rows(table),
            int(periods.number("last") or 0),
            self._periods(periods),
            self._items(node, "gates"),
            self._rules(node.sequence("verdicts").scalars),
            self._rules(node.sequence("decisions").scalars),
            self._items(node, "checklist"),
            node.text("rollout"),
            node.text("incident"),
        )

    def _rows(self, table: Mapping) -> tuple[tuple[str, tuple[ReportExpression, ...]], ...]:
        found = []
        for key, cells in table.mapping("rows").lists:
            if len(cells.items) != len(table.texts("columns")):
                counts = (number(len(cells.items), "cell"), number(len(table.texts("columns")), "column"))
                message = f"the row `{key.text}` has {counts[0]} for {counts[1]}"
                self.collector.add("E482", message, key.span)
                continue
            every = [self._expression(each) for each in cells.scalars]
            found.append((key.text, tuple(each for each in every if each is not None)))
        return tuple(found)

    def _periods(self, periods: Mapping) -> tuple[tuple[str, ReportExpression], ...]:
        columns = periods.mapping("columns")
        found = [
            (key, self._expression(value, wanted="a regular series"))
            for key, value in columns.items()
            if isinstance(value, Scalar)
        ]
        return tuple((key, each) for key, each in found if each is not None)

    def _items(self, node: Mapping, key: str) -> tuple[ReportItem, ...]:
        return tuple(
            ReportItem(each.text("title"), self._rules(each.sequence("rules").scalars))
            for each in node.sequence(key).mappings
        )


def _fits(shape: Shape, wanted: str) -> bool:
    return shape == SCALAR if wanted == "one value" else shape.time is not None and shape.regular
