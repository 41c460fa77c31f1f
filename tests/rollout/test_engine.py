"""Rollouts over a real ledger: attestations, recorded changes, and documents that change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.errors import UsageError
from interlock.ledger.acts import Act
from interlock.ledger.attestation import attest, new_statement
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.state.rollout_state import RecordedChange, RolloutState
from interlock.rollout.engine import Person, RolloutStep
from interlock.rollout.store import roll_back
from support import rollouts
from support.beginnings import begun, recording_in
from support.roots import instant

from .contexts import brief


@dataclass
class Desk:
    """The small policy root with a ledger; `values` are those of the desk until they are changed."""

    folder: Path
    name: str = "exits"
    environment: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.write({})

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def write(self, changed: dict[str, str]) -> None:
        """Write the policy root, some documents changed or left out, and read it again."""
        self.policies = interlock.load(rollouts.write(self.folder, changed))

    def snapshot(self, at: str) -> interlock.Snapshot:
        return rollouts.snapshot(at, self.values, self.missing)

    def recorded(self, at: str) -> tuple[str, ...]:
        """Record a snapshot of the desk and return the notes."""
        with recording_in(self.ledger) as recorder:
            found = self.policies.recorded(self.snapshot(at), recorder, environment=self.environment)
        return found.notes

    def advance(self, at: str, *, rearming: bool = False, record: bool = True) -> RolloutStep:
        rollout = self.policies.root.rollouts[self.name]
        with recording_in(self.ledger, record=record) as recorder:
            engine = self.policies.rollout_engine(
                self.snapshot(at), recorder, environment=self.environment, now=instant(at)
            )
            person = Person("quant", "it is time")
            return engine.rearm(rollout, person) if rearming else engine.advance(rollout, person)

    def preview(self, at: str) -> list[str]:
        """What a snapshot would decide; nothing is recorded."""
        with recording_in(self.ledger, record=False) as recorder:
            engine = self.policies.rollout_engine(self.snapshot(at), recorder, now=None)
            return brief(engine.preview(self.policies.root.rollouts[self.name]).decision)

    def attest_as(self, what: str, at: str, role: str = "quant", by: str = "desk-1") -> None:
        declared = self.policies.root.attestations[what]
        bound = self.policies.bound(what, self.snapshot(at))
        attest(self.ledger, declared, new_statement(declared, role, bound, Act(by, "seen", instant(at))))

    def roll_back_by_hand(self, at: str) -> RecordedChange:
        act = Act("risk-desk", "fills look wrong", instant(at))
        return roll_back(self.ledger, self.policies.root, self.name, act)

    def state(self, name: str = "") -> RolloutState:
        with recording_in(self.ledger, record=False) as recorder:
            return recorder.state.rollout(name or self.name).copy()

    @property
    def actions(self) -> list[str]:
        return [f"{each.action} {each.target}" for each in self.state().changes]

    def head(self) -> str:
        with Ledger(self.ledger) as ledger:
            return ledger.head().digest


Make = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> Make:
    return lambda **more: Desk(tmp_path, **more)


def in_canary(desk: Make, **more: Any) -> Desk:
    """A desk whose rollout has been in its canary for three days, without an attestation."""
    found = desk(**more)
    found.advance("2026-03-02T00:00:00Z")
    found.recorded("2026-03-02T12:00:00Z")
    assert found.advance("2026-03-03T00:00:00Z").change == "ADVANCE"
    found.values = dict(rollouts.CANARY)
    for day in ("03", "04", "05"):
        found.recorded(f"2026-03-{day}T12:00:00Z")
    return found


WANTED = "canary (fail): `exits.symbols` is BTC-USD, which is not attested: `interlock attest canary-symbols`"
ASKED = "approval (fail): 1 must agree (quant): `interlock attest exits/canary`"
NEXT = "2026-03-06T00:00:00Z"


# --- what people attest ------------------------------------------------------------------------------------------


def test_a_canary_waits_for_what_is_attested_and_for_a_person(desk: Make) -> None:
    found = in_canary(desk)
    assert found.preview(NEXT) == ["HOLD full", WANTED, ASKED]
    found.attest_as("canary-symbols", "2026-03-05T13:00:00Z")
    assert found.preview(NEXT) == ["HOLD full", ASKED]
    found.attest_as("exits/canary", "2026-03-05T13:00:00Z")
    assert found.preview(NEXT) == ["ADVANCE full"]
    assert found.advance(NEXT).settings == ("exits.hybrid: true", "exits.symbols: []", "swap.threshold: 12")


def test_what_was_attested_holds_for_these_symbols_and_for_its_time(desk: Make) -> None:
    found = in_canary(desk)
    found.attest_as("canary-symbols", "2026-03-05T13:00:00Z")
    found.attest_as("exits/canary", "2026-03-05T13:00:00Z")
    found.values["exits.symbols"] = ["BTC-USD", "ETH-USD"]
    wanted = WANTED.replace("BTC-USD", "BTC-USD, ETH-USD")
    notes = "0 complete days of 2 trading days, since 2026-03-06T00:00:00Z, until 2026-03-08T00:00:00Z"
    assert found.preview(NEXT) == ["HOLD full", wanted, f"time (fail): {notes}"]
    found.values = dict(rollouts.CANARY)
    # the approval is bound to the lever, and ends after seven days; that of the symbols after thirty
    found.values["swap.threshold"] = 11
    assert ASKED in found.preview(NEXT)
    found.values["swap.threshold"] = 12
    for day in range(6, 13):
        found.recorded(f"2026-03-{day:02}T12:00:00Z")
    assert found.preview("2026-03-12T12:59:59Z") == ["ADVANCE full"]
    assert found.preview("2026-03-12T13:00:00Z") == ["HOLD full", ASKED]


def test_an_approval_from_before_the_stage_is_refused_and_would_not_count(desk: Make) -> None:
    found = in_canary(desk)
    last = "min: 2 trading days, max_gap: 26h}"
    text = rollouts.FILES["exits.yaml"].replace(last, f"{last}\n    approve: {{roles: [quant]}}")
    found.write({"exits.yaml": text})
    with pytest.raises(UsageError) as problem:
        found.attest_as("exits/full", "2026-03-05T13:00:00Z")
    assert str(problem.value) == "`exits` is in canary: `exits/full` can be attested only while it is in full"
    with pytest.raises(UsageError) as problem:
        found.attest_as("exits/canary", "2026-03-02T23:00:00Z")
    assert str(problem.value) == (
        "`exits` is in canary since 2026-03-03T00:00:00Z, which is later than 2026-03-02T23:00:00Z"
    )


def test_an_approval_that_was_recorded_before_the_stage_does_not_count(desk: Make) -> None:
    """Somebody agreed at the very instant of a snapshot, and the stage was entered on it only afterwards."""
    found = desk()
    found.advance("2026-03-02T00:00:00Z")
    found.recorded("2026-03-02T12:00:00Z")
    noon = "2026-03-03T00:00:00Z"
    body = {
        "what": "exits/canary",
        "by": "desk-1",
        "role": "quant",
        "reason": "r",
        "evidence": "",
        "bound": {},
    }
    with recording_in(found.ledger) as recorder:
        bound = {"exits.hybrid": True, "swap.threshold": 12}
        recorder.append(noon, "attestation", {**body, "bound": bound, "until": "2026-04-01T00:00:00Z"})
    assert found.advance(noon).change == "ADVANCE"
    found.values = dict(rollouts.CANARY)
    for day in ("03", "04", "05"):
        found.recorded(f"2026-03-{day}T12:00:00Z")
    assert found.preview(NEXT) == ["HOLD full", WANTED, ASKED]


def test_an_approval_is_for_one_stay_in_a_stage(desk: Make) -> None:
    found = in_canary(desk)
    found.attest_as("canary-symbols", "2026-03-05T13:00:00Z")
    found.attest_as("exits/canary", "2026-03-05T13:00:00Z")
    found.roll_back_by_hand("2026-03-05T14:00:00Z")
    found.values = {}
    assert found.advance("2026-03-05T15:00:00Z", rearming=True).change == "REARM"
    for hour in ("05T20", "06T02", "06T08"):
        found.recorded(f"2026-03-{hour}:00:00Z")
    assert found.advance("2026-03-06T15:00:00Z").change == "ADVANCE"
    found.values = dict(rollouts.CANARY)
    for day in ("06T20", "07T20", "08T20"):
        found.recorded(f"2026-03-{day}:00:00Z")
    assert found.preview("2026-03-09T00:00:00Z") == ["HOLD full", ASKED]


# --- what is recorded --------------------------------------------------------------------------------------------


def test_every_recorded_snapshot_is_observed_and_none_advances_by_itself(desk: Make) -> None:
    found = desk()
    found.advance("2026-03-02T00:00:00Z")
    for hour in (6, 12, 18):
        assert found.recorded(f"2026-03-02T{hour:02}:00:00Z") == ()
    assert found.recorded("2026-03-05T00:00:00Z") == ()
    assert found.actions == ["BEGIN telemetry"]
    observations = found.state().observations
    assert [(each.good, each.quiet) for each in observations] == [(True, True)] * 5
    found.values = {"exits.hybrid": True, "risk.level": "tense"}
    assert found.recorded("2026-03-05T01:00:00Z") == (
        "rollout exits in telemetry: `exits.hybrid` is true, false is needed",
    )
    assert [(each.good, each.quiet) for each in found.state().observations][-1] == (False, False)


def test_a_trigger_rolls_back_in_any_evaluation_and_says_what_to_set(desk: Make) -> None:
    found = in_canary(desk)
    found.values["risk.level"] = "broken"
    notes = found.recorded("2026-03-05T18:00:00Z")
    assert notes == (
        "rollout exits: ROLLBACK from canary to telemetry: back/broken: the risk is broken; "
        "set exits.hybrid: false, swap.threshold: 12",
        "rollout exits was rolled back to telemetry, and `exits.hybrid` is true, false is needed",
    )
    # the desk is told until it has done so, and nothing happens twice
    assert found.recorded("2026-03-05T19:00:00Z") == notes[1:]
    found.values = {"risk.level": "broken"}
    assert found.recorded("2026-03-05T20:00:00Z") == ()
    assert found.actions[-1] == "ROLLBACK telemetry" and len(found.actions) == 3
    assert found.state().changes[-1].note == {
        "rollout": "exits",
        "attempt": 1,
        "stage": "canary",
        "at": "2026-03-05T18:00:00Z",
        "trigger": "back/broken: the risk is broken",
        "window": "2026-03-05T12:00:00Z to 2026-03-05T18:00:00Z",
        "symbols": ["BTC-USD"],
        "mitigation": "open",
        "to": "telemetry",
        "settings": ["exits.hybrid: false", "swap.threshold: 12"],
    }


def test_a_trigger_turns_an_advance_into_a_rollback(desk: Make) -> None:
    found = in_canary(desk)
    found.values["risk.level"] = "broken"
    step = found.advance(NEXT)
    assert (step.change, step.settings) == ("ROLLBACK", ("exits.hybrid: false", "swap.threshold: 12"))
    assert found.state().changes[-1].by == "quant"


def test_without_a_record_nothing_moves(desk: Make) -> None:
    found = in_canary(desk)
    head = found.head()
    found.values["risk.level"] = "broken"
    assert found.preview(NEXT)[0] == "ROLLBACK telemetry"
    step = found.advance(NEXT, record=False)
    assert (step.decision.action, step.change, found.head()) == ("ROLLBACK", "", head)


def test_a_restart_policy_begins_the_time_anew(desk: Make) -> None:
    found = in_canary(desk)
    found.values["feed.steady"] = False
    found.recorded("2026-03-05T18:00:00Z")
    found.values["feed.steady"] = True
    notes = "0 complete days of 2 trading days, since 2026-03-06T00:00:00Z, until 2026-03-08T00:00:00Z"
    assert f"time (fail): {notes}" in found.preview(NEXT)


def test_an_unknown_setting_restarts_the_time(desk: Make) -> None:
    found = in_canary(desk)
    found.missing = ("swap.threshold",)
    found.recorded("2026-03-05T18:00:00Z")
    found.missing = ()
    assert "since 2026-03-06T00:00:00Z" in " ".join(found.preview(NEXT))


# --- environments ------------------------------------------------------------------------------------------------


def test_an_attempt_keeps_the_environment_in_which_it_began(desk: Make) -> None:
    found = desk(name="learning", environment="paper")
    found.advance("2026-03-02T00:00:00Z")
    found.environment = "live"
    with pytest.raises(UsageError) as problem:
        found.advance("2026-03-02T01:00:00Z")
    assert str(problem.value) == (
        "`--environment live`: this attempt of `learning` began in the environment `paper`"
    )
    # who records for another environment looks on all the same, and the time is that of the attempt
    found.recorded("2026-03-02T01:00:00Z")
    found.environment = None
    assert found.advance("2026-03-02T02:00:00Z").change == "ADVANCE"
    assert found.state().environment == "paper"


def test_an_attempt_without_an_environment_cannot_take_one_up(desk: Make) -> None:
    found = desk(name="learning")
    found.advance("2026-03-02T00:00:00Z")
    found.environment = "paper"
    with pytest.raises(UsageError) as problem:
        found.advance("2026-03-02T01:00:00Z")
    assert str(problem.value) == "`--environment paper`: this attempt of `learning` began without one"
    assert found.preview("2026-03-02T02:00:00Z") == [
        "HOLD normal",
        "time (unknown): the stage has no minimum time: set it in the environment under `dwell:`",
    ]


# --- documents that change ---------------------------------------------------------------------------------------


def test_a_rollout_without_a_document_is_noted_and_rolled_back_by_hand(desk: Make) -> None:
    found = in_canary(desk)
    found.write({"exits.yaml": None, "sizes.yaml": None})
    found.values["risk.level"] = "broken"
    gone = (
        "rollout exits is active in the ledger and gone from the policies: "
        "bring its document back, or roll it back with `interlock rollout rollback`"
    )
    assert found.recorded("2026-03-05T18:00:00Z") == (gone,)
    change = found.roll_back_by_hand("2026-03-05T19:00:00Z")
    assert (change.action, change.source, change.target, change.version, change.note) == (
        "ROLLBACK",
        "canary",
        "canary",
        "",
        None,
    )
    assert found.recorded("2026-03-05T20:00:00Z") == ()
    # brought back, it begins again in the stage that it was in
    found.write({})
    found.values = dict(rollouts.CANARY)
    assert found.preview("2026-03-05T21:00:00Z")[1].startswith("state (fail): it was rolled back at")
    step = found.advance("2026-03-05T21:00:00Z", rearming=True)
    assert (step.change, found.state().stage, found.state().attempt) == ("REARM", "canary", 2)


def test_an_active_rollout_without_a_document_keeps_every_group_closed(desk: Make) -> None:
    found = in_canary(desk)
    found.write({"exits.yaml": None, "sizes.yaml": None})
    found.name = "learning"
    line = "one at a time (fail): exits runs; one rollout of a group at a time"
    assert found.preview(NEXT) == ["HOLD safe", line]


def test_other_values_in_the_document_begin_the_time_anew(desk: Make) -> None:
    found = in_canary(desk)
    text = rollouts.FILES["exits.yaml"]
    found.write({"exits.yaml": text.replace("swap.threshold: 12.0", "swap.threshold: 11")})
    found.values["swap.threshold"] = 11
    assert "0 complete days of 2 trading days, since 2026-03-06T00:00:00Z" in " ".join(found.preview(NEXT))
    # a longer time counts at once, and what was seen stays
    found.write({"exits.yaml": text.replace("min: 2 trading days, target", "min: 3 trading days, target")})
    found.values["swap.threshold"] = 12
    assert "2 complete days of 3 trading days, since 2026-03-03T12:00:00Z" in " ".join(found.preview(NEXT))


def test_a_stage_that_is_gone_from_the_document_is_held(desk: Make) -> None:
    found = in_canary(desk)
    found.write({"exits.yaml": rollouts.FILES["exits.yaml"].replace("id: canary", "id: small")})
    assert found.preview(NEXT) == ["HOLD", "state (fail): the stage `canary` is gone from the document"]
    assert found.recorded(NEXT) == ()
    found.values["risk.level"] = "broken"
    assert "ROLLBACK from canary to telemetry" in found.recorded("2026-03-06T01:00:00Z")[0]


# --- by hand -----------------------------------------------------------------------------------------------------


def test_a_person_rolls_back_whatever_the_triggers_say(desk: Make) -> None:
    found = in_canary(desk)
    note = found.roll_back_by_hand("2026-03-05T13:00:00Z").note
    assert note is not None
    assert (note["trigger"], note["window"], note["symbols"]) == (
        "by hand: fills look wrong",
        "2026-03-05T12:00:00Z to 2026-03-05T13:00:00Z",
        ["BTC-USD"],
    )
    head = found.head()
    for at, notes in (
        ("2026-03-05T14:00:00Z", "`exits` is ROLLED_BACK: there is nothing to roll back"),
        ("2026-03-05T12:00:00Z", "`exits` is ROLLED_BACK: there is nothing to roll back"),
    ):
        with pytest.raises(UsageError) as problem:
            found.roll_back_by_hand(at)
        assert (str(problem.value), found.head()) == (notes, head)


def test_a_person_cannot_roll_back_what_is_over_or_not_begun(desk: Make) -> None:
    found = desk()
    begun(found.ledger)
    with pytest.raises(UsageError) as problem:
        found.roll_back_by_hand("2026-03-02T00:00:00Z")
    assert str(problem.value) == "`exits` is NOT_BEGUN: there is nothing to roll back"


def test_no_clock_keeps_a_person_from_rolling_back(desk: Make) -> None:
    """The snapshot that was advanced on may come from a clock that is ahead."""
    found = desk()
    found.advance("2026-03-02T00:00:00Z")
    assert found.roll_back_by_hand("2026-03-01T23:59:59Z").at == instant("2026-03-02T00:00:00Z")
    assert found.state().state == "ROLLED_BACK"


def test_what_is_complete_can_be_rolled_back_and_begun_anew(desk: Make) -> None:
    found = desk(name="learning", environment="paper")
    found.advance("2026-03-02T00:00:00Z")
    found.recorded("2026-03-02T01:00:00Z")
    found.advance("2026-03-02T02:00:00Z")
    found.values = {"learning.mode": "normal"}
    for hour in (2, 3, 4):
        found.recorded(f"2026-03-02T{hour:02}:30:00Z")
    assert found.advance("2026-03-02T05:30:00Z").change == "COMPLETE"
    # nobody watches what is complete
    found.values["risk.level"] = "broken"
    assert found.recorded("2026-03-02T06:00:00Z") == ()
    assert found.roll_back_by_hand("2026-03-02T07:00:00Z").target == "safe"
    found.values = {}
    assert found.advance("2026-03-02T08:00:00Z", rearming=True).change == "REARM"
    assert found.actions == [
        "BEGIN safe",
        "ADVANCE normal",
        "COMPLETE normal",
        "ROLLBACK safe",
        "REARM safe",
    ]


@pytest.mark.parametrize(("begun", "state"), [(False, "NOT_BEGUN"), (True, "ACTIVE")])
def test_only_what_is_over_is_begun_anew(desk: Make, begun: bool, state: str) -> None:
    found = desk()
    if begun:
        found.advance("2026-03-02T00:00:00Z")
    with pytest.raises(UsageError) as problem:
        found.advance("2026-03-02T01:00:00Z", rearming=True)
    assert (
        str(problem.value) == f"`exits` is {state}: only a rolled back or completed rollout can be re-armed"
    )


def test_two_rollouts_of_one_ledger(desk: Make) -> None:
    found = in_canary(desk)
    found.name, found.environment = "learning", "paper"
    assert found.advance(NEXT).change == "BEGIN"
    found.values["risk.level"] = "tense"
    found.environment = None
    # one reaches its bound at INVESTIGATE, the other only at ROLLBACK
    assert found.recorded("2026-03-06T00:30:00Z") == (
        "rollout exits in canary: review due: in `canary` since 2026-03-03T00:00:00Z, 3 trading days were planned",
        "rollout learning: ROLLBACK from safe to safe: back/tense: risk.level is tense, needed != tense; "
        "set learning.mode: safe",
    )
    assert (found.state("exits").state, found.state("learning").state) == ("ACTIVE", "ROLLED_BACK")


@pytest.mark.parametrize("word", ["advance", "rearm"])
def test_no_stage_is_entered_without_a_clock(desk: Make, word: str) -> None:
    world = desk()
    rollout = world.policies.root.rollouts["exits"]
    with recording_in(world.ledger) as recorder:
        engine = world.policies.rollout_engine(world.snapshot("2026-03-02T00:00:00Z"), recorder, now=None)
        with pytest.raises(UsageError) as caught:
            getattr(engine, word)(rollout, Person("quant", "it is time"))
    assert str(caught.value) == "a rollout changes by the clock alone: give the time of now"
    assert world.state().state == "NOT_BEGUN"
