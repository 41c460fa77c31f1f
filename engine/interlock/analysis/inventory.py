"""Reads the list of runbook statements: their ids and texts, and what holds those that no rule names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..diagnostics import Collector
from ..errors import DocumentError, UsageError
from ..policy.yaml.reader import read_file
from ..policy.yaml.yaml_nodes import Mapping as MappingNode
from ..policy.yaml.yaml_nodes import Scalar

__all__ = ["Inventory", "Statement", "read_inventory"]

_ID = re.compile(r"[A-Z][0-9]+")
_PARTS = ("inventory", "awaiting", "elsewhere", "beyond")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a runbook, in few words."""

    id: str
    runbook: str
    text: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The statements in the order of the list. `awaiting`, `elsewhere` and `beyond` say of an id what it waits for,
    what else holds it, or why nothing can."""

    statements: Mapping[str, Statement] = field(default_factory=dict)
    awaiting: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    beyond: Mapping[str, str] = field(default_factory=dict)


def read_inventory(path: Path) -> Inventory:
    """Read the list. Raises UsageError where there is none, DocumentError with every complaint about it."""
    if not path.is_file():
        raise UsageError(
            f"there is no list of statements `{path.as_posix()}`: name one with `--inventory FILE`"
        )
    collector = Collector()
    node = read_file(path, path.name, collector)
    found = _read(node, collector) if isinstance(node, MappingNode) else Inventory()
    if not collector.errors and not found.statements:
        raise UsageError(f"`{path.as_posix()}` lists no statements under `inventory:`")
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return found


def _read(node: MappingNode, collector: Collector) -> Inventory:
    statements: dict[str, Statement] = {}
    for key, part in node.pairs:
        if key.text not in _PARTS:
            collector.add("E213", f"`{key.text}` is no part of an inventory", key.span, _known())
        elif key.text == "inventory" and isinstance(part, MappingNode):
            for runbook, entries in part.pairs:
                for each, text in _texts(entries, collector):
                    if each.text in statements:
                        collector.add("E247", f"`{each.text}` is listed twice", each.span)
                    statements[each.text] = Statement(each.text, runbook.text, text)
    notes = {name: _notes(node, name, statements, collector) for name in _PARTS[1:]}
    return Inventory(statements, notes["awaiting"], notes["elsewhere"], notes["beyond"])


def _known() -> str:
    return "there are " + ", ".join(f"`{each}`" for each in _PARTS)


def _texts(node: object, collector: Collector) -> Iterator[tuple[Scalar, str]]:
    for key, value in node.pairs if isinstance(node, MappingNode) else ():
        if not _ID.fullmatch(key.text):
            collector.add("E248", f"`{key.text}` is no id such as `B67`", key.span)
        elif not isinstance(value, Scalar) or not value.text.strip():
            collector.add("E249", f"`{key.text}` has no text", value.span)
        else:
            yield key, value.text


def _notes(
    node: MappingNode, name: str, statements: Mapping[str, Statement], collector: Collector
) -> dict[str, str]:
    found = {}
    for key, text in _texts(node.get(name), collector):
        if key.text not in statements:
            collector.add("E250", f"`{key.text}` is no statement of the inventory", key.span)
        found[key.text] = text
    return found
