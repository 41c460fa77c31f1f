"""The state of a trade gate: allowed decisions and closed trades of each symbol."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from ... import clock
from ...arithmetic import own_contexts
from ...errors import UsageError, system_reason
from ...files import read_plain, write_atomically
from ...language.times import parse_time, show_time
from ...limits import FORMAT, GATE_MEMORY, NUMBER_DIGITS, SKEW, SNAPSHOT_BYTES

__all__ = ["STATE_LOCK", "GateState", "Instant", "Number", "exact", "instant"]

Instant = Decimal | int | float | str | datetime
"""Seconds since the epoch, `2026-03-30T06:00:00Z`, or a datetime with its zone."""

Number = Decimal | int | float

STATE_LOCK = threading.RLock()
"""One gate at a time looks at its state and changes it, or writes it to a file: two gates may share one state."""

_YEAR_10000 = 253_402_300_800
_EXPONENT = 400
_INSTANT = Decimal("0.001")
"""So much after an entry a series begins that does not hold it."""

_Entry = TypeVar("_Entry")


def instant(value: Instant) -> Decimal:
    """Return the seconds since the epoch; raises UsageError if the value is not an instant."""
    found: Decimal | None = None
    if isinstance(value, str):
        found = parse_time(value)
    elif isinstance(value, datetime):
        found = parse_time(value.isoformat()) if value.tzinfo else None
    else:
        found = exact(value)
    if found is None or not 0 <= found < _YEAR_10000:
        wanted = "seconds since 1970, `2026-03-30T06:00:00Z` or a datetime with its zone"
        raise UsageError(f"`{value}` is no instant: give {wanted}")
    return found


def exact(value: object) -> Decimal | None:
    """Return a finite number as it is written; None for any other value, or one that no expression could hold: too
    large, or of more than 34 digits."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        return None
    found = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite() or abs(found.adjusted()) > _EXPONENT:
        return None
    written = "".join(map(str, found.as_tuple().digits)).strip("0")
    return found if len(written) <= NUMBER_DIGITS else None


@own_contexts
@dataclass(slots=True)
class GateState:
    """Every allowed decision and closed trade since `began` (seconds since the epoch), by symbol.

    Nothing is known of the time before `began`, so a gate whose limits look back further stays closed until the state
    covers them. Begin it at an instant after the last trade, or add earlier trades with `closed`.
    """

    began: Decimal
    allowed: dict[str, list[Decimal]] = field(default_factory=dict)
    trades: dict[str, list[tuple[Decimal, Decimal]]] = field(default_factory=dict)

    @classmethod
    def begun(cls, at: Instant) -> GateState:
        """Return an empty state: nothing has happened since `at`."""
        return cls(instant(at))

    @classmethod
    def from_json(cls, text: str | bytes, name: str = "gate state") -> GateState:
        """Read the text of `to_json`; raises UsageError for anything else, because a guess could open the gate.

        Two ways to write one state would be a guess too, so the text must be the very one, blanks around it aside.
        """
        try:
            given = (text.decode("utf-8") if isinstance(text, bytes) else text).strip()
            form = json.loads(given)
            found = cls(
                _time(form["began"]),
                {name: [_time(at) for at in times] for name, times in form["allowed"].items()},
                {
                    name: [(_time(at), _number(profit)) for at, profit in trades]
                    for name, trades in form["trades"].items()
                },
            )
            if found.to_json() != given or not found._in_order():
                raise ValueError
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError, InvalidOperation):
            hint = "begin a new one with `GateState.begun`, which blocks until it has seen enough"
            raise UsageError(f"{name}: not a gate's state: {hint}") from None
        latest = max(found._times())
        if latest > clock.now() + SKEW:
            when = f"{show_time(latest)}, which the clock has not reached"
            raise UsageError(f"{name}: a gate's state of {when}: check both clocks")
        return found

    @classmethod
    def read(cls, path: Path) -> GateState:
        """Read the state from a file; raises UsageError if it cannot be read or is not a state."""
        try:
            return cls.from_json(read_plain(path, SNAPSHOT_BYTES), path.as_posix())
        except OSError as problem:
            reason = system_reason(problem)
            raise UsageError(f"cannot read `{path.as_posix()}`: {reason}") from None

    def write(self, path: Path) -> None:
        """Write the state to a file atomically, never an older one after a newer; raises UsageError if that fails."""
        with STATE_LOCK:
            write_atomically(path, f"{self.to_json()}\n".encode())

    def to_json(self) -> str:
        """Return the state as text that `from_json` reads."""
        return json.dumps(
            {
                "interlock": FORMAT,
                "began": show_time(self.began),
                "allowed": {name: [show_time(at) for at in found] for name, found in self.allowed.items()},
                "trades": {
                    name: [[show_time(at), f"{profit:f}"] for at, profit in found]
                    for name, found in self.trades.items()
                },
            },
            sort_keys=True,
        )

    def _times(self) -> Iterator[Decimal]:
        """Yield every instant of the state."""
        yield self.began
        for times in self.allowed.values():
            yield from times
        for trades in self.trades.values():
            yield from (at for at, _ in trades)

    def _in_order(self) -> bool:
        """Tell whether the decisions and the trades of each symbol follow one another, none before the state began."""
        lists = [*self.allowed.values(), *([at for at, _ in trades] for trades in self.trades.values())]
        return all(each == sorted(each) and min(each, default=self.began) >= self.began for each in lists)

    def newest(self, symbols: Sequence[str]) -> Decimal:
        """Return the newest instant of a symbol, under all its current and former names."""
        allowed = [at for name in symbols for at in self.allowed.get(name, ())]
        return max([self.began, *allowed, *(at for name in symbols for at, _ in self.trades.get(name, ()))])

    def allow(self, symbol: str, at: Decimal) -> None:
        """Add an allowed decision."""
        self._forget(at)
        self.allowed[symbol] = sorted([*self.allowed.get(symbol, ()), at])

    def close(self, symbol: str, at: Decimal, profit: Decimal) -> None:
        """Add a closed trade and its profit."""
        self._forget(at)
        self.trades[symbol] = sorted([*self.trades.get(symbol, ()), (at, profit)], key=lambda each: each[0])

    def joined(self, other: GateState) -> GateState:
        """Return the state of two gates that became one: all that both know since the later one began."""
        return GateState(
            max(self.began, other.began),
            {name: sorted(found) for name, found in _both(self.allowed, other.allowed).items()},
            {
                name: sorted(found, key=lambda each: each[0])
                for name, found in _both(self.trades, other.trades).items()
            },
        )._since_began()

    @property
    def symbols(self) -> frozenset[str]:
        """The names under which the state knows a decision or a trade."""
        return frozenset(
            name for table in (self.allowed, self.trades) for name, found in table.items() if found
        )

    def points(self, symbols: Sequence[str], until: Decimal, others: Sequence[str] = ()) -> dict[str, object]:
        """Return the two series of a symbol, under all its current and former names, in the form of a snapshot.

        What stands under the `others`, names that are on no roster, may be of this symbol: each series is whole only
        after the last of it.
        """
        permitted = sorted(at for name in symbols for at in self.allowed.get(name, ()))
        closed = sorted(
            (each for name in symbols for each in self.trades.get(name, ())), key=lambda each: each[0]
        )
        allowed = [{"at": show_time(at), "value": True} for at in permitted]
        trades = [{"at": show_time(at), "value": profit} for at, profit in closed]
        decided = {name: self.allowed[name][-1] for name in others if self.allowed.get(name)}
        closed_others = {name: self.trades[name][-1][0] for name in others if self.trades.get(name)}
        return {
            "decisions.allowed": self._series(allowed, until, decided),
            "trades.pnl": self._series(trades, until, closed_others),
        }

    def _series(self, points: Sequence[object], until: Decimal, others: Mapping[str, Decimal]) -> object:
        """Return the form of a series that covers all since the state began, and since the newest of the others."""
        if not others:
            return {"covered": [show_time(self.began), show_time(until)], "points": points}
        at, name = max((at, name) for name, at in others.items())
        why = f"`{name}` is not on the roster, and what it did until {show_time(at)} may be of this symbol"
        if at + _INSTANT > until:
            return {"unknown": "undeclared value", "detail": why}
        return {"covered": [show_time(at + _INSTANT), show_time(until)], "torn": why, "points": points}

    def _forget(self, now: Decimal) -> None:
        """Drop what is too old to matter, and move `began` so the state does not claim to cover it."""
        self.began = max(self.began, now - GATE_MEMORY)
        self._since_began()

    def _since_began(self) -> GateState:
        """Drop what lies before the state began; return the state itself."""
        since = self.began
        self.allowed = {name: [at for at in found if at >= since] for name, found in self.allowed.items()}
        self.trades = {
            name: [each for each in found if each[0] >= since] for name, found in self.trades.items()
        }
        return self


def _both(
    one: Mapping[str, Sequence[_Entry]], two: Mapping[str, Sequence[_Entry]]
) -> Mapping[str, Sequence[_Entry]]:
    """Return the entries of two tables by name, those of the first before those of the second."""
    return {name: [*one.get(name, ()), *two.get(name, ())] for name in (*one, *two)}


def _time(text: object) -> Decimal:
    found = parse_time(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError
    return found


def _number(text: object) -> Decimal:
    found = exact(Decimal(text)) if isinstance(text, str) else None
    if found is None:
        raise ValueError
    return found
