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
from .configuration import affected, settings
from .gates import RolloutGate

__all__ = ["PlannedChange", "Store", "noted", "record", "roll_back", "rolled_back", "trigger_of"]


OPEN = "open"


def noted(
    rollout: Rollout,
    standing: RolloutState,
    at: Decimal,
    trigger: str,
    measures: Measures | None,
) -> dict[str, object]:
    """Return the note: it is recorded with the rollback, and people go on from there.

    The window begins where the triggers were last seen quiet in the stage, else where the stage was entered.
    """
    back = rollout.back_from(standing.stage)
    quiet = max((each.at for each in standing.looks if each.quiet), default=standing.entered)
    members = () if measures is None else affected(rollout, rollout.stage(standing.stage), measures)
    return {
        "rollout": rollout.id,
        "attempt": standing.attempt,
        "stage": standing.stage,
        "at": show_time(at),
        "trigger": trigger,
        "window": f"{show_time(quiet)} to {show_time(at)}",
        "symbols": list(members),
        "mitigation": OPEN,
        "to": back.id,
        "settings": [] if measures is None else list(settings(back, measures)),
    }


def trigger_of(gate: RolloutGate, policies: Mapping[str, Policy], state: State) -> str:
    """Say what fired: the rules of the policy that failed, and every latch that stands in it or below it."""
    rules = [f"{each.name}/{rule.id}: {rule.reason}" for each in gate.verdicts for rule in each.failed()]
    below, now = set(_below(gate.policy, policies)), Renames.of(policies.values()).now
    latched = [
        f"{key[0]}/{key[2]}{f' at {key[1]}' if key[1] else ''}: {latch.reason} ({show_time(latch.at)})"
        for key, latch in sorted(state.latches.items())
        if now(key)[0] in below
    ]
    return "; ".join([*rules, *latched])


def _below(name: str, policies: Mapping[str, Policy]) -> Iterator[str]:
    """The policies that a policy composes, through all levels."""
    for each in policies[name].children if name in policies else ():
        yield each.policy
        yield from _below(each.policy, policies)


class Store(Protocol):
    """Remembers entries and what follows from them; one whose `record` is false takes none."""

    @property
    def record(self) -> bool: ...

    @property
    def state(self) -> State: ...

    def load(self, document: str) -> Snapshot:
        """Return a recorded snapshot."""
        ...

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> int:
        """Append one entry, let the state follow it, and return its number."""
        ...


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One change that is to be recorded: BEGIN, ADVANCE, COMPLETE, ROLLBACK or REARM, when, to which stage, by whom."""

    word: str
    at: Decimal
    target: str
    by: str
    reason: str
    version: str = ""
    note: Mapping[str, object] | None = None
    environment: str | None = None


def record(recorder: Store, name: str, before: RolloutState, change: PlannedChange) -> None:
    """Append one change of a rollout; BEGIN and REARM begin another attempt."""
    body = {
        "rollout": name,
        "version": change.version,
        "attempt": before.attempt + (change.word in ("BEGIN", "REARM")),
        "decision": change.word,
        "from": before.stage,
        "to": change.target,
        "by": change.by,
        "reason": change.reason,
        "note": change.note,
        "environment": change.environment,
    }
    recorder.append(show_time(change.at), "stage", body)


def roll_back(
    path: Path, root: PolicyRoot, name: str, act: Act, anchor: Path | None = None
) -> RecordedChange:
    """Roll a rollout back by hand in a ledger and return what was recorded; see `rolled_back`."""
    with Recorder(path, anchor=anchor) as recorder:
        return rolled_back(recorder, root, name, act)


def rolled_back(recorder: Store, root: PolicyRoot, name: str, act: Act) -> RecordedChange:
    """Roll a rollout back by hand and return what was recorded; one whose document is gone keeps its stage.

    No clock stands in the way: an act that lies before the last change counts from that change. Raises UsageError for
    a rollout that is in no stage.
    """
    before = recorder.state.standing(name).copy()
    if before.state in (NONE, ROLLED_BACK):
        raise UsageError(f"`{name}` is {before.state}: there is nothing to roll back")
    at = max(act.at, before.since)
    change = PlannedChange("ROLLBACK", at, before.stage, act.by, act.reason)
    rollout = root.rollouts.get(name)
    if rollout is not None:
        note = noted(rollout, before, at, f"by hand: {act.reason}", _newest(recorder, root, at))
        target = rollout.back_from(before.stage).id
        change = PlannedChange("ROLLBACK", at, target, act.by, act.reason, rollout.version, note)
    record(recorder, name, before, change)
    return recorder.state.standing(name).moves[-1]


def _newest(recorder: Store, root: PolicyRoot, at: Decimal) -> Measures | None:
    """The newest recorded snapshot up to an instant, which tells what the rollout touched."""
    past = [each for each in recorder.state.snapshots if each.as_of <= at]
    return Measures(recorder.load(past[-1].document), root.catalogue) if past else None
