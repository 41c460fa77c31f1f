"""The bad documents of `tests/bad_inputs/yaml.yaml`, and what reading one comes to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from interlock.diagnostics import Collector, render
from interlock.policy.yaml.reader import read_file, read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

FILE = Path(__file__).parents[1] / "bad_inputs" / "yaml.yaml"


@dataclass(frozen=True, slots=True)
class BadDocument:
    """One document: its bytes, and its value or the complaints about it."""

    id: str
    data: bytes
    text: str
    good: bool

    def __str__(self) -> str:
        return self.id


def outcome(data: bytes) -> tuple[str, bool]:
    """Return what the document holds and True, or every complaint and False."""
    collector = Collector()
    node = read_yaml(data, "policy.yaml", collector)
    if node is None:
        return "\n".join(render(each, collector.sources) for each in collector.sorted()), False
    return json.dumps(written(node), ensure_ascii=False), True


def written(node: Node) -> object:
    """Return the value with numbers marked as such and written as they stand there."""
    match node:
        case Mapping():
            return {key: written(value) for key, value in node.items()}
        case Sequence():
            return [written(each) for each in node.items]
        case _:
            return {"number": node.text} if isinstance(node.value, Decimal) else node.value


def bad_documents() -> list[BadDocument]:
    """Return every bad document."""
    collector = Collector()
    document = read_file(FILE, FILE.name, collector)
    listed = document.get("cases") if isinstance(document, Mapping) else None
    assert isinstance(listed, Sequence), collector.diagnostics
    return [_document(dict(each.items())) for each in listed.items if isinstance(each, Mapping)]


def _document(table: dict[str, Node]) -> BadDocument:
    texts = {key: each.text for key, each in table.items() if isinstance(each, Scalar)}
    repeat = table.get("repeat")
    if isinstance(repeat, Mapping):
        unit, times = repeat.get("text"), repeat.get("times")
        assert isinstance(unit, Scalar) and isinstance(times, Scalar)
        data = unit.text.encode() * int(times.text)
    else:
        data = bytes.fromhex(texts["bytes"]) if "bytes" in texts else texts["input"].encode()
    good = "value" in texts
    return BadDocument(texts["id"], data, texts["value"] if good else texts["error"].rstrip("\n"), good)
