"""A made-up desk on which rollouts are played: what the bases of the policies' own tests measure, moved in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from interlock.api import PolicySet, Snapshot
from interlock.canonical import canonical
from interlock.diagnostics import Collector
from interlock.language.times import parse_time, show_time
from interlock.ledger.acts import Act, freeze, rearm
from interlock.ledger.attestation import attest, new_statement
from interlock.ledger.recorder import Recorder
from interlock.ledger.state.rollout_state import RolloutState
from interlock.policy.rollout_model import Rollout
from interlock.rollout.engine import Person, RolloutStep
from interlock.rollout.store import PlannedChange, record_change
from interlock.testing.policies.model import SnapshotDraft
from interlock.testing.suite_reader import read_suites
from support.beginnings import recording_in
from support.roots import instant

__all__ = ["BEGAN", "DAY", "MINUTE", "Desk", "covered", "daily", "seconds", "shorter"]


def seconds(**parts: float) -> Decimal:
    """A duration: `seconds(minutes=15)`."""
    return Decimal(int(timedelta(**parts).total_seconds()))


@dataclass(slots=True)
class Desk:
    """One rollout on a desk; `held` is what the desk shows over the bases of `suites`, until it is set otherwise.

    A value of `held` may be a function of the instant of the snapshot.
    """

    policies: PolicySet
    ledger: Path
    rollout: Rollout
    suites: tuple[str, ...]
    held: dict[str, Any] = field(default_factory=dict)
    environment: str = "paper"
    bases: list[SnapshotDraft] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = {each.policy: each.base.draft for each in read_suites(self.policies.root, Collector())}
        self.bases = [found[name] for name in self.suites]

    def snapshot(self, at: Decimal) -> Snapshot:
        """What the desk shows at an instant."""
        metrics: dict[str, object] = {}
        scopes: dict[str, dict[str, dict[str, object]]] = {}
        for base in self.bases:
            metrics |= {name: self.moved(name, form, at - base.as_of) for name, form in base.metrics.items()}
            for scope, members in base.scopes.items():
                for member, forms in members.items():
                    table = scopes.setdefault(scope, {}).setdefault(member, {})
                    table |= {name: self.moved(name, form, at - base.as_of) for name, form in forms.items()}
        metrics |= {name: form(at) if callable(form) else form for name, form in self.held.items()}
        told = {"interlock": 1, "as_of": show_time(at), "metrics": metrics, "scopes": scopes, "env": {}}
        return Snapshot.parse(canonical(told))

    def moved(self, name: str, form: object, by: Decimal) -> object:
        """A form of a test as it would be so much later; slots of a grid move by whole periods."""
        metric = self.policies.catalogue.metrics.get(name)
        every = metric.every if metric is not None else None
        step = by if every is None else by // every * every
        return _shifted(form, step)

    # what the desk and its people do

    def set(self, name: str) -> None:
        """Set every setting to what a stage asks for; words are those of the bases."""
        found, metrics = self.rollout.stage(name), self.policies.catalogue.metrics
        assert found is not None
        self.held |= {key: value for key, value in found.flags.items() if metrics[key].type.enum is None}

    def watched(self, start: Decimal, end: Decimal, every: Decimal) -> tuple[str, ...]:
        """Record snapshots from one instant to another, and return what they told of the rollout."""
        told: list[str] = []
        at = start
        with recording_in(self.ledger) as recorder:
            while at <= end:
                found = self.policies.recorded(
                    self.snapshot(at), recorder, policies=(), environment=self.environment
                )
                told += found.notes
                at += every
        return tuple(told)

    def advanced(self, at: Decimal) -> RolloutStep:
        """Ask for the next stage."""
        return self._asked(at, again=False)

    def rearmed(self, at: Decimal) -> RolloutStep:
        """Ask for another attempt."""
        return self._asked(at, again=True)

    def frozen(self, name: str, at: Decimal) -> None:
        """Freeze what the desk shows as a baseline."""
        freeze(self.ledger, name, self.snapshot(at), Act("quant-lead", "the stage asks for it", at))

    def attested(self, what: str, at: Decimal) -> None:
        """Let one person of each role attest something."""
        declared = self.policies.root.attestations[what]
        bound = self.policies.bound(what, self.snapshot(at))
        for role in declared.roles:
            attest(
                self.ledger, declared, new_statement(declared, role, bound, Act(f"one of {role}", "seen", at))
            )

    def cleared(self, policy: str, rule: str, at: Decimal) -> None:
        """Re-arm a latched trigger."""
        rearm(self.ledger, policy, rule, None, Act("risk", "its cause is mended", at))

    def complete(self, name: str, at: Decimal) -> None:
        """Write another rollout down as complete."""
        with recording_in(self.ledger) as recorder:
            for word in ("BEGIN", "COMPLETE"):
                before = recorder.state.rollout(name).copy()
                record_change(
                    recorder, name, before, PlannedChange(word, at, "full", "quant-lead", "played elsewhere")
                )

    @property
    def moves(self) -> list[tuple[str, str]]:
        """Every change with the stage that it led to."""
        return [(each.action, each.target) for each in self.standing.changes]

    @property
    def standing(self) -> RolloutState:
        """Where the rollout stands."""
        with recording_in(self.ledger, record=False) as recorder:
            return recorder.state.rollout(self.rollout.id).copy()

    def _asked(self, at: Decimal, *, again: bool) -> RolloutStep:
        with recording_in(self.ledger) as recorder:
            environment = None if self.standing_in(recorder) else self.environment
            steering = self.policies.rollout_engine(
                self.snapshot(at), recorder, environment=environment, now=at
            )
            person = Person("operator", "the stage is over")
            return steering.rearm(self.rollout, person) if again else steering.advance(self.rollout, person)

    def standing_in(self, recorder: Recorder) -> bool:
        return recorder.state.rollout(self.rollout.id).active


BEGAN = instant("2026-04-01T09:00:00Z")
MINUTE, DAY = seconds(minutes=1), seconds(days=1)


def covered(now: Decimal, *points: object) -> dict[str, object]:
    """An irregular series that was watched for a long time before the play began."""
    return {"covered": [show_time(BEGAN - 60 * DAY), show_time(now)], "points": list(points)}


def daily(now: Decimal, value: Callable[[Decimal], object]) -> dict[str, object]:
    """A point for each of forty complete days, as `value` tells it of the day's start."""
    midnight = now // DAY * DAY
    days = [midnight - step * DAY for step in range(40, 0, -1)]
    return {
        "from": show_time(days[0]),
        "points": [{"at": show_time(day), "value": value(day)} for day in days],
    }


def _shifted(form: object, by: Decimal) -> object:
    if isinstance(form, Mapping):
        return {key: _shifted(each, by) for key, each in form.items()}
    if isinstance(form, list):
        return [_shifted(each, by) for each in form]
    at = parse_time(form) if isinstance(form, str) and form[:2] == "20" else None
    return form if at is None else show_time(at + by)


def shorter(policies: PolicySet, rollout: str, term: Any) -> PolicySet:
    """The policies in an environment that gives every stage of a rollout the same short time."""
    paper = policies.root.environments["paper"]
    dwell = {key: term if key[0] == rollout else each for key, each in paper.dwell.items()}
    environments = {**policies.root.environments, "paper": replace(paper, dwell=dwell)}
    return PolicySet(replace(policies.root, environments=environments), policies.sources, policies.documents)
