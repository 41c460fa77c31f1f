"""An orchard with two trees, its policies, and kinds of reports that show every form of field and section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import interlock
from interlock.evaluation.snapshot.measures import Measures
from interlock.ledger.state.rollout_state import RolloutState
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from interlock.reports.kinds.desk_reading import DeskReading
from support.roots import document, write

AS_OF = "2026-03-30T06:30:00Z"
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  fruit: {type: integer, range: [0, 1000], max_age: 1d, source: false}
  price: {type: money, currency: USD, max_age: 1d, source: false}
  ripe: {type: ratio, range: [0, 1], max_age: 1d, source: false}
  weather: {type: enum, values: [sun, rain, hail], max_age: 1d, source: false}
  gate_open: {type: bool, max_age: 1d, source: false}
  planted: {type: timestamp, max_age: never, source: false}
  pickers: {type: set, of: string, max_age: 1d, source: false}
  week.fruit: {type: integer, range: [0, 1000], every: 1w, began: 2026-03-02, source: false}
  day.fruit: {type: integer, range: [0, 1000], every: 1d, began: 2026-03-28, source: false}
  tree.fruit: {type: integer, range: [0, 1000], scope: tree, every: 1w, began: 2026-03-02, source: false}
  nest.eggs: {type: integer, range: [0, 10], scope: nest, max_age: 1d, source: false}
  nest.laid: {type: integer, range: [0, 10], scope: nest, every: 1d, began: 2026-03-28, source: false}
  nests: {type: set, of: string, max_age: 1d, source: false}
scopes:
  tree: {members: [oak, elm]}
  nest: {members_from: nests}
""",
    "harvest.yaml": """\
policy: harvest
version: 1.0.0
title: Harvest
owner: farmer
verdicts: [GO, WAIT, NO_GO]
rules:
  - {id: enough, title: Enough fruit, require: fruit >= 10, else: WAIT, reason: "{{ fruit }} fruit hang", action: wait}
  - {id: dry, title: No hail, when: weather >= 'hail', then: NO_GO, reason: it hails, action: stay in}
  - {id: gate, policy: gate, at_worst: OPEN, else: NO_GO, reason: the gate is shut}
  - {id: sold, applies: fruit > 500, require: price > 0USD, reason: nobody pays}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: The gate
owner: farmer
verdicts: [OPEN, SHUT]
rules:
  - {id: open, require: gate_open, reason: the gate is locked, action: unlock it}
""",
    "moves.yaml": """\
rollout: moves
version: 1.0.0
title: Moves
owner: farmer
lever: [weather]
stages: [{id: one, flags: {weather: sun}, dwell: {min: 1h, max_gap: 2h}, advance: harvest}]
rollback: {policy: gate, reaches: SHUT, to: previous}
""",
    "nothing.yaml": "environment: none\nvalues: {limits: {least: 5}}\n",
    "limits.yaml": """\
policy: limits
version: 1.0.0
title: Limits
owner: farmer
verdicts: [IN, OUT]
params: {least: {required: true, type: integer, range: [1, 9]}}
rules: [{id: least, require: fruit >= least, reason: too few}]
""",
    "winter.yaml": """\
policy: winter
version: 1.0.0
title: Winter
owner: farmer
verdicts: [ON, OFF]
applies: fruit < 1
rules: [{id: one, require: gate_open, reason: shut}]
""",
    "idle.yaml": """\
policy: idle
version: 1.0.0
title: Idle
owner: farmer
verdicts: [ON, OFF]
rules: [{id: one, applies: fruit > 900, require: fruit > 950, reason: few}]
""",
}
METRICS: dict[str, Any] = {
    "fruit": 12,
    "price": 1.25,
    "ripe": 0.3333333333333333,
    "weather": "rain",
    "gate_open": True,
    "planted": "2026-03-04T10:00:00Z",
    "pickers": ["ann", "bob"],
    "week.fruit": {
        "from": "2026-03-02",
        "points": [
            {"at": "2026-03-02", "value": 3},
            {"at": "2026-03-09", "value": 4},
            {"at": "2026-03-23", "value": 6},
        ],
    },
    "day.fruit": {
        "from": "2026-03-28",
        "points": [{"at": "2026-03-28", "value": 1}, {"at": "2026-03-29", "value": 2}],
    },
    "nests": ["high"],
}
SCOPES = {
    "tree": {
        "oak": {"tree.fruit": {"from": "2026-03-02", "points": [
            {"at": f"2026-03-{day:02}", "value": day} for day in (2, 9, 16, 23)
        ]}},
        "elm": {"tree.fruit": {"from": "2026-03-02", "points": [
            {"at": f"2026-03-{day:02}", "value": 1} for day in (2, 9, 16, 23)
        ]}},
    },
    "nest": {"high": {"nest.eggs": 2}},
}  # fmt: skip


def reading(
    folder: Path,
    report: str,
    changes: Mapping[str, Any] | None = None,
    *,
    policies: tuple[str, ...] | None = None,
    rollouts: Mapping[str, RolloutState] | None = None,
    **settings: Any,
) -> DeskReading:
    """Return the reading of a report document; `changes` are metrics, None takes one away."""
    root = interlock.load(write(folder, FILES, {"report.yaml": report}))
    kind = next(iter(root.root.reports.values()))
    metrics = {name: each for name, each in {**METRICS, **(changes or {})}.items() if each is not None}
    snapshot = interlock.Snapshot.parse(document(AS_OF, metrics, scopes=SCOPES), "orchard.json")
    asked = kind.policies if policies is None else policies
    decision = root.decide(snapshot, policies=asked, stateless=settings.pop("stateless", True))
    result = EvaluationResult(snapshot, decision, root.policies, **settings)
    return replace(DeskReading(kind, result, Measures(snapshot, root.catalogue)), rollouts=rollouts)
