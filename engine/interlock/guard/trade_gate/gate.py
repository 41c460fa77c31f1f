"""The trade gate: judges one trade at hand by a policy, with what the state remembers of earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from ... import clock
from ...canonical import digest
from ...diagnostics import name_hint, printable
from ...errors import IntegrityError, LedgerError, UsageError
from ...evaluation.deciding.request import Decision
from ...evaluation.snapshot.snapshot import Snapshot
from ...evaluation.verdict import Verdict
from ...language.times import show_time
from ...limits import SKEW
from ...policy.catalogue import Scope
from ...policy.dependencies import Reads
from ..desk import TRADE, Desk
from .gate_state import GateState, Instant, Number, exact, instant

__all__ = ["Counters", "Gate", "Judged", "LockedCounters", "Permission"]

_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and its snapshot, whose digest is taken only where the record is wanted."""

    verdict: Verdict
    snapshot: Snapshot

    def record(self) -> Verdict:
        """Return the verdict with the digest of its snapshot."""
        inputs = replace(self.verdict.inputs, snapshot=digest(self.snapshot.canonical()))
        return replace(self.verdict, inputs=inputs)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether the trade at hand is `allowed`, and if not all `reasons`; `symbol` is the roster's own name."""

    allowed: bool
    symbol: str
    reasons: tuple[str, ...] = ()
    judged: Judged | None = field(default=None, repr=False)

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)

    @property
    def verdict(self) -> Verdict | None:
        """The whole record, None where nothing was judged."""
        return self.judged.record() if self.judged else None


class LockedCounters(Protocol):
    """Counters that nobody else can change meanwhile."""

    @property
    def state(self) -> GateState: ...

    def allow(self, symbol: str, at: Decimal, record: Callable[[], Verdict]) -> None: ...

    def close(self, symbol: str, at: Decimal, profit: Decimal) -> None: ...


class Counters(Protocol):
    """Where a gate's counters are kept."""

    @property
    def state(self) -> GateState: ...

    def held(self) -> AbstractContextManager[LockedCounters]: ...


class Gate:
    """Permits single trades. An allowed decision is remembered in `state` at once, a refused one is not.

    `desk` is what the desk shows apart from the trade (the level of capital preservation, the variables), as of its
    own time: what has become too old counts as unknown, and unknown never permits. What the policy `reads` of it is
    copied when it is handed in.
    """

    def __init__(
        self,
        judge: Callable[[Snapshot], Decision],
        scope: Scope,
        counters: Counters,
        reads: Reads,
        desk: Snapshot | None = None,
    ) -> None:
        self._judge, self._scope, self._counters, self._reads = judge, scope, counters, reads
        self.desk = desk
        refused = judge(self._desk.with_trade(scope.name, {}, self.state.began)).refusals
        if refused:
            raise UsageError("\n".join(f"not evaluated: {each.reason}" for each in refused))

    @property
    def desk(self) -> Snapshot | None:
        """What was handed in as the desk; a newer one may take its place."""
        return self._shown

    @desk.setter
    def desk(self, desk: Snapshot | None) -> None:
        self._shown, self._desk = desk, self._read(desk)

    @property
    def state(self) -> GateState:
        """What the gate remembers, as far as it was followed."""
        return self._counters.state

    def check(
        self,
        *,
        symbol: str,
        confidence: Number | None = None,
        expected_profit_pct: Number | None = None,
        cost_pct: Number | None = None,
        position_value_usd: Number | None = None,
        now: Instant | None = None,
        desk: Snapshot | None = None,
    ) -> Permission:
        """Judge a trade: `confidence` from 0 to 1, profit and round-trip cost in percent of the position.

        What is not given is missing, and a rule that needs it refuses. `desk` takes the place of the gate's own.
        Raises UsageError for a symbol that is not on the roster, SnapshotError for a desk that cannot be judged. Where
        a ledger keeps the counters and cannot record the decision, the trade is not permitted.
        """
        member = self.member(symbol)
        shown = self._desk if desk is None else self._read(desk)
        forms = (
            _form(confidence),
            _form(expected_profit_pct, _PERCENT),
            _form(cost_pct, _PERCENT),
            _form(position_value_usd),
        )
        given = {name: form for name, form in zip(TRADE, forms, strict=True) if form is not None}
        try:
            with self._counters.held() as held:
                at = clock.now() if now is None else instant(now)
                return self._decided(member, given, at, shown, held)
        except (LedgerError, IntegrityError) as problem:
            return Permission(False, member, (f"not recorded: {problem}",))

    def closed(self, *, symbol: str, pnl: Number, now: Instant | None = None) -> None:
        """Remember that a trade was closed with this profit.

        Raises UsageError for what is no finite number, LedgerError or IntegrityError where a ledger cannot record it.
        """
        member, profit = self.member(symbol), exact(pnl)
        if profit is None:
            raise UsageError(f"`pnl` is no finite number: `{printable(str(pnl))}`")
        with self._counters.held() as held:
            at = clock.now() if now is None else instant(now)
            if at < held.state.began:
                began = show_time(held.state.began)
                raise UsageError(f"a trade closed at {show_time(at)} lies before the state began at {began}")
            held.close(member, at, profit)

    def member(self, symbol: str) -> str:
        """Return the roster's name of a symbol; raises UsageError for one that it does not hold."""
        scope = self._scope
        name = scope.aliases.get(symbol, symbol) if isinstance(symbol, str) else ""
        if name not in scope.members and not (name and (scope.open or scope.members_from)):
            hint = name_hint(str(symbol), [*scope.members, *scope.aliases])
            raise UsageError(f"`{printable(str(symbol))}` is no member of `{scope.name}`: {hint}")
        return name

    def _decided(
        self,
        member: str,
        given: Mapping[str, object],
        at: Decimal,
        desk: Desk,
        held: LockedCounters,
    ) -> Permission:
        names = (member, *sorted(each for each, now in self._scope.aliases.items() if now == member))
        newest = held.state.newest(names)
        if at < newest - SKEW:
            late = f"the clock went back: it is {show_time(at)}, and the state knows of {show_time(newest)}"
            return Permission(False, member, (late,))
        at = max(at, newest)
        table = {**given, **held.state.points(names, at)}
        found = self._permission(member, desk.with_trade(self._scope.name, {member: table}, at))
        if found.allowed and found.judged is not None:
            held.allow(member, at, found.judged.record)
        return found

    def _read(self, desk: Snapshot | None) -> Desk:
        return Desk() if desk is None else Desk.of(desk, self._scope.name, self._reads)

    def _permission(self, member: str, snapshot: Snapshot) -> Permission:
        decision = self._judge(snapshot)
        for verdict in decision.verdicts:
            if verdict.member == member and verdict.evaluated:
                reasons = tuple(f"{rule.id}: {rule.reason}" for rule in verdict.failed())
                judged = Judged(verdict, snapshot)
                return Permission(verdict.is_best, member, () if verdict.is_best else reasons, judged)
        reasons = tuple(each.reason for each in decision.refusals) or ("no rule applies: nothing was judged",)
        return Permission(False, member, reasons)


def _form(value: object, factor: Decimal = Decimal(1)) -> object:
    """A number of the call as a snapshot holds it: None where it is not given, unknown where it is no number."""
    if value is None:
        return None
    number = exact(value)
    if number is not None:
        return number * factor
    cause = "not finite" if isinstance(value, int | float | Decimal) else "wrong type"
    cause = "wrong type" if isinstance(value, bool) else cause
    return {"unknown": cause, "detail": "the call gave no usable number"}
