"""Where metrics come from, as a snapshot records it: by metric, and all inputs as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...evaluation.snapshot.snapshot import Snapshot
from ...language.values import Cause

__all__ = ["Input", "inputs", "origins"]


@dataclass(frozen=True, slots=True)
class Input:
    """One source with the file, or the pattern of files, that it read; `place` is empty for a live source."""

    source: str
    place: str
    files: int
    rows: str
    digest: str


def inputs(snapshot: Snapshot) -> tuple[Input, ...]:
    """Return every source once, in order."""
    tables = [each for each in snapshot.provenance.values() if isinstance(each, Mapping)]
    return tuple(sorted({_input(each) for each in tables}, key=lambda each: (each.source, each.place)))


def _input(table: Mapping[str, object]) -> Input:
    files = table.get("files")
    place = _text(table, "file") or _text(table, "pattern")
    count = int(str(files)) if str(files).isascii() and str(files).isdigit() else int(bool(place))
    return Input(_text(table, "source"), place, count, _text(table, "rows"), _text(table, "sha256"))


def _origin(snapshot: Snapshot, metric: str) -> str:
    """The source and file of a metric in words, empty where the snapshot does not name them."""
    table = snapshot.provenance.get(metric)
    if not isinstance(table, Mapping):
        return ""
    found = _input(table)
    source = f"source `{found.source}`" if found.source else ""
    place = f"`{found.place}`" if found.place else ""
    return ", ".join(
        each for each in (source, f"{found.files} files {place}" if found.files > 1 else place) if each
    )


def origins(snapshot: Snapshot, causes: Sequence[Cause]) -> tuple[str, ...]:
    """Return the origin of each metric that causes name, once and in order."""
    found = {metric: _origin(snapshot, metric) for metric in sorted({each.metric for each in causes})}
    return tuple(f"{metric} comes from {text}" for metric, text in found.items() if text)


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return "" if value is None or isinstance(value, (list, Mapping)) else str(value)
