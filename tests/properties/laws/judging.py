"""Judges the snapshots of a world in the order in which they reach a ledger that is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from interlock.arithmetic import own_context
from interlock.canonical import canonical
from interlock.evaluation.deciding.decide import decide
from interlock.evaluation.deciding.memory import Fact
from interlock.evaluation.deciding.request import Decision, Request
from interlock.evaluation.expressions.compiled import CompiledPolicy
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.times import show_time
from interlock.ledger.file.entry import Entry
from interlock.ledger.state.archive import needed_snapshots, scopes_digest
from interlock.ledger.state.ledger_memory import LedgerMemory
from interlock.ledger.state.state import State

from .policies import catalogue

Policies = Mapping[str, CompiledPolicy]
Bodies = tuple[tuple[str, str, Mapping[str, object]], ...]
"""Entries: their times, kinds and bodies."""


@dataclass
class MemoryLedger:
    """What a ledger holds of snapshots and evaluations, without its file; `bodies` are its entries."""

    documents: dict[str, Snapshot] = field(default_factory=dict)
    bodies: Bodies = ()
    state: State = field(default_factory=State)

    def fork(self) -> MemoryLedger:
        """Return a ledger with the same entries."""
        found = MemoryLedger(dict(self.documents))
        for each in self.bodies:
            found.append(*each)
        return found

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> None:
        """Add an entry."""
        entry = Entry(self.state.head.sequence + 1, time, kind, canonical(body), bytes(32))
        self.state.apply(entry)
        self.bodies = (*self.bodies, (time, kind, body))

    def evaluate(self, policies: Policies, snapshot: Snapshot) -> Decision:
        """Judge a snapshot with what the ledger remembers, and record it."""
        memory = LedgerMemory(
            self.state, snapshot.as_of, snapshot.digest, self.documents.__getitem__, ("", "", "")
        )
        earlier = memory.earlier(catalogue().scopes)
        found = decide(policies, Measures(snapshot, catalogue(), earlier), Request(memory=memory))
        self._record(snapshot, found)
        return found

    def _record(self, snapshot: Snapshot, decision: Decision) -> None:
        time = show_time(snapshot.as_of)
        if not self.state.has_snapshot(snapshot.digest):
            needs = self._needs(snapshot)
            self.documents[snapshot.digest] = snapshot
            self.append(time, "snapshot", {"document": snapshot.digest, **needs})
        facts = [_fact(each) for each in decision.facts]
        self.append(time, "evaluation", {"environment": None, "facts": facts})
        for each in decision.facts:
            if each.fired is not None:
                fired = {
                    "at": show_time(each.fired.at),
                    "verdict": each.fired.verdict,
                    "reason": each.fired.reason,
                }
                self.append(time, "latch", {**_key(each), **fired})

    def _needs(self, snapshot: Snapshot) -> dict[str, object]:
        archive, scopes = self.state.archive, catalogue().scopes
        naming = scopes_digest(scopes)
        if not archive.is_newest(snapshot.as_of, snapshot.digest):
            return {}
        past = archive.before(snapshot.as_of, snapshot.digest, naming)
        numbers = {id(self.documents[each.document]): each.sequence for each in past.all}
        needed, later = (
            [self.documents[each.document] for each in part] for part in (past.needed, past.later)
        )
        kept = needed_snapshots(needed, [*later, snapshot], scopes)
        return {"naming": naming, "needs": [numbers[id(each)] for each in kept if each is not snapshot]}


def _key(fact: Fact) -> dict[str, object]:
    policy, member, rule = fact.key
    return {"policy": policy, "member": member, "rule": rule}


def _fact(fact: Fact) -> dict[str, object]:
    given = {"given": fact.given} if fact.given else {}
    given |= {"hole": show_time(fact.hole)} if fact.hole is not None else {}
    return {**_key(fact), **given, "outcome": fact.outcome, "seen": [list(each) for each in fact.seen]}


@own_context
def stateless(policies: Policies, snapshot: Snapshot, frozen: Snapshot | None = None) -> Decision:
    """Judge a snapshot without a ledger, beside one that is frozen as the baseline `a`."""
    baselines = {} if frozen is None else {"a": Measures(frozen, catalogue())}
    return decide(policies, Measures(snapshot, catalogue()), Request(baselines=baselines))


@own_context
def recorded(policies: Policies, ledger: MemoryLedger, snapshot: Snapshot) -> Decision:
    """Judge a snapshot with a ledger, and record it there."""
    return ledger.evaluate(policies, snapshot)


def rearmed(ledger: MemoryLedger, policies: Policies, at: Decimal) -> None:
    """Let a person re-arm every latched rule, whether it fired or not."""
    for name, each in policies.items():
        for rule in each.policy.rules:
            if rule.latch:
                ledger.append(show_time(at), "rearm", {"policy": name, "member": "", "rule": rule.id})
