"""Finds what a snapshot names and no catalogue declares: scopes, members of scopes, metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ...diagnostics import name_hint, unknown_name
from ...language.values import Cause, merged
from ...policy.catalogue import Catalogue, Scope
from .snapshot import Snapshot

__all__ = ["other_members", "undeclared", "undeclared_scopes"]


def undeclared_scopes(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each scope that is not declared."""
    for name in sorted(set(snapshot.scopes) - set(catalogue.scopes)):
        yield str(unknown_name("scope", name, catalogue.scopes, "declare it in a catalogue"))


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
    """Yield a line for each metric that no catalogue declares: often a renamed one."""
    tables = [snapshot.metrics, *(table for scope in snapshot.scopes.values() for table in scope.values())]
    for name in sorted({name for table in tables for name in table} - set(catalogue.metrics)):
        hint = name_hint(name, catalogue.metrics, "")
        yield f"no catalogue declares `{name}`" + (f": {hint}" if hint else "")
