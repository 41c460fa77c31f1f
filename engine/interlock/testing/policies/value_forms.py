"""Turns what a test writes for a metric into the form that a snapshot would hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, name_hint
from ...language.literals import parse_literal
from ...language.times import parse_time, show_time
from ...language.types import Kind, Type
from ...language.values import CAUSES
from ...policy.catalogue import Metric
from ...policy.reading.params import WrittenValue, read_value
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain

__all__ = ["Writer", "in_calendar", "instant"]

_UNKNOWN = ("unknown", "detail")


def instant(text: str, now: Decimal) -> Decimal | None:
    """Return the instant of a time, or of a distance from `now` such as `-3h`; None for anything else."""
    if text in ("0", "0s"):
        return now
    literal = parse_literal(text.removeprefix("+"))
    if literal is not None and literal.type.kind is Kind.DURATION:
        found = now + literal.value
        return found if in_calendar(found) else None
    return parse_time(text)


def in_calendar(at: Decimal) -> bool:
    """Tell whether a snapshot can be as of an instant: in the years 1 to 9999, with nine decimals at most."""
    return parse_time(show_time(at)) == at


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes single values of a metric as of an instant; complaints go to the collector and give None."""

    metric: Metric
    now: Decimal
    collector: Collector

    def complain(self, message: str, node: Node, hint: str | None = None, code: str = "E702") -> None:
        self.collector.add(code, f"`{self.metric.name}`: {message}", node.span, hint)

    def single(self, node: Node, before: object) -> object:
        """Return the form of a single value; `before` is the one that it replaces."""
        if isinstance(node, Scalar) and node.text == "missing":
            return None
        if isinstance(node, Scalar) and node.text == "stale":
            return self.stale(node, before)
        if isinstance(node, Mapping):
            return self.table(node, ("value", "n", "at"))
        value = self.value(node)
        if isinstance(before, dict) and "n" in before and value is not None:
            return {"value": value, "n": before["n"]}
        return value

    def stale(self, node: Node, before: object) -> object:
        if self.metric.max_age is None:
            self.complain("it has no `max_age` and never grows stale", node, code="E716")
            return None
        table = before if isinstance(before, dict) else {"value": before}
        if table.get("value") is None:
            self.complain("nothing to grow stale", node, "give it a value in the base", "E716")
            return None
        return {**table, "at": show_time(self.now - self.metric.max_age - 1)}

    def table(self, node: Mapping, keys: tuple[str, ...]) -> object:
        """Return a mapping form: `value`, `n` and `at`, or `unknown` with a `detail`."""
        if node.has("unknown"):
            return self.unknown(node)
        found: dict[str, object] = {}
        for key, each in node.pairs:
            if key.text not in keys:
                hint = name_hint(key.text, keys)
                self.complain(f"unknown key `{key.text}`", key, hint, "E717")
            elif key.text == "n":
                found["n"] = plain(each)
            elif key.text == "at":
                at = self.instant(each)
                found["at"] = None if at is None else show_time(at)
            else:
                found[key.text] = self.value(each)
        return found

    def unknown(self, node: Mapping) -> object:
        for key, _ in node.pairs:
            if key.text not in _UNKNOWN:
                hint = name_hint(key.text, _UNKNOWN)
                self.complain(f"unknown key `{key.text}`", key, hint, "E717")
        table = plain(node)
        assert isinstance(table, dict)
        if table["unknown"] not in CAUSES:
            given = node.get("unknown") or node
            hint = name_hint(str(table["unknown"]), CAUSES)
            self.complain(f"`{table['unknown']}` is no cause of an unknown value", given, hint, "E718")
        return table

    def instant(self, node: Node) -> Decimal | None:
        found = instant(node.text, self.now) if isinstance(node, Scalar) else None
        if found is None:
            hint = "write a time such as `2026-03-30T06:00:00Z`, or a distance such as `-3h`"
            self.complain("a time is wanted", node, hint, "E715")
        return found

    def value(self, node: Node, kind: Type | None = None) -> object:
        """Return one value as a snapshot writes it."""
        kind = kind or self.metric.type
        if kind.kind is Kind.SET:
            return self.names(node)
        if not isinstance(node, Scalar):
            self.complain(f"{kind.with_article} is wanted", node)
            return None
        if kind.kind is Kind.TIMESTAMP:
            at = self.instant(node)
            return None if at is None else show_time(at)
        if kind.kind is Kind.ENUM:
            return self.word(node, kind)
        if kind.kind is Kind.STRING:
            return node.text
        return self.measured(node, kind)

    def names(self, node: Node) -> object:
        if isinstance(node, Sequence) and len(node.scalars) == len(node.items):
            return list(node.texts)
        self.complain("a list of names is wanted", node)
        return None

    def word(self, node: Scalar, kind: Type) -> object:
        values: tuple[str, ...] = kind.enum.values if kind.enum else ()
        if node.text in values or node.text in self.metric.spelled:
            return node.text
        hint = name_hint(node.text, values)
        self.complain(f"`{node.text}` is none of its values", node, hint)
        return None

    def measured(self, node: Scalar, kind: Type) -> object:
        written = read_value(node)
        if isinstance(written, WrittenValue) and _fits(kind, written):
            return written.value
        got = written if isinstance(written, str) else f"`{node.text}` is {written.type.with_article}"
        self.complain(f"{kind.with_article} is wanted, {got}", node)
        return None


def _fits(kind: Type, written: WrittenValue) -> bool:
    """A snapshot holds plain numbers, so a bare number fits every number and every amount of money."""
    if kind.kind is Kind.BOOL or written.type.kind is Kind.BOOL:
        return kind.kind is written.type.kind
    if kind.kind in (Kind.NUMBER, Kind.MONEY) and written.bare:
        return True
    if kind.flavour in ("integer", "number") and written.type.flavour == "ratio":
        return False
    return kind.kind is written.type.kind and kind.currency == written.type.currency
