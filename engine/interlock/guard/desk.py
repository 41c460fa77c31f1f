"""What a trade gate knows of the desk: each value with the time at which it held, and the trade at hand over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..canonical import canonical
from ..evaluation.snapshot.snapshot import InvalidNumber, Snapshot
from ..language.times import show_time
from ..limits import FORMAT
from ..policy.dependencies import Reads

__all__ = ["TRADE", "Desk"]

TRADE = ("trade.confidence", "trade.expected_profit_pct", "trade.cost_pct", "trade.position_value")
_GIVEN = frozenset({*TRADE, "decisions.allowed", "trades.pnl"})
"""The metrics that the call and the counters give; the desk's values for them are left out."""

_Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's values as a snapshot holds them, each with its time; by default there are none."""

    metrics: _Table = field(default_factory=dict)
    scopes: Mapping[str, Mapping[str, _Table]] = field(default_factory=dict)
    env: _Table = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, scope: str, reads: Reads) -> Desk:
        """Copy what a policy reads of a snapshot, and date it: a value without a time held as of the snapshot.

        `scope` is the one whose members are traded.
        """
        narrowed, at = snapshot.narrowed(reads.metrics, reads.variables), show_time(snapshot.as_of)

        def table(name: str, forms: _Table) -> _Table:
            told = _GIVEN if name == scope else ()
            return _dated({key: form for key, form in forms.items() if key not in told}, at)

        scopes = {
            name: {member: table(name, forms) for member, forms in members.items()}
            for name, members in narrowed.scopes.items()
        }
        return cls(_dated(narrowed.metrics, at), scopes, dict(narrowed.env))

    def with_trade(self, scope: str, members: Mapping[str, _Table], at: Decimal) -> Snapshot:
        """Return the snapshot as of `at` (seconds since the epoch) with the values of a trade over the desk's own.

        Its digest is not taken.
        """
        head = {"interlock": FORMAT, "as_of": show_time(at)}
        trade = Snapshot.restored(canonical({**head, "metrics": {}, "scopes": {scope: members}}), "trade")
        tables = dict(self.scopes.get(scope, {}))
        for name, forms in trade.scopes[scope].items():
            tables[name] = {**tables.get(name, {}), **forms}
        scopes = {**self.scopes, scope: tables}
        meaning = {**head, "metrics": self.metrics, "scopes": scopes, "env": self.env}
        return replace(trade, metrics=self.metrics, scopes=scopes, env=self.env, digest="", meaning=meaning)


def _dated(table: _Table, at: str) -> dict[str, object]:
    return {name: _at(form, at) for name, form in table.items()}


def _at(form: object, at: str) -> object:
    if isinstance(form, dict):
        return {"at": at, **form} if "value" in form else form
    return form if isinstance(form, InvalidNumber) else {"value": form, "at": at}
