"""Suggested cases hold once they are pasted, see every cell and kill every mutant that a search tells apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.testing.mutation.mutation import mutated, suggested
from interlock.testing.policies.cell_coverage import Watcher, covered
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
    return text + "".join(each.text for each in suggested(bench, suites, suites, coverage.missed))


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
