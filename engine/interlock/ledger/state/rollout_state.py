"""The state of rollouts, as it follows from the entries of a ledger."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ...language.times import parse_time, show_time

__all__ = [
    "ACTIVE",
    "COMPLETE",
    "NONE",
    "ROLLED_BACK",
    "RecordedChange",
    "RolloutObservation",
    "RolloutState",
]

NONE = "NOT_BEGUN"
ACTIVE = "ACTIVE"
COMPLETE = "COMPLETE"
ROLLED_BACK = "ROLLED_BACK"

_STATES = {"BEGIN": ACTIVE, "ADVANCE": ACTIVE, "REARM": ACTIVE, "COMPLETE": COMPLETE, "ROLLBACK": ROLLED_BACK}


@dataclass(frozen=True, slots=True, order=True)
class RolloutObservation:
    """One recorded snapshot of an active rollout: its instant and entry, whether the stage's time continues (`good`), a
    digest of the compared configuration (`key`), and whether the rollback policy was at its best (`quiet`)."""

    at: Decimal
    entry: int
    good: bool
    key: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change of a rollout: BEGIN, ADVANCE, COMPLETE, ROLLBACK or REARM; a rollback has an incident `note`."""

    entry: int
    at: Decimal
    action: str
    attempt: int
    source: str
    target: str
    version: str
    by: str
    reason: str
    note: Mapping[str, Any] | None = None


@dataclass(slots=True)
class RolloutState:
    """A rollout: its state, the attempt and its environment, the stage, and the observations since it was entered.

    `entered` is when the stage was entered, `started` when the attempt began, `rolled_back` when it was last rolled
    back, `since` when its state last changed; instants are seconds since the epoch.
    """

    state: str = NONE
    attempt: int = 0
    environment: str | None = None
    stage: str = ""
    entered: Decimal = Decimal(0)
    started: Decimal = Decimal(0)
    since: Decimal = Decimal(0)
    rolled_back: Decimal | None = None
    observations: list[RolloutObservation] = field(default_factory=list)
    changes: list[RecordedChange] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Tell whether it is in a stage, so its gates and triggers apply."""
        return self.state == ACTIVE

    @property
    def entry(self) -> int:
        """The entry of its last change; 0 before it has begun."""
        return self.changes[-1].entry if self.changes else 0

    def copy(self) -> RolloutState:
        """Return a copy that later changes do not affect."""
        return replace(self, observations=list(self.observations), changes=list(self.changes))

    def metrics(self, as_of: Decimal) -> dict[str, str]:
        """Return the reserved metrics at an instant; none before the stage was entered."""
        if self.state == NONE or as_of < self.entered:
            return {}
        times = {
            "rollout.stage_entered": self.entered,
            "rollout.attempt_started": self.started,
            "rollout.rolled_back_at": self.rolled_back,
        }
        known = {name: show_time(at) for name, at in times.items() if at is not None}
        return {"rollout.stage": self.stage, **known}

    def standing(self, as_of: Decimal) -> tuple[str, str]:
        """Return the state and the stage at an instant; the stage is empty before it has begun."""
        past = [each for each in self.changes if each.at <= as_of]
        return (_STATES[past[-1].action], past[-1].target) if past else (NONE, "")

    def apply_change(self, entry: int, time: str, data: Mapping[str, Any]) -> None:
        """Apply one recorded change."""
        at = _instant(time)
        found = RecordedChange(
            entry, at, data["decision"], int(data["attempt"]), data["from"], data["to"],
            data["version"], data["by"], data["reason"], data.get("note"),
        )  # fmt: skip
        if found.action in ("BEGIN", "REARM"):
            self.started, self.environment = at, data.get("environment")
        if found.action == "ROLLBACK":
            self.rolled_back = at
        self.state, self.attempt, self.stage = _STATES[found.action], found.attempt, found.target
        self.entered = self.since = at
        self.observations = []
        self.changes.append(found)

    def add_observation(self, entry: int, time: str, data: Mapping[str, Any]) -> None:
        """Apply one recorded observation; one of another stage or from before it was entered does not count."""
        at = _instant(time)
        same = (int(data["attempt"]), data["stage"]) == (self.attempt, self.stage)
        if same and self.active and at >= self.entered:
            insort(self.observations, RolloutObservation(at, entry, data["good"], data["key"], data["quiet"]))


def _instant(text: str) -> Decimal:
    found = parse_time(text)
    assert found is not None
    return found
