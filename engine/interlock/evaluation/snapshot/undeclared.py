"""Finds what a snapshot names and no catalogue declares: scopes, members of scopes, metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ...diagnostics import name_hint, printable, unknown_name
from ...language.types import Kind
from ...language.values import Cause, merged
from ...policy.catalogue import Catalogue, Metric, Scope
from .snapshot import Snapshot

__all__ = ["odd_points", "other_members", "undeclared", "undeclared_scopes"]

_POINT = ("at", "value", "n", "unordered", "unknown", "detail")


def undeclared_scopes(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each scope that is not declared."""
    for name in sorted(set(snapshot.scopes) - set(catalogue.scopes)):
        yield str(unknown_name("scope", name, catalogue.scopes, "declare it in a catalogue"))


def odd_points(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each series with a key in a point that has no meaning there: a record's points hold its columns,
    and events have no cause."""
    tables = [("/metrics", snapshot.metrics)]
    for scope, members in snapshot.scopes.items():
        tables += [(f"/scopes/{scope}/{member}", table) for member, table in members.items()]
    for place, table in tables:
        for name, form in table.items():
            points = form.get("points") if isinstance(form, dict) and name in catalogue.metrics else None
            if isinstance(points, list):
                yield from _odd_point(f"{place}/{name}", points, catalogue.metrics[name])


def _odd_point(place: str, points: Sequence[object], metric: Metric) -> Iterator[str]:
    columns = tuple(each.removeprefix(f"{metric.name}.") for each in metric.columns)
    known: tuple[str, ...] = ("at", "value") if metric.type.kind is Kind.EVENT else _POINT
    if columns:
        known = ("at", *columns, "n", "unordered", "unknown", "detail")
    allowed = frozenset(known)
    for index, point in enumerate(points):
        if isinstance(point, dict) and not point.keys() <= allowed:
            key = min(point.keys() - allowed)
            hint = name_hint(key, known)
            yield printable(f"{place}/points/{index}: unknown key `{key}`: {hint}")
            return


def other_members(
    scope: Scope, tables: Mapping[str, Sequence[Mapping[str, object]]], members: Collection[str]
) -> tuple[Cause, ...]:
    """Return a cause for each member outside a roster of which `tables` hold anything.

    A declared roster is doubted by the name alone, a measured one by a value: it forgets that member.
    """
    found = []
    for name in sorted(set(tables) - set(members)):
        if scope.members_from is None:
            found.append(Cause(scope.name, name, "", "undeclared value", "it is not on the roster"))
        elif any(form is not None for table in tables[name] for form in table.values()):
            detail = f"it has data, and `{scope.members_from}` does not list it"
            found.append(Cause(scope.name, name, "", "conflict", detail))
    return merged(found)


def undeclared(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each metric that no catalogue declares, often a renamed one, and for each in another place than
    its declaration says, where nothing reads it."""
    places = [("", name) for name in snapshot.metrics]
    places += [
        (scope, name)
        for scope, members in snapshot.scopes.items()
        for table in members.values()
        for name in table
    ]
    for name in sorted({name for _, name in places} - set(catalogue.metrics)):
        hint = name_hint(name, catalogue.metrics, "")
        yield f"no catalogue declares `{printable(name)}`" + (f": {hint}" if hint else "")
    for place, name in sorted({pair for pair in places if pair[1] in catalogue.metrics}):
        scope = catalogue.metrics[name].scope or ""
        if place != scope:
            yield f"`{name}` is below `{_below(place)}`, where nothing reads it: its place is `{_below(scope)}`"


def _below(scope: str) -> str:
    return f"/scopes/{scope}/MEMBER" if scope else "/metrics"
