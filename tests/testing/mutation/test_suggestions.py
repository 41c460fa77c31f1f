"""Suggested cases hold once they are pasted, see every cell and kill every mutant that a search tells apart."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.canonical import canonical
from interlock.cli.main import run
from interlock.testing.mutation.boundary_search import BoundarySearch
from interlock.testing.mutation.case_writer import changes
from interlock.testing.mutation.mutation import mutated, suggested
from interlock.testing.policies.cell_coverage import Watcher, covered
from interlock.testing.policies.model import Situation
from interlock.testing.policies.runner import CaseRunner
from support.suites import BASE, read, write

GATE = f"{BASE}  expect: {{verdict: GO, possible: GO, others: pass}}\ncases:\n"
FIRST = "  - {name: first, set: {kill.active: true}, expect: NO_GO}\n"
TRADE = """\
tests: trade
base: {as_of: 2026-03-30T06:00:00Z, set: {trade.confidence: 80%}, expect: ALLOW}
cases:
  - {name: first, set: {trade.confidence: 50%}, expect: BLOCK}
"""


def pasted(folder: Path, text: str) -> str:
    """The document with every case that is suggested for it."""
    root, suites, _ = read(write(folder, {"t.yaml": text}))
    watcher = Watcher()
    bench = CaseRunner(root, watcher)
    coverage = covered([bench.compiled[suites[0].policy]], root, bench.run(suites), watcher)
    return text + "".join(each.text for each in suggested(bench, suites, suites, coverage.missed).cases)


@pytest.mark.parametrize("text", [GATE + FIRST, TRADE])
def test_suggested_cases_cover_and_kill_everything(text: str, tmp_path: Path) -> None:
    root, suites, collector = read(write(tmp_path, {"t.yaml": pasted(tmp_path, text)}))
    assert [str(each) for each in collector.sorted()] == []
    watcher = Watcher()
    bench = CaseRunner(root, watcher)
    results = bench.run(suites)
    assert [each.case.name for each in results if not each.passed] == []
    missed = covered([bench.compiled[suites[0].policy]], root, results, watcher).missed
    assert [each.text for each in missed] == []
    found = mutated(root, suites, 1)
    assert [(each.before, each.after) for each in found.survivors] == []
    assert found.count("killed") >= 12


BUSY = {
    "busy.yaml": """\
policy: busy
version: 1.0.0
title: Is it busy?
owner: risk
verdicts: [CALM, BUSY]
rules:
  - {id: events, require: "count(alerts, within=1d) < 500", applies: not kill.active}
""",
    "b.yaml": """\
tests: busy
base: {as_of: 2026-03-30T06:00:00Z, set: {alerts: [], kill.active: false}, expect: CALM}
cases:
  - {name: first, missing: [alerts], expect: BUSY}
""",
}
LEFT = """\
# no case found: policies/busy.yaml:7:10: rule events never seen as fail
# no case found: policies/busy.yaml:7:28: rule events: `count(alerts, within=1d) < 500` never seen false
# no case found: policies/busy.yaml:7:28: rule events: `count(alerts, within=1d) < 500` never seen at its exact boundary
"""


@pytest.fixture
def several(tmp_path: Path) -> Path:
    return write(tmp_path, {"t.yaml": GATE + FIRST, "u.yaml": TRADE, **BUSY})


def suggestions(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["test", "--suggest", "--policies", str(root), *words]) == 0
    return capsys.readouterr().out


def test_over_several_policies_it_suggests_what_it_does_for_each(
    several: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = [suggestions(several, capsys, "--policy", name) for name in ("busy", "gate", "trade")]
    assert suggestions(several, capsys) == "\n".join(alone)


def test_cells_without_a_case_are_named(several: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = suggestions(several, capsys, "--policy", "busy")
    assert out.startswith("# policies/b.yaml\n  - name: ")
    assert out.endswith(LEFT)
    assert out.count("\n  - name: ") == 2


def test_it_suggests_the_same_in_every_process(several: Path) -> None:
    words = [sys.executable, "-m", "interlock", "test", "--suggest", "--policies", str(several)]
    seeds = [{**os.environ, "PYTHONHASHSEED": each} for each in ("1", "2", "3")]
    found = {subprocess.run(words, env=each, capture_output=True, check=True).stdout for each in seeds}
    assert len(found) == 1


@pytest.mark.parametrize("order", [("busy", "gate", "trade"), ("gate", "trade", "busy")])
def test_the_order_of_the_policies_changes_no_suggestion(order: tuple[str, ...], several: Path) -> None:
    def texts(names: tuple[str, ...]) -> dict[str, tuple[str, list[str]]]:
        root, suites, _ = read(several)
        watcher, found = Watcher(), {}
        bench = CaseRunner(root, watcher)
        results = bench.run(suites)
        for name in names:
            own = [each for each in suites if each.policy == name]
            missed = covered([bench.compiled[name]], root, results, watcher).missed
            cases = suggested(bench, suites, own, missed)
            found[name] = ("".join(each.text for each in cases.cases), [each.text for each in cases.left])
        return found

    assert texts(order) == texts(("trade", "gate", "busy"))


def test_what_one_case_leaves_open_is_named_with_its_place(tmp_path: Path) -> None:
    root, suites, _ = read(write(tmp_path, {"t.yaml": TRADE}))
    watcher = Watcher()
    bench = CaseRunner(root, watcher)
    coverage = covered([bench.compiled["trade"]], root, bench.run(suites), watcher)
    assert [f"{each.span}: {each.text}" for each in coverage.missed] == [
        "policies/trade.yaml:10:10: rule confidence never seen as unknown",
        "policies/trade.yaml:10:31: rule confidence: `trade.confidence >= min_confidence` "
        "never seen at its exact boundary",
    ]


def test_a_survivor_is_a_diff_of_the_policy(tmp_path: Path) -> None:
    root, suites, _ = read(write(tmp_path, {"t.yaml": TRADE}))
    found = mutated(root, suites, 1)
    assert [(each.kind, each.before, each.after) for each in found.survivors] == [
        ("unknown milder", "unknown: BLOCK", "unknown: ALLOW"),
        (
            "operator",
            "require: trade.confidence >= min_confidence",
            "require: trade.confidence > min_confidence",
        ),
        ("member override removed", "min_confidence: {per: {BTC-USD: 75%}}", ""),
        ("threshold", "min_confidence: {per: {BTC-USD: 75%}}", "min_confidence: {per: {BTC-USD: 76%}}"),
        ("threshold", "min_confidence: {per: {BTC-USD: 75%}}", "min_confidence: {per: {BTC-USD: 74%}}"),
        ("threshold", "min_confidence: {per: {BTC-USD: 75%}}", "min_confidence: {per: {BTC-USD: 67.5%}}"),
        ("threshold", "min_confidence: 60%", "min_confidence: 61%"),
        ("threshold", "min_confidence: 60%", "min_confidence: 59%"),
        ("threshold", "min_confidence: 60%", "min_confidence: 66%"),
        ("threshold", "min_confidence: 60%", "min_confidence: 54%"),
    ]


STEPS = {
    "catalogue2.yaml": """\
metrics:
  steps:
    every: event
    record:
      kind: {type: enum, ordered: false, values: [open, add, cut]}
      ratio: {type: ratio, range: [0, 100]}
      pnl: {type: number}
""",
    "steps.yaml": """\
policy: steps
version: 1.0.0
title: Are the steps small?
owner: risk
verdicts: [CALM, WILD]
rules:
  - {id: large, when: "any(steps.ratio > 130%, within=30d)"}
  - {id: many, when: "count(steps.kind == 'cut', within=7d) >= 3"}
  - {id: total, when: "sum(steps.pnl, within=1d) < -500"}
  - {id: typical, when: "mean(steps.pnl, last=2) < -500"}
""",
    "s.yaml": """\
tests: steps
base: {as_of: 2026-03-30T06:00:00Z, set: {steps: []}, expect: WILD}
cases:
  - {name: blind, missing: [steps], expect: WILD}
""",
}


LEFT_OUT = {
    "low.yaml": """\
policy: low
version: 1.0.0
title: Of little confidence
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
rules:
  - {id: low, applies: trade.confidence < 50%, require: not kill.active}
""",
    "l.yaml": """\
tests: low
base: {as_of: 2026-03-30T06:00:00Z, set: {trade.confidence: 80%, kill.active: false}}
cases:
  - name: the other symbol is left out
    members: {symbol: {BTC-USD: {trade.confidence: 40%}}}
    expect: {members: {BTC-USD: ALLOW, ETH-USD: NOT_EVALUATED}}
""",
}


def test_a_verdict_at_a_member_that_was_left_out_is_noticed(tmp_path: Path) -> None:
    root, suites, _ = read(write(tmp_path, LEFT_OUT))
    found = mutated(root, suites, 1)
    assert [each.status for each in found.fates if each.mutant.kind == "guard removed"] == ["killed"]


def test_the_search_builds_records_sums_means_and_windows(tmp_path: Path) -> None:
    root, suites, collector = read(write(tmp_path, STEPS))
    assert [str(each) for each in collector.sorted()] == []
    found = mutated(root, suites, 1)
    open_ = [
        (each.owner, each.after)
        for each in found.undecided
        if each.kind in ("operator", "window", "threshold")
    ]
    assert open_ == []


FROZEN = {
    "frozen.yaml": """\
policy: frozen
version: 1.0.0
title: Is it as before?
owner: risk
verdicts: [GO, WAIT, NO_GO]
params:
  least: {value: 1, range: [1, 10]}
  against: {value: first}
rules:
  - {id: before, require: "baseline('first', hit_rate) > 50%", else: NO_GO}
  - {id: same, require: "hit_rate >= baseline('first', hit_rate)", else: WAIT}
  - {id: runs, require: "count(route.ok, within=1d) >= least", else: WAIT}
  - {id: named, when: "against == 'second' and kill.active", then: WAIT}
""",
    "f.yaml": """\
tests: frozen
base:
  as_of: 2026-03-30T06:00:00Z
  set: {hit_rate: {value: 70%, n: 200}, kill.active: false, route.ok: {values: [true x4], every: 1h}}
  baselines: {first: base}
  expect: {verdict: GO, possible: GO}
cases:
  - {name: first, missing: [hit_rate], expect: {verdict: WAIT, possible: WAIT}}
""",
}


def test_the_search_draws_baselines_params_and_coverage(tmp_path: Path) -> None:
    root, suites, collector = read(write(tmp_path, FROZEN))
    assert [str(each) for each in collector.errors] == []
    found = mutated(root, suites, 1)
    assert [(each.owner, each.before, each.after) for each in found.undecided] == []
    bench = CaseRunner(root)
    pasted = FROZEN["f.yaml"] + "".join(each.text for each in suggested(bench, suites, suites, ()).cases)
    assert "    baselines: {first: {set: {hit_rate: {value: 50%, n: 100}}}}\n" in pasted
    assert "    params: {against: second}\n" in pasted
    root, suites, collector = read(write(tmp_path, {"f.yaml": pasted}))
    assert [str(each) for each in collector.errors] == []
    assert [each.case.name for each in CaseRunner(root).run(suites) if not each.passed] == []
    again = mutated(root, suites, 1)
    assert (again.survivors, again.undecided) == ((), ())


WIDE = {
    "more.yaml": """\
metrics:
  regime.list: {type: set, of: regime, max_age: 1h}
  edge.now: {type: number, scope: regime}
  edge.weekly: {type: money, currency: USD, scope: regime, every: 1w}
  model.name: {type: string}
  canary.symbols: {type: set, of: symbol}
  sizes: {type: integer, every: event}
  latency: {type: duration, every: event}
scopes:
  regime: {members_from: regime.list}
""",
    "sign.yaml": "attestations:\n  sign-off: {roles: [risk], quorum: 1, expires: 7d}\n",
    "wide.yaml": """\
policy: wide
version: 1.0.0
title: All that a search may draw
owner: risk
verdicts: [GO, WAIT, NO_GO]
params:
  strict: {value: true}
  most: {value: 3, range: [1, 20], override: {env: MOST}}
  longest: {value: 2h, range: [1s, 10d]}
let:
  calm: "count(alerts, within=6h) < most"
rules:
  - {id: signed, applies: strict, require: attested('sign-off'), else: WAIT}
  - {id: calm, require: calm, else: WAIT}
  - {id: alive, when: age(heartbeat.at) > longest, then: NO_GO, unknown: WAIT, blind_limit: 6h}
  - {id: name, require: "model.name == 'kelly'", else: WAIT}
  - {id: small, require: "size(canary.symbols) <= 1", else: WAIT}
  - {id: edges, require: "count(last(edge.weekly) > 0) >= 2 and all(edge.now >= 0)", else: WAIT}
  - {id: large, when: "any(sizes > 5, within=1d) or mean(latency, last=2) > 2s", then: NO_GO}
  - {id: same, require: "hit_rate >= baseline('first', hit_rate)", else: WAIT}
  - {id: below, policy: gate, at_worst: WAIT, else: NO_GO}
""",
    "w.yaml": """\
tests: wide
base:
  as_of: 2026-03-30T06:00:00Z
  env: {MOST: ""}
  attested: [sign-off]
  set:
    regime.list: [bear, bull]
    edge.now: 1
    edge.weekly: [10USD x3]
    model.name: kelly
    canary.symbols: [BTC-USD]
    sizes: [{at: -1h, value: 2}]
    latency: {values: [1s x3], every: 10m}
    alerts: []
    heartbeat.at: -10m
    hit_rate: {value: 70%, n: 200}
    kill.active: false
    daily: [0.5% x5]
  expect: {verdict: GO, possible: GO}
cases:
  - {name: unfrozen, baselines: {first: base}, expect: GO}
""",
}


def test_suggestions_for_a_wide_policy_hold_once_they_are_pasted(tmp_path: Path) -> None:
    text = WIDE["w.yaml"].replace(
        "  expect: {verdict: GO", "  baselines: {first: base}\n  expect: {verdict: GO"
    )
    case = "{name: off, set: {kill.active: true}, expect: NO_GO}"
    files = {**WIDE, "w.yaml": text.replace("{name: unfrozen, baselines: {first: base}, expect: GO}", case)}
    root, suites, collector = read(write(tmp_path, files))
    assert [str(each) for each in collector.errors] == []
    watcher = Watcher()
    bench = CaseRunner(root, watcher)
    results = bench.run(suites)
    assert [each.case.name for each in results if not each.passed] == []
    missed = covered([bench.compiled["wide"]], root, results, watcher).missed
    found = suggested(bench, suites, suites, missed)
    pasted = files["w.yaml"] + "".join(each.text for each in found.cases)
    for each in ("attested: unknown", 'env: {MOST: "', "params: {strict: false}", "blind_for: ",
                 "baselines: {first: missing}", "covered: [", "set: {model.name: one}"):  # fmt: skip
        assert each in pasted
    root, suites, collector = read(write(tmp_path, {"w.yaml": pasted}))
    assert [str(each) for each in collector.errors] == []
    assert [each.case.name for each in CaseRunner(root).run(suites) if not each.passed] == []


@pytest.mark.parametrize("name", ["gate", "trade", "frozen", "steps", "busy", "wide"])
def test_a_written_case_is_read_as_the_situation_that_it_was(name: str, tmp_path: Path) -> None:
    root, suites, _ = read(
        write(tmp_path, {"t.yaml": GATE + FIRST, "u.yaml": TRADE, **BUSY, **STEPS, **FROZEN, **WIDE})
    )
    suite = next(each for each in suites if each.policy == name)
    bench, policy = CaseRunner(root), root.policies[name]
    search = BoundarySearch(bench, policy, policy.rules, bench.compiled)
    listed = list(itertools.islice(search.situations(suite.base), 900))[::3]
    lines = [[f"  - name: case {index}", *(f"    {each}" for each in changes(bench, name, suite.base, situation))]
             for index, situation in enumerate(listed)]  # fmt: skip
    told = [index for index, each in enumerate(lines) if each[1:]]
    text = "".join(f"{line}\n" for index in told for line in [*lines[index], "    expect: NOT_EVALUATED"])
    file = Path(suite.span.file).name
    head = (tmp_path / "policies" / file).read_text(encoding="utf-8").partition("cases:")[0]
    _, suites, collector = read(write(tmp_path, {file: f"{head}cases:\n{text}"}))
    wrong = [str(each) for each in collector.errors if "E732" not in str(each)]
    assert wrong == []
    cases = {each.name: each.situation for each in next(e for e in suites if e.policy == name).cases}
    bad = [lines[index] for index in told if key(cases[f"case {index}"]) != key(listed[index])]
    assert (len(told) > 20, bad[:3]) == (True, [])


def key(situation: Situation) -> object:
    drafts = [situation.draft, *(situation.baselines[each] for each in sorted(situation.baselines))]
    forms = [{"metrics": each.metrics, "scopes": each.scopes} for each in drafts]
    return (
        canonical(forms),
        situation.params,
        situation.attested,
        situation.blind_for,
        sorted(situation.baselines),
    )
