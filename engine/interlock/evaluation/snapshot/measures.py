"""Reads one metric of a snapshot as its declaration says: a value, a series, or why it is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ...language.times import parse_time, show_time
from ...language.types import Kind
from ...language.values import INFINITY, Cause, Unknown, Value, unbounded
from ...limits import EARLIEST_TIME, SKEW
from ...policy.catalogue import KILL_SWITCH, RESERVED, Catalogue, Metric, Scope
from ...strict_json import InvalidNumber
from .points import Points
from .raw_values import element, odd_key, stated_unknown, too_few
from .series import before_began, irregular, regular
from .series_history import EventHistory, PeriodHistory, Restatement, lived, plain, unlisted
from .series_values import Members, Series, Shaped, incomplete
from .snapshot import Snapshot
from .undeclared import other_members

__all__ = ["Measures", "single"]

_VALUE = frozenset({"value", "n", "at"})


class Measures:
    """The metrics of one snapshot, read through the catalogue and kept; asking twice costs nothing.

    Series take earlier points from `earlier` snapshots, oldest first, the first of which is the oldest of all;
    `restated` names the periods that differ. The reserved metrics are what `reserved` says of them, whatever the
    snapshot does.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        catalogue: Catalogue,
        earlier: Sequence[Snapshot] = (),
        reserved: Mapping[str, object] | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.catalogue = catalogue
        self.earlier = earlier
        self.reserved = reserved or {}
        self.restated: set[Restatement] = set()
        self._kept: dict[str, Shaped] = {}
        self._others: dict[tuple[str, int], tuple[Cause, ...]] = {}

    @property
    def as_of(self) -> Decimal:
        """The instant of the snapshot, in seconds since the epoch."""
        return self.snapshot.as_of

    def metric(self, name: str, member: str | None = None) -> Shaped:
        """Return the metric; of a scoped one the value at `member`, or all members when that is None."""
        if name not in self._kept:
            metric = self._declared(name)
            self._kept[name] = self._members(metric) if metric.scope else self._read(metric, "")
        found = self._kept[name]
        if isinstance(found, Members) and member is not None:
            value = found.values.get(member)
            value = self._missing(name, member) if value is None else value
            return value if isinstance(value, Series) else unbounded(value)
        return found

    def _missing(self, name: str, member: str) -> Series | Unknown:
        """What stands for a metric at a member that is on no roster."""
        metric, cause = self.catalogue.metrics[name], Cause(name, member, "", "missing member")
        if metric.series == "single":
            return Unknown((cause,))
        return Series(Points(), self.as_of, metric.every, blank=(cause,))

    def roster(self, name: str) -> tuple[tuple[str, ...], tuple[Cause, ...]]:
        """Return the members of a scope, and why they are not known when they are not."""
        scope = self.catalogue.scopes[name]
        members = scope.members
        if scope.members_from is not None:
            stated = self.metric(scope.members_from)
            if isinstance(stated, Unknown):
                return (), stated.causes
            listed = stated if isinstance(stated, frozenset) else frozenset()
            members = tuple(sorted({scope.aliases.get(each, each) for each in listed}))
        if scope.open:
            members = tuple(sorted({*members, *self.aliased(scope)}))
        if not members:
            return (), (Cause(scope.members_from or name, "", "", "missing member", "the roster is empty"),)
        return members, ()

    def others(self, name: str) -> tuple[Cause, ...]:
        """Return why a scope may have more members than its roster: what was measured of others, each with its name."""
        scope = self.catalogue.scopes[name]
        if scope.members_from is None:
            return self._beyond(scope, self.snapshot, scope.members)
        return (
            ()
            if isinstance(self.metric(scope.members_from), Unknown)
            else self._beyond(scope, self.snapshot, self.roster(name)[0])
        )

    def _beyond(self, scope: Scope, snapshot: Snapshot, members: tuple[str, ...]) -> tuple[Cause, ...]:
        key = (scope.name, id(snapshot))
        if key not in self._others:
            self._others[key] = (
                () if scope.open or scope.others else other_members(scope, _aliased(scope, snapshot), members)
            )
        return self._others[key]

    def aliased(self, scope: Scope) -> dict[str, list[Mapping[str, object]]]:
        """Return what the snapshot holds for each member of a scope, aliases resolved."""
        return _aliased(scope, self.snapshot)

    def _declared(self, name: str) -> Metric:
        """The declaration; a set of members also knows their aliases, and whom it may name."""
        metric = self.catalogue.metrics[name]
        scope = self.catalogue.scopes.get(metric.type.of) if metric.type.kind is Kind.SET else None
        if scope is None:
            return metric
        return replace(metric, spelled={**scope.aliases, **metric.spelled}, roster=self._namable(scope, name))

    def _namable(self, scope: Scope, name: str) -> frozenset[str] | None:
        """The members that a set may name; None for any: of an open scope, and in a set that itself is a roster."""
        rosters = {each.members_from for each in self.catalogue.scopes.values()}
        if scope.open or (scope.members_from is not None and name in rosters):
            return None
        return frozenset(self.roster(scope.name)[0])

    def _members(self, metric: Metric) -> Members:
        assert metric.scope is not None
        members, doubt = self.roster(metric.scope)
        others = self.others(metric.scope)
        values: dict[str, Value | Series] = {}
        for member in members:
            value = self._read(metric, member)
            assert not isinstance(value, Members)
            if others and isinstance(value, Series):
                value = incomplete(value, others)
            values[member] = within_range(metric, value)
        return Members(values, doubt, others)

    def _read(self, metric: Metric, member: str) -> Value | Series:
        form = self._form(metric, member, self.snapshot)
        if metric.series == "regular":
            return self._regular(metric, plain("regular", form), member)
        if metric.series == "irregular":
            early = before_began(metric, form)
            return self._irregular(
                metric, InvalidNumber(*early) if early else plain("irregular", form), member
            )
        return single(metric, form, self.as_of, member)

    def _past(self, metric: Metric, member: str) -> list[tuple[Decimal, object]]:
        """What each earlier snapshot gives of a series, with its instant."""
        return [
            (each.as_of, lived(plain(metric.series, self._form(metric, member, each)), each.as_of))
            for each in self.earlier
        ]

    def _regular(self, metric: Metric, form: object, member: str) -> Series:
        if self.earlier:
            history = PeriodHistory.of(self._past(metric, member))
            listed = form
            form, restated = history.joined(form, metric, member)
            self.restated.update(restated)
            history.add(self.as_of, listed)
            metric = replace(metric, began=history.began) if metric.began is None else metric
        return regular(metric, form, self.as_of, member, recorded=bool(self.earlier))

    def _irregular(self, metric: Metric, form: object, member: str) -> Series:
        silent = stated_unknown(form)
        if not self.earlier or metric.name in RESERVED:
            return irregular(metric, form, self.as_of, member)
        history = EventHistory.of(self._past(metric, member))
        self.restated.update(history.restated(form, metric.name, member))
        form, before = history.joined(form)
        return irregular(metric, form, self.as_of, member, before, silent)

    def _form(self, metric: Metric, member: str, snapshot: Snapshot) -> object:
        """The metric as written, or the cause why it is not there."""
        key = metric.record or metric.name
        if key in RESERVED:
            where = "by a ledger" if key == KILL_SWITCH else "inside a rollout"
            return self.reserved.get(key, InvalidNumber("missing", f"supplied {where} only"))
        if not metric.scope:
            return snapshot.metrics.get(key, InvalidNumber("missing", ""))
        tables = _aliased(self.catalogue.scopes[metric.scope], snapshot).get(member, [])
        forms = [table[key] for table in tables if key in table]
        if len(forms) > 1:
            return InvalidNumber("conflict", f"`{member}` is given under two names")
        if not forms:
            return InvalidNumber("missing" if tables else "missing member", "")
        return (
            forms[0]
            if snapshot is self.snapshot or self.lists_all(metric.scope, snapshot)
            else unlisted(forms[0])
        )

    def lists_all(self, name: str, snapshot: Snapshot) -> bool:
        """Whether an earlier snapshot names no member outside a declared roster, so that its series are whole."""
        scope = self.catalogue.scopes[name]
        return scope.members_from is not None or not self._beyond(scope, snapshot, scope.members)


def _aliased(scope: Scope, snapshot: Snapshot) -> dict[str, list[Mapping[str, object]]]:
    found: dict[str, list[Mapping[str, object]]] = {}
    for written, table in snapshot.scopes.get(scope.name, {}).items():
        found.setdefault(scope.aliases.get(written, written), []).append(table)
    return found


def within_range(metric: Metric, value: Value | Series) -> Value | Series:
    """Among members a missing number ranges over its declared range; one out of range may be anything."""
    numeric = metric.type.numeric and isinstance(value, Unknown)
    if not numeric or not isinstance(value, Unknown) or value.causes[0].cause == "out of range":
        return value
    low = -INFINITY if metric.low is None else metric.low
    return Unknown(value.causes, low, INFINITY if metric.high is None else metric.high)


def single(metric: Metric, form: object, as_of: Decimal, member: str) -> Value:
    """Return a single value as its snapshot gives it, or why it is unknown."""

    def unknown(cause: str, detail: str = "", at: str = "") -> Unknown:
        return Unknown((Cause(metric.name, member, at, cause, detail),))

    stated = stated_unknown(form)
    if stated:
        return unknown(*stated)
    if isinstance(form, dict):
        if "value" not in form:
            what = "a series where one value is declared" if "points" in form else "an object without `value`"
            return unknown("wrong type", what)
        if odd := odd_key(form, _VALUE):
            return unknown(*odd)
        at = as_of
        if "at" in form:
            read = parse_time(form["at"]) if isinstance(form["at"], str) else None
            if read is None:
                return unknown("no time", f"`at` is {_shown(form['at'])}")
            at = read
        if at > as_of + SKEW:
            return unknown("clock skew", "measured after the snapshot", show_time(at))
        if at < EARLIEST_TIME:
            return unknown("out of range", "measured before the year 2000", show_time(at))
        if metric.max_age is not None and as_of - at > metric.max_age:
            return unknown("stale", "", show_time(at))
        few = too_few(metric, form)
        if few:
            return unknown("too few samples", few)
        form = form["value"]
    elif metric.min_n is not None:
        return unknown("too few samples", f"no `n`, at least {metric.min_n} wanted")
    value = element(metric, form, as_of)
    if isinstance(value, Cause):
        return Unknown((replace(value, metric=metric.name, member=member),))
    return value


def _shown(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else "not text"
