"""A small policy root with three rollouts, and snapshots of a made-up desk, for tests of what rollouts decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import interlock

from . import roots

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  exits.hybrid: {type: bool, max_age: 1h, doc: hybrid exits}
  exits.symbols: {type: set, of: symbol, max_age: 1h, doc: symbols of hybrid exits}
  swap.threshold: {type: number, range: [0, 100], max_age: 1h, doc: gap of a swap}
  size.scale: {type: ratio, range: [0, 3], max_age: 1h, doc: size of positions}
  learning.mode: {type: enum, values: [safe, normal], max_age: 1h, doc: mode of the learning loop}
  fills.good: {type: bool, max_age: 1h, doc: fills are good}
  feed.steady: {type: bool, max_age: 1h, doc: the feed is steady}
  risk.level: {type: enum, values: [calm, tense, broken], max_age: 1h, doc: best to worst}
  cleanup.done: {type: bool, max_age: 1h, doc: the features are off again}
scopes:
  symbol: {members: [BTC-USD, ETH-USD, SOL-USD]}
""",
    "attestations.yaml": """\
attestations:
  canary-symbols: {roles: [quant], expires: 30d, binds: [exits.symbols]}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: Fills are good
owner: quant
verdicts: [PASS, HOLD]
rules:
  - {id: fills, require: fills.good, reason: fills are bad}
""",
    "back.yaml": """\
policy: back
version: 1.0.0
title: Rollback
owner: risk
verdicts: [CONTINUE, INVESTIGATE, ROLLBACK]
rules:
  - id: broken
    when: risk.level == 'broken'
    then: ROLLBACK
    unknown: INVESTIGATE
    reason: the risk is {{ risk.level }}
  - {id: tense, when: risk.level == 'tense', then: INVESTIGATE}
""",
    "steady.yaml": """\
policy: steady
version: 1.0.0
title: The feed is steady
owner: quant
verdicts: [STEADY, SHAKY]
rules:
  - {id: feed, require: feed.steady}
""",
    "undone.yaml": """\
policy: undone
version: 1.0.0
title: Everything is off again
owner: quant
verdicts: [VERIFIED, PENDING]
rules:
  - {id: cleanup, require: cleanup.done}
""",
    "exits.yaml": """\
rollout: exits
version: 1.0.0
title: Hybrid exits
owner: quant
lever: [exits.hybrid, swap.threshold]
stages:
  - id: telemetry
    title: Both features off
    flags: {exits.hybrid: false, swap.threshold: 12.0}
    dwell: {min: 24h, max_gap: 12h}
    advance: gate
  - id: canary
    title: A few symbols
    flags: {exits.hybrid: true, swap.threshold: 12.0}
    canary: [exits.symbols]
    dwell: {min: 2 trading days, target: 3 trading days, max_gap: 26h}
    restart_on: [steady]
    advance: gate
    approve: {roles: [quant]}
  - id: full
    title: Every symbol
    flags: {exits.hybrid: true, swap.threshold: 12.0, exits.symbols: []}
    dwell: {min: 2 trading days, max_gap: 26h}
    advance: gate
rollback: {policy: back, reaches: ROLLBACK, to: telemetry, verified: undone}
""",
    "sizes.yaml": """\
rollout: sizes
version: 1.0.0
title: Larger positions
owner: risk
lever: [size.scale]
after: [{rollout: exits, state: COMPLETE, dwell: 2 trading days}]
stages:
  - {id: as-is, flags: {size.scale: 100%}, dwell: {min: 0s, max_gap: 1d}, advance: gate}
  - {id: larger, flags: {size.scale: 115%}, dwell: {min: 1h, max_gap: 1d}, advance: gate}
  - {id: largest, flags: {size.scale: 130%}, dwell: {min: 1h, max_gap: 1d}, advance: gate}
rollback: {policy: back, reaches: ROLLBACK, to: previous}
""",
    "learning.yaml": """\
rollout: learning
version: 1.0.0
title: The learning loop
owner: learning
exclusive: learning
lever: [learning.mode]
stages:
  - {id: safe, flags: {learning.mode: safe}, dwell: {min: required, max_gap: 1h}, advance: gate}
  - {id: normal, flags: {learning.mode: normal}, dwell: {min: required, max_gap: 1h}, advance: gate}
rollback: {policy: back, reaches: INVESTIGATE, to: safe}
""",
    "paper.yaml": "environment: paper\ndwell: {learning: {safe: 2h, normal: 3h}}\n",
    "live.yaml": "environment: live\ndwell: {learning: {safe: 2d, normal: 3d}}\n",
}
"""One rollout with everything, one that comes after it, and one of another group whose times the environment gives."""

CALM: dict[str, Any] = {
    "exits.hybrid": False,
    "exits.symbols": [],
    "swap.threshold": 12,
    "size.scale": 1,
    "learning.mode": "safe",
    "fills.good": True,
    "feed.steady": True,
    "risk.level": "calm",
    "cleanup.done": True,
}
"""A desk on which every rollout may begin."""

CANARY = {"exits.hybrid": True, "exits.symbols": ["BTC-USD"]}


def write(folder: Path, changed: Mapping[str, str | None] | None = None) -> Path:
    """Write the policy root, some documents changed, added or (None) left out, and return it."""
    return roots.write(folder, FILES, changed or {})


def document(at: str, changed: Mapping[str, Any] | None = None, missing: Iterable[str] = ()) -> bytes:
    """A snapshot as a file holds it: the calm desk, some metrics changed, some of them missing."""
    metrics = {name: each for name, each in {**CALM, **(changed or {})}.items() if name not in missing}
    return roots.document(at, metrics)


def snapshot(
    at: str, changed: Mapping[str, Any] | None = None, missing: Iterable[str] = ()
) -> interlock.Snapshot:
    """The same, read."""
    return interlock.Snapshot.parse(document(at, changed, missing))
