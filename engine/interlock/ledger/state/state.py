"""The state of a ledger: a fold over its entries, computed anew each time and stored nowhere else."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...arithmetic import own_context
from ...errors import LedgerError
from ...evaluation.deciding.memory import Key, Latch, Seen, Waiver
from ...language.times import parse_time
from ..file.entry import Entry
from ..file.ledger import Head
from .archive import Archive, RecordedSnapshot
from .kill_switch_record import KillSwitchRecord
from .notifications import NotificationKey, NotificationState, Outbox, notification_key
from .quorum import RecordedAttestation
from .rollout_state import RolloutState

__all__ = ["KINDS", "RuleContext", "State", "fold"]


RuleContext = tuple[str, str, str]
"""The context of a rule's outcome: the environment, the rollout, and a digest of the params that a composition gave,
each empty without one. Outcomes in different contexts are independent."""


@dataclass(frozen=True, slots=True)
class FrozenBaseline:
    """A baseline: the snapshot that its name refers to until it is frozen again, and the instant of that snapshot."""

    document: str
    as_of: str
    by: str
    sequence: int


@dataclass(slots=True)
class State:
    """All that follows from the entries. `apply` takes them in order; nothing else changes the state."""

    head: Head = field(default_factory=Head)
    archive: Archive = field(default_factory=Archive)
    policies: set[str] = field(default_factory=set)
    outcomes: dict[tuple[Key, RuleContext], list[tuple[Decimal, int, str]]] = field(default_factory=dict)
    holes: dict[tuple[Key, RuleContext], list[tuple[Decimal, Decimal]]] = field(default_factory=dict)
    first: dict[str, Decimal] = field(default_factory=dict)
    latches: dict[Key, Latch] = field(default_factory=dict)
    rearmed: dict[Key, Decimal] = field(default_factory=dict)
    seen: dict[Key, dict[RuleContext, set[Seen]]] = field(default_factory=dict)
    baselines: dict[str, FrozenBaseline] = field(default_factory=dict)
    attestations: list[RecordedAttestation] = field(default_factory=list)
    waivers: dict[Key, list[Waiver]] = field(default_factory=dict)
    notified: dict[NotificationKey, NotificationState] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)
    rollouts: dict[str, RolloutState] = field(default_factory=dict)
    kill_switch: KillSwitchRecord = field(default_factory=KillSwitchRecord)

    def apply(self, entry: Entry) -> None:
        """Apply one entry; some kinds do not change the state.

        Raises LedgerError for a kind that this version does not know: ignoring it could open a gate.
        """
        handler = _HANDLERS.get(entry.kind)
        if handler is not None:
            handler(self, entry, entry.data)
        elif entry.kind not in KINDS:
            hint = "update Interlock to the version that recorded it"
            raise LedgerError(
                f"entry {entry.sequence} is of the kind `{entry.kind}`, which this version does not know: {hint}"
            )
        self.head = Head(entry.sequence, entry.hash)

    def has_snapshot(self, document: str) -> bool:
        """Tell whether a snapshot is recorded."""
        return document in self.archive.documents

    @property
    def snapshots(self) -> Sequence[RecordedSnapshot]:
        """The recorded snapshots in order of instant and entry."""
        return self.archive.order

    def outcomes_before(
        self, key: Key, context: RuleContext, as_of: Decimal
    ) -> list[tuple[Decimal, int, str]]:
        """Return the rule's outcomes in a context before an instant, in order of instant and record."""
        found = self.outcomes.get((key, context), [])
        return found[: bisect_left(found, (as_of, 0, ""))]

    def unknown_rules(self) -> set[Key]:
        """Return the rules whose newest outcome, in any context, is unknown."""
        return {key for (key, _), found in self.outcomes.items() if found[-1][2] == "unknown"}

    def rollout(self, name: str) -> RolloutState:
        """Return the state of a rollout; one that has not begun is in no stage."""
        return self.rollouts.get(name, RolloutState())

    def reserved(self, rollout: str | None, as_of: Decimal) -> dict[str, object]:
        """Return the reserved metrics at an instant: the kill switch, and those of the rollout around it."""
        around = {} if rollout is None else self.rollout(rollout).metrics(as_of)
        return {**self.kill_switch.metrics(as_of), **around}

    # one method for each kind of entry

    def _snapshot(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.archive.add(RecordedSnapshot(_instant(entry.time), entry.sequence, data["document"]), data)

    def _policies(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.policies.add(data["digest"])

    def _evaluation(self, entry: Entry, data: Mapping[str, Any]) -> None:
        as_of = _instant(entry.time)
        place = (data["environment"] or "", data.get("rollout") or "")
        for fact in data["facts"]:
            key, context = _key(fact), (*place, fact.get("given", ""))
            insort(self.outcomes.setdefault((key, context), []), (as_of, entry.sequence, fact["outcome"]))
            if fact.get("hole"):
                insort(self.holes.setdefault((key, context), []), (as_of, _instant(fact["hole"])))
            self.first[key[0]] = min(as_of, self.first.get(key[0], as_of))
            if fact.get("seen"):
                seen = self.seen.setdefault(key, {}).setdefault(context, set())
                seen.update(tuple(each) for each in fact["seen"])

    def _latch(self, entry: Entry, data: Mapping[str, Any]) -> None:
        latch = Latch(_instant(data["at"]), data["verdict"], data["reason"])
        self.latches.setdefault(_key(data), latch)

    def _rearm(self, entry: Entry, data: Mapping[str, Any]) -> None:
        key = _key(data)
        self.latches.pop(key, None)
        self.seen.pop(key, None)  # while it was latched points were recorded and not judged
        at = _instant(entry.time)
        self.rearmed[key] = max(at, self.rearmed.get(key, at))

    def _baseline(self, entry: Entry, data: Mapping[str, Any]) -> None:
        # the newest counts: a name is frozen again only by a person who says so
        found = FrozenBaseline(data["document"], data["as_of"], data["by"], entry.sequence)
        self.baselines[data["name"]] = found

    def _attestation(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.attestations.append(RecordedAttestation.read(entry.time, data, entry.sequence))

    def _waiver(self, entry: Entry, data: Mapping[str, Any]) -> None:
        terms = (_instant(entry.time), _instant(data["until"]))
        origin = (data["by"], data["role"], data["ticket"], data["reason"])
        waiver = Waiver(entry.sequence, data["outcome"], *terms, *origin)
        self.waivers.setdefault(_key(data), []).append(waiver)

    def _notify(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.notified[notification_key(data)] = self.notified.get(
            notification_key(data), NotificationState()
        ).after(data)
        self.outbox.add_event(entry.sequence, data)

    def _delivery(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.outbox.add_delivery(data)

    def _stage(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.rollouts.setdefault(data["rollout"], RolloutState()).apply_change(
            entry.sequence, entry.time, data
        )

    def _observation(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.rollouts.setdefault(data["rollout"], RolloutState()).add_observation(
            entry.sequence, entry.time, data
        )

    def _kill_switch(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self.kill_switch.apply(_instant(entry.time), entry.sequence, data)


_HANDLERS: dict[str, Callable[[State, Entry, Mapping[str, Any]], None]] = {
    "snapshot": State._snapshot,
    "policies": State._policies,
    "evaluation": State._evaluation,
    "latch": State._latch,
    "rearm": State._rearm,
    "baseline": State._baseline,
    "attestation": State._attestation,
    "waiver": State._waiver,
    "notify": State._notify,
    "delivery": State._delivery,
    "stage": State._stage,
    "look": State._observation,
    "kill-switch": State._kill_switch,
}


KINDS = frozenset({*_HANDLERS, "begin", "verdict", "gate", "permission", "trade"})
"""All kinds of entries; a beginning and verdicts do not change the state, and trade gates read their own kinds."""


@own_context
def fold(entries: Iterable[Entry]) -> State:
    """Return the state after entries that begin with the first."""
    state = State()
    for each in entries:
        state.apply(each)
    return state


def _key(data: Mapping[str, Any]) -> Key:
    return (data["policy"], data["member"], data["rule"])


def _instant(text: str) -> Decimal:
    found = parse_time(text)
    assert found is not None
    return found
