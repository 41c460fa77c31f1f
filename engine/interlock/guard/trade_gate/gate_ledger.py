"""Keeps what a trade gate remembers in a ledger: locked, followed up, judged and recorded before anybody is told."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ... import clock
from ...errors import IntegrityError, UsageError
from ...evaluation.deciding.memory import Renames
from ...evaluation.verdict import Verdict
from ...language.times import show_time
from ...ledger.file.anchors import anchored, holding, kept
from ...ledger.file.entry import Entry, EntryDraft
from ...ledger.file.ledger import Head, Ledger, Transaction
from ...policy.model import Policy
from .gate_state import CallerState, GateState, instant

__all__ = ["GateLedger", "counters"]


def counters(
    policies: Mapping[str, Policy],
    name: str,
    state: GateState | None,
    ledger: str | os.PathLike[str] | None,
    anchor: str | os.PathLike[str] | None,
) -> CallerState | GateLedger:
    """Return where the counters of a gate are kept: in a ledger, which `state` only begins, or in the caller's state.

    Raises UsageError where nothing keeps them, and what `GateLedger` raises.
    """
    if ledger is None:
        if state is None or anchor is not None:
            raise UsageError(f"the gate `{name}` needs `state=GateState…` or `ledger=FILE`")
        return CallerState(state)
    renames = Renames.of(policies.values())
    known = frozenset({*policies, *renames.policies})
    place = None if anchor is None else Path(anchor)
    return GateLedger(Path(ledger), renames.policy(name), known, state, clock.now(), place)


class GateLedger:
    """The counters of one gate in a ledger, for any number of processes: who is judged waits for who is before.

    `names` are the gate's policy and what it was called before, `known` the names of every policy now and before.
    `begin` is what the ledger begins the gate with where it does not know it yet, None: that nothing is known of the
    time before now. `anchor` is a file with the ledger's head, which must hold and is moved on. Raises LedgerError and
    IntegrityError as every record does, and UsageError for a gate that is to begin where the ledger remembers one that
    no policy is called now: under another name its limits would be forgotten.
    """

    def __init__(
        self,
        path: Path,
        names: tuple[str, ...],
        known: frozenset[str],
        begin: GateState | None,
        now: Decimal,
        anchor: Path | None = None,
    ) -> None:
        self.path, self.names, self.anchor = path, names, anchor
        self._lock = threading.Lock()
        self._followed: Head = Head()
        self._state: GateState | None = None
        self._strangers: set[str] = set()
        with self._writing() as writing:
            self._strangers -= known
            if self._state is None:
                self._begin(writing, begin, now)
        with self._writing():
            assert self._state is not None

    @property
    def state(self) -> GateState:
        """What was followed up to now; `held` has the newest."""
        assert self._state is not None
        return self._state

    @contextlib.contextmanager
    def held(self) -> Iterator[_Held]:
        """Hold the ledger's lock over the newest state; what is remembered inside is durable once this is left."""
        with self._writing() as writing:
            yield _Held(self.state, self.names[0], writing)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self._lock:
            anchors = kept(self.anchor, self.path)
            if self._followed.sequence and not self.path.exists():
                raise self._exchanged()  # nor is an empty one made in its place
            with Ledger(self.path, write=True) as ledger, anchored(ledger, self.anchor) as writing:
                for entry in holding(ledger.entries(after=self._followed), anchors, self._followed):
                    self._take(entry)
                if self._followed != writing.head:
                    raise self._exchanged()
                yield writing

    def _exchanged(self) -> IntegrityError:
        return IntegrityError(f"ledger `{self.path.as_posix()}`: it was cut or exchanged at work")

    def _begin(self, writing: Transaction, begin: GateState | None, now: Decimal) -> None:
        name = self.names[0]
        if begin is not None and self._strangers:
            others = ", ".join(f"`{each}`" for each in sorted(self._strangers))
            hint = f"where `{name}` is its new name say so with `formerly`, else begin without a state"
            raise UsageError(f"the ledger remembers the gate {others}, which no policy is called now: {hint}")
        state = begin or GateState.begun(now)
        writing.append(
            EntryDraft.of(show_time(state.began), "gate", {"policy": name, "state": state.to_json()})
        )

    def _take(self, entry: Entry) -> None:
        """Follow one entry of the ledger; only what is durable is ever followed."""
        if entry.kind in ("gate", "permission", "trade"):
            data = entry.data
            if data["policy"] not in self.names:
                self._strangers.add(data["policy"])
            elif self._state is None:
                self._state = GateState.from_json(data["state"], f"entry {entry.sequence}")
            elif entry.kind == "permission":
                self._state.allow(data["symbol"], instant(entry.time))
            elif entry.kind == "trade":
                self._state.close(data["symbol"], instant(entry.time), Decimal(data["pnl"]))
        self._followed = Head(entry.sequence, entry.hash)


@dataclass(frozen=True, slots=True)
class _Held:
    """The counters while the ledger is locked: `state` as it is, and what is added to it as entries."""

    state: GateState
    policy: str
    writing: Transaction

    def allow(self, symbol: str, at: Decimal, record: Callable[[], Verdict]) -> None:
        body = {"policy": self.policy, "symbol": symbol, "verdict": record().record()}
        self.writing.append(EntryDraft.of(show_time(at), "permission", body))

    def close(self, symbol: str, at: Decimal, profit: Decimal) -> None:
        body = {"policy": self.policy, "symbol": symbol, "pnl": f"{profit:f}"}
        self.writing.append(EntryDraft.of(show_time(at), "trade", body))
