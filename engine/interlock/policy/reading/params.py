"""Reads params: typed by how they are written, with values per member, overrides and required ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ...canonical import plain_number
from ...diagnostics import Collector, Span, name_hint
from ...language.literals import parse_literal, ratio_hint
from ...language.nodes import Node as Tree
from ...language.slips import money_slip, number_hint, unit_slip
from ...language.times import parse_time
from ...language.types import BOOL, DURATION, INTEGER, NUMBER, RATIO, STRING, TIMESTAMP, Kind, Type
from ..catalogue import Metric, Scope
from ..model import UNLIMITED, Override, Param, ParamValue
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

__all__ = ["Misfit", "ParamReader", "WrittenValue", "fits", "in_range", "parse_as", "read_value", "unit_hint"]

_OVERRIDE = ("env", "when", "members")
_LEAF = ("value", "per", "override", "range", "doc", "required", "type", "currency")
_MARKS = ("value", "required", "type")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_TYPES = {"bool": BOOL, "integer": INTEGER, "number": NUMBER, "ratio": RATIO, "duration": DURATION,
          "timestamp": TIMESTAMP, "string": STRING, "enum": STRING, "set": Type(Kind.SET)}  # fmt: skip

_TEXTS = (Kind.STRING, Kind.TIMESTAMP)
"""The kinds of a value that may stand in quotes: a quoted number is text."""

Range = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """A value as written, with its type; `bare` is whether it is a number without a unit."""

    value: ParamValue
    type: Type
    bare: bool = False


class Misfit(NamedTuple):
    """Why a value does not fit a param, and what to write instead."""

    message: str
    hint: str | None = None


def read_value(node: Node) -> WrittenValue | str:
    """Return the value that a node writes, or what is wrong with it."""
    if isinstance(node, Sequence):
        words = [each for each in node.texts if _WORD.fullmatch(each)]
        if len(words) < len(node.items) or not words:
            return "a list of names is wanted"
        return WrittenValue(frozenset(words), Type(Kind.SET))
    if not isinstance(node, Scalar):
        return "one value is wanted, got a mapping"
    if isinstance(node.value, bool):
        return WrittenValue(node.value, BOOL)
    if node.value is None:
        return "the value is empty"
    written = parse_text(node.text)
    if node.is_quoted and isinstance(written, WrittenValue) and written.type.kind not in _TEXTS:
        return f"{written.type.kind} wanted, got text: drop the quotes around `{node.text}`"
    return written


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
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    slip = money_slip(digits, 0, 0) or unit_slip(digits, 0)
    if slip is not None and slip.end == len(digits):
        return f"`{text}` is no value: {slip.hint if not sign else slip.hint.replace('write `', 'write `-')}"
    written = number_hint(digits)
    if written is not None and parse_literal(written) is not None:
        return f"`{text}` is not a number: write `{sign}{written}`"
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


def unit_hint(wanted: Type, written: WrittenValue) -> str | None:
    """Return how to write a bare number as a value of a type that has units; None for anything else."""
    if not written.bare or not isinstance(written.value, Decimal):
        return None
    text = plain_number(written.value)
    if wanted.flavour == "ratio":
        return ratio_hint(written.value)
    if wanted.kind is Kind.MONEY:
        return f"write `{text}{wanted.currency}`"
    return f"write `{text}s`, `{text}m`, `{text}h` or `{text}d`" if wanted.kind is Kind.DURATION else None


def in_range(declared: Param | Metric, value: Decimal) -> bool:
    """Tell whether a value lies within the range declared for a param or a metric."""
    return (declared.low is None or value >= declared.low) and (
        declared.high is None or value <= declared.high
    )


class ParamReader:
    """Reads the `params` of one policy; complaints go to the collector."""

    def __init__(
        self,
        collector: Collector,
        expression: Callable[[Scalar], Tree | None],
        scopes: Table[str, Scope],
    ) -> None:
        self.collector = collector
        self.scopes = scopes
        self.expression = expression
        self.found: dict[str, Param] = {}
        self.given: set[str] = set()
        self.typed: set[str] = set()

    def read(self, node: Mapping, roster: tuple[str, ...] | None, prefix: str = "") -> dict[str, Param]:
        """Return the sound params by dotted name; `given` are the names of all, `typed` of those with a `type:`.

        `roster` are the members that `per` may name (None: no `for_each`)."""
        for key, value in node.pairs:
            name = prefix + key.text
            if not _NAME.fullmatch(key.text):
                self.given.add(name)
                hint = "use lower-case letters, digits and `_`"
                if any(key.text in scope.members for scope in self.scopes.values()):
                    owner = prefix.rstrip(".").removesuffix(".per")
                    hint = f"write `{owner}: {{value: VALUE, per: {{{key.text}: VALUE}}}}`"
                self.complain("E221", f"`{key.text}` cannot be the name of a param", key.span, hint)
            elif isinstance(value, Mapping) and not any(value.has(mark) for mark in _MARKS):
                self.read(value, roster, name + ".")
            else:
                self.given.add(name)
                self.one(name, key, value, roster)
        return self.found

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def one(self, name: str, key: Scalar, value: Node, roster: tuple[str, ...] | None) -> None:
        if isinstance(value, Mapping):
            self.leaf(name, key, value, roster)
            return
        written = self.written(name, value)
        if written is not None and written.value is UNLIMITED:
            hint = f"write `{name}: {{value: unlimited, type: integer}}`"
            self.complain("E222", f"the unlimited param `{name}` needs a type", value.span, hint)
        elif written is not None:
            self.found[name] = Param(name, written.type, written.value, key.span, written.bare)

    def written(self, name: str, value: Node) -> WrittenValue | None:
        written = read_value(value)
        if isinstance(written, str):
            self.complain("E203", f"the param `{name}`: {written}", value.span)
            return None
        return written

    def leaf(self, name: str, key: Scalar, node: Mapping, roster: tuple[str, ...] | None) -> None:
        self.known_keys(name, node)
        given = node.get("value")
        written = self.written(name, given) if given is not None else None
        if given is not None and written is None:
            return
        declared = self.type(node)
        self.typed |= {name} if declared else set()
        kind = declared or (written.type if written and written.value is not UNLIMITED else None)
        if kind is None:
            hint = f"one of {', '.join(_TYPES)} or money"
            self.complain("E222", f"the param `{name}` needs a `type`", key.span, hint)
        elif given is None and not node.flag("required"):
            hint = "give `value:` or `required: true`"
            self.complain("E224", f"the param `{name}` has no value", key.span, hint)
        elif written and written.value is not UNLIMITED and not fits(kind, written):
            message = f"the param `{name}` is not {kind.with_article}"
            self.complain("E225", message, node.span_of("value"), unit_hint(kind, written))
        else:
            self.found[name] = Param(
                name, kind, written.value if written else None, key.span, bool(written and written.bare),
                self.per(name, kind, node, roster), self.override(name, node), *self.range(name, kind, node),
                node.text("doc"),
            )  # fmt: skip
            self.inside(self.found[name])

    def known_keys(self, name: str, node: Mapping) -> None:
        for each, _ in node.pairs:
            if each.text not in _LEAF:
                hint = name_hint(each.text, _LEAF)
                self.complain("E223", f"unknown key `{each.text}` of the param `{name}`", each.span, hint)

    def inside(self, param: Param) -> None:
        for value in param.values:
            if isinstance(value, Decimal) and not in_range(param, value):
                message = f"a value of the param `{param.name}` is outside its own range"
                self.complain("E226", message, param.span)

    def type(self, node: Mapping) -> Type | None:
        word, currency = node.scalar("type"), node.text("currency")
        if word is None:
            if node.has("type"):
                every = f"there are {', '.join(_TYPES)} and money with a `currency`"
                self.complain("E227", "the type of a param is one word", node.span_of("type"), every)
            return None
        if word.text == "money" and currency:
            return Type(Kind.MONEY, currency=currency)
        if word.text not in _TYPES:
            every = f"there are {', '.join(_TYPES)} and money with a `currency`"
            hint = name_hint(word.text, _TYPES, every)
            self.complain("E227", f"`{word.text}` is not a type of a param", word.span, hint)
        return _TYPES.get(word.text)

    def per(
        self, name: str, kind: Type, node: Mapping, roster: tuple[str, ...] | None
    ) -> dict[str, ParamValue]:
        given = node.get("per")
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            message = f"`per` of `{name}` does not list members"
            self.complain("E229", message, given.span, "write `per: {MEMBER: VALUE}`")
            return {}
        if roster is None:
            scopes = [
                each
                for each, scope in self.scopes.items()
                if {key.text for key, _ in given.pairs} & {*scope.members}
            ]
            hint = f"write `for_each: {scopes[0]}` in the policy" if scopes else None
            self.complain("E228", f"`per` of `{name}` needs a policy with `for_each`", given.span, hint)
            return {}
        values: dict[str, ParamValue] = {}
        for member, value in given.pairs:
            if member.text not in roster:
                hint = name_hint(member.text, roster)
                self.complain("E229", f"`{member.text}` is not a member of the scope", member.span, hint)
                continue
            written = self.written(name, value)
            if written and written.value is not UNLIMITED and not fits(kind, written):
                message = f"the param `{name}` at `{member.text}` is not {kind.with_article}"
                self.complain("E225", message, value.span, unit_hint(kind, written))
            elif written:
                values[member.text] = written.value
        return values

    def range(self, name: str, kind: Type, node: Mapping) -> Range:
        found = _range(node.sequence("range"), kind) if node.has("range") else (None, None)
        if found is None:
            message = f"the range of the param `{name}` cannot be read"
            words = kind.kind in (Kind.STRING, Kind.BOOL, Kind.SET)
            hint = f"{kind.with_article} has no range" if words else "write `[low, high]` in its unit"
            self.complain("E230", message, node.span_of("range"), hint)
        return found or (None, None)

    def override(self, name: str, node: Mapping) -> Override | None:
        if not node.has("override"):
            return None
        given, hint = node.mapping("override"), "write `override: {env: NAME, when: EXPRESSION}`"
        for each, _ in given.pairs:
            if each.text not in _OVERRIDE:
                message = f"unknown key `{each.text}` of the override of `{name}`"
                self.complain("E223", message, each.span, name_hint(each.text, _OVERRIDE))
        if not _ENV.fullmatch(given.text("env")):
            message = f"the override of `{name}` names no environment variable"
            self.complain("E231", message, node.span_of("override"), hint)
            return None
        when = given.scalar("when")
        if given.has("when") and when is None:
            message = f"the condition of the override of `{name}` is not an expression"
            self.complain("E231", message, given.span_of("when"), hint)
        members = given.scalar("members")
        if given.has("members") and (members is None or not isinstance(members.value, bool)):
            message = f"`members` of the override of `{name}` is neither true nor false"
            self.complain("E231", message, given.span_of("members"), "write `members: true`, or drop it")
        tree = self.expression(when) if when else None
        return Override(given.text("env"), tree, given.span, given.flag("members"))


def _range(node: Sequence, kind: Type) -> Range | None:
    """The two ends of a range, numbers of the param's kind or empty for no bound; None for anything else."""
    ends: list[Decimal | None] = []
    for each in node.items:
        empty = isinstance(each, Scalar) and each.value is None
        written = None if empty else read_value(each)
        if isinstance(written, str) or (written is not None and not fits(kind, written)):
            return None
        value = written.value if written else None
        if value is not None and not isinstance(value, Decimal):
            return None  # words have no order of their own: such a range would bound nothing
        ends.append(value)
    return (ends[0], ends[1]) if len(ends) == 2 else None
