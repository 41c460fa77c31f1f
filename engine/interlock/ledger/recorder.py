"""Judges snapshots under the ledger's lock and records them before anybody is told: no record, no verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ..canonical import canonical, digest
from ..errors import UsageError
from ..evaluation.deciding.memory import Fact, Memory
from ..evaluation.deciding.request import Decision
from ..evaluation.snapshot.snapshot import Snapshot
from ..language.times import show_time
from ..policy.catalogue import Scope
from .file.anchors import anchored, holding, kept
from .file.entry import Entry, EntryDraft
from .file.ledger import Ledger, Transaction
from .state.archive import naming, sufficient
from .state.ledger_memory import LedgerMemory
from .state.notifications import events
from .state.state import State, fold

__all__ = ["Decide", "EvaluationSettings", "Recorder"]

Decide = Callable[[Memory, Mapping[str, Snapshot]], Decision]
"""Judges a snapshot with what is remembered and the baselines by name."""


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How a snapshot is judged, so that it can be judged again: texts of the policy documents by path, the policies
    asked for (None: all), the environment, baselines that were handed in, the engine's version, and the rollout inside
    which it is judged, and the scopes, whose aliases tell which names mean one member."""

    documents: Mapping[str, str]
    engine: str
    policies: tuple[str, ...] | None = None
    environment: str | None = None
    baselines: Mapping[str, Snapshot] = field(default_factory=dict)
    rollout: str | None = None
    scopes: Mapping[str, Scope] = field(default_factory=dict)


class Recorder:
    """Holds the ledger's lock while snapshots are judged; all are recorded as one group when it is closed well.

    With `record` false it only reads: what is remembered counts, and nothing is added. `events` are what people are to
    hear of, once it is closed well; a verdict that stays is told again after `renotify` seconds. `channels` are the
    names of those that carry events from now on: what they are not handed waits for them. `anchor` is a file with the
    ledger's head: it must hold, and is moved on after what is recorded. A ledger that is not there is made, unless
    `begin` is false: then UsageError is raised, since nobody knows what another one remembers.
    """

    def __init__(
        self,
        path: Path,
        *,
        record: bool = True,
        renotify: Decimal | None = None,
        channels: Iterable[str] = (),
        anchor: Path | None = None,
        begin: bool = True,
    ) -> None:
        self.path, self.record, self.renotify, self.anchor = path, record, renotify, anchor
        self.begin = begin
        self.channels = tuple(channels)
        self.events: list[dict[str, object]] = []
        self._stack = ExitStack()
        self._loaded: dict[str, Snapshot] = {}

    def __enter__(self) -> Recorder:
        with self._stack as stack:
            kept(self.anchor, self.path)  # before a ledger is made where an anchor knows of one
            if not self.begin:
                Ledger(self.path).close()
            self._ledger = stack.enter_context(Ledger(self.path, write=self.record))
            self._writing: Transaction | None = None
            if self.record:
                self._writing = stack.enter_context(anchored(self._ledger, self.anchor))
            self.state: State = fold(holding(self._ledger.entries(), kept(self.anchor, self.path)))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *problem: object) -> bool | None:
        return self._stack.__exit__(*problem)  # type: ignore[arg-type]

    def judged(self, snapshot: Snapshot, asking: EvaluationSettings, decide: Decide) -> Decision:
        """Judge one snapshot with all that is remembered, and append what was found."""
        if not snapshot.meaning:
            raise UsageError(f"{snapshot.name}: only a snapshot that was read can be recorded")
        context = (asking.environment or "", asking.rollout or "", "")
        memory = LedgerMemory(self.state, snapshot.as_of, snapshot.digest, self.load, context)
        both = sorted(set(asking.baselines) & set(self.state.baselines))
        if both:
            raise UsageError(f"the baseline `{both[0]}` is frozen in the ledger: a name is frozen once")
        frozen = {name: self.load(each.document) for name, each in self.state.baselines.items()}
        head = self.state.head.sequence
        decision = decide(memory, {**frozen, **asking.baselines})
        if self.record:
            self._record(snapshot, asking, decision, head)
        return decision

    def load(self, document: str) -> Snapshot:
        """Return a recorded snapshot; each is read once."""
        if document not in self._loaded:
            self._loaded[document] = Snapshot.restored(self._ledger.document(document))
        return self._loaded[document]

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> int:
        """Append one entry and let the state follow it."""
        assert self._writing is not None
        draft = EntryDraft.of(time, kind, body)
        sequence = self._writing.append(draft)
        self.state.take(Entry(sequence, time, kind, draft.body, self._writing.head.hash))
        return sequence

    def keep(self, body: bytes) -> str:
        """Keep a document once and return its digest."""
        assert self._writing is not None
        return self._writing.keep(body)

    def _record(self, snapshot: Snapshot, asking: EvaluationSettings, decision: Decision, head: int) -> None:
        time = show_time(snapshot.as_of)
        policies = self._policies(time, asking.documents)
        if not self.state.holds(snapshot.digest):
            needs = self._needs(snapshot, asking.scopes)
            self.append(time, "snapshot", {"document": self.keep(snapshot.canonical()), **needs})
        number = self.append(
            time,
            "evaluation",
            {
                "after": head,
                "snapshot": snapshot.digest,
                "policies": policies,
                "engine": asking.engine,
                "asked": asking.policies,
                "environment": asking.environment,
                "rollout": asking.rollout,
                "baselines": {name: self.keep(each.canonical()) for name, each in asking.baselines.items()},
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
        self._notify(time, decision, asking.rollout)

    def _needs(self, snapshot: Snapshot, scopes: Mapping[str, Scope]) -> dict[str, object]:
        """Say which earlier snapshots are needed beside the newest one; a late one says nothing."""
        archive, names = self.state.archive, naming(scopes)
        if not archive.is_newest(snapshot.as_of):
            return {}
        past = archive.before(snapshot.as_of, snapshot.digest, names)
        numbers = {id(self.load(each.document)): each.sequence for each in past.all}
        needed, later = ([self.load(each.document) for each in part] for part in (past.needed, past.later))
        kept = sufficient(needed, [*later, snapshot], scopes)
        lasting = {each.document for each in past.all}
        lasting |= {each.document for each in self.state.baselines.values()}
        self._loaded = {name: each for name, each in self._loaded.items() if name in lasting}
        return {"naming": names, "needs": [numbers[id(each)] for each in kept if each is not snapshot]}

    def _notify(self, time: str, decision: Decision, rollout: str | None) -> None:
        for name in self.channels:
            if name not in self.state.outbox.through:
                self.append(time, "delivery", {"channel": name, "through": self.state.head.sequence})
        for event in events(decision, self.state.told, self.renotify, rollout):
            self.append(time, "notify", event)
            self.events.append(event)

    def _policies(self, time: str, documents: Mapping[str, str]) -> str:
        """Record the documents of a policy root where they are not the recorded ones; return their digest."""
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
    return {**_key(fact), **given, "outcome": fact.outcome, "seen": [list(each) for each in fact.seen]}
