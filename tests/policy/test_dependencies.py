"""What a policy reads of a snapshot: by conditions, lets, reasons, params, rosters, and what it composes."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.policy.dependencies import Reads, reads
from support.roots import read, write

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  ready: {type: bool}
  kept: {type: number}
  shown: {type: number}
  guard: {type: bool}
  held: {type: number, every: 1h}
  below: {type: number}
  jobs: {every: event, slack: 1h, record: {slow: {type: bool}, names: {type: set, of: job}}}
  venues: {type: set, of: venue}
  up: {type: bool, scope: venue}
  at: {type: number, scope: job}
  unread: {type: number}
scopes:
  venue: {members_from: venues}
  job: {members: [one]}
""",
    "above.yaml": """\
policy: above
version: 1.0.0
title: Composes
owner: risk
verdicts: [GO, WAIT]
let: {twice: kept * 2}
max_gap: 1d
params:
  top: {value: 1, type: number, override: {env: TOP, when: ready}}
rules:
  - {id: a, require: twice < top, reason: "{{ shown | upper }} of unread"}
  - {id: b, applies: guard, when: "any(held > 2, last=3)", hold: "any(held > 1, last=3)"}
  - {id: c, policy: middle, at_worst: GO, else: WAIT}
""",
    "middle.yaml": """\
policy: middle
version: 1.0.0
title: Is composed
owner: risk
verdicts: [GO, WAIT]
for_each: venue
rules:
  - {id: a, policy: below, at_worst: GO, else: WAIT, reason: "{{ below }}"}
""",
    "below.yaml": """\
policy: below
version: 1.0.0
title: Is composed as well
owner: risk
verdicts: [GO, WAIT]
params: {few: {value: 1, type: integer, override: {env: FEW}}}
rules:
  - {id: a, require: "count(jobs.slow, within=1h) < few", else: WAIT}
""",
    "scoped.yaml": """\
policy: scoped
version: 1.0.0
title: Reads a roster
owner: risk
verdicts: [GO, WAIT]
rules:
  - {id: a, require: all(up), else: WAIT}
""",
}


@pytest.mark.parametrize(
    ("policy", "metrics", "variables"),
    [
        ("above", {"ready", "kept", "shown", "guard", "held", "venues", "below", "jobs"}, {"TOP", "FEW"}),
        ("middle", {"venues", "below", "jobs"}, {"FEW"}),
        ("below", {"jobs"}, {"FEW"}),
        ("scoped", {"up", "venues"}, set()),
        ("nowhere", set(), set()),
    ],
)
def test_what_a_policy_reads(tmp_path: Path, policy: str, metrics: set[str], variables: set[str]) -> None:
    root, collector = read(write(tmp_path, {name: text.encode() for name, text in FILES.items()}))
    assert [each.message for each in collector.errors] == []
    assert reads(root, policy) == Reads(frozenset(metrics), frozenset(variables))
