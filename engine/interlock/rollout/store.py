"""Records changes of a rollout, with the incident note of a rollback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ..errors import UsageError
from ..evaluation.deciding.memory import Renames
from ..evaluation.snapshot.measures import Measures
from ..evaluation.snapshot.snapshot import Snapshot
from ..language.times import show_time
from ..ledger.acts import Act
from ..ledger.recorder import Recorder
from ..ledger.state.rollout_state import NONE, ROLLED_BACK, RecordedChange, RolloutState
from ..ledger.state.state import State
from ..policy.loader import PolicyRoot
from ..policy.model import Policy
from ..policy.rollout_model import Rollout
from .configuration import affected_members, settings
from .gates import RolloutGate

__all__ = [
    "PlannedChange",
    "Store",
    "incident_note",
    "record_change",
    "record_rollback",
    "roll_back",
    "trigger_of",
]


_OPEN = "open"


def incident_note(
    rollout: Rollout,
    state: RolloutState,
    at: Decimal,
    trigger: str,
    measures: Measures | None,
) -> dict[str, object]:
    """Return the incident note that is recorded with the rollback, as a start for people.

    The window begins at the last observation of the stage without a trigger, else when the stage was entered.
    """
    back = rollout.back_from(state.stage)
    quiet = max((each.at for each in state.observations if each.quiet), default=state.entered)
    members = () if measures is None else affected_members(rollout, rollout.stage(state.stage), measures)
    return {
        "rollout": rollout.id,
        "attempt": state.attempt,
        "stage": state.stage,
        "at": show_time(at),
        "trigger": trigger,
        "window": f"{show_time(quiet)} to {show_time(at)}",
        "symbols": list(members),
        "mitigation": _OPEN,
        "to": back.id,
        "settings": [] if measures is None else list(settings(back, measures)),
    }


def trigger_of(gate: RolloutGate, policies: Mapping[str, Policy], state: State) -> str:
    """Return what fired: the failed rules of the policy, else those that are unknown, and every latch in it or in a
    policy that it composes."""
    found = [(each.name, rule) for each in gate.verdicts for rule in each.failed()]
    fired = [(name, rule) for name, rule in found if rule.outcome == "fail"]
    rules = [f"{name}/{rule.id}: {rule.reason}" for name, rule in fired or found]
    below, now = set(_composed(gate.policy, policies)), Renames.of(policies.values()).now
    latched = [
        f"{key[0]}/{key[2]}{f' at {key[1]}' if key[1] else ''}: {latch.reason} ({show_time(latch.at)})"
        for key, latch in sorted(state.latches.items())
        if now(key)[0] in below
    ]
    return "; ".join([*rules, *latched])


def _composed(name: str, policies: Mapping[str, Policy]) -> Iterator[str]:
    """Yield the policies that a policy composes, on all levels."""
    for each in policies[name].children if name in policies else ():
        yield each.policy
        yield from _composed(each.policy, policies)


class Store(Protocol):
    """Holds entries and the state that follows from them; with `record` false it takes none."""

    @property
    def record(self) -> bool: ...

    @property
    def state(self) -> State: ...

    def load(self, document: str) -> Snapshot:
        """Return a recorded snapshot."""
        ...

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> int:
        """Append one entry, apply it to the state, and return its number."""
        ...


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change to record: BEGIN, ADVANCE, COMPLETE, ROLLBACK or REARM, when, to which stage, by whom and why."""

    action: str
    at: Decimal
    target: str
    by: str
    reason: str
    version: str = ""
    note: Mapping[str, object] | None = None
    environment: str | None = None


def record_change(store: Store, name: str, before: RolloutState, change: PlannedChange) -> None:
    """Append one change of a rollout; BEGIN and REARM start another attempt."""
    body = {
        "rollout": name,
        "version": change.version,
        "attempt": before.attempt + (change.action in ("BEGIN", "REARM")),
        "decision": change.action,
        "from": before.stage,
        "to": change.target,
        "by": change.by,
        "reason": change.reason,
        "note": change.note,
        "environment": change.environment,
    }
    store.append(show_time(change.at), "stage", body)


def roll_back(
    path: Path, root: PolicyRoot, name: str, act: Act, anchor: Path | None = None
) -> RecordedChange:
    """Roll a rollout back by hand in a ledger and return the recorded change; see `record_rollback`."""
    with Recorder(path, anchor=anchor) as store:
        return record_rollback(store, root, name, act)


def record_rollback(store: Store, root: PolicyRoot, name: str, act: Act) -> RecordedChange:
    """Roll a rollout back by hand and return the recorded change; without its document it keeps its stage.

    An act before the last change counts from that change, so no clock prevents a rollback. Raises UsageError if the
    rollout has not begun or was rolled back already.
    """
    before = store.state.rollout(name).copy()
    if before.state in (NONE, ROLLED_BACK):
        raise UsageError(f"`{name}` is {before.state}: there is nothing to roll back")
    at = max(act.at, before.since)
    change = PlannedChange("ROLLBACK", at, before.stage, act.by, act.reason)
    rollout = root.rollouts.get(name)
    if rollout is not None:
        note = incident_note(rollout, before, at, f"by hand: {act.reason}", _newest_measures(store, root, at))
        target = rollout.back_from(before.stage).id
        change = PlannedChange("ROLLBACK", at, target, act.by, act.reason, rollout.version, note)
    record_change(store, name, before, change)
    return store.state.rollout(name).changes[-1]


def _newest_measures(store: Store, root: PolicyRoot, at: Decimal) -> Measures | None:
    """Return the newest recorded snapshot up to an instant, which says what the rollout affected."""
    past = [each for each in store.state.snapshots if each.as_of <= at]
    return Measures(store.load(past[-1].document), root.catalogue) if past else None
