"""Keeps the counters of a trade gate: in a ledger, or in a state of the caller."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ... import clock
from ...errors import IntegrityError, UsageError
from ...evaluation.deciding.memory import Key, Renames
from ...evaluation.verdict import Verdict
from ...language.times import show_time
from ...ledger.beginning import Beginning, first_entry, require_there
from ...ledger.file.anchors import anchored_entries, anchored_writing, required_anchors
from ...ledger.file.entry import Entry, EntryDraft
from ...ledger.file.ledger import Head, Ledger, Transaction
from ...policy.dependencies import with_composed
from ...policy.model import Policy
from .gate_state import STATE_LOCK, GateState, instant

__all__ = ["Counters", "LockedCounters", "counters"]


class LockedCounters(Protocol):
    """Counters that only the holder of the lock can change."""

    @property
    def state(self) -> GateState: ...

    @property
    def latched(self) -> str: ...

    def allow(self, symbol: str, at: Decimal, record: Callable[[], Verdict]) -> None: ...

    def close(self, symbol: str, at: Decimal, profit: Decimal) -> None: ...


class Counters(Protocol):
    """The place of a gate's counters."""

    @property
    def state(self) -> GateState: ...

    def locked(self) -> AbstractContextManager[LockedCounters]: ...


def counters(
    policies: Mapping[str, Policy],
    name: str,
    state: GateState | None,
    ledger: str | os.PathLike[str] | None,
    anchor: str | os.PathLike[str] | None,
    *,
    new: bool = False,
) -> CallerCounters | LedgerCounters:
    """Return the counters of a gate: in a ledger, for which `state` is only the beginning, or in the caller's state.

    `new` begins a ledger that is not there.

    Raises UsageError without a ledger and a state, and what `LedgerCounters` raises.
    """
    if ledger is None:
        if state is None or anchor is not None or new:
            raise UsageError(f"the gate `{name}` needs `state=GateState…` or `ledger=FILE`")
        return CallerCounters(state)
    renames = Renames.of(policies.values())
    known = frozenset({*policies, *renames.policies})
    judged = {former for each in with_composed(policies, name) for former in renames.policy(each.id)}
    place = None if anchor is None else Path(anchor)
    now = clock.now()
    beginning = Beginning("PolicySet.gate", now) if new else None
    return LedgerCounters(
        Path(ledger), renames.policy(name), known, known - judged, state, now, place, beginning
    )


class CallerCounters:
    """Counters in a state of the caller: one thread at a time changes it, through one gate or through several."""

    latched = ""

    def __init__(self, state: GateState) -> None:
        self.state = state

    @contextlib.contextmanager
    def locked(self) -> Iterator[CallerCounters]:
        """Lock out other threads, from the look at the state until its change."""
        with STATE_LOCK:
            yield self

    def allow(self, symbol: str, at: Decimal, record: Callable[[], Verdict]) -> None:
        self.state.allow(symbol, at)

    def close(self, symbol: str, at: Decimal, profit: Decimal) -> None:
        self.state.close(symbol, at, profit)


class LedgerCounters:
    """The counters of one gate in a ledger, for any number of processes; each of them waits for the ledger's lock.

    `names` are the current and former names of the gate's policy, `known` those of all policies, and `others` those
    that the gate does not judge: while a policy that is not among them is latched, no trade is permitted. `begin` is
    the first state of a gate that is not in the ledger yet; None means that nothing is known of the time before `now`.
    `anchor` is a file with the ledger's head, which must match and is moved. `beginning` begins a ledger that is not
    there; without it that raises UsageError. Raises LedgerError and IntegrityError like every record, and UsageError if
    a new gate has a `begin` while the ledger holds a gate that no policy is named after: a renamed gate would lose its
    limits.
    """

    def __init__(
        self,
        path: Path,
        names: tuple[str, ...],
        known: frozenset[str],
        others: frozenset[str],
        begin: GateState | None,
        now: Decimal,
        anchor: Path | None = None,
        beginning: Beginning | None = None,
    ) -> None:
        self.path, self.names, self.others, self.anchor = path, names, others, anchor
        self._beginning = beginning
        self._lock = threading.Lock()
        self._followed: Head = Head()
        self._state: GateState | None = None
        self._unknown_gates: set[str] = set()
        self._latches: dict[Key, str] = {}
        with self._writing() as writing:
            self._unknown_gates -= known
            if self._state is None:
                self._begin(writing, begin, now)
        self._beginning = None
        with self._writing():
            assert self._state is not None

    @property
    def state(self) -> GateState:
        """The state as of the last call; `locked` has the newest."""
        assert self._state is not None
        return self._state

    @contextlib.contextmanager
    def locked(self) -> Iterator[_LockedLedger]:
        """Lock the ledger over the newest state; what is recorded inside is durable after it."""
        with self._writing() as writing:
            latched = [why for key, why in sorted(self._latches.items()) if key[0] not in self.others]
            yield _LockedLedger(self.state, self.names[0], writing, "; ".join(latched))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self._lock:
            anchors = required_anchors(self.anchor, self.path)
            if self._followed.sequence and not self.path.exists():
                raise self._replaced()  # and create no empty one in its place
            require_there(self.path, self.anchor, self._beginning)
            opened = Ledger(self.path, write=True, create=self._beginning is not None)
            with opened as ledger, anchored_writing(ledger, self.anchor) as writing:
                first = None
                if not self._followed.sequence:
                    first = first_entry(self.path, writing.head.sequence, self.anchor, self._beginning)
                if first is not None:
                    writing.append(first)
                for entry in anchored_entries(ledger.entries(after=self._followed), anchors, self._followed):
                    self._apply(entry)
                if self._followed != writing.head:
                    raise self._replaced()
                yield writing

    def _replaced(self) -> IntegrityError:
        return IntegrityError(f"ledger `{self.path.as_posix()}`: it was cut or replaced while in use")

    def _begin(self, writing: Transaction, begin: GateState | None, now: Decimal) -> None:
        name = self.names[0]
        if begin is not None and self._unknown_gates:
            others = ", ".join(f"`{each}`" for each in sorted(self._unknown_gates))
            hint = f"if `{name}` is its new name, say so with `formerly`, otherwise begin without a state"
            raise UsageError(f"the ledger holds the gate {others}, but no policy has that name: {hint}")
        state = begin or GateState.begun(now)
        writing.append(
            EntryDraft.of(show_time(state.began), "gate", {"policy": name, "state": state.to_json()})
        )

    def _apply(self, entry: Entry) -> None:
        """Apply one durable entry of the ledger."""
        if entry.kind in ("latch", "rearm"):
            key = (entry.data["policy"], entry.data["member"], entry.data["rule"])
            place = "/".join(key[::2]) + (f" at {key[1]}" if key[1] else "")
            self._latches.pop(key, None)
            if entry.kind == "latch":
                self._latches[key] = (
                    f"`{place}` is latched in the ledger: re-arm it with `interlock log rearm`"
                )
        elif entry.kind in ("gate", "permission", "trade"):
            data = entry.data
            if data["policy"] not in self.names:
                self._unknown_gates.add(data["policy"])
            elif entry.kind == "gate":
                found = GateState.from_json(data["state"], f"entry {entry.sequence}")
                self._state = found if self._state is None else self._state.joined(found)
            elif self._state is None:
                raise UsageError(
                    f"entry {entry.sequence} of the ledger is of the gate `{data['policy']}`, which began under another"
                    " name: say with `formerly` which"
                )
            elif entry.kind == "permission":
                self._state.allow(data["symbol"], instant(entry.time))
            else:
                self._state.close(data["symbol"], instant(entry.time), Decimal(data["pnl"]))
        self._followed = Head(entry.sequence, entry.hash)


@dataclass(frozen=True, slots=True)
class _LockedLedger:
    """The counters while the ledger is locked; changes are appended as entries."""

    state: GateState
    policy: str
    writing: Transaction
    latched: str

    def allow(self, symbol: str, at: Decimal, record: Callable[[], Verdict]) -> None:
        body = {"policy": self.policy, "symbol": symbol, "verdict": record().record()}
        self.writing.append(EntryDraft.of(show_time(at), "permission", body))

    def close(self, symbol: str, at: Decimal, profit: Decimal) -> None:
        body = {"policy": self.policy, "symbol": symbol, "pnl": f"{profit:f}"}
        self.writing.append(EntryDraft.of(show_time(at), "trade", body))
