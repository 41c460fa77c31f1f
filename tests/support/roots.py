"""Policy roots made of a few texts, and the instants and snapshots at which tests judge by them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from interlock.api import Snapshot
from interlock.diagnostics import Collector
from interlock.language.times import parse_time
from interlock.policy.loader import PolicyRoot, load_root

__all__ = ["document", "instant", "read", "snapshot", "write", "write_files"]


def write(folder: Path, *layers: Mapping[str, str | bytes | None]) -> Path:
    """Write a policy root called `policies` and return it; a later layer changes, adds or (None) omits documents."""
    root = folder / "policies"
    write_files(root, {name: text for layer in layers for name, text in layer.items()})
    return root


def write_files(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files by their paths below the folder; what is None is taken away."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(text.encode() if isinstance(text, str) else text)


def read(root: Path) -> tuple[PolicyRoot, Collector]:
    """Read a policy root with all that is wrong with it."""
    collector = Collector()
    return load_root(root, collector), collector


def instant(text: str) -> Decimal:
    """Return an instant in seconds since 1970."""
    found = parse_time(text)
    assert found is not None
    return found


def document(as_of: str, metrics: dict[str, Any], **more: Any) -> bytes:
    """Return a snapshot as a file holds it."""
    return json.dumps({"interlock": 1, "as_of": as_of, "metrics": metrics, **more}).encode()


def snapshot(as_of: str, metrics: dict[str, Any], **more: Any) -> Snapshot:
    """Return the same, read."""
    return Snapshot.parse(document(as_of, metrics, **more))
