"""A small policy root around the examples of diagnostic codes: each is written into it and everything is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from interlock.analysis.inventory import read_inventory
from interlock.codes import Code, all_codes
from interlock.collect.workspace import read_workspace
from interlock.diagnostics import Collector
from interlock.errors import DocumentError
from interlock.testing.rollouts.story_documents import read_stories
from interlock.testing.suite_reader import read_suites

__all__ = ["codes_raised"]

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  fill_rate: {type: ratio, range: [0, 1], source: false}
  orders.open: {type: integer, source: false}
  kill.active: {type: bool, source: false}
  mood: {type: enum, values: [calm, nervous]}
  tone: {type: enum, values: [calm, loud], source: false}
  weather: {type: enum, values: [sun, rain], ordered: false, source: false}
  pnl: {type: money, currency: USD, source: false}
  cost: {type: money, currency: EUR, source: false}
  author: {type: string, source: false}
  heartbeat: {type: duration, source: false}
  active: {type: set, of: symbol, source: false}
  exits.hybrid: {type: bool, source: false}
  exits.symbols: {type: set, of: symbol, source: false}
  daily: {type: ratio, range: [-1, 10], every: 1d, began: 2026-01-05, source: false}
  weekly: {type: ratio, range: [-1, 10], every: 7d, source: false}
  restarts: {type: event, source: false}
  fills: {every: event, record: {price: {type: number}, late: {type: bool}}, source: false}
  trade.confidence: {type: ratio, range: [0, 1], scope: symbol, source: false}
  trade.daily: {type: ratio, range: [-1, 10], every: 1d, scope: symbol, source: false}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
  desk: {members: [one, two]}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: Gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
params: {least: 55%}
notify: {NO_GO: [risk]}
rules:
  - {id: kill, when: kill.active}
  - {id: days, when: "min(daily, last=2) < -5%", then: WAIT}
  - {id: fills, require: fill_rate >= least, applies: fill_rate > 0}
""",
    "back.yaml": """\
policy: back
version: 1.0.0
title: Back
owner: risk
verdicts: [CONTINUE, ROLLBACK]
rules: [{id: kill, when: kill.active}]
""",
    "each.yaml": """\
policy: each
version: 1.0.0
title: Each
owner: risk
verdicts: [GO, NO_GO]
for_each: symbol
params:
  sure: {value: 60%, per: {BTC-USD: 75%}, range: [0%, 100%]}
  late: {value: 1h, range: [0s, 7d]}
rules:
  - {id: sure, require: trade.confidence >= sure}
  - {id: late, require: heartbeat <= late}
""",
    "attestations.yaml": """\
attestations:
  sign-off: {roles: [risk], expires: 14d}
  symbols: {roles: [quant], expires: 7d, binds: [exits.symbols]}
""",
    "weekly.yaml": "report: weekly\ntitle: Weekly\nfields: {at: {get: as_of}}\n",
    "live.yaml": "environment: live\nvalues: {gate: {least: 60%}}\n",
    "sizes.yaml": """\
rollout: sizes
version: 1.0.0
title: Sizes
owner: quant
lever: [mood]
stages:
  - {id: half, flags: {mood: calm}, dwell: {min: 1h, max_gap: 2h}, advance: gate}
  - {id: full, flags: {mood: nervous}, dwell: {min: required, max_gap: 2h}, advance: gate}
rollback: {policy: back, reaches: ROLLBACK, to: previous}
""",
    "exits.yaml": """\
rollout: exits
version: 1.0.0
title: Exits
owner: quant
exclusive: exits
lever: [tone]
stages: [{id: one, flags: {tone: calm}, dwell: {min: 1h, max_gap: 2h}, advance: gate}]
rollback: {policy: back, reaches: ROLLBACK, to: previous}
""",
    "sources.yaml": """\
sources:
  other: {kind: live, doc: the mood, metrics: {mood: {env: MOOD}}}
""",
}

POLICY = """\
policy: example
version: 1.0.0
title: Example
owner: risk
verdicts: [GO, WAIT, NO_GO]
rules: [{id: open, when: orders.open > 20}]
"""
FIRST = '  - {id: "off", flags: {exits.hybrid: false}, dwell: {min: 1h, max_gap: 2h}, advance: gate}\n'
STAGE = """\
id: "on"
flags: {exits.hybrid: true}
dwell: {min: 1h, max_gap: 2h}
advance: gate
"""
ROLLOUT = """\
rollout: example
version: 1.0.0
title: Example
owner: quant
lever: [exits.hybrid]
stages:
  - {id: "off", flags: {exits.hybrid: false}, dwell: {min: 1h, max_gap: 2h}, advance: gate}
  - {id: "on", flags: {exits.hybrid: true}, dwell: {min: 1h, max_gap: 2h}, advance: gate}
rollback: {policy: back, reaches: ROLLBACK, to: previous}
"""
SOURCES = {
    "document source": """\
kind: document
doc: what the desk holds
file: data/book.json
format: json
at: /written
metrics: {orders.open: {pointer: /open}}
""",
    "live source": "kind: live\ndoc: the switch\nmetrics: {kill.active: {exists: kill.flag}}\n",
    "rows source": """\
kind: rows
doc: trades
file: data/trades.jsonl
format: jsonl
time: at
columns: {at: {time: /at}, price: {number: /price}}
metrics: {orders.open: {sql: select 1 as value from example}}
""",
}
TESTS = """\
tests: gate
base: {as_of: 2026-03-30T06:00:00Z, set: {kill.active: false, fill_rate: 60%, daily: [1%, 1%]}}
cases: [{name: killed, set: {kill.active: true}, expect: NO_GO}]
"""
CASE = "name: a case\nset: {kill.active: true}\nexpect: NO_GO\n"
STORY = "tests: sizes\nof: rollout\ncases: [{name: a, steps: [{at: +1h, expect: HOLD}]}]\n"


def changed(base: str, keys: str) -> str:
    """Return a mapping in YAML with the keys of another text in place of its own."""
    old, new = _by_key(base), _by_key(keys)
    for key, other in (("files", "file"), ("table", "expect")):
        if key in new:
            old.pop(other, None)
    return "".join({**old, **new}.values())


def _by_key(text: str) -> dict[str, str]:
    return {each.split(":")[0]: each for each in re.split(r"(?m)^(?=[^\s#])", text) if each}


def nested(text: str, first: str, rest: str) -> str:
    """Indent a text: its first line by one prefix, the others by another."""
    return "".join((first if at == 0 else rest) + line for at, line in enumerate(text.splitlines(True)))


def files(place: str, text: str) -> Mapping[str, str]:
    """Return the files of a policy root with the example in it."""
    if place == "rule":
        text = changed(POLICY, "rules:\n" + nested(f"id: one\n{text}", "  - ", "    "))
    elif place == "policy":
        text = changed(POLICY, text)
    elif place == "stage":
        text = changed(ROLLOUT, f"stages:\n{FIRST}" + nested(changed(STAGE, text), "  - ", "    "))
    elif place == "rollout":
        text = changed(ROLLOUT, text)
    elif place in SOURCES:
        text = "sources:\n  example:\n" + nested(changed(SOURCES[place], text), "    ", "    ")
    elif place == "second source":
        text = "sources:\n" + nested(text, "  ", "  ")
    elif place == "tests":
        text = changed(TESTS, text)
    elif place == "case":
        text = changed(TESTS, "cases:\n" + nested(changed(CASE, text), "  - ", "    "))
    elif place == "rollout tests":
        text = changed(STORY, text)
    elif place == "step":
        steps = nested(text if "every:" in text else f"at: +1h\n{text}", "      - ", "        ")
        text = changed(STORY, f"start: 2026-03-02T00:00:00Z\ncases:\n  - name: a case\n    steps:\n{steps}")
    return {**FILES, "example.yaml": text}


def codes_raised(folder: Path, code: Code, text: str) -> list[str]:
    """Return the codes of all complaints about the example of a code, each once."""
    if code.place == "inventory":
        return _of_inventory(folder / "inventory.yaml", text)
    root = folder / "policies"
    root.mkdir()
    for name, each in files(code.place, text).items():
        (root / name).write_text(each, encoding="utf-8")
    collector = Collector()
    workspace = read_workspace(root, collector)
    read_suites(workspace.root, collector)
    read_stories(workspace.root, collector)
    wanted = ("error", "warning") if is_warning(code) else ("error",)
    return sorted({each.code for each in collector.sorted() if each.severity in wanted})


def is_warning(code: Code) -> bool:
    """Tell whether a code is that of a warning: other examples may leave verdicts or names unused."""
    return any(each == code for name, each in all_codes().items() if name.startswith("W"))


def _of_inventory(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    try:
        read_inventory(path)
    except DocumentError as problem:
        return sorted({each.code for each in problem.diagnostics})
    return []
