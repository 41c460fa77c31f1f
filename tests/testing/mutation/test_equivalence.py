"""Of which mutants it is shown that they mean the same: never of one that data tell apart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.diagnostics import Collector
from interlock.evaluation.expressions.compiled import compile_policy
from interlock.policy.loader import PolicyRoot, load_root
from interlock.testing.mutation.equivalence import same_because
from interlock.testing.mutation.mutant_runs import differ
from interlock.testing.mutation.mutants import Mutant, mutants
from interlock.testing.policies.model import Suite
from interlock.testing.policies.runner import CaseRunner
from interlock.testing.suite_reader import read_suites
from support.random_situations import RandomSituations
from support.suites import read, write

SHIPPED = Path(__file__).resolve().parents[3] / "policies"
PLAIN = """\
policy: plain
version: 1.0.0
title: Two rules over one figure
owner: risk
verdicts: [GO, WAIT, NO_GO]
max_gap: 26h
params:
  least: {value: 30%, range: [0%, 100%]}
rules:
  - {id: low, require: hit_rate >= 20%, else: NO_GO}
  - {id: high, require: hit_rate >= 60%, else: WAIT, EXTRA}
"""
CASES = """\
tests: plain
base: {as_of: 2026-03-30T06:00:00Z, set: {hit_rate: {value: 70%, n: 200}, kill.active: false}, expect: GO}
cases:
  - {name: first, missing: [hit_rate], expect: NO_GO}
"""


def found(folder: Path, policy: str, files: dict[str, str] | None = None) -> dict[str, str]:
    """Why each milder mutant of the policy `plain` is the same, by its rule and change."""
    root, _, collector = read(write(folder, {"plain.yaml": policy, **(files or {})}))
    assert [str(each) for each in collector.errors] == []
    compiled = compile_policy(root.policies["plain"], root.catalogue)
    every = mutants(compiled, dict(root.policies), root.catalogue)
    return {
        f"{each.owner}: {each.before} > {each.after.partition(': ')[2]}": why
        for each in every if (why := same_because(each, root.policies, root.catalogue))
    }  # fmt: skip


def plain(extra: str = "", *rules: str) -> str:
    return PLAIN.replace(", EXTRA", extra) + "".join(f"  - {each}\n" for each in rules)


HIGH = "rule high: unknown: WAIT > GO"


def test_a_rule_over_the_same_figure_outweighs_an_unknown_one(tmp_path: Path) -> None:
    assert found(tmp_path, plain()) == {HIGH: "`low` weighs as much wherever it is unknown"}


@pytest.mark.parametrize(
    "other",
    [
        "{id: low, require: hit_rate >= 20%, else: NO_GO, shadow: {since: 2026-01-01}}",
        "{id: low, require: hit_rate >= 20%, else: NO_GO, waivable: {by: [risk], max: 24h}}",
        "{id: low, require: hit_rate >= 20%, else: NO_GO, hold: hit_rate >= 10%}",
        "{id: low, when: hit_rate < 20%, then: NO_GO, latch: true}",
        "{id: low, require: hit_rate >= 20%, else: NO_GO, unknown: GO, fail_open: for the test}",
        "{id: low, applies: not kill.active, require: hit_rate >= 20%, else: NO_GO}",
        "{id: low, require: hit_rate >= 20% or not kill.active, else: NO_GO}",
        '{id: low, require: "default(hit_rate, 1) >= 20%", else: NO_GO}',
        "{id: low, require: known(hit_rate) or not kill.active, else: NO_GO}",
    ],
)
def test_a_rule_that_may_not_count_shows_nothing(other: str, tmp_path: Path) -> None:
    text = plain().replace("{id: low, require: hit_rate >= 20%, else: NO_GO}", other)
    assert HIGH not in found(tmp_path, text)


def test_a_rule_that_remembers_is_not_shown_to_be_the_same(tmp_path: Path) -> None:
    assert HIGH not in found(tmp_path / "a", plain(", hold: hit_rate >= 50%"))
    latch = plain(", latch: true").replace("require: hit_rate >= 60%, else", "when: hit_rate < 60%, then")
    assert HIGH not in found(tmp_path / "b", latch)
    assert HIGH in found(tmp_path / "c", latch.replace(", latch: true", ""))


def test_a_param_that_a_variable_may_make_unknown_shows_nothing(tmp_path: Path) -> None:
    override = "least: {value: 30%, range: [0%, 100%], override: {env: LEAST}}"
    text = plain().replace("least: {value: 30%, range: [0%, 100%]}", override)
    assert HIGH in found(tmp_path / "a", plain().replace("hit_rate >= 60%", "hit_rate >= least"))
    assert found(tmp_path / "b", text.replace("hit_rate >= 60%", "hit_rate >= least")) == {}


def test_a_failure_that_another_rule_implies_is_the_same(tmp_path: Path) -> None:
    rule = "{id: lower, require: hit_rate > 10%, else: NO_GO}"
    assert found(tmp_path, plain("", rule)) == {
        "rule low: unknown: NO_GO > WAIT": "`lower` weighs as much wherever it is unknown",
        HIGH: "`low` weighs as much wherever it is unknown",
        "rule lower: else: NO_GO > WAIT": "`low` weighs as much wherever it fails or is unknown",
        "rule lower: unknown: NO_GO > WAIT": "`low` weighs as much wherever it is unknown",
    }


THREE = """\
policy: plain
version: 1.0.0
title: Three rules
owner: risk
verdicts: [GO, WAIT]
rules:
  - {id: switch, require: not kill.active, else: WAIT}
  - {id: on, when: not kill.active and hit_rate < 50%, then: WAIT}
  - {id: both, when: hit_rate < 50%, then: WAIT}
"""


def test_two_rules_together_may_outweigh_one(tmp_path: Path) -> None:
    assert found(tmp_path, THREE) == {
        "rule on: then: WAIT > GO": "`both` weighs as much wherever it fails or is unknown",
        "rule on: unknown: WAIT > GO": "`both` weighs as much wherever it is unknown",
        "rule both: then: WAIT > GO": "`switch` or `on` weighs as much wherever it fails or is unknown",
        "rule both: unknown: WAIT > GO": "`switch` or `on` weighs as much wherever it is unknown",
    }


def test_a_rule_in_shadow_contributes_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, plain(", shadow: {since: 2026-01-01}")) == {
        "rule high: else: WAIT > GO": "in shadow it contributes nothing",
        HIGH: "in shadow it contributes nothing",
    }


CHILD = """\
policy: child
version: 1.0.0
title: Below
owner: risk
verdicts: [OK, ODD, BAD]
rules:
  - {id: rate, require: hit_rate >= 55%, else: BAD, unknown: ODD}
"""
PARENT = """\
policy: plain
version: 1.0.0
title: Above
owner: risk
verdicts: [GO, WAIT, NO_GO]
rules:
  - {id: bad, policy: child, reaches: BAD, then: NO_GO, unknown: WAIT}
  - {id: odd, policy: child, at_worst: OK, else: WAIT}
"""


def test_two_rules_over_one_policy_see_the_same_verdict(tmp_path: Path) -> None:
    assert found(tmp_path / "a", PARENT, {"child.yaml": CHILD}) == {
        "rule bad: unknown: WAIT > GO": "`odd` weighs as much wherever it is unknown",
        "rule odd: else: WAIT > GO": "`bad` weighs as much wherever it fails or is unknown",
    }
    odd = CHILD + "  - {id: odd, require: not kill.active, else: ODD}\n"
    assert found(tmp_path / "b", PARENT, {"child.yaml": odd}) == {
        "rule bad: unknown: WAIT > GO": "`odd` weighs as much wherever it is unknown"
    }


# a random oracle that does not know the rules


def broken(root: PolicyRoot, suite: Suite, listed: list[Mutant], tries: int) -> Iterator[str]:
    """The mutants that random situations tell from their policy."""
    bench, draws = CaseRunner(root), RandomSituations(root, suite.policy, random.Random(7))
    changed = [
        {**bench.compiled, suite.policy: compile_policy(each.policy, root.catalogue)} for each in listed
    ]
    for _ in range(tries):
        prepared = bench.prepared(suite.policy, draws.drawn(suite.base))
        before = bench.decide(prepared)
        for mutant, compiled in zip(listed, changed, strict=True):
            if differ(before, bench.decide(prepared, compiled)):
                yield f"{suite.policy}: {mutant.owner}: {mutant.before} > {mutant.after}"


@pytest.fixture(scope="module")
def shipped() -> tuple[PolicyRoot, tuple[Suite, ...]]:
    collector = Collector()
    root = load_root(SHIPPED, collector)
    return root, read_suites(root, collector)


def test_no_random_snapshot_breaks_a_claim_about_the_shipped_policies(
    shipped: tuple[PolicyRoot, tuple[Suite, ...]],
) -> None:
    root, suites = shipped
    bench, claims = CaseRunner(root), 0
    for suite in {each.policy: each for each in suites}.values():
        every = mutants(bench.compiled[suite.policy], dict(root.policies), root.catalogue)
        same = [each for each in every if same_because(each, root.policies, root.catalogue)]
        claims += len(same)
        assert not same or list(broken(root, suite, same, 20)) == []
    assert claims >= 25


def test_the_oracle_tells_mutants_apart_that_are_not_the_same(tmp_path: Path) -> None:
    root, suites, _ = read(write(tmp_path, {"plain.yaml": plain(), "t.yaml": CASES}))
    every = mutants(
        compile_policy(root.policies["plain"], root.catalogue), dict(root.policies), root.catalogue
    )
    milder = [replace(each) for each in every if each.kind.endswith("milder")]
    names = set(broken(root, suites[0], milder, 200))
    assert names == {
        "plain: rule low: else: NO_GO > else: WAIT",
        "plain: rule low: unknown: NO_GO > unknown: WAIT",
        "plain: rule high: else: WAIT > else: GO",
    }
