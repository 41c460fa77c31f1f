"""A lockdown in the shipped policies: who is told of it, who is spared what it explains, and who never is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical
from interlock.diagnostics import Collector
from interlock.language.times import show_time
from interlock.testing.policies.model import SnapshotDraft
from interlock.testing.suite_reader import read_suites
from support.beginnings import recording_in

POLICIES = Path(__file__).parents[2] / "policies"
WATCHED = ("capital-preservation", "live-rollout-readiness", "shadow-daily-health", "weight-clamp")
LOCKED = {"capital.level": "lockdown"}
EXPLAINED = "capital-preservation is LOCKDOWN"


class Desk:
    """The shipped policies over the good day of a policy's own tests, changed from minute to minute."""

    def __init__(self, folder: Path, base: str, *names: str) -> None:
        self.policies = interlock.load(POLICIES)
        collector = Collector()
        suites = {each.policy: each for each in read_suites(self.policies.root, collector)}
        self.draft: SnapshotDraft = suites[base].base.draft
        self.names, self.ledger, self.minute = names, folder / "ledger.db", 0

    def at(self, **changes: Any) -> list[str]:
        """Judge one minute later with some metrics changed; a line for each event."""
        self.minute += 1
        as_of = self.draft.as_of + Decimal(60 * self.minute)
        metrics = {**self.draft.metrics, **changes.get("set", {})}
        meaning = {
            "interlock": 1,
            "as_of": show_time(as_of),
            "metrics": {name: each for name, each in metrics.items() if each is not None},
            "scopes": self.draft.scopes,
            "env": self.draft.env,
        }
        with recording_in(self.ledger) as recorder:
            snapshot = interlock.Snapshot.parse(canonical(meaning))
            self.policies.recorded(snapshot, recorder, policies=self.names, environment="paper")
        return [_line(each) for each in recorder.events]


def _line(event: dict[str, Any]) -> str:
    spared = f", not {' '.join(event['withheld'])}: {event['inhibited_by']}" if event["withheld"] else ""
    return f"{event['policy']} {event['verdict']} to {' '.join(event['audience']) or 'nobody'}{spared}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path, "live-rollout-readiness", *WATCHED)
    assert found.at() == ["live-rollout-readiness GO to stakeholders"]
    return found


def test_a_lockdown_is_told_to_risk_once_and_never_overridden(desk: Desk) -> None:
    assert desk.at(set=LOCKED) == [
        "capital-preservation LOCKDOWN to quant-lead risk",
        f"live-rollout-readiness NO_GO to on-call stakeholders, not risk: {EXPLAINED}",
        f"shadow-daily-health CRITICAL to on-call, not risk: {EXPLAINED}",
    ]
    assert desk.at(set=LOCKED) == []
    assert desk.at() == [
        "capital-preservation NORMAL to quant-lead risk",
        "live-rollout-readiness GO to on-call stakeholders",
        "shadow-daily-health HEALTHY to on-call",
    ]


def test_no_decisions_in_a_lockdown_are_no_alarm(desk: Desk) -> None:
    desk.at(set=LOCKED)
    quiet = {**LOCKED, "shadow.decisions_today": 0, "shadow.logging_healthy": False}
    assert desk.at(set=quiet) == []


def test_a_breach_of_the_clamp_in_a_lockdown_is_told_to_risk_all_the_same(desk: Desk) -> None:
    desk.at(set=LOCKED)
    breach = {**LOCKED, "weights.largest_shift": {"value": Decimal("0.2")}}
    assert desk.at(set=breach) == [
        "shadow-daily-health CRITICAL to risk",
        "weight-clamp EXCEEDED to on-call risk",
    ]


def test_a_kill_switch_in_a_lockdown_is_told_all_the_same(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "live-rollout-readiness", *WATCHED)
    both = {**LOCKED, "kill_switch.active": True}
    assert "live-rollout-readiness NO_GO to on-call, not risk: capital-preservation is LOCKDOWN" in desk.at(
        set=both
    )


def test_a_crisis_explains_nothing(desk: Desk) -> None:
    assert desk.at(set={"capital.level": "crisis"}) == [
        "capital-preservation RESTRICTED to risk",
        "live-rollout-readiness NO_GO to on-call risk stakeholders",
    ]


def test_an_unknown_level_explains_nothing(desk: Desk) -> None:
    assert desk.at(set={"capital.level": None}) == [
        "capital-preservation UNKNOWN to risk",
        "live-rollout-readiness NO_GO to on-call risk stakeholders",
        "shadow-daily-health WARNING to risk",
    ]


def test_no_closes_in_a_lockdown_are_told_when_it_is_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "operating-health", "capital-preservation", "operating-health")
    desk.at(set={"capital.level": "normal"})
    series = {**desk.draft.metrics["closes.daily"]}  # type: ignore[dict-item]
    idle = {"closes.daily": {**series, "points": [{**each, "value": 0} for each in series["points"]]}}
    assert desk.at(set={**LOCKED, **idle}) == [
        "capital-preservation LOCKDOWN to quant-lead risk",
        f"operating-health LOOK to nobody, not quant-lead: {EXPLAINED}",
    ]
    assert desk.at(set={**LOCKED, **idle}) == []
    assert desk.at(set={**idle, "capital.level": "normal"}) == [
        "capital-preservation NORMAL to quant-lead risk",
        "operating-health LOOK to quant-lead",
    ]
    assert desk.at(set={"capital.level": "normal"}) == ["operating-health NORMAL to quant-lead"]


@pytest.mark.parametrize(
    ("statement", "policy", "verdict", "people"),
    [
        ("B59", "shadow-daily-health", "CRITICAL", {"on-call"}),
        ("B60", "weight-clamp", "EXCEEDED", {"on-call", "risk"}),
        ("B61", "capital-preservation", "LOCKDOWN", {"quant-lead", "risk"}),
        ("B62", "shadow-weekly-evidence", "ESCALATE", {"quant-lead"}),
        ("B63", "phase-2c-promotion", "GO", {"stakeholders"}),
    ],
)
def test_the_runbook_says_who_hears_of_what(
    statement: str, policy: str, verdict: str, people: set[str]
) -> None:
    found = interlock.load(POLICIES).policies[policy]
    assert set(found.notify[verdict]) == people, statement
