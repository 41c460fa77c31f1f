"""Where rollouts stand: what follows for each of them from the entries of a ledger."""

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
    """One recorded snapshot of an active rollout: its instant, the entry, whether the stage's time goes on, a digest of
    the configuration that it held against, and whether the rollback policy was at its best."""

    at: Decimal
    entry: int
    good: bool
    key: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change of a rollout: BEGIN, ADVANCE, COMPLETE, ROLLBACK or REARM; `note` is what a rollback notes down."""

    entry: int
    at: Decimal
    word: str
    attempt: int
    source: str
    target: str
    version: str
    by: str
    reason: str
    note: Mapping[str, Any] | None = None


@dataclass(slots=True)
class RolloutState:
    """A rollout now: its state, the attempt with its environment, the stage with the instant at which it was entered,
    and all that was seen since.

    `started` is when the attempt began, `rolled_back` when it was last rolled back, `since` when its state was last
    changed; instants are seconds since the epoch.
    """

    state: str = NONE
    attempt: int = 0
    environment: str | None = None
    stage: str = ""
    entered: Decimal = Decimal(0)
    started: Decimal = Decimal(0)
    since: Decimal = Decimal(0)
    rolled_back: Decimal | None = None
    looks: list[RolloutObservation] = field(default_factory=list)
    moves: list[RecordedChange] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether it is in a stage that gates and triggers watch."""
        return self.state == ACTIVE

    @property
    def entry(self) -> int:
        """The entry with which it got where it is; 0 where nobody has begun it."""
        return self.moves[-1].entry if self.moves else 0

    def copy(self) -> RolloutState:
        """Return it as it stands now, whatever follows."""
        return replace(self, looks=list(self.looks), moves=list(self.moves))

    def metrics(self, as_of: Decimal) -> dict[str, str]:
        """Return the reserved metrics of an instant; nothing is known of one before the stage was entered."""
        if self.state == NONE or as_of < self.entered:
            return {}
        times = {
            "rollout.stage_entered": self.entered,
            "rollout.attempt_started": self.started,
            "rollout.rolled_back_at": self.rolled_back,
        }
        told = {name: show_time(at) for name, at in times.items() if at is not None}
        return {"rollout.stage": self.stage, **told}

    def move(self, entry: int, time: str, data: Mapping[str, Any]) -> None:
        """Follow one change."""
        at = _instant(time)
        found = RecordedChange(
            entry, at, data["decision"], int(data["attempt"]), data["from"], data["to"],
            data["version"], data["by"], data["reason"], data.get("note"),
        )  # fmt: skip
        if found.word in ("BEGIN", "REARM"):
            self.started, self.environment = at, data.get("environment")
        if found.word == "ROLLBACK":
            self.rolled_back = at
        self.state, self.attempt, self.stage = _STATES[found.word], found.attempt, found.target
        self.entered = self.since = at
        self.looks = []
        self.moves.append(found)

    def look(self, entry: int, time: str, data: Mapping[str, Any]) -> None:
        """Follow one recorded snapshot; what was before the stage was entered, or of another one, does not count."""
        at = _instant(time)
        same = (int(data["attempt"]), data["stage"]) == (self.attempt, self.stage)
        if same and self.active and at >= self.entered:
            insort(self.looks, RolloutObservation(at, entry, data["good"], data["key"], data["quiet"]))


def _instant(text: str) -> Decimal:
    found = parse_time(text)
    assert found is not None
    return found
