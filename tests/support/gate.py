"""A policy root with one gate, its desk, and snapshots of it."""

from __future__ import annotations

from pathlib import Path

from . import roots
from .beginnings import begun

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  ready: {type: bool, max_age: 1h, doc: whether the desk is ready}
  calm: {type: bool, max_age: 1h, doc: whether the market is calm}
  live.mode: {type: bool, max_age: 5m, doc: whether live mode is on}
  streak.of: {type: number, range: [0, 9], max_age: 1h, doc: anything}
""",
    "sources.yaml": """\
sources:
  desk:
    kind: live
    doc: two files
    metrics:
      ready: {exists: ready.txt}
      calm: {exists: calm.txt}
      live.mode: {env: LIVE_MODE, active_unless: ["", "0", "false", "no", "off"]}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: May it start
owner: risk
verdicts: [GO, WAIT, NO_GO]
valid_for: 10m
params: {top: {required: true, type: number}}
rules:
  - {id: ready, require: ready, else: NO_GO, reason: the desk is not ready}
  - {id: calm, require: calm, else: WAIT, reason: the market is nervous}
  - {id: top, applies: known(streak.of), require: streak.of <= top, else: WAIT}
""",
    "live.yaml": "environment: live\nlive: true\nvalues: {gate: {top: 3}}\n",
}
AT = "2026-03-30T12:00:00Z"


def write(folder: Path) -> Path:
    """Write the policy root, a desk that is ready and calm, and ledgers that are begun; return the root."""
    (folder / "desk" / "data").mkdir(parents=True)
    roots.write_files(folder / "desk", {"ready.txt": "", "calm.txt": ""})
    begun(folder / "ledger.db", folder / ".interlock" / "ledger.db")
    return roots.write(folder, FILES)


def snapshot(path: Path, as_of: str = AT, **metrics: object) -> Path:
    """Write a snapshot of a desk that is ready and calm, unless told otherwise."""
    path.write_bytes(roots.document(as_of, {"ready": True, "calm": True, **metrics}))
    return path
