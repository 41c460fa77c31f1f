"""Unknown data name the source to restore, whatever composes the policy, and how many rules wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from interlock.evaluation.deciding.restoring import outages, restore, told_outages
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.verdict import Inputs, RuleResult, Verdict
from interlock.language.times import parse_time
from interlock.language.values import Cause

AS_OF = parse_time("2026-03-30T12:00:00Z") or Decimal(0)
SEEN = "seen from 2026-03-01T00:00:00Z to 2026-03-30T06:25:10Z"
LOG = {"source": "orchestrator", "file": "agents/orchestrator.log"}


def snapshot(provenance: Mapping[str, object]) -> Snapshot:
    return Snapshot(AS_OF, {}, provenance=provenance)


def verdict(policy: str, *rules: RuleResult) -> Verdict:
    inputs = Inputs("", "", {}, {}, "")
    return Verdict(policy, "1.0.0", "", None, "NO", "NO", ("GO", "NO"), AS_OF, AS_OF, inputs, rules)


def rule(name: str, *causes: Cause, outcome: str = "unknown") -> RuleResult:
    return RuleResult(name, outcome, "NO", "", causes=causes)


def test_rules_are_counted_by_source_and_the_most_come_first() -> None:
    provenance = {
        "errors": LOG,
        "cycles": LOG,
        "fills": {"source": "trader"},
        "kpi.x": {"pattern": "kpi/*.json"},
    }
    silent = [Cause(each, "", "", "not covered", SEEN) for each in ("errors", "cycles.risk")]
    found = outages(
        snapshot(provenance),
        [
            verdict("watch", rule("a", *silent), rule("b", silent[0])),
            verdict(
                "gate",
                rule("watch", *silent),
                rule("known", silent[0], outcome="fail"),
            ),
            verdict("other", rule("c", Cause("fills", "", "", "torn source", "line 3 of x"))),
            verdict("more", rule("d", Cause("kpi.x", "", "", "missing", "the baseline `a` is not frozen"))),
            verdict("none", rule("e", Cause("bare", "", "", "missing"))),
        ],
    )
    assert list(told_outages(found)) == [
        "`agents/orchestrator.log` silent since 06:25: 3 rules in 2 policies",
        "baseline `a` is not frozen: 1 rule in 1 policy",
        "source `trader` torn source, line 3 of x: 1 rule in 1 policy",
    ]


@pytest.mark.parametrize(
    ("causes", "state"),
    [
        ([Cause("errors", "", "2026-03-29T06:25:00Z", "stale")], "silent since 2026-03-29 06:25"),
        ([Cause("errors", "", "", "not covered", "before it")], "not covered, before it"),
        (
            [Cause("errors", "", "", "missing", "agents/orchestrator.log: no such file or directory")],
            "missing, no such file or directory",
        ),
        (
            [Cause("errors", "", "", "torn source", "line 41 of agents/orchestrator.log does not match")],
            "torn source, line 41 does not match",
        ),
        (
            [Cause("errors", "", "", "wrong type", "x"), Cause("errors", "", "", "overflow")],
            "overflow",
        ),
    ],
)
def test_the_gravest_cause_is_the_state(causes: list[Cause], state: str) -> None:
    (found,) = outages(snapshot({"errors": LOG}), [verdict("watch", rule("a", *causes))])
    assert found.state == state


def test_a_metric_without_files_names_the_one_of_its_cause() -> None:
    cause = Cause("errors", "", "", "missing", "agents/x.log: no such file or directory")
    (found,) = outages(snapshot({"errors": {"source": "log"}}), [verdict("watch", rule("a", cause))])
    assert str(found) == "`agents/x.log` missing, no such file or directory: 1 rule in 1 policy"


def test_of_very_many_sources_the_first_are_listed() -> None:
    provenance = {f"m{place}": {"file": f"{place:02}.csv"} for place in range(14)}
    rules = [rule(name, Cause(name, "", "", "missing")) for name in provenance]
    lines = list(told_outages(outages(snapshot(provenance), [verdict("all", *rules)])))
    assert (lines[0], lines[-1], len(lines)) == (
        "`00.csv` missing: 1 rule in 1 policy",
        "and 2 more sources",
        13,
    )


@pytest.mark.parametrize(
    ("causes", "action"),
    [
        ([Cause("errors", "", "", "missing"), Cause("feed.lag", "", "", "stale")],
         "restore `agents/orchestrator.log`; measure `feed.lag`"),
        ([Cause("errors", "", "", "missing", "the baseline `a` is not frozen")], "freeze the baseline `a`"),
        ([Cause("errors", "", "", "missing", "in baseline a of 2026-01-01T00:00:00Z")], "measure `errors`"),
        ([Cause("attested(x)", "", "", "no ledger")], "name a ledger with `--ledger FILE`"),
        ([Cause("errors", "", "", "too few samples", "3 of at least 9")], "wait for enough samples of `errors`"),
        ([Cause("a / b", "", "", "division by zero")], "find out why it is unknown: `a / b`"),
        ([Cause("", "", "", "overflow")], "find out why it is unknown: what it needs"),
        ([], "measure what is unknown"),
    ],
)  # fmt: skip
def test_what_to_restore(causes: list[Cause], action: str) -> None:
    assert restore(snapshot({"errors": LOG}), "stop it", causes) == (action, "stop it")
    assert restore(snapshot({"errors": LOG}), "", causes) == (action, None)
