"""The trade gate: judges one trade by a policy, with the desk's values and the counters of earlier trades."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from ... import clock
from ...arithmetic import own_contexts
from ...canonical import canonical, digest
from ...diagnostics import name_hint, printable
from ...errors import IntegrityError, LedgerError, UsageError
from ...evaluation.deciding.request import Decision
from ...evaluation.snapshot.measures import Measures
from ...evaluation.snapshot.own_instant import as_of_itself
from ...evaluation.snapshot.snapshot import Snapshot
from ...evaluation.verdict import Verdict
from ...language.times import show_time
from ...limits import FORMAT, GATE_VARIABLES_AGE, SKEW
from ...policy.catalogue import Catalogue
from ...policy.dependencies import Reads
from ...strict_json import InvalidNumber
from .admitted_runs import PLACE, admitted_runs
from .gate_counters import Counters, LockedCounters
from .gate_state import GateState, Instant, Number, exact, instant

__all__ = ["Desk", "Gate", "Permission"]

_PERCENT = Decimal("0.01")

_TRADE = ("trade.confidence", "trade.expected_profit_pct", "trade.cost_pct", "trade.position_value")
_FROM_TRADE = frozenset({*_TRADE, "decisions.allowed", "trades.pnl"})
"""The metrics that come from the call and the counters; the desk's values for them are ignored."""

_Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's values in the form of a snapshot, each with its time; by default there are none.

    `env` holds its variables, which were read at `at` (seconds since the epoch) and have no age of their own.
    """

    metrics: _Table = field(default_factory=dict)
    scopes: Mapping[str, Mapping[str, _Table]] = field(default_factory=dict)
    env: _Table = field(default_factory=dict)
    at: Decimal = Decimal(0)

    @classmethod
    def of(cls, snapshot: Snapshot, scope: str, reads: Reads, catalogue: Catalogue) -> Desk:
        """Copy what a policy reads from a snapshot, and date it: a value without a time is as of the snapshot.

        A trade is judged later, and sees no more of each value than the snapshot tells as of its own time. `scope` is
        the scope whose members are traded.
        """
        narrowed, as_of = snapshot.narrowed(reads.metrics, reads.variables), snapshot.as_of

        def dated(forms: _Table) -> dict[str, object]:
            told = {name: as_of_itself(catalogue, name, form, as_of) for name, form in forms.items()}
            return {name: _dated(form, show_time(as_of)) for name, form in told.items()}

        def table(name: str, forms: _Table) -> _Table:
            ignored = _FROM_TRADE if name == scope else ()
            return dated({key: form for key, form in forms.items() if key not in ignored})

        scopes = {
            name: {member: table(name, forms) for member, forms in members.items()}
            for name, members in narrowed.scopes.items()
        }
        return cls(dated(narrowed.metrics), scopes, dict(narrowed.env), as_of)

    def with_trade(
        self, scope: str, members: Mapping[str, _Table], at: Decimal, changed: _Table = MappingProxyType({})
    ) -> Snapshot:
        """Return the snapshot as of `at` (seconds since the epoch); the values of a trade, and the `changed` metrics,
        replace those of the desk.

        Variables more than a day old, or of the future, count as not recorded. Its digest is not computed.
        """
        head = {"interlock": FORMAT, "as_of": show_time(at)}
        trade = Snapshot.restored(canonical({**head, "metrics": {}, "scopes": {scope: members}}), "trade")
        tables = dict(self.scopes.get(scope, {}))
        for name, forms in trade.scopes[scope].items():
            tables[name] = {**tables.get(name, {}), **forms}
        scopes = {**self.scopes, scope: tables}
        env = self.env if -SKEW <= at - self.at <= GATE_VARIABLES_AGE else {}
        metrics = {**self.metrics, **changed}
        meaning = {**head, "metrics": metrics, "scopes": scopes, "env": env}
        return replace(trade, metrics=metrics, scopes=scopes, env=env, digest="", meaning=meaning)


def _dated(form: object, at: str) -> object:
    if isinstance(form, dict):
        return {"at": at, **form} if "value" in form else form
    return form if isinstance(form, InvalidNumber) else {"value": form, "at": at}


@dataclass(frozen=True, slots=True)
class JudgedTrade:
    """A verdict and its snapshot, whose digest is computed only for the record."""

    verdict: Verdict
    snapshot: Snapshot

    def record(self) -> Verdict:
        """Return the verdict with the digest of its snapshot."""
        inputs = replace(self.verdict.inputs, snapshot=digest(self.snapshot.canonical()))
        return replace(self.verdict, inputs=inputs)


@own_contexts
@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a trade is `allowed`, and all `reasons` if not; `symbol` is its name in the roster."""

    allowed: bool
    symbol: str
    reasons: tuple[str, ...] = ()
    judged: JudgedTrade | None = field(default=None, repr=False)

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)

    @property
    def verdict(self) -> Verdict | None:
        """The whole record, or None if nothing was evaluated."""
        return self.judged.record() if self.judged else None


@own_contexts
class Gate:
    """Permits single trades; an allowed decision is added to `state` at once, a refused one is not.

    `desk` holds the other values of the desk, such as the level of capital preservation, and the variables, as of its
    own time. A value that is too old counts as unknown, and unknown never permits. The values that the policy `reads`
    are copied when the desk is set. `scope` names the scope whose members are traded.
    """

    def __init__(
        self,
        judge: Callable[[Snapshot], Decision],
        catalogue: Catalogue,
        scope: str,
        counters: Counters,
        reads: Reads,
        desk: Snapshot | None = None,
    ) -> None:
        self._judge, self._catalogue, self._scope = judge, catalogue, catalogue.scopes[scope]
        self._counters, self._reads = counters, reads
        self._desk_times: set[Decimal] = set()
        self._ahead: dict[Decimal, Decimal] = {}
        self.desk = desk
        refused = judge(self._desk.with_trade(scope, {}, self.state.began)).refusals
        if refused:
            raise UsageError("\n".join(f"not evaluated: {each.reason}" for each in refused))

    @property
    def desk(self) -> Snapshot | None:
        """The snapshot of the desk; it may be replaced by a newer one."""
        return self._desk_snapshot

    @desk.setter
    def desk(self, desk: Snapshot | None) -> None:
        self._desk_snapshot, self._desk = desk, self._read(desk)

    @property
    def state(self) -> GateState:
        """The counters, as of the last call."""
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

        A number that is not given is missing, and a rule that needs it refuses. `desk` replaces the gate's own desk.
        Raises UsageError for a symbol that is not on the roster, SnapshotError for a desk that cannot be evaluated. If
        a ledger holds the counters and cannot record the decision, the trade is not permitted.
        """
        member = self.member(symbol)
        values = self._desk if desk is None else self._read(desk)
        forms = (
            _number_form(confidence),
            _number_form(expected_profit_pct, _PERCENT),
            _number_form(cost_pct, _PERCENT),
            _number_form(position_value_usd),
        )
        given = {name: form for name, form in zip(_TRADE, forms, strict=True) if form is not None}
        try:
            with self._counters.locked() as held:
                at = clock.now() if now is None else instant(now)
                return self._check(member, given, at, values, held)
        except (LedgerError, IntegrityError) as problem:
            return Permission(False, member, (f"not recorded: {problem}",))

    def admit(self, member: str, *, now: Instant | None = None, desk: Snapshot | None = None) -> Permission:
        """Judge a waiting run, whose values the desk holds: of several calls each sees what those before it admitted.

        Raises UsageError and SnapshotError as `check` does; what a ledger cannot record is not permitted.
        """
        name = self.member(member)
        values = self._desk if desk is None else self._read(desk)
        try:
            with self._counters.locked() as held:
                at = clock.now() if now is None else instant(now)
                return self._admit(name, at, values, held)
        except (LedgerError, IntegrityError) as problem:
            return Permission(False, name, (f"not recorded: {problem}",))

    def closed(self, *, symbol: str, pnl: Number, now: Instant | None = None) -> None:
        """Record that a trade was closed with a profit or loss.

        Raises UsageError for a number that is not finite, LedgerError or IntegrityError if a ledger cannot record it.
        """
        member, profit = self.member(symbol), exact(pnl)
        if profit is None:
            raise UsageError(f"`pnl` is no finite number: `{printable(str(pnl))}`")
        with self._counters.locked() as held:
            at = clock.now() if now is None else instant(now)
            if at < held.state.began:
                began = show_time(held.state.began)
                raise UsageError(f"a trade closed at {show_time(at)} lies before the state began at {began}")
            held.close(member, at, profit)

    def member(self, symbol: str) -> str:
        """Return the name of a symbol in the roster; raises UsageError if it is not there."""
        scope = self._scope
        name = scope.aliases.get(symbol, symbol) if isinstance(symbol, str) else ""
        if name not in scope.members and not (name and (scope.open or scope.members_from)):
            hint = name_hint(str(symbol), [*scope.members, *scope.aliases])
            raise UsageError(f"`{printable(str(symbol))}` is no member of `{scope.name}`: {hint}")
        return name

    def _admit(self, member: str, at: Decimal, desk: Desk, held: LockedCounters) -> Permission:
        newest = held.state.newest(sorted(held.state.symbols))
        if refused := self._late(member, newest, desk, at):
            return refused
        at = max(at, newest)
        changed = admitted_runs(desk.metrics, held.state.allowed)
        snapshot = desk.with_trade(self._scope.name, {member: {PLACE: Decimal(1)}}, at, changed)
        found = self._permission(member, snapshot)
        if found.allowed and found.judged is not None:
            held.allow(member, at, found.judged.record)
        return found

    def _late(self, member: str, newest: Decimal, desk: Desk, at: Decimal) -> Permission | None:
        """Return the refusal where the clock went back, or the desk is of the future or older than the gate had."""
        why = self._of_the_future(desk, max(at, newest)) or self._overtaken(desk, at)
        if at < newest - SKEW:
            went = f"the clock went back: it is {show_time(at)}"
            why = f"{went}, but the state already knows {show_time(newest)}"
        return Permission(False, member, (why,)) if why else None

    def _check(
        self,
        member: str,
        given: Mapping[str, object],
        at: Decimal,
        desk: Desk,
        held: LockedCounters,
    ) -> Permission:
        if held.latched:
            return Permission(False, member, (held.latched,))
        names = (member, *sorted(each for each, now in self._scope.aliases.items() if now == member))
        others = self._off_roster(held.state, desk, at)
        newest = held.state.newest((*names, *others))
        if refused := self._late(member, newest, desk, at):
            return refused
        at = max(at, newest)
        table = {**given, **held.state.points(names, at, others)}
        found = self._permission(member, desk.with_trade(self._scope.name, {member: table}, at))
        if found.allowed and found.judged is not None:
            held.allow(member, at, found.judged.record)
        return found

    def _off_roster(self, state: GateState, desk: Desk, at: Decimal) -> tuple[str, ...]:
        """Return the names in the state that are on no roster; any of them may be the old name of a symbol."""
        scope, names = self._scope, state.symbols
        if scope.open or scope.others or not names:
            return ()
        roster: Collection[str] = scope.members
        if scope.members_from is not None:
            roster = Measures(desk.with_trade(scope.name, {}, at), self._catalogue).roster(scope.name)[0]
        return tuple(sorted(each for each in names if scope.aliases.get(each, each) not in roster))

    def _read(self, desk: Snapshot | None) -> Desk:
        """Copy what the policy reads of a desk, and note its time: no older desk counts after it."""
        if desk is None:
            return Desk()
        self._desk_times.add(desk.as_of)
        return Desk.of(desk, self._scope.name, self._reads, self._catalogue)

    def _of_the_future(self, desk: Desk, at: Decimal) -> str:
        """Return why a desk does not count: it was of the future once, so its clock was ahead, whatever is asked later.

        When its time has come, what it says may be older than any `max_age`.
        """
        if desk.at > at + SKEW:
            self._ahead.setdefault(desk.at, at)
        asked = self._ahead.get(desk.at)
        if asked is None:
            return ""
        self._desk_times.discard(desk.at)
        return f"the desk is as of {show_time(desk.at)}, and was handed in at {show_time(asked)}: check both clocks"

    def _overtaken(self, desk: Desk, at: Decimal) -> str:
        """Return why a desk does not count: the gate had a newer one by now, which may say the opposite."""
        times = [each for each in tuple(self._desk_times) if each <= at + SKEW]
        newest = max(times, default=desk.at)
        self._desk_times.difference_update(each for each in times if each < newest)
        if not desk.at or desk.at >= newest:
            return ""
        known = show_time(newest)
        return f"the desk is as of {show_time(desk.at)}, and the gate had one of {known}: hand in a new one"

    def _permission(self, member: str, snapshot: Snapshot) -> Permission:
        decision = self._judge(snapshot)
        for verdict in decision.verdicts:
            if verdict.member == member and verdict.evaluated:
                reasons = tuple(f"{rule.id}: {rule.reason}" for rule in verdict.failed())
                judged = JudgedTrade(verdict, snapshot)
                return Permission(verdict.is_best, member, () if verdict.is_best else reasons, judged)
        reasons = tuple(each.reason for each in decision.refusals) or ("no rule applies: nothing was judged",)
        return Permission(False, member, reasons)


def _number_form(value: object, factor: Decimal = Decimal(1)) -> object:
    """Return a number of the call in the form of a snapshot: None if it is not given, unknown if it is not finite."""
    if value is None:
        return None
    number = exact(value)
    if number is not None:
        return number * factor
    cause = "not finite" if isinstance(value, int | float | Decimal) else "wrong type"
    cause = "wrong type" if isinstance(value, bool) else cause
    return {"unknown": cause, "detail": "the call gave no usable number"}
