"""One entry of a sources document: its keys with their places, read as text, path, pointer or zone, and complaints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from ...diagnostics import Collector, Span, unknown_name
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain
from ..json_documents import Pointer, artefact_schemas, parse_pointer

__all__ = ["YamlEntry", "path_complaint"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """A mapping node. A method that finds a key wrong adds a complaint and returns a harmless value."""

    node: Mapping
    collector: Collector

    def span(self, key: str) -> Span:
        """Return the place of the key's value, or of the entry if it has no such key."""
        node = self.node.get(key)
        return node.span if node is not None else self.node.span

    def has(self, key: str) -> bool:
        return self.node.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """Return the text under a key; what YAML reads as a number or a boolean counts as it is written."""
        node = self.node.get(key)
        return node.text if isinstance(node, Scalar) else default

    def flag(self, key: str) -> bool:
        node = self.node.get(key)
        return isinstance(node, Scalar) and node.value is True

    def value(self, key: str) -> object:
        node = self.node.get(key)
        return None if node is None else plain(node)

    def texts(self, key: str) -> tuple[str, ...]:
        node = self.node.get(key)
        items = node.items if isinstance(node, Sequence) else ()
        return tuple(each.text for each in items if isinstance(each, Scalar))

    def number(self, key: str, default: Decimal = Decimal(0)) -> Decimal:
        found = self.value(key)
        return found if isinstance(found, Decimal) else default

    def under(self, key: str) -> YamlEntry | None:
        node = self.node.get(key)
        return YamlEntry(node, self.collector) if isinstance(node, Mapping) else None

    def each(self, key: str) -> list[tuple[Scalar, Node]]:
        node = self.node.get(key)
        return list(node.pairs) if isinstance(node, Mapping) else []

    def complain(self, code: str, message: str, key: str, hint: str | None = None) -> None:
        self.collector.add(code, message, self.span(key), hint)

    def path(self, key: str) -> str:
        if not self.has(key):
            return ""
        text = self.text(key)
        found = _pattern_complaint(text) if key == "files" else path_complaint(text)
        if found:
            self.complain("E503", found[0], key, found[1])
        return text

    def variable(self, key: str) -> str:
        text = self.text(key)
        if not _VARIABLE.fullmatch(text):
            self.complain("E513", f"`{text}` is no name of an environment variable", key)
        return text

    def regular_expression(self, key: str) -> re.Pattern[str] | None:
        try:
            return re.compile(self.text(key))
        except (re.error, RecursionError, OverflowError) as problem:
            self.complain("E505", f"`{key}` is no regular expression: {problem}", key)
            return None

    def pointer(self, key: str) -> Pointer:
        text = self.text(key)
        found = parse_pointer(text)
        if found is None:
            self.complain("E504", f"`{text}` is no JSON pointer", key, f"write `/{text.lstrip('/$.')}`")
        return found or ()

    def zone(self) -> ZoneInfo | None:
        if not self.has("timezone"):
            return None
        name = self.text("timezone")
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            unknown = unknown_name("time zone", name, available_timezones())
            self.complain("E510", unknown.message, "timezone", unknown.hint)
        return None

    def schema(self) -> str | None:
        if not self.has("schema"):
            return None
        name = self.text("schema")
        if name not in artefact_schemas():
            unknown = unknown_name("artefact schema", name, artefact_schemas())
            self.complain("E512", unknown.message, "schema", unknown.hint)
            return None
        return name


def path_complaint(text: str) -> tuple[str, str | None] | None:
    """Return what is wrong with a path below the root, and a hint; or None."""
    found = _shape(text)
    if found:
        return found
    if any(each in text for each in "*?"):
        return f"the path `{text}` is a pattern", "write `files:` where there are many files"
    return None


def _pattern_complaint(text: str) -> tuple[str, str | None] | None:
    found = _shape(text)
    if found:
        return found
    if not any(each in text for each in "*?"):
        return f"the pattern `{text}` has no `*` or `?`", "write `file:` where there is one file"
    if any("**" in step and step != "**" for step in text.split("/")) or text.split("/")[-1] == "**":
        return f"in the pattern `{text}` a `**` is not a whole folder", "write it as in `data/**/*.json`"
    if "[" in text or "{" in text:
        return f"the pattern `{text}` uses more than `*`, `?` and `**`", None
    return None


def _shape(text: str) -> tuple[str, str | None] | None:
    below = "write it relative to the root, with `/`"
    if "\\" in text:
        return f"the path `{text}` holds a backslash", f"write `{text.replace(chr(92), '/')}`"
    if text.startswith("/") or _DRIVE.match(text):
        return f"the path `{text}` is absolute", below
    if text.startswith("~"):
        return f"the path `{text}` begins with `~`", below
    steps = text.split("/")
    if ".." in steps:
        return f"the path `{text}` leaves the root with `..`", below
    if any(step in ("", ".") for step in steps) or not text.isprintable():
        return f"the path `{text}` has an empty or invisible part", below
    return None
