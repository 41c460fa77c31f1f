"""One entry of a sources document while it is read: its keys with their places, and complaints about them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from ...diagnostics import Collector, Span, unknown_name
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain
from ..artefact_schemas import artefact_schemas
from ..pointer import Pointer, parse_pointer
from .path_syntax import path_complaint, pattern_complaint

__all__ = ["YamlEntry"]


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """A mapping node; every reader notes its complaint and returns a harmless value."""

    node: Mapping
    collector: Collector

    def span(self, key: str) -> Span:
        """Where the key's value stands, or the entry where there is no such key."""
        node = self.node.get(key)
        return node.span if node is not None else self.node.span

    def has(self, key: str) -> bool:
        return self.node.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """The text under a key; a number or word that YAML took for a value counts as it is written."""
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
        found = pattern_complaint(text) if key == "files" else path_complaint(text)
        if found:
            self.complain("E503", found[0], key, found[1])
        return text

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
