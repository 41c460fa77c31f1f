"""Reads params: typed by how they are written, with values per member, overrides and required ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint
from ...language.literals import parse_literal
from ...language.nodes import Node as Tree
from ...language.times import parse_time
from ...language.types import BOOL, DURATION, INTEGER, NUMBER, RATIO, STRING, TIMESTAMP, Kind, Type
from ..model import UNLIMITED, Override, Param, ParamValue
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

__all__ = ["ParamReader", "WrittenValue", "fits", "flat", "in_range", "parse_as", "read_value"]

_LEAF = ("value", "per", "override", "range", "doc", "required", "type", "currency")
_MARKS = ("value", "required", "type")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_TYPES = {"bool": BOOL, "integer": INTEGER, "number": NUMBER, "ratio": RATIO, "duration": DURATION,
          "timestamp": TIMESTAMP, "string": STRING, "enum": STRING, "set": Type(Kind.SET)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """A value as written: what it is, its type, and whether it is a number without a unit."""

    value: ParamValue
    type: Type
    bare: bool = False


def read_value(node: Node) -> WrittenValue | str:
    """Return the value that a node writes, or what is wrong with it."""
    if isinstance(node, Sequence):
        words = [each.text for each in node.items if isinstance(each, Scalar) and _WORD.fullmatch(each.text)]
        if len(words) < len(node.items) or not words:
            return "a list of names is wanted"
        return WrittenValue(frozenset(words), Type(Kind.SET))
    if not isinstance(node, Scalar):
        return "one value is wanted, got a mapping"
    if isinstance(node.value, bool):
        return WrittenValue(node.value, BOOL)
    if node.value is None:
        return "the value is empty"
    return parse_text(node.text)


def parse_text(text: str) -> WrittenValue | str:
    """Return the value of `14`, `55%`, `2h`, `500USD`, `2026-04-01`, `true`, `NORMAL`; else what is wrong."""
    if text == "unlimited":
        return WrittenValue(UNLIMITED, STRING)
    if text in ("true", "false"):
        return WrittenValue(text == "true", BOOL)
    literal = parse_literal(text)
    if literal is not None:
        return WrittenValue(literal.value, literal.type, literal.bare)
    moment = parse_time(text)
    if moment is not None:
        return WrittenValue(moment, TIMESTAMP)
    if _WORD.fullmatch(text):
        return WrittenValue(text, STRING)
    if re.fullmatch(r"-?[0-9][0-9,_]*[0-9](\.[0-9]+)?", text):
        return f"`{text}` is not a number: write the digits without separators or leading zeros"
    if re.fullmatch(r"0[xob][0-9a-fA-F]+", text):
        return f"`{text}` is not a number: numbers are decimal"
    return f"`{text}` is neither a number with a unit, nor a time, nor a word"


def parse_as(wanted: Type, text: str) -> WrittenValue | str:
    """Read a value that must be of one type; a bare number may stand for a plain number only."""
    written = parse_text(text)
    if isinstance(written, str) or written.value is UNLIMITED:
        return written if isinstance(written, str) else "`unlimited` cannot come from outside the policy"
    return written if fits(wanted, written) else f"`{text}` is not {wanted.with_article}"


def fits(wanted: Type, written: WrittenValue) -> bool:
    """Tell whether a written value is of the wanted type."""
    if wanted.flavour == "ratio" and written.bare:
        return written.value in (0, 1)
    if wanted.flavour == "integer" and written.type.flavour != "integer":
        return False
    same = wanted.kind is written.type.kind and wanted.currency == written.type.currency
    return same and not (wanted.flavour in ("number", "integer") and written.type.flavour == "ratio")


def flat(node: Mapping, prefix: str = "") -> Iterator[tuple[str, Scalar, Node]]:
    """Yield (dotted name, key, value) of nested groups of values."""
    for key, value in node.pairs:
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key.text}.")
        else:
            yield f"{prefix}{key.text}", key, value


class ParamReader:
    """Reads the `params` of one policy; complaints go to the collector."""

    def __init__(self, collector: Collector, expression: Callable[[Scalar], Tree | None]) -> None:
        self.collector = collector
        self.expression = expression
        self.found: dict[str, Param] = {}

    def read(self, node: Mapping, roster: tuple[str, ...] | None, prefix: str = "") -> dict[str, Param]:
        """Return the params by dotted name; `roster` are the members that `per` may name (None: no `for_each`)."""
        for key, value in node.pairs:
            name = prefix + key.text
            if not _NAME.fullmatch(key.text):
                self.complain(
                    f"`{key.text}` is no name for a param", key.span, "use lower-case letters, digits and `_`"
                )
            elif isinstance(value, Mapping) and any(value.get(mark) is not None for mark in _MARKS):
                self.leaf(name, key, value, roster)
            elif isinstance(value, Mapping):
                self.read(value, roster, name + ".")
            else:
                self.plain(name, key, value)
        return self.found

    def complain(self, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add("E203", message, span, hint)

    def plain(self, name: str, key: Scalar, value: Node) -> None:
        written = self.written(name, value)
        if written is None:
            return
        if written.value is UNLIMITED:
            hint = f"write `{name}: {{value: unlimited, type: integer}}`"
            self.complain(f"the unlimited param `{name}` needs a type", value.span, hint)
            return
        self.found[name] = Param(name, written.type, written.value, key.span, written.bare)

    def written(self, name: str, value: Node) -> WrittenValue | None:
        written = read_value(value)
        if isinstance(written, str):
            self.complain(f"the param `{name}`: {written}", value.span)
            return None
        return written

    def leaf(self, name: str, key: Scalar, node: Mapping, roster: tuple[str, ...] | None) -> None:
        for each, _ in node.pairs:
            if each.text not in _LEAF:
                hint = name_hint(each.text, _LEAF)
                self.complain(f"unknown key `{each.text}` of the param `{name}`", each.span, hint)
        given = node.get("value")
        written = self.written(name, given) if given is not None else None
        if given is not None and written is None:
            return
        declared = self.type(name, node)
        kind = declared or (written.type if written and written.value is not UNLIMITED else None)
        if kind is None:
            self.complain(
                f"the param `{name}` needs a `type`", key.span, f"one of {', '.join(_TYPES)} or money"
            )
            return
        required = node.get("required")
        if given is None and not (isinstance(required, Scalar) and required.value is True):
            self.complain(f"the param `{name}` has no value", key.span, "give `value:` or `required: true`")
            return
        if written and written.value is not UNLIMITED and declared and not fits(declared, written):
            self.complain(
                f"the param `{name}` is not {declared.with_article}", given.span if given else key.span
            )
            return
        low, high = self.range(name, kind, node)
        doc = node.get("doc")
        self.found[name] = Param(
            name, kind, written.value if written else None, key.span, bool(written and written.bare),
            self.per(name, kind, node, roster), self.override(name, node), low, high,
            doc.text if isinstance(doc, Scalar) else "",
        )  # fmt: skip
        self.inside(self.found[name])

    def inside(self, param: Param) -> None:
        for value in param.values:
            if isinstance(value, Decimal) and not in_range(param, value):
                self.complain(f"a value of the param `{param.name}` is outside its own range", param.span)

    def type(self, name: str, node: Mapping) -> Type | None:
        word = node.get("type")
        if not isinstance(word, Scalar):
            return None
        currency = node.get("currency")
        if word.text == "money" and isinstance(currency, Scalar):
            return Type(Kind.MONEY, currency=currency.text)
        if word.text not in _TYPES:
            every = f"there are {', '.join(_TYPES)} and money with a `currency`"
            hint = name_hint(word.text, _TYPES, every)
            self.complain(f"`{word.text}` is no type of a param", word.span, hint)
            return None
        return _TYPES[word.text]

    def per(
        self, name: str, kind: Type, node: Mapping, roster: tuple[str, ...] | None
    ) -> dict[str, ParamValue]:
        given = node.get("per")
        if not isinstance(given, Mapping):
            return {}
        if roster is None:
            self.complain(f"`per` of `{name}` needs a policy with `for_each`", given.span)
            return {}
        values: dict[str, ParamValue] = {}
        for member, value in given.pairs:
            if member.text not in roster:
                hint = name_hint(member.text, roster)
                self.complain(f"`{member.text}` is no member of the scope", member.span, hint)
                continue
            written = self.written(name, value)
            if written and written.value is not UNLIMITED and not fits(kind, written):
                self.complain(f"the param `{name}` at `{member.text}` is not {kind.with_article}", value.span)
            elif written:
                values[member.text] = written.value
        return values

    def range(self, name: str, kind: Type, node: Mapping) -> tuple[Decimal | None, Decimal | None]:
        given = node.get("range")
        if given is None:
            return None, None
        ends: list[Decimal | None] = []
        for each in given.items if isinstance(given, Sequence) else ():
            written = None if isinstance(each, Scalar) and each.value is None else read_value(each)
            if (
                isinstance(written, WrittenValue)
                and fits(kind, written)
                and isinstance(written.value, Decimal)
            ):
                ends.append(written.value)
            elif written is None:
                ends.append(None)
        if len(ends) != 2:
            self.complain(
                f"the range of the param `{name}` is wrong", given.span, "write `[low, high]` in its unit"
            )
            return None, None
        return ends[0], ends[1]

    def override(self, name: str, node: Mapping) -> Override | None:
        given = node.get("override")
        if given is None:
            return None
        env = given.get("env") if isinstance(given, Mapping) else None
        when = given.get("when") if isinstance(given, Mapping) else None
        if not isinstance(env, Scalar) or not _ENV.fullmatch(env.text):
            hint = "write `override: {env: NAME, when: EXPRESSION}`"
            self.complain(f"the override of `{name}` names no environment variable", given.span, hint)
            return None
        condition = self.expression(when) if isinstance(when, Scalar) else None
        return Override(env.text, condition, given.span)


def in_range(param: Param, value: Decimal) -> bool:
    """Tell whether a value lies within the range declared for the param."""
    return (param.low is None or value >= param.low) and (param.high is None or value <= param.high)
