"""Random days of rollouts over a real ledger, against a model that works everything out anew from what happened."""

from __future__ import annotations

import tempfile
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import interlock
from interlock.errors import UsageError
from interlock.language.times import show_time
from interlock.ledger.acts import Act
from interlock.ledger.attestation import attest, new_statement
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from interlock.rollout.engine import Person
from interlock.rollout.store import roll_back
from support import rollouts
from support.beginnings import recording_in

from .contexts import HOUR, at
from .reference_model import NEXT, WANTED, Event, Position, Story

EXITS = """\
rollout: exits
version: 1.0.0
title: Hybrid exits
owner: quant
lever: [exits.hybrid, swap.threshold]
stages:
  - {id: telemetry, flags: {exits.hybrid: false, swap.threshold: 12}, dwell: {min: 2h, max_gap: 2h}, advance: gate}
  - id: canary
    flags: {exits.hybrid: true, swap.threshold: 12}
    canary: [exits.symbols]
    dwell: {min: 1 trading day, target: 2d, max_gap: 13h}
    restart_on: [steady]
    advance: gate
    approve: {roles: [quant]}
  - id: full
    flags: {exits.hybrid: true, swap.threshold: 12, exits.symbols: []}
    dwell: {min: 1h, max_gap: 13h}
    advance: gate
rollback: {policy: back, reaches: ROLLBACK, to: previous, verified: undone}
"""
RIVAL = """\
rollout: rival
version: 1.0.0
title: Another change
owner: risk
lever: [size.scale]
stages:
  - {id: as-is, flags: {size.scale: 100%}, dwell: {min: 1h, max_gap: 4h}, advance: gate}
rollback: {policy: back, reaches: INVESTIGATE, to: as-is}
"""
BASE = at("02 00:00")
WRONG = [
    {},
    {"swap.threshold": 11},
    {"swap.threshold": None},
    {"exits.hybrid": None},
    {"exits.symbols": ()},
    {"exits.symbols": None},
    {"exits.symbols": ("ETH-USD",)},
    {"risk.level": "tense"},
    {"risk.level": "broken"},
    {"risk.level": None},
    {"fills.good": False},
    {"fills.good": None},
    {"feed.steady": False},
    {"feed.steady": None},
    {"cleanup.done": False},
    {"size.scale": 2},
    {"size.scale": None},
]
LACKING = ["", "", "canary-symbols", "exits/canary", "a look", "the newest"]
often, seldom = st.sampled_from([{}, *WRONG]), st.sampled_from([{}] * 25 + WRONG)
hours = st.sampled_from([0, 1, 1, 2, 2, 3, 12, 13, 14, 24])
names = st.sampled_from(["exits", "exits", "rival"])


@cache
def policies() -> interlock.api.PolicySet:
    files = {
        "exits.yaml": EXITS,
        "rival.yaml": RIVAL,
        **dict.fromkeys(("sizes.yaml", "learning.yaml", "paper.yaml", "live.yaml")),
    }
    return interlock.load(rollouts.write(Path(tempfile.mkdtemp()), files))


class Days(RuleBasedStateMachine):
    """People and snapshots in any order; the model is asked after every one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Path(self.folder.name) / "ledger.db"
        self.events: list[Event] = []
        self.hour = 0

    def teardown(self) -> None:
        if self.ledger.exists():
            with Ledger(self.ledger) as ledger:
                verify(ledger)
        self.folder.cleanup()

    # the desk

    @property
    def position(self) -> dict[str, Position]:
        return Story(list(self.events)).play()

    def seen(self, changed: dict[str, Any]) -> dict[str, Any]:
        """What the desk shows where everything is as the rollouts want it, but for what is changed."""
        exits = self.position["exits"]
        desk: dict[str, Any] = {**rollouts.CALM, **WANTED[exits.stage or "telemetry"]}
        desk["exits.symbols"] = ("BTC-USD",) if exits.stage == "canary" else ()
        return {**desk, **changed}

    def snapshot(self, seen: dict[str, Any], hour: int) -> interlock.Snapshot:
        lists = {name: list(each) if isinstance(each, tuple) else each for name, each in seen.items()}
        missing = [name for name, each in seen.items() if each is None]
        return rollouts.snapshot(self.time(hour), lists, missing)

    def time(self, hour: int) -> str:
        return show_time(BASE + hour * HOUR)

    def act(self, hour: int) -> Act:
        return Act("desk-1", "for a reason", BASE + hour * HOUR)

    def ask(self, kind: str, name: str, changed: dict[str, Any], hour: int) -> None:
        event = Event(kind, hour, name, self.seen(changed))
        rollout, before = policies().root.rollouts[name], self.position[name]
        refused = kind == "rearm" and before.state in ("NOT_BEGUN", "ACTIVE")
        try:
            with recording_in(self.ledger) as recorder:
                steering = policies().rollout_engine(
                    self.snapshot(event.seen, hour), recorder, now=BASE + hour * HOUR
                )
                person = Person("desk-1", "for a reason")
                step = (
                    steering.rearm(rollout, person) if kind == "rearm" else steering.advance(rollout, person)
                )
                steering.observe_active(skip=name)
        except UsageError:
            assert refused
            return
        assert not refused
        self.events.append(event)
        if step.change in ("ADVANCE", "COMPLETE"):
            self.judged_at_their_best(before.stage)

    def judged_at_their_best(self, stage: str) -> None:
        """The evaluation that the last change rests on says so of the gate and of the triggers."""
        with Ledger(self.ledger) as ledger:
            entries = list(ledger.entries())
        place = max(each.sequence for each in entries if each.kind == "stage")
        number = max(each.sequence for each in entries if each.kind == "evaluation" and each.sequence < place)
        found = [
            each.data for each in entries if each.kind == "verdict" and each.data["evaluation"] == number
        ]
        actions = {
            each["verdict"]["policy"]: (each["verdict"]["verdict"], each["verdict"]["possible"])
            for each in found
        }
        assert actions == {
            "back": ("CONTINUE", "CONTINUE"),
            "gate": ("PASS", "PASS"),
            **({"steady": ("STEADY", "STEADY")} if stage == "canary" else {}),
        }

    # what happens

    @initialize(far=st.integers(0, 4), back=st.booleans())
    def begun(self, far: int, back: bool) -> None:
        """Begin anywhere on the way, in a stage or rolled back from it."""
        for _ in range(far):
            self.towards_the_next_stage("", {}, {})
        if far and back:
            self.a_person_rolls_back("exits", 0, True)

    @rule(lacking=st.sampled_from(LACKING), seen_now=often, changed=seldom)
    def towards_the_next_stage(self, lacking: str, seen_now: dict[str, Any], changed: dict[str, Any]) -> None:
        """Do all that leads on, but for one thing, which random steps alone hardly ever do; then ask."""
        exits = self.position["exits"]
        if exits.state == "ACTIVE":
            self.quiet_days(*{"telemetry": (2, 2), "canary": (12, 4), "full": (12, 2)}[exits.stage])
            for what in ("canary-symbols", "exits/canary"):
                if what != lacking:
                    self.a_person_attests(what)
            if lacking == "a look":
                self.a_snapshot(0, seen_now)
            if lacking == "the newest":
                self.advance_on_an_old_snapshot("exits", 1)
        kind = "rearm" if exits.state in ("ROLLED_BACK", "COMPLETE") else "advance"
        self.ask(kind, "exits", {} if lacking else changed, self.hour)

    @rule(later=hours, changed=seldom)
    def a_snapshot(self, later: int, changed: dict[str, Any]) -> None:
        self.hour += later
        event = Event("evaluate", self.hour, "", self.seen(changed))
        with recording_in(self.ledger) as recorder:
            policies().recorded(self.snapshot(event.seen, self.hour), recorder, policies=())
        self.events.append(event)

    @rule(ago=st.integers(1, 40), changed=often)
    @precondition(lambda self: self.hour > 0)
    def a_late_snapshot(self, ago: int, changed: dict[str, Any]) -> None:
        hour = max(self.hour - ago, 0)
        event = Event("evaluate", hour, "", self.seen(changed))
        with recording_in(self.ledger) as recorder:
            policies().recorded(self.snapshot(event.seen, hour), recorder, policies=())
        self.events.append(event)

    @rule(every=st.sampled_from([1, 2, 12]), times=st.integers(2, 4))
    def quiet_days(self, every: int, times: int) -> None:
        for _ in range(times):
            self.a_snapshot(every, {})

    @rule(name=names, later=hours, changed=seldom)
    def advance(self, name: str, later: int, changed: dict[str, Any]) -> None:
        self.hour += later
        self.ask("advance", name, changed, self.hour)

    @rule(name=names, later=hours, changed=seldom)
    @precondition(
        lambda self: any(each.state in ("ROLLED_BACK", "COMPLETE") for each in self.position.values())
    )
    def rearm(self, name: str, later: int, changed: dict[str, Any]) -> None:
        self.hour += later
        self.ask("rearm", name, changed, self.hour)

    @rule(name=names, ago=st.integers(1, 30))
    @precondition(lambda self: self.hour > 0)
    def advance_on_an_old_snapshot(self, name: str, ago: int) -> None:
        self.ask("advance", name, {}, max(self.hour - ago, 0))

    @rule(what=st.sampled_from(["canary-symbols", "exits/canary"]))
    @precondition(lambda self: self.events)
    def a_person_attests(self, what: str) -> None:
        exits, seen = self.position["exits"], self.seen({})
        declared = policies().root.attestations[what]
        bound = policies().bound(what, self.snapshot(seen, self.hour))
        there = exits.state == "ACTIVE" and exits.stage == "canary" and self.hour >= exits.since
        try:
            attest(self.ledger, declared, new_statement(declared, "quant", bound, self.act(self.hour)))
        except UsageError:
            assert what == "exits/canary" and not there
            return
        assert what == "canary-symbols" or there
        self.events.append(Event("attest", self.hour, what, seen))

    @rule(name=names, ago=st.sampled_from([0, 0, 1, 30]), sure=st.sampled_from([False, False, True]))
    @precondition(lambda self: self.events)
    def a_person_rolls_back(self, name: str, ago: int, sure: bool) -> None:
        if not sure:
            return
        possible = self.position[name].state in ("ACTIVE", "COMPLETE")
        hour = max(self.hour - ago, 0)
        try:
            roll_back(self.ledger, policies().root, name, self.act(hour))
        except UsageError:
            assert not possible
            return
        assert possible
        self.events.append(Event("rollback", hour, name))

    # what holds

    @invariant()
    def the_fold_is_what_the_model_says(self) -> None:
        if not self.ledger.exists():
            return
        with recording_in(self.ledger, record=False) as recorder:
            state = recorder.state
            for name, position in self.position.items():
                found = state.rollout(name)
                assert (found.state, found.stage, found.attempt) == (
                    position.state,
                    position.stage,
                    position.attempt,
                )
                assert [f"{each.action} {each.target}" for each in found.changes] == position.actions
                assert (found.since - BASE if found.changes else 0) == position.since * HOUR
                assert [(each.at - BASE, each.good) for each in found.observations] == [
                    (hour * HOUR, good)
                    for hour, _, good, _ in sorted(position.observations, key=lambda each: each[:2])
                ]
            assert sum(each.active for each in state.rollouts.values()) <= 1

    @invariant()
    def only_a_person_leads_out_of_a_rollback(self) -> None:
        for position in self.position.values():
            actions = [each.split()[0] for each in position.actions]
            after = [two for one, two in pairwise(actions) if one == "ROLLBACK"]
            assert set(after) <= {"REARM"}
            stages = [each.split() for each in position.actions]
            for (_, stage), (action, target) in pairwise(stages):
                assert action != "ADVANCE" or target == NEXT[stage]


TestDays = Days.TestCase
TestDays.settings = settings(
    max_examples=settings.default.max_examples // 3, stateful_step_count=30, deadline=None
)
