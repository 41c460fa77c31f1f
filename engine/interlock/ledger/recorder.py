"""Evaluates snapshots with the ledger's memory and records each evaluation before its verdicts are used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from ..arithmetic import own_contexts
from ..canonical import canonical, digest
from ..errors import UsageError
from ..evaluation.deciding.memory import Fact, Memory
from ..evaluation.deciding.request import Decision
from ..evaluation.snapshot.snapshot import Snapshot
from ..language.times import show_time
from ..policy.catalogue import Scope
from .beginning import Beginning, first_entry, require_there
from .file.anchors import anchored_entries, anchored_writing, required_anchors
from .file.collected import CollectedEntries, Overtaken, collected_writing
from .file.entry import Entry, EntryDraft
from .file.ledger import Ledger, Transaction
from .state.archive import needed_snapshots, scopes_digest
from .state.kill_switch_record import seen_active
from .state.ledger_memory import LedgerMemory
from .state.notifications import events
from .state.state import State, fold

__all__ = ["Decide", "EvaluationSettings", "Recorder"]

_T = TypeVar("_T")
_FREE_TRIES = 2

Decide = Callable[[Memory, Mapping[str, Snapshot]], Decision]
"""Evaluates a snapshot with a memory and the baselines by name."""


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """All that an evaluation needs beside the snapshot, so that it can be replayed.

    `documents` holds the texts of the policy documents by path, `engine` the version, `policies` the requested policies
    (None: all), `baselines` the baselines of the call, `rollout` the rollout that asks for the evaluation. The aliases
    of `scopes` say which names mean one member.
    """

    documents: Mapping[str, str]
    engine: str
    policies: tuple[str, ...] | None = None
    environment: str | None = None
    baselines: Mapping[str, Snapshot] = field(default_factory=dict)
    rollout: str | None = None
    scopes: Mapping[str, Scope] = field(default_factory=dict)


@own_contexts
class Recorder:
    """Reads a ledger, and records all that is appended as one group when it closes.

    `run` judges without the ledger's lock, so that nobody waits for it; used as a context it holds the lock, which is
    for what is short. With `record` false it reads the ledger and adds nothing. `events` holds the notifications to
    send after it has closed without an error; an unchanged verdict is sent again after `renotify` seconds. `channels`
    names the channels that carry events from now on: events wait for each of them until it takes them. `anchor` is a
    file with the ledger's head, which must match and is moved to the new head. `beginning` begins a ledger that is not
    there; without it that raises UsageError.
    """

    def __init__(
        self,
        path: Path,
        *,
        record: bool = True,
        renotify: Decimal | None = None,
        channels: Iterable[str] = (),
        anchor: Path | None = None,
        beginning: Beginning | None = None,
    ) -> None:
        self.path, self.record, self.renotify, self.anchor = path, record, renotify, anchor
        self.beginning = beginning
        self.channels = tuple(channels)
        self.events: list[dict[str, object]] = []
        self._stack = ExitStack()
        self._loaded: dict[str, Snapshot] = {}

    def __enter__(self) -> Recorder:
        return self._opened(lock=True)

    def run(self, act: Callable[[Recorder], _T]) -> _T:
        """Return what `act` does with the ledger, recorded; it is done again where another process recorded meanwhile.

        The lock is held only while the group is written. Where others came first each time, the last try holds it from
        the start, so that a busy ledger keeps nobody out.
        """
        for _ in range(_FREE_TRIES):
            self._opened(lock=False)
            with suppress(Overtaken), self._stack:
                return act(self)
        with self:
            return act(self)

    def _opened(self, *, lock: bool) -> Recorder:
        self.events, self._loaded = [], {}
        with self._stack as stack:
            required_anchors(
                self.anchor, self.path
            )  # an anchor without its ledger is an error, so check it first
            beginning = self.beginning if self.record else None
            require_there(self.path, self.anchor, beginning)
            create = beginning is not None
            self._ledger = stack.enter_context(Ledger(self.path, write=self.record, create=create))
            self._transaction: Transaction | CollectedEntries | None = None
            if self.record and lock:
                self._transaction = stack.enter_context(anchored_writing(self._ledger, self.anchor))
            self.state: State = fold(
                anchored_entries(self._ledger.entries(), required_anchors(self.anchor, self.path))
            )
            if self.record and not lock:
                writing = collected_writing(self._ledger, self.anchor, self.state.head)
                self._transaction = stack.enter_context(writing)
            first = first_entry(self.path, self.state.head.sequence, self.anchor, beginning)
            if first is not None:
                self._append(first)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *problem: object) -> bool | None:
        return self._stack.__exit__(*problem)  # type: ignore[arg-type]

    def evaluate(self, snapshot: Snapshot, settings: EvaluationSettings, decide: Decide) -> Decision:
        """Evaluate one snapshot with the ledger's memory, and append the evaluation and its verdicts."""
        if not snapshot.meaning:
            raise UsageError(f"{snapshot.name}: only a snapshot that was read can be recorded")
        context = (settings.environment or "", settings.rollout or "", "")
        memory = LedgerMemory(self.state, snapshot.as_of, snapshot.digest, self.load, context)
        taken = sorted(set(settings.baselines) & set(self.state.baselines))
        if taken:
            raise UsageError(f"the baseline `{taken[0]}` is frozen in the ledger: a name is frozen once")
        frozen = {name: self.load(each.document) for name, each in self.state.baselines.items()}
        head = self.state.head.sequence
        decision = decide(memory, {**frozen, **settings.baselines})
        if self.record:
            self._record(snapshot, settings, decision, head)
        return decision

    def load(self, document: str) -> Snapshot:
        """Return a recorded snapshot; each is read once."""
        if document not in self._loaded:
            place = self._transaction if isinstance(self._transaction, CollectedEntries) else self._ledger
            self._loaded[document] = Snapshot.restored(place.document(document))
        return self._loaded[document]

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> int:
        """Append one entry and apply it to the state."""
        return self._append(EntryDraft.of(time, kind, body))

    def _append(self, draft: EntryDraft) -> int:
        assert self._transaction is not None
        sequence = self._transaction.append(draft)
        self.state.apply(Entry(sequence, draft.time, draft.kind, draft.body, self._transaction.head.hash))
        return sequence

    def keep(self, body: bytes) -> str:
        """Store a document once and return its digest."""
        assert self._transaction is not None
        return self._transaction.keep(body)

    def _record(
        self, snapshot: Snapshot, settings: EvaluationSettings, decision: Decision, head: int
    ) -> None:
        time = show_time(snapshot.as_of)
        policies = self._policies(time, settings.documents)
        if not self.state.has_snapshot(snapshot.digest):
            needs = self._needs(snapshot, settings.scopes)
            self.append(time, "snapshot", {"document": self.keep(snapshot.canonical()), **needs})
        switch = seen_active(snapshot)
        if switch is not None and self.state.kill_switch.changed_by(switch, snapshot.as_of):
            why = "a snapshot saw it on" if switch else "a snapshot saw it off"
            self.append(time, "kill-switch", {"active": switch, "by": "snapshot", "reason": why})
        number = self.append(
            time,
            "evaluation",
            {
                "after": head,
                "snapshot": snapshot.digest,
                "policies": policies,
                "engine": settings.engine,
                "asked": settings.policies,
                "environment": settings.environment,
                "rollout": settings.rollout,
                "baselines": {name: self.keep(each.canonical()) for name, each in settings.baselines.items()},
                "facts": [_fact(each) for each in decision.facts],
                "refused": [[each.policy, each.reason] for each in decision.refusals],
            },
        )
        for verdict in decision.verdicts:
            self.append(time, "verdict", {"evaluation": number, "verdict": verdict.record()})
        for fact in decision.facts:
            if fact.fired is not None:
                body = {
                    "at": show_time(fact.fired.at),
                    "verdict": fact.fired.verdict,
                    "reason": fact.fired.reason,
                }
                self.append(time, "latch", {**_key(fact), **body, "evaluation": number})
        self._notify(time, decision, settings.rollout)

    def _needs(self, snapshot: Snapshot, scopes: Mapping[str, Scope]) -> dict[str, object]:
        """Return which earlier snapshots are needed beside the newest one; nothing for a late snapshot."""
        archive, names = self.state.archive, scopes_digest(scopes)
        if not archive.is_newest(snapshot.as_of, snapshot.digest):
            return {}
        past = archive.before(snapshot.as_of, snapshot.digest, names)
        numbers = {id(self.load(each.document)): each.sequence for each in past.all}
        needed, later = ([self.load(each.document) for each in part] for part in (past.needed, past.later))
        required_anchors = needed_snapshots(needed, [*later, snapshot], scopes)
        lasting = {each.document for each in past.all}
        lasting |= {each.document for each in self.state.baselines.values()}
        self._loaded = {name: each for name, each in self._loaded.items() if name in lasting}
        return {
            "naming": names,
            "needs": [numbers[id(each)] for each in required_anchors if each is not snapshot],
        }

    def _notify(self, time: str, decision: Decision, rollout: str | None) -> None:
        for name in self.channels:
            if name not in self.state.outbox.through:
                self.append(time, "delivery", {"channel": name, "through": self.state.head.sequence})
        for event in events(decision, self.state.notified, self.renotify, rollout):
            self.append(time, "notify", event)
            self.events.append(event)

    def _policies(self, time: str, documents: Mapping[str, str]) -> str:
        """Record the documents of a policy root once and return their digest."""
        files = {name: digest(text.encode()) for name, text in documents.items()}
        name = digest(canonical(files))
        if name not in self.state.policies:
            for text in documents.values():
                self.keep(text.encode())
            self.append(time, "policies", {"digest": name, "files": files})
        return name


def _key(fact: Fact) -> dict[str, object]:
    policy, member, rule = fact.key
    return {"policy": policy, "member": member, "rule": rule}


def _fact(fact: Fact) -> dict[str, object]:
    given = {"given": fact.given} if fact.given else {}
    given |= {"hole": show_time(fact.hole)} if fact.hole is not None else {}
    return {**_key(fact), **given, "outcome": fact.outcome, "seen": [list(each) for each in fact.seen]}
