"""Unknown data of a composed policy reach every policy above it: the causes, what to restore, and no false alarm."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.evaluation.deciding.decide import Request, decide
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.verdict import RuleResult
from support.roots import snapshot, write

HEAD = "version: 1.0.0\nowner: risk\nvalid_for: 1h\n"
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": (
        "metrics:\n"
        "  feed.lag: {type: duration, max_age: 5m, doc: lag}\n"
        "  feed.up: {type: bool, max_age: 5m, doc: up}\n"
        "  desks: {type: set, of: desk, max_age: 5m, doc: desks}\n"
        "  desk.up: {type: bool, scope: desk, max_age: 5m, doc: up}\n"
        "scopes:\n  desk: {members_from: desks}\n"
    ),
    "feed.yaml": (
        f"policy: feed\ntitle: feed\n{HEAD}verdicts: [GOOD, FAIR, BAD]\nrules:\n"
        "  - {id: lag, require: feed.lag <= 2s, action: stop the feed}\n"
        "  - {id: up, require: feed.up, action: start the feed}\n"
    ),
    "ready.yaml": (
        f"policy: ready\ntitle: ready\n{HEAD}verdicts: [GO, NO_GO]\nrules:\n"
        "  - {id: feed, policy: feed, at_worst: FAIR, reason: the feed is broken, action: stop all}\n"
    ),
    "top.yaml": (
        f"policy: top\ntitle: top\n{HEAD}verdicts: [GO, STOP]\nrules:\n"
        "  - {id: shut, policy: ready, reaches: NO_GO, reason: readiness is lost, action: roll back}\n"
    ),
    "desks.yaml": (
        f"policy: desks\ntitle: desks\n{HEAD}verdicts: [GOOD, BAD]\nfor_each: desk\nrules:\n"
        "  - {id: up, require: desk.up}\n"
    ),
    "all.yaml": (
        f"policy: all\ntitle: all\n{HEAD}verdicts: [GO, NO_GO]\nrules:\n"
        "  - {id: desks, policy: desks, at_worst: GOOD}\n"
    ),
}


def only_rule(folder: Path, policy: str, **metrics: Any) -> RuleResult:
    found = interlock.load(write(folder, FILES)).evaluate(
        snapshot("2026-03-10T12:00:00Z", metrics), policies=[policy]
    )
    (rule,) = found[0].rules
    return rule


@pytest.mark.parametrize(
    ("policy", "seen"),
    [
        ("ready", "BAD"),
        ("top", "NO_GO"),
    ],
)
def test_missing_data_travel_up(tmp_path: Path, policy: str, seen: str) -> None:
    rule = only_rule(tmp_path, policy, **{"feed.up": True})
    assert (rule.outcome, rule.comparisons[0].seen, rule.comparisons[0].truth) == ("unknown", seen, "unknown")
    assert [str(each) for each in rule.causes] == ["feed.lag: missing"]
    assert rule.reason == "cannot tell: feed.lag: missing"
    assert (rule.action, rule.otherwise) == (
        "measure `feed.lag`",
        {"ready": "stop all", "top": "roll back"}[policy],
    )


@pytest.mark.parametrize(
    ("policy", "reason"), [("ready", "the feed is broken"), ("top", "readiness is lost")]
)
def test_a_rule_that_fails_on_known_data_beneath_keeps_the_reason(
    tmp_path: Path, policy: str, reason: str
) -> None:
    rule = only_rule(tmp_path, policy, **{"feed.up": False})
    assert (rule.outcome, rule.comparisons[0].truth, rule.reason) == (
        "fail",
        {"ready": "false", "top": "true"}[policy],
        reason,
    )
    assert [str(each) for each in rule.causes] == ["feed.lag: missing"]
    assert rule.otherwise is None


def test_a_policy_at_no_known_member_names_the_roster(tmp_path: Path) -> None:
    rule = only_rule(tmp_path, "all")
    assert rule.outcome == "unknown"
    assert rule.reason == "cannot tell: `desks` was not evaluated: desks: missing"
    assert [str(each) for each in rule.causes] == ["desks: missing"]
    assert (rule.action, rule.otherwise) == ("measure `desks`", None)


def test_what_passes_has_no_causes(tmp_path: Path) -> None:
    rule = only_rule(tmp_path, "ready", **{"feed.up": True, "feed.lag": "1s"})
    assert (rule.outcome, rule.causes, rule.action) == ("pass", (), None)


WATCH = (
    f"policy: watch\ntitle: watch\n{HEAD}verdicts: [CALM, LOOK, LEAVE]\nrules:\n"
    "  - {id: up, when: not feed.up, unknown: LOOK, latch: true, blind_limit: 6h}\n"
)
GATE = (
    f"policy: gate\ntitle: gate\n{HEAD}verdicts: [OPEN, HOLD, SHUT]\nrules:\n"
    "  - {id: watch, policy: watch, reaches: BOUND, then: SHUT, unknown: HOLD}\n"
)


@pytest.mark.parametrize(
    ("bound", "blind_for", "expected"),
    [
        ("LOOK", 3600, ("unknown", "HOLD")),
        ("LEAVE", 3600, ("unknown", "HOLD")),
        ("LEAVE", 6 * 3600 + 1, ("fail", "SHUT")),
        ("LEAVE", None, ("fail", "SHUT")),
    ],
)
def test_what_was_unknown_for_too_long_counts_as_known(
    tmp_path: Path, bound: str, blind_for: int | None, expected: tuple[str, str]
) -> None:
    loaded = interlock.load(
        write(tmp_path, FILES | {"watch.yaml": WATCH, "gate.yaml": GATE.replace("BOUND", bound)})
    )
    request = Request(stateless=True, blind_for=None if blind_for is None else Decimal(blind_for))
    measures = Measures(snapshot("2026-03-10T12:00:00Z", {}), loaded.catalogue)
    (found,) = decide(loaded.compiled(), measures, request, ["gate"]).verdicts
    assert (found.rules[0].outcome, found.verdict) == expected
