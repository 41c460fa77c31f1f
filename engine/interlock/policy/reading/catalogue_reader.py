"""Reads catalogue documents: metrics with their types, units and cadence, and scopes with their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint
from ...language.lexer import reserved
from ...language.literals import parse_literal
from ...language.times import parse_duration, parse_time, show_duration
from ...language.types import EnumType, Kind, Type
from ...limits import PERIOD
from ..catalogue import RESERVED, Catalogue, Metric, Scope, SeriesKind
from ..desk import DeskFacts
from ..yaml.yaml_nodes import Mapping, Node, Scalar, plain

__all__ = ["DEFAULT_MAX_AGE", "read_catalogue"]

DEFAULT_MAX_AGE = Decimal(86400)
_FLAVOURS = ("integer", "number", "ratio")
_KINDS = {"bool": Kind.BOOL, "duration": Kind.DURATION, "timestamp": Kind.TIMESTAMP, "string": Kind.STRING,
          "event": Kind.EVENT, "money": Kind.MONEY, "enum": Kind.ENUM, "set": Kind.SET}  # fmt: skip

Range = tuple[Decimal | None, Decimal | None]


def read_catalogue(
    documents: Iterable[Mapping],
    collector: Collector,
    max_age: Decimal | None = DEFAULT_MAX_AGE,
    desk: DeskFacts = DeskFacts(),  # noqa: B008  it is frozen and empty
) -> Catalogue:
    """Merge catalogue documents, already checked against their schema, into one catalogue.

    A document that marks the root may hold scopes too. `desk` gives the dates that `began` may name.

    Complaints about names, types and ranges go to `collector`.
    """
    reader = _CatalogueReader(collector, max_age, desk)
    for document in documents:
        for key, node in document.mapping("metrics").tables:
            reader.metric(key, node)
        for key, node in document.mapping("scopes").tables:
            reader.scope(key, node)
    reader.references()
    reader.collisions()
    return Catalogue(
        dict(sorted({**RESERVED, **reader.metrics}.items())), dict(sorted(reader.scopes.items())), desk
    )


def _spellings(node: Mapping) -> dict[str, str]:
    """Turn `{value: [other, …]}` into `{other: value}`."""
    return {other: value.text for value, others in node.lists for other in others.texts}


class _CatalogueReader:
    def __init__(self, collector: Collector, max_age: Decimal | None, desk: DeskFacts) -> None:
        self.collector = collector
        self.desk = desk
        self.max_age = max_age
        self.metrics: dict[str, Metric] = {}
        self.scopes: dict[str, Scope] = {}
        self.used: list[tuple[str, Span]] = []

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    # metrics

    def metric(self, key: Scalar, node: Mapping) -> None:
        if not self.named(key):
            return
        if isinstance(node.get("record"), Mapping):
            self.record(key, node)
        elif not node.has("type"):
            hint = "give `type:`, or `record:` with columns"
            self.complain("E401", f"the metric `{key.text}` has no type", key.span, hint)
        elif found := self.one(key.text, node, key.span):
            self.metrics[key.text] = found

    def named(self, key: Scalar) -> bool:
        name, span = key.text, key.span
        if other := reserved(name):
            message = f"`{name.partition('.')[0]}` is a word of the language"
            self.complain("E402", message, span, f"write `{other}`")
            return False
        if name in RESERVED:
            self.complain("E402", f"`{name}` is supplied by the ledger", span, "choose another name")
            return False
        if name in self.metrics:
            self.twice("metric", key, self.metrics[name].span)
            return False
        return True

    def twice(self, kind: str, key: Scalar, first: Span | None) -> None:
        related = [("first declared here", first)] if first else []
        message = f"the {kind} `{key.text}` is declared twice"
        self.collector.add("E403", message, key.span, "keep one", related)

    def record(self, key: Scalar, node: Mapping) -> None:
        base = self.common(Metric(key.text, Type(Kind.EVENT)), node)
        if base.series != "irregular" or node.has("type"):
            message = f"the record `{key.text}` must be an irregular series without `type`"
            self.complain("E404", message, key.span, "write `{every: event, record: {…}}`")
            return
        names = []
        for column, table in node.mapping("record").tables:
            name = f"{key.text}.{column.text}"
            found = self.one(name, table, column.span)
            if found:
                self.metrics[name] = replace(
                    base, name=name, type=found.type, low=found.low, high=found.high, spelled=found.spelled,
                    doc=found.doc, min_n=found.min_n, span=column.span, record=key.text,
                )  # fmt: skip
                names.append(name)
        self.metrics[key.text] = replace(base, columns=tuple(names), span=key.span)

    def one(self, name: str, node: Mapping, span: Span) -> Metric | None:
        kind = self.type(name, node, span)
        if kind is None:
            return None
        low, high = self.range(name, node, kind, span)
        spelled = _spellings(node.mapping("spelled"))
        metric = self.common(Metric(name, kind, low, high, spelled=spelled, span=span), node)
        if kind.kind is not Kind.EVENT:
            return metric
        if metric.series == "regular":
            self.complain("E414", f"events of `{name}` keep no period", span, "drop `every:`")
        return replace(metric, series="irregular", every=None)

    def type(self, name: str, node: Mapping, span: Span) -> Type | None:
        word, currency = node.text("type"), node.text("currency")
        if word in _FLAVOURS:
            return Type(Kind.NUMBER, word)
        kind = _KINDS.get(word)
        if kind is None:
            return None
        if kind is Kind.MONEY and not currency:
            self.complain("E409", f"the money `{name}` has no currency", span, "write `currency: USD`")
            return None
        return (
            self.enum(name, node, span)
            if kind is Kind.ENUM
            else Type(kind, currency=currency, of=node.text("of"))
        )

    def enum(self, name: str, node: Mapping, span: Span) -> Type | None:
        values = node.texts("values")
        if len(set(values)) < max(2, len(values)):
            message = f"the enum `{name}` needs at least two different values"
            self.complain("E410", message, span, "write `values: [best, …, worst]`")
            return None
        unknown = sorted(set(_spellings(node.mapping("spelled")).values()) - set(values))
        if unknown:
            hint = name_hint(unknown[0], values)
            self.complain("E411", f"`{unknown[0]}` under `spelled` is not a value of `{name}`", span, hint)
        return Type(Kind.ENUM, enum=EnumType(name, values, node.text("ordered") != "false"))

    def range(self, name: str, node: Mapping, kind: Type, span: Span) -> Range:
        if not node.has("range"):
            if kind.flavour == "ratio":
                hint = "write `range: [0, 1]`: a drawdown of -0.08 must not pass `< 5%`"
                self.complain("E405", f"the ratio `{name}` has no range", span, hint)
            return None, None
        ends = [self.end(each, kind, name) for each in node.sequence("range").items]
        low, high = ends if len(ends) == 2 else (None, None)
        if low is not None and high is not None and low >= high:
            hint = "write the lower bound first"
            self.complain("E417", f"the range of `{name}` is empty", node.span_of("range"), hint)
        return low, high

    def end(self, node: Node, kind: Type, name: str) -> Decimal | None:
        value = plain(node)
        if value is None or isinstance(value, Decimal):
            return value
        literal = None if isinstance(node, Scalar) and node.is_quoted else parse_literal(str(value))
        if literal is None or literal.type.kind is not kind.kind or literal.type.currency != kind.currency:
            self.complain("E418", f"`{value}` is not a bound for the {kind} `{name}`", node.span)
            return None
        return literal.value

    def common(self, metric: Metric, node: Mapping) -> Metric:
        """Add cadence, freshness and scope."""
        every, age, size = node.text("every"), node.text("max_age"), node.number("min_n")
        bare = not every and node.text("type") == "event"
        series: SeriesKind = "irregular" if every == "event" or bare else "regular" if every else "single"
        began, scope = node.text("began"), node.text("scope")
        start = self.desk.dates.get(began) or parse_time(began)
        if began and start is None:
            hint = name_hint(
                began, self.desk.dates, "write `2026-01-05`, or a name of `dates` in interlock.yaml"
            )
            self.complain("E415", f"`began: {began}` is not a date", node.span_of("began"), hint)
        if scope:
            self.used.append((scope, node.span_of("scope")))
        self.cadence_keys(metric.name, series, node)
        return replace(
            metric,
            series=series,
            every=parse_duration(every) if series == "regular" else None,
            lag=node.duration("lag") or Decimal(0),
            early=node.flag("early"),
            slack=node.duration("slack") or Decimal(0),
            began=start,
            max_age=self.max_age if not age else None if age == "never" else parse_duration(age),
            min_n=None if size is None else int(size),
            scope=scope or None,
            sourced=node.text("source") != "false",
            doc=node.text("doc"),
            span=metric.span or node.span,
        )

    def cadence_keys(self, name: str, series: SeriesKind, node: Mapping) -> None:
        """Check that each key that speaks of points stands beside the cadence that it goes with."""
        if series == "regular" and (parse_duration(node.text("every")) or Decimal(0)) > PERIOD:
            message = f"the period of `{name}` is longer than {show_duration(PERIOD)}"
            self.complain(
                "E443", message, node.span_of("every"), "write `every: event` and a point for each period"
            )
        if series != "regular":
            for key, code in (("lag", "E416"), ("early", "E442")):
                if node.has(key):
                    self.complain(code, f"`{key}` goes with a period", node.span_of(key), "write `every: 1d`")
        if series != "irregular" and node.has("slack"):
            hint = "drop `slack`, or write `every: event`"
            self.complain("E441", "`slack` goes with an irregular series", node.span_of("slack"), hint)
        if series == "irregular" and node.has("max_age"):
            message = f"`max_age` says nothing of `{name}`, which is an irregular series"
            hint = "write `slack: 5m` for how long before the snapshot its coverage may end, or drop it"
            self.complain("W861", message, node.span_of("max_age"), hint)

    # scopes

    def scope(self, key: Scalar, node: Mapping) -> None:
        if key.text in self.scopes:
            self.twice("scope", key, self.scopes[key.text].span)
            return
        members, source, is_open = node.texts("members"), node.text("members_from"), node.flag("open")
        if not (members or source or is_open) or (members and source):
            hint = "give `members: […]`, `members_from: METRIC` or `open: true`"
            message = f"the scope `{key.text}` does not say who its members are"
            self.complain("E419", message, key.span, hint)
        if is_open and node.has("others"):
            message = f"the scope `{key.text}` is open, and `others` cannot be ignored"
            self.complain("E470", message, node.key_span("others"), "drop one of `open` and `others`")
        aliases = node.mapping("aliases")
        if members:
            self.aliases(aliases, members)
        self.scopes[key.text] = Scope(
            key.text,
            members,
            source or None,
            _spellings(aliases),
            is_open,
            "ignore" if node.has("others") else "",
            key.span,
        )

    def aliases(self, node: Mapping, members: tuple[str, ...]) -> None:
        """An alias is another name of one member."""
        seen: dict[str, str] = {}
        for member, others in node.lists:
            if member.text not in members:
                hint = name_hint(member.text, members)
                message = f"aliases for `{member.text}`, which is not a member"
                self.complain("E420", message, member.span, hint)
            for alias in others.scalars:
                owner = alias.text if alias.text in members else seen.get(alias.text, member.text)
                if owner != member.text or alias.text in members:
                    message = f"the alias `{alias.text}` already stands for `{owner}`"
                    self.complain("E421", message, alias.span, "a name stands for one member")
                seen.setdefault(alias.text, member.text)

    # the catalogue as a whole

    def references(self) -> None:
        """Check that the scopes of metrics and the metrics of scopes are declared."""
        for scope, span in self.used:
            if scope not in self.scopes:
                cure = "declare it under `scopes:`"
                self.collector.add_unknown("E406", "scope", scope, self.scopes, span, cure)
        for each in self.scopes.values():
            source = self.metrics.get(each.members_from or "")
            sound = source is not None and source.type.kind is Kind.SET and not source.scope
            if each.members_from and each.span and not sound:
                message = f"`members_from: {each.members_from}` must be a metric of type set"
                names = [f"metric:{each.members_from}"] if source is None else []
                known = self.metrics if source is None else ()
                hint = name_hint(each.members_from, known, "declare it with `type: set`, without scope")
                self.collector.add("E422", message, each.span, hint, names=names)

    def collisions(self) -> None:
        """Check that no metric's name is the beginning of another's, or the name of a scope."""
        for name, metric in self.metrics.items():
            parts = name.split(".")
            for prefix in (".".join(parts[:size]) for size in range(1, len(parts))):
                if prefix in self.metrics and metric.record != prefix and metric.span:
                    message = f"`{prefix}` is a metric and cannot also be the beginning of `{name}`"
                    self.complain("E412", message, metric.span, "rename one of the two")
            place = self.scopes[name].span if name in self.scopes else None
            if place:
                self.complain("E413", f"`{name}` is both a metric and a scope", place, "rename one")
