"""Rollouts over a real ledger: what people attest, what is recorded, and what becomes of a document that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.errors import UsageError
from interlock.ledger.acts.acts import Act
from interlock.ledger.acts.attestation import attest, worded
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import Recorder
from interlock.ledger.state.rollout_state import RecordedChange, RolloutState
from interlock.rollout.engine import Person, RolloutStep
from interlock.rollout.store import roll_back
from support import rollouts
from support.roots import instant

from .table import brief


@dataclass
class Desk:
    """The small policy root with a ledger; `shown` is what the desk shows until it is set otherwise."""

    folder: Path
    name: str = "exits"
    environment: str | None = None
    shown: dict[str, Any] = field(default_factory=dict)
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
        return rollouts.snapshot(at, self.shown, self.missing)

    def recorded(self, at: str) -> tuple[str, ...]:
        """Record what the desk shows and return what people are told."""
        with Recorder(self.ledger) as recorder:
            found = self.policies.recorded(self.snapshot(at), recorder, environment=self.environment)
        return found.notes

    def advanced(self, at: str, *, again: bool = False, record: bool = True) -> RolloutStep:
        rollout = self.policies.root.rollouts[self.name]
        with Recorder(self.ledger, record=record) as recorder:
            steering = self.policies.steering(self.snapshot(at), recorder, environment=self.environment)
            person = Person("quant", "it is time")
            return steering.rearmed(rollout, person) if again else steering.advanced(rollout, person)

    def considered(self, at: str) -> list[str]:
        """What a snapshot would decide; nothing is recorded."""
        with Recorder(self.ledger, record=False) as recorder:
            steering = self.policies.steering(self.snapshot(at), recorder)
            return brief(steering.considered(self.policies.root.rollouts[self.name]).course)

    def attested(self, what: str, at: str, role: str = "quant", by: str = "desk-1") -> None:
        declared = self.policies.root.attestations[what]
        bound = self.policies.bound(what, self.snapshot(at))
        attest(self.ledger, declared, worded(declared, role, bound, Act(by, "seen", instant(at))))

    def rolled_back(self, at: str) -> RecordedChange:
        act = Act("risk-desk", "fills look wrong", instant(at))
        return roll_back(self.ledger, self.policies.root, self.name, act)

    def standing(self, name: str = "") -> RolloutState:
        with Recorder(self.ledger, record=False) as recorder:
            return recorder.state.standing(name or self.name).copy()

    @property
    def moves(self) -> list[str]:
        return [f"{each.word} {each.target}" for each in self.standing().moves]

    def head(self) -> str:
        with Ledger(self.ledger) as ledger:
            return ledger.head().digest


Make = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> Make:
    return lambda **more: Desk(tmp_path, **more)


def in_canary(desk: Make, **more: Any) -> Desk:
    """A desk whose rollout has been in its canary for three days, with nobody heard yet."""
    found = desk(**more)
    found.advanced("2026-03-02T00:00:00Z")
    found.recorded("2026-03-02T12:00:00Z")
    assert found.advanced("2026-03-03T00:00:00Z").move == "ADVANCE"
    found.shown = dict(rollouts.CANARY)
    for day in ("03", "04", "05"):
        found.recorded(f"2026-03-{day}T12:00:00Z")
    return found


WANTED = "canary (fail): nobody attests that `exits.symbols` is BTC-USD: `interlock attest canary-symbols`"
ASKED = "approval (fail): 1 must agree (quant): `interlock attest exits/canary`"
NEXT = "2026-03-06T00:00:00Z"


# --- what people attest ------------------------------------------------------------------------------------------


def test_a_canary_waits_for_what_is_attested_and_for_a_person(desk: Make) -> None:
    found = in_canary(desk)
    assert found.considered(NEXT) == ["HOLD full", WANTED, ASKED]
    found.attested("canary-symbols", "2026-03-05T13:00:00Z")
    assert found.considered(NEXT) == ["HOLD full", ASKED]
    found.attested("exits/canary", "2026-03-05T13:00:00Z")
    assert found.considered(NEXT) == ["ADVANCE full"]
    assert found.advanced(NEXT).settings == ("exits.hybrid: true", "exits.symbols: []", "swap.threshold: 12")


def test_what_was_attested_holds_for_these_symbols_and_for_its_time(desk: Make) -> None:
    found = in_canary(desk)
    found.attested("canary-symbols", "2026-03-05T13:00:00Z")
    found.attested("exits/canary", "2026-03-05T13:00:00Z")
    found.shown["exits.symbols"] = ["BTC-USD", "ETH-USD"]
    wanted = WANTED.replace("BTC-USD", "BTC-USD, ETH-USD")
    told = "0 complete days of 2 trading days, since 2026-03-06T00:00:00Z, until 2026-03-08T00:00:00Z"
    assert found.considered(NEXT) == ["HOLD full", wanted, f"time (fail): {told}"]
    found.shown = dict(rollouts.CANARY)
    # the approval is bound to the lever, and ends after seven days; that of the symbols after thirty
    found.shown["swap.threshold"] = 11
    assert ASKED in found.considered(NEXT)
    found.shown["swap.threshold"] = 12
    for day in range(6, 13):
        found.recorded(f"2026-03-{day:02}T12:00:00Z")
    assert found.considered("2026-03-12T12:59:59Z") == ["ADVANCE full"]
    assert found.considered("2026-03-12T13:00:00Z") == ["HOLD full", ASKED]


def test_an_approval_from_before_the_stage_is_refused_and_would_not_count(desk: Make) -> None:
    found = in_canary(desk)
    last = "min: 2 trading days, max_gap: 26h}"
    text = rollouts.FILES["exits.yaml"].replace(last, f"{last}\n    approve: {{roles: [quant]}}")
    found.write({"exits.yaml": text})
    with pytest.raises(UsageError) as problem:
        found.attested("exits/full", "2026-03-05T13:00:00Z")
    assert str(problem.value) == "`exits` is in canary: `exits/full` is attested while it is in full"
    with pytest.raises(UsageError) as problem:
        found.attested("exits/canary", "2026-03-02T23:00:00Z")
    assert str(problem.value) == (
        "`exits` is in canary since 2026-03-03T00:00:00Z, which is later than 2026-03-02T23:00:00Z"
    )


def test_an_approval_that_was_recorded_before_the_stage_does_not_count(desk: Make) -> None:
    """Somebody agreed at the very instant of a snapshot, and the stage was entered on it only afterwards."""
    found = desk()
    found.advanced("2026-03-02T00:00:00Z")
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
    with Recorder(found.ledger) as recorder:
        bound = {"exits.hybrid": True, "swap.threshold": 12}
        recorder.append(noon, "attestation", {**body, "bound": bound, "until": "2026-04-01T00:00:00Z"})
    assert found.advanced(noon).move == "ADVANCE"
    found.shown = dict(rollouts.CANARY)
    for day in ("03", "04", "05"):
        found.recorded(f"2026-03-{day}T12:00:00Z")
    assert found.considered(NEXT) == ["HOLD full", WANTED, ASKED]


def test_an_approval_is_for_one_stay_in_a_stage(desk: Make) -> None:
    found = in_canary(desk)
    found.attested("canary-symbols", "2026-03-05T13:00:00Z")
    found.attested("exits/canary", "2026-03-05T13:00:00Z")
    found.rolled_back("2026-03-05T14:00:00Z")
    found.shown = {}
    assert found.advanced("2026-03-05T15:00:00Z", again=True).move == "REARM"
    for hour in ("05T20", "06T02", "06T08"):
        found.recorded(f"2026-03-{hour}:00:00Z")
    assert found.advanced("2026-03-06T15:00:00Z").move == "ADVANCE"
    found.shown = dict(rollouts.CANARY)
    for day in ("06T20", "07T20", "08T20"):
        found.recorded(f"2026-03-{day}:00:00Z")
    assert found.considered("2026-03-09T00:00:00Z") == ["HOLD full", ASKED]


# --- what is recorded --------------------------------------------------------------------------------------------


def test_every_recorded_snapshot_is_looked_at_and_none_advances_by_itself(desk: Make) -> None:
    found = desk()
    found.advanced("2026-03-02T00:00:00Z")
    for hour in (6, 12, 18):
        assert found.recorded(f"2026-03-02T{hour:02}:00:00Z") == ()
    assert found.recorded("2026-03-05T00:00:00Z") == ()
    assert found.moves == ["BEGIN telemetry"]
    looks = found.standing().looks
    assert [(each.good, each.quiet) for each in looks] == [(True, True)] * 5
    found.shown = {"exits.hybrid": True, "risk.level": "tense"}
    assert found.recorded("2026-03-05T01:00:00Z") == (
        "rollout exits in telemetry: `exits.hybrid` is true, false is needed",
    )
    assert [(each.good, each.quiet) for each in found.standing().looks][-1] == (False, False)


def test_a_trigger_rolls_back_in_any_evaluation_and_says_what_to_set(desk: Make) -> None:
    found = in_canary(desk)
    found.shown["risk.level"] = "broken"
    told = found.recorded("2026-03-05T18:00:00Z")
    assert told == (
        "rollout exits: ROLLBACK from canary to telemetry: back/broken: the risk is broken; "
        "set exits.hybrid: false, swap.threshold: 12",
        "rollout exits was rolled back to telemetry, and `exits.hybrid` is true, false is needed",
    )
    # the desk is told until it has done so, and nothing happens twice
    assert found.recorded("2026-03-05T19:00:00Z") == told[1:]
    found.shown = {"risk.level": "broken"}
    assert found.recorded("2026-03-05T20:00:00Z") == ()
    assert found.moves[-1] == "ROLLBACK telemetry" and len(found.moves) == 3
    assert found.standing().moves[-1].note == {
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


def test_whoever_asks_to_advance_is_rolled_back_by_a_trigger(desk: Make) -> None:
    found = in_canary(desk)
    found.shown["risk.level"] = "broken"
    step = found.advanced(NEXT)
    assert (step.move, step.settings) == ("ROLLBACK", ("exits.hybrid: false", "swap.threshold: 12"))
    assert found.standing().moves[-1].by == "quant"


def test_without_a_record_nothing_moves(desk: Make) -> None:
    found = in_canary(desk)
    head = found.head()
    found.shown["risk.level"] = "broken"
    assert found.considered(NEXT)[0] == "ROLLBACK telemetry"
    step = found.advanced(NEXT, record=False)
    assert (step.course.word, step.move, found.head()) == ("ROLLBACK", "", head)


def test_a_restart_policy_begins_the_time_anew(desk: Make) -> None:
    found = in_canary(desk)
    found.shown["feed.steady"] = False
    found.recorded("2026-03-05T18:00:00Z")
    found.shown["feed.steady"] = True
    told = "0 complete days of 2 trading days, since 2026-03-06T00:00:00Z, until 2026-03-08T00:00:00Z"
    assert f"time (fail): {told}" in found.considered(NEXT)


def test_a_setting_that_nobody_knows_begins_the_time_anew(desk: Make) -> None:
    found = in_canary(desk)
    found.missing = ("swap.threshold",)
    found.recorded("2026-03-05T18:00:00Z")
    found.missing = ()
    assert "since 2026-03-06T00:00:00Z" in " ".join(found.considered(NEXT))


# --- environments ------------------------------------------------------------------------------------------------


def test_an_attempt_keeps_the_environment_in_which_it_began(desk: Make) -> None:
    found = desk(name="learning", environment="paper")
    found.advanced("2026-03-02T00:00:00Z")
    found.environment = "live"
    with pytest.raises(UsageError) as problem:
        found.advanced("2026-03-02T01:00:00Z")
    assert str(problem.value) == (
        "`--environment live`: this attempt of `learning` began in the environment `paper`"
    )
    # who records for another environment looks on all the same, and the time is that of the attempt
    found.recorded("2026-03-02T01:00:00Z")
    found.environment = None
    assert found.advanced("2026-03-02T02:00:00Z").move == "ADVANCE"
    assert found.standing().environment == "paper"


def test_an_attempt_without_an_environment_cannot_take_one_up(desk: Make) -> None:
    found = desk(name="learning")
    found.advanced("2026-03-02T00:00:00Z")
    found.environment = "paper"
    with pytest.raises(UsageError) as problem:
        found.advanced("2026-03-02T01:00:00Z")
    assert str(problem.value) == "`--environment paper`: this attempt of `learning` began without one"
    assert found.considered("2026-03-02T02:00:00Z") == [
        "HOLD normal",
        "time (unknown): nobody says how long the stage lasts at least: the environment gives it under `dwell:`",
    ]


# --- documents that change ---------------------------------------------------------------------------------------


def test_a_document_that_is_gone_is_told_of_and_rolled_back_by_hand(desk: Make) -> None:
    found = in_canary(desk)
    found.write({"exits.yaml": None, "sizes.yaml": None})
    found.shown["risk.level"] = "broken"
    gone = (
        "rollout exits is active in the ledger and gone from the policies: "
        "bring its document back, or roll it back with `interlock rollout rollback`"
    )
    assert found.recorded("2026-03-05T18:00:00Z") == (gone,)
    move = found.rolled_back("2026-03-05T19:00:00Z")
    assert (move.word, move.source, move.target, move.version, move.note) == (
        "ROLLBACK",
        "canary",
        "canary",
        "",
        None,
    )
    assert found.recorded("2026-03-05T20:00:00Z") == ()
    # brought back, it begins again in the stage that it was in
    found.write({})
    found.shown = dict(rollouts.CANARY)
    assert found.considered("2026-03-05T21:00:00Z")[1].startswith("state (fail): it was rolled back at")
    step = found.advanced("2026-03-05T21:00:00Z", again=True)
    assert (step.move, found.standing().stage, found.standing().attempt) == ("REARM", "canary", 2)


def test_an_active_rollout_without_a_document_keeps_every_group_closed(desk: Make) -> None:
    found = in_canary(desk)
    found.write({"exits.yaml": None, "sizes.yaml": None})
    found.name = "learning"
    line = "one at a time (fail): exits runs; one rollout of a group at a time"
    assert found.considered(NEXT) == ["HOLD safe", line]


def test_other_values_in_the_document_begin_the_time_anew(desk: Make) -> None:
    found = in_canary(desk)
    text = rollouts.FILES["exits.yaml"]
    found.write({"exits.yaml": text.replace("swap.threshold: 12.0", "swap.threshold: 11")})
    found.shown["swap.threshold"] = 11
    assert "0 complete days of 2 trading days, since 2026-03-06T00:00:00Z" in " ".join(found.considered(NEXT))
    # a longer time counts at once, and what was seen stays
    found.write({"exits.yaml": text.replace("min: 2 trading days, target", "min: 3 trading days, target")})
    found.shown["swap.threshold"] = 12
    assert "2 complete days of 3 trading days, since 2026-03-03T12:00:00Z" in " ".join(found.considered(NEXT))


def test_a_stage_that_is_gone_from_the_document_is_held(desk: Make) -> None:
    found = in_canary(desk)
    found.write({"exits.yaml": rollouts.FILES["exits.yaml"].replace("id: canary", "id: small")})
    assert found.considered(NEXT) == ["HOLD", "state (fail): the stage `canary` is gone from the document"]
    assert found.recorded(NEXT) == ()
    found.shown["risk.level"] = "broken"
    assert "ROLLBACK from canary to telemetry" in found.recorded("2026-03-06T01:00:00Z")[0]


# --- by hand -----------------------------------------------------------------------------------------------------


def test_a_person_rolls_back_whatever_the_triggers_say(desk: Make) -> None:
    found = in_canary(desk)
    note = found.rolled_back("2026-03-05T13:00:00Z").note
    assert note is not None
    assert (note["trigger"], note["window"], note["symbols"]) == (
        "by hand: fills look wrong",
        "2026-03-05T12:00:00Z to 2026-03-05T13:00:00Z",
        ["BTC-USD"],
    )
    head = found.head()
    for at, told in (
        ("2026-03-05T14:00:00Z", "`exits` is ROLLED_BACK: there is nothing to roll back"),
        ("2026-03-05T12:00:00Z", "`exits` is ROLLED_BACK: there is nothing to roll back"),
    ):
        with pytest.raises(UsageError) as problem:
            found.rolled_back(at)
        assert (str(problem.value), found.head()) == (told, head)


def test_a_person_cannot_roll_back_what_is_over_or_not_begun(desk: Make) -> None:
    found = desk()
    with pytest.raises(UsageError) as problem:
        found.rolled_back("2026-03-02T00:00:00Z")
    assert str(problem.value) == "`exits` is NOT_BEGUN: there is nothing to roll back"


def test_no_clock_keeps_a_person_from_rolling_back(desk: Make) -> None:
    """The snapshot that was advanced on may come from a clock that is ahead."""
    found = desk()
    found.advanced("2026-03-02T00:00:00Z")
    assert found.rolled_back("2026-03-01T23:59:59Z").at == instant("2026-03-02T00:00:00Z")
    assert found.standing().state == "ROLLED_BACK"


def test_what_is_complete_can_be_rolled_back_and_begun_anew(desk: Make) -> None:
    found = desk(name="learning", environment="paper")
    found.advanced("2026-03-02T00:00:00Z")
    found.recorded("2026-03-02T01:00:00Z")
    found.advanced("2026-03-02T02:00:00Z")
    found.shown = {"learning.mode": "normal"}
    for hour in (2, 3, 4):
        found.recorded(f"2026-03-02T{hour:02}:30:00Z")
    assert found.advanced("2026-03-02T05:30:00Z").move == "COMPLETE"
    # nobody watches what is complete
    found.shown["risk.level"] = "broken"
    assert found.recorded("2026-03-02T06:00:00Z") == ()
    assert found.rolled_back("2026-03-02T07:00:00Z").target == "safe"
    found.shown = {}
    assert found.advanced("2026-03-02T08:00:00Z", again=True).move == "REARM"
    assert found.moves == [
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
        found.advanced("2026-03-02T00:00:00Z")
    with pytest.raises(UsageError) as problem:
        found.advanced("2026-03-02T01:00:00Z", again=True)
    assert str(problem.value) == f"`exits` is {state}: what was rolled back or is complete is re-armed"


def test_two_rollouts_of_one_ledger(desk: Make) -> None:
    found = in_canary(desk)
    found.name, found.environment = "learning", "paper"
    assert found.advanced(NEXT).move == "BEGIN"
    found.shown["risk.level"] = "tense"
    found.environment = None
    # one reaches its bound at INVESTIGATE, the other only at ROLLBACK
    assert found.recorded("2026-03-06T00:30:00Z") == (
        "rollout exits in canary: review due: in `canary` since 2026-03-03T00:00:00Z, 3 trading days were planned",
        "rollout learning: ROLLBACK from safe to safe: back/tense: risk.level is tense, needed != tense; "
        "set learning.mode: safe",
    )
    assert (found.standing("exits").state, found.standing("learning").state) == ("ACTIVE", "ROLLED_BACK")
