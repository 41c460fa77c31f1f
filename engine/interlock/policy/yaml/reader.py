"""Reads YAML into nodes with places, and refuses what is too large, ambiguous or not plain data.

The dialect is YAML 1.2 core without anchors, aliases, merge keys, tags and several documents. libyaml's event
stream is enough for that: events are checked one by one, so neither depth nor size can exhaust the memory.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from ...diagnostics import Collector, Span
from ...errors import system_reason
from ...files import read_plain
from ...limits import DOCUMENT_BYTES, DOCUMENT_DEPTH, DOCUMENT_NODES, NUMBER_DIGITS
from .yaml_nodes import Atom, Mapping, Node, Scalar, Sequence

__all__ = ["read_file", "read_yaml"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_STYLES = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_EXPONENT = 400
_QUOTE = "close it on the same line, or drop it"
_EMPTY = "write one document, or delete the file"


class _UnreadableYaml(Exception):
    """The rest of the document cannot be read; the complaint is already noted."""


def read_file(path: Path, shown: str, collector: Collector) -> Node | None:
    """Read one YAML file; `shown` is its name in complaints. Complaints go to `collector`; None if any."""
    try:
        data = read_plain(path, DOCUMENT_BYTES)
    except OSError as problem:
        reason = system_reason(problem)
        collector.add("E101", f"cannot read the file: {reason}", Span(shown, 1, 1))
        return None
    return read_yaml(data, shown, collector)


def read_yaml(data: bytes, shown: str, collector: Collector) -> Node | None:
    """Read one YAML document. Every complaint goes to `collector`; the result is None if there was one."""
    before = len(collector.diagnostics)
    text = _decode(data, shown, collector)
    if text is None:
        return None
    collector.sources[shown] = _BREAK.split(text)
    try:
        node = _Builder(text, shown, collector).document()
    except _UnreadableYaml:
        return None
    except yaml.MarkedYAMLError as problem:
        if not _too_deep(problem, text, shown, collector):
            _syntax(problem, text, shown, collector)
        return None
    except yaml.reader.ReaderError as problem:
        _character(problem, text, shown, collector)
        return None
    return node if len(collector.diagnostics) == before else None


def _decode(data: bytes, shown: str, collector: Collector) -> str | None:
    if len(data) > DOCUMENT_BYTES:
        collector.add("E102", f"the document is larger than {DOCUMENT_BYTES} bytes", Span(shown, 1, 1))
        return None
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        good = data[: problem.start].decode("utf-8")
        line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
        hint = "save the file as UTF-8"
        collector.add("E103", f"not UTF-8: byte 0x{data[problem.start]:02x}", Span(shown, line, column), hint)
        return None


def _too_deep(problem: yaml.MarkedYAMLError, text: str, shown: str, collector: Collector) -> bool:
    """Note E102 if the text in front of a syntax error breaks a limit already; tell whether it does.

    libyaml scans ahead of its events and stops at what it finds there, since 0.2.6 also at a depth of 1,000 levels.
    """
    mark = problem.problem_mark
    before = Collector()
    with suppress(_UnreadableYaml, yaml.YAMLError):
        _Builder(text[: mark.index] if mark else "", shown, before).document()
    found = [each for each in before.diagnostics if each.code == "E102"]
    for each in found:
        collector.add(each.code, each.message, each.span)
    return bool(found)


def _syntax(problem: yaml.MarkedYAMLError, text: str, shown: str, collector: Collector) -> None:
    mark = problem.problem_mark or problem.context_mark
    if "quoted scalar" in (problem.context or "") and problem.context_mark:
        opened = problem.context_mark
        place = Span(shown, opened.line + 1, opened.column + 1)
        collector.add("E104", "not valid YAML: the quote that opens here is not closed", place, _QUOTE)
        return
    late = _closed_late(text[: mark.index].rstrip()) if mark else None
    if mark and late is not None:
        place = Span(shown, text.count("\n", 0, late) + 1, late - text.rfind("\n", 0, late))
        message = f"not valid YAML: the quote that opens here is closed in line {mark.line + 1} only"
        collector.add("E104", message, place, _QUOTE)
        return
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = problem.problem or "it ends too early"
    hint = "check quotes, brackets and indentation up to here"
    if "that cannot start any token" in what:
        hint = "quote a value that begins with this character, and indent with spaces, never with tabs"
    elif "mapping values are not allowed" in what:
        hint = "quote a value that contains `: `, or correct the indentation"
    elif "could not find expected ':'" in what:
        hint = "a key needs a colon and a space after it"
    collector.add("E104", f"not valid YAML: {what}", Span(shown, line, column), hint)


def _closed_late(before: str) -> int | None:
    """Where a quoted text opens that ends at the end of `before`, on a later line than it began; None without one."""
    opened = before.rfind(before[-1], 0, len(before) - 1) if before[-1:] in ("'", '"') else -1
    return opened if opened >= 0 and "\n" in before[opened:] else None


def _character(problem: yaml.reader.ReaderError, text: str, shown: str, collector: Collector) -> None:
    bad = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    index = bad.start() if bad else 0
    line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    code = ord(text[index]) if bad else 0
    collector.add("E105", f"the character U+{code:04X} is not allowed in YAML", Span(shown, line, column))


class _Builder:
    """Turns one event stream into nodes."""

    def __init__(self, text: str, shown: str, collector: Collector) -> None:
        self.text = text
        self.shown = shown
        self.collector = collector
        self.count = 0
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self.refuse("E106", "the document is empty", Span(self.shown, 1, 1), _EMPTY)
        node = self.node(next(self.events), 1)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            hint = "one file holds one document"
            self.refuse("E107", "a second document in one file", self.span(after), hint)
        if isinstance(node, Scalar) and node.value is None:
            self.refuse("E106", "the document is empty", node.span, _EMPTY)
        return node

    def refuse(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)
        raise _UnreadableYaml

    def span(self, event: Any) -> Span:
        return self.over(event, event)

    def node(self, event: Any, depth: int) -> Node:
        self.count += 1
        if self.count > DOCUMENT_NODES:
            self.refuse("E102", f"more than {DOCUMENT_NODES} values in one document", self.span(event))
        if depth > DOCUMENT_DEPTH:
            self.refuse("E102", f"nested deeper than {DOCUMENT_DEPTH} levels", self.span(event))
        if isinstance(event, yaml.AliasEvent):
            hint = "write the value out: a reader must see each rule whole"
            self.refuse("E108", f"the alias `*{event.anchor}` is not allowed", self.span(event), hint)
        if event.anchor:
            hint = "write the value out at each place"
            self.refuse("E108", f"the anchor `&{event.anchor}` is not allowed", self.span(event), hint)
        if event.tag:
            self.tag(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, depth)
        return self.scalar(event)

    def tag(self, event: Any) -> None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        rest = self.text[event.start_mark.index :].split("\n", 1)[0].strip()
        if rest.startswith("!") and not rest.startswith("!!"):
            hint = f"for a negation write `not {rest[1:]}`; otherwise quote the value"
        else:
            hint = "YAML tags are refused: write the plain value"
        self.refuse("E109", f"the tag `{tag}` is not allowed", self.span(event), hint)

    def sequence(self, start: yaml.SequenceStartEvent, depth: int) -> Sequence:
        items = []
        event = next(self.events)
        while not isinstance(event, yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
            event = next(self.events)
        return Sequence(tuple(items), self.over(start, event))

    def mapping(self, start: yaml.MappingStartEvent, depth: int) -> Mapping:
        pairs: list[tuple[Scalar, Node]] = []
        first: dict[str, Span] = {}
        event = next(self.events)
        while not isinstance(event, yaml.MappingEndEvent):
            key = self.key(event, start)
            value_event = next(self.events)
            value = self.node(value_event, depth + 1)
            if key.text in first:
                related = [("first given here", first[key.text])]
                message = f"the key `{key.text}` is given twice"
                self.collector.add("E110", message, key.span, "keep one of the two", related)
            first.setdefault(key.text, key.span)
            self.split_at_comma(start, pairs, key, value)
            pairs.append((key, value))
            event = next(self.events)
        return Mapping(tuple(pairs), self.over(start, event))

    def split_at_comma(
        self, start: yaml.MappingStartEvent, pairs: list[tuple[Scalar, Node]], key: Scalar, value: Node
    ) -> None:
        """Name the trap `{when: count(a, last=12)}`: inside braces a comma ends the value."""
        if not (start.flow_style and pairs and isinstance(value, Scalar) and value.raw == ""):
            return
        name, before = pairs[-1]
        if isinstance(before, Scalar) and before.text.count("(") > before.text.count(")"):
            line = f'{name.text}: "{before.text}, {key.text}"'
            hint = f"quote the expression: `{line}`"
            message = f"inside braces the comma ends the value `{before.text}`"
            self.collector.add("E111", message, before.span, hint)

    def key(self, event: Any, start: yaml.MappingStartEvent) -> Scalar:
        if not isinstance(event, yaml.ScalarEvent):
            line = self.text.split("\n")[event.start_mark.line].strip()
            if "{{" in line and isinstance(event, yaml.MappingStartEvent):
                name, _, template = line.partition(": ")
                hint = f'quote the template: `{name}: "{template}"`'
                self.refuse("E112", "an unquoted template is read as nested braces", self.span(start), hint)
            self.refuse("E113", "a key must be text", self.span(event), "write a plain word as the key")
        node = self.node(event, 1)
        assert isinstance(node, Scalar)
        if node.style == "plain" and node.text == "<<":
            hint = "write the keys out: a reader must see each rule whole"
            self.refuse("E108", "the merge key `<<` is not allowed", node.span, hint)
        if not isinstance(node.value, str):
            self.refuse("E113", f"the key `{node.text}` is not text", node.span, f'quote it: `"{node.text}"`')
        return node

    def over(self, start: Any, end: Any) -> Span:
        first, last = start.start_mark, end.end_mark
        return Span(self.shown, first.line + 1, first.column + 1, last.line + 1, last.column + 1)

    def scalar(self, event: Any) -> Scalar:
        begin, end = event.start_mark.index, event.end_mark.index
        span = self.span(event)
        style = _STYLES[event.style]
        value: Atom = event.value
        if style == "plain":
            value = self.resolve(event.value, span)
        line_end = self.text.find("\n", end)
        rest = self.text[end : line_end if line_end >= 0 else len(self.text)]
        comment = style in ("plain", "single", "double") and re.match(r"\s+#", rest) is not None
        return Scalar(value, event.value, style, span, self.text[begin:end], comment)

    def resolve(self, text: str, span: Span) -> Atom:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _NON_FINITE.fullmatch(text):
            hint = "to drop a limit delete the rule, or write `unlimited` in a param with a type"
            self.collector.add("E114", f"`{text}` is not a finite number", span, hint)
            return text
        if not _NUMBER.fullmatch(text):
            return text
        exponent = re.search(r"[eE]([-+]?[0-9]+)", text)
        digits = re.sub(r"[eE].*|[-.]", "", text).strip("0")
        if len(digits) > NUMBER_DIGITS or (
            exponent and (len(exponent[1]) > 5 or abs(int(exponent[1])) > _EXPONENT)
        ):
            message = f"`{text[:40]}` has more than {NUMBER_DIGITS} digits or an exponent beyond {_EXPONENT}"
            self.collector.add("E115", message, span)
            return text
        return Decimal(text)
