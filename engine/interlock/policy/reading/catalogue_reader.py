"""Reads catalogue documents: metrics with their types, units and cadence, and scopes with their members."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from ...diagnostics import Collector, Span, name_hint, unknown_name
from ...language.literals import parse_literal
from ...language.operators import FUNCTIONS
from ...language.times import parse_duration, parse_time
from ...language.types import EnumType, Kind, Type
from ..catalogue import RESERVED, Catalogue, Metric, Scope
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain

__all__ = ["DEFAULT_MAX_AGE", "read_catalogue"]

DEFAULT_MAX_AGE = Decimal(86400)
_FORBIDDEN = {
    "items",
    "keys",
    "values",
    "copy",
    "update",
    "get",
    "pop",
    "true",
    "false",
    "never",
    "seen",
    "needed",
    "margin",
}
_FLAVOURS = {"integer": "integer", "number": "number", "ratio": "ratio"}
_KINDS = {"bool": Kind.BOOL, "duration": Kind.DURATION, "timestamp": Kind.TIMESTAMP, "string": Kind.STRING,
          "event": Kind.EVENT, "money": Kind.MONEY, "enum": Kind.ENUM, "set": Kind.SET}  # fmt: skip


def read_catalogue(
    documents: Iterable[Mapping], collector: Collector, max_age: Decimal | None = DEFAULT_MAX_AGE
) -> Catalogue:
    """Merge catalogue documents, already checked against their schema, into one catalogue.

    Complaints about names, types and ranges go to `collector`.
    """
    reader = _CatalogueReader(collector, max_age)
    for document in documents:
        reader.document(document)
    reader.finish()
    return Catalogue(
        dict(sorted({**RESERVED, **reader.metrics}.items())), dict(sorted(reader.scopes.items()))
    )


def _text(node: Mapping, key: str) -> str | None:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else None


def _words(node: Node | None) -> tuple[str, ...]:
    return (
        tuple(each.text for each in node.items if isinstance(each, Scalar))
        if isinstance(node, Sequence)
        else ()
    )


def _spellings(node: Node | None) -> dict[str, str]:
    """Turn `{value: [other, …]}` into `{other: value}`."""
    if not isinstance(node, Mapping):
        return {}
    return {word: value for value, words in node.items() for word in _words(words)}


class _CatalogueReader:
    def __init__(self, collector: Collector, max_age: Decimal | None) -> None:
        self.collector = collector
        self.max_age = max_age
        self.metrics: dict[str, Metric] = {}
        self.scopes: dict[str, Scope] = {}
        self.used: list[tuple[str, Span]] = []

    def document(self, document: Mapping) -> None:
        metrics, scopes = document.get("metrics"), document.get("scopes")
        for key, node in metrics.pairs if isinstance(metrics, Mapping) else ():
            if isinstance(node, Mapping):
                self.metric(key, node)
        for key, node in scopes.pairs if isinstance(scopes, Mapping) else ():
            if isinstance(node, Mapping):
                self.scope(key, node)

    # metrics

    def metric(self, key: Scalar, node: Mapping) -> None:
        if not self.named(key):
            return
        record = node.get("record")
        if isinstance(record, Mapping):
            self.record(key, node, record)
            return
        if node.get("type") is None:
            hint = "give `type:`, or `record:` with columns"
            self.collector.add("E401", f"the metric `{key.text}` has no type", key.span, hint)
            return
        found = self.one(key.text, node, key.span)
        if found:
            self.metrics[key.text] = found

    def named(self, key: Scalar) -> bool:
        name = key.text
        if not self.usable(name, key.span):
            return False
        if name in FUNCTIONS:
            hint = "add a first word, as in `orders.count`"
            self.collector.add("E402", f"`{name}` is the name of a function", key.span, hint)
            return False
        if name in RESERVED:
            self.collector.add("E402", f"`{name}` is supplied by the ledger", key.span, "choose another name")
            return False
        if name in self.metrics:
            first = self.metrics[name].span
            related = [("first declared here", first)] if first else []
            self.collector.add(
                "E403", f"the metric `{name}` is declared twice", key.span, "keep one", related
            )
            return False
        return True

    def usable(self, name: str, span: Span) -> bool:
        bad = [each for each in name.split(".") if keyword.iskeyword(each) or each in _FORBIDDEN]
        if bad:
            hint = "it has a meaning of its own"
            self.collector.add("E402", f"`{bad[0]}` cannot be part of a metric's name", span, hint)
        return not bad

    def record(self, key: Scalar, node: Mapping, record: Mapping) -> None:
        base = self.common(Metric(key.text, Type(Kind.EVENT)), node)
        if base.series != "irregular" or node.get("type") is not None:
            hint = "write `{every: event, record: {…}}`"
            self.collector.add(
                "E404", f"the record `{key.text}` must be an irregular series without `type`", key.span, hint
            )
            return
        names = []
        for column, table in record.pairs:
            if not isinstance(table, Mapping):
                continue
            name = f"{key.text}.{column.text}"
            found = self.one(name, table, column.span)
            if found and self.usable(column.text, column.span):
                shared = replace(
                    base, name=name, type=found.type, low=found.low, high=found.high, spelled=found.spelled,
                    doc=found.doc, min_n=found.min_n, span=column.span, record=key.text,
                )  # fmt: skip
                self.metrics[name] = shared
                names.append(name)
        self.metrics[key.text] = replace(base, columns=tuple(names), span=key.span)

    def one(self, name: str, node: Mapping, span: Span) -> Metric | None:
        kind = self.type(name, node, span)
        if kind is None:
            return None
        low, high = self.range(name, node, kind, span)
        metric = self.common(
            Metric(name, kind, low, high, spelled=_spellings(node.get("spelled")), span=span), node
        )
        if kind.kind is Kind.EVENT:
            if metric.series == "regular":
                self.collector.add("E404", f"events of `{name}` keep no period", span, "drop `every:`")
            metric = replace(metric, series="irregular", every=None)
        return metric

    def type(self, name: str, node: Mapping, span: Span) -> Type | None:
        word = _text(node, "type") or ""
        if word in _FLAVOURS:
            return Type(Kind.NUMBER, _FLAVOURS[word])
        kind = _KINDS.get(word)
        if kind is None:
            return None
        currency, values = _text(node, "currency") or "", _words(node.get("values"))
        if kind is Kind.MONEY and not currency:
            self.collector.add("E401", f"the money `{name}` has no currency", span, "write `currency: USD`")
            return None
        if kind is Kind.ENUM:
            return self.enum(name, node, values, span)
        return Type(kind, currency=currency, of=_text(node, "of") or "")

    def enum(self, name: str, node: Mapping, values: tuple[str, ...], span: Span) -> Type | None:
        if len(set(values)) < max(2, len(values)):
            message = f"the enum `{name}` needs at least two different values"
            self.collector.add("E401", message, span, "write `values: [best, …, worst]`")
            return None
        unknown = sorted(set(_spellings(node.get("spelled")).values()) - set(values))
        if unknown:
            hint = name_hint(unknown[0], values)
            self.collector.add("E401", f"`{unknown[0]}` under `spelled` is no value of `{name}`", span, hint)
        ordered = node.get("ordered")
        return Type(
            Kind.ENUM,
            enum=EnumType(name, values, not (isinstance(ordered, Scalar) and ordered.value is False)),
        )

    def range(
        self, name: str, node: Mapping, kind: Type, span: Span
    ) -> tuple[Decimal | None, Decimal | None]:
        given = node.get("range")
        if given is None:
            if kind.flavour == "ratio":
                hint = "write `range: [0, 1]`: a drawdown of -0.08 must not pass `< 5%`"
                self.collector.add("E405", f"the ratio `{name}` has no range", span, hint)
            return None, None
        ends = [self.end(each, kind, name) for each in given.items] if isinstance(given, Sequence) else []
        low, high = ends if len(ends) == 2 else (None, None)
        if low is not None and high is not None and low >= high:
            self.collector.add(
                "E405", f"the range of `{name}` is empty", given.span, "write the lower bound first"
            )
        return low, high

    def end(self, node: Node, kind: Type, name: str) -> Decimal | None:
        value = plain(node)
        if value is None or isinstance(value, Decimal):
            return value
        literal = parse_literal(str(value))
        if literal is None or literal.type.kind is not kind.kind or literal.type.currency != kind.currency:
            self.collector.add("E405", f"`{value}` is no bound for {kind} `{name}`", node.span)
            return None
        return literal.value

    def common(self, metric: Metric, node: Mapping) -> Metric:
        """Add cadence, freshness and scope."""
        every, age, scope = _text(node, "every"), _text(node, "max_age"), _text(node, "scope")
        series: Literal["single", "regular", "irregular"] = "single"
        if every is not None:
            series = "irregular" if every == "event" else "regular"
        began = _text(node, "began")
        start = parse_time(began) if began else None
        if began and start is None:
            self.collector.add(
                "E404", f"`began: {began}` is no date", _span(node, "began"), "write `2026-01-05`"
            )
        if scope:
            self.used.append((scope, _span(node, "scope")))
        if series != "regular" and node.get("lag") is not None:
            self.collector.add("E404", "`lag` goes with a period", _span(node, "lag"), "write `every: 1d`")
        size = node.get("min_n")
        return replace(
            metric,
            series=series,
            every=parse_duration(every) if every and series == "regular" else None,
            lag=parse_duration(_text(node, "lag") or "") or Decimal(0),
            began=start,
            max_age=self.max_age if age is None else None if age == "never" else parse_duration(age),
            min_n=int(size.text) if isinstance(size, Scalar) else None,
            scope=scope,
            doc=_text(node, "doc") or "",
            span=metric.span or node.span,
        )

    # scopes

    def scope(self, key: Scalar, node: Mapping) -> None:
        if key.text in self.scopes:
            first = self.scopes[key.text].span
            related = [("first declared here", first)] if first else []
            message = f"the scope `{key.text}` is declared twice"
            self.collector.add("E403", message, key.span, "keep one", related)
            return
        members, told = _words(node.get("members")), _text(node, "members_from")
        opened = node.get("open")
        is_open = isinstance(opened, Scalar) and opened.value is True
        if bool(members) + bool(told) + is_open == 0 or (members and told):
            hint = "give `members: […]`, `members_from: METRIC` or `open: true`"
            self.collector.add(
                "E406", f"the scope `{key.text}` does not say who its members are", key.span, hint
            )
        self.aliases(node.get("aliases"), members)
        aliases = _spellings(node.get("aliases"))
        self.scopes[key.text] = Scope(key.text, members, told, aliases, is_open, key.span)

    def aliases(self, node: Node | None, members: tuple[str, ...]) -> None:
        """An alias is another name of one member."""
        seen: dict[str, str] = {}
        for member, words in node.pairs if isinstance(node, Mapping) and members else ():
            if member.text not in members:
                hint = name_hint(member.text, members)
                message = f"aliases for `{member.text}`, which is no member"
                self.collector.add("E406", message, member.span, hint)
            for word in words.items if isinstance(words, Sequence) else ():
                if not isinstance(word, Scalar):
                    continue
                other = word.text if word.text in members else seen.get(word.text, member.text)
                if other != member.text or word.text in members:
                    message = f"the alias `{word.text}` already stands for `{other}`"
                    self.collector.add("E406", message, word.span, "a name stands for one member")
                seen.setdefault(word.text, member.text)

    def finish(self) -> None:
        """Check what names something else: scopes of metrics, rosters, prefixes."""
        for scope, span in self.used:
            if scope not in self.scopes:
                unknown = unknown_name("scope", scope, self.scopes, "declare it under `scopes:`")
                self.collector.add("E406", unknown.message, span, unknown.hint)
        for each in self.scopes.values():
            told = self.metrics.get(each.members_from or "")
            if (
                each.members_from
                and each.span
                and (told is None or told.type.kind is not Kind.SET or told.scope)
            ):
                message = f"`members_from: {each.members_from}` must be a metric of type set"
                known = self.metrics if told is None else ()
                hint = name_hint(each.members_from, known, "declare it with `type: set`, without scope")
                self.collector.add("E406", message, each.span, hint)
        for name, metric in self.metrics.items():
            parts = name.split(".")
            for size in range(1, len(parts)):
                prefix = ".".join(parts[:size])
                if prefix in self.metrics and metric.record != prefix and metric.span:
                    message = f"`{prefix}` is a metric and cannot also be the beginning of `{name}`"
                    self.collector.add("E402", message, metric.span, "rename one of the two")
        for name in self.metrics:
            if name in self.scopes and self.scopes[name].span:
                place = self.scopes[name].span or Span("", 1, 1)
                self.collector.add("E402", f"`{name}` is both a metric and a scope", place, "rename one")


def _span(node: Mapping, key: str) -> Span:
    value = node.get(key)
    return value.span if value is not None else node.span
