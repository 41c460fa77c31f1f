"""The bad snapshots of `tests/bad_inputs/snap.yaml`, and what a rule over one comes to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from interlock.diagnostics import Collector, Span
from interlock.errors import SnapshotError
from interlock.evaluation.expressions.interpreter import Interpreter
from interlock.evaluation.expressions.lowering import lower
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.checker import check_rule
from interlock.language.values import Unknown
from interlock.policy.catalogue import Catalogue
from interlock.policy.names import PolicyNames
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.yaml.reader import read_file
from interlock.policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

FILE = Path(__file__).parents[1] / "bad_inputs" / "snap.yaml"


@dataclass(frozen=True, slots=True)
class BadSnapshot:
    """One snapshot: its bytes, the rule that is judged, and `value`, `unknown` or `error` with its text."""

    id: str
    data: bytes
    rule: str
    wanted: tuple[str, str]

    def __str__(self) -> str:
        return self.id


def outcome(data: bytes, rule: str, catalogue: Catalogue) -> tuple[str, str]:
    """Return what a rule comes to: a value, the causes why nobody can tell, or why the snapshot is refused."""
    collector = Collector()
    tree = check_rule(
        rule, lambda start, end: Span("expr", 1, start + 1, 1, end + 1), PolicyNames(catalogue), collector
    )
    assert tree is not None, collector.diagnostics
    try:
        snapshot = Snapshot.parse(data, "snapshot.json")
    except SnapshotError as problem:
        return "error", str(problem)
    result = Interpreter(Measures(snapshot, catalogue)).evaluate(lower(tree))
    if isinstance(result, Unknown):
        return "unknown", "\n".join(map(str, result.causes))
    return "value", str(result).lower()


def bad_snapshots() -> tuple[Catalogue, list[BadSnapshot]]:
    """Return the catalogue and every bad snapshot."""
    collector = Collector()
    document = read_file(FILE, FILE.name, collector)
    assert isinstance(document, Mapping), collector.diagnostics
    catalogue, listed = document.get("catalogue"), document.get("cases")
    assert isinstance(catalogue, Mapping) and isinstance(listed, Sequence)
    found = read_catalogue([catalogue], collector)
    assert collector.diagnostics == []
    return found, [_snapshot(dict(each.items())) for each in listed.items if isinstance(each, Mapping)]


def _snapshot(table: dict[str, Node]) -> BadSnapshot:
    texts = {key: each.text.rstrip("\n") for key, each in table.items() if isinstance(each, Scalar)}
    if "metrics" in texts:
        data = f'{{"interlock": 1, "as_of": "2026-03-30T06:00:00Z", "metrics": {texts["metrics"]}}}'.encode()
    elif "bytes" in texts:
        data = bytes.fromhex(texts["bytes"])
    else:
        data = texts["input"].encode()
    repeat = table.get("repeat")
    if isinstance(repeat, Mapping):
        parts = {key: each.text for key, each in repeat.items() if isinstance(each, Scalar)}
        data = data.replace(b"@", parts["text"].encode() * int(parts["times"]))
    wanted = next(key for key in ("value", "unknown", "error") if key in texts)
    return BadSnapshot(texts["id"], data, texts["rule"], (wanted, texts[wanted]))
