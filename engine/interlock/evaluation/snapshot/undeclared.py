"""Finds what a snapshot names and no catalogue declares: scopes, members, metrics."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import name_hint, unknown_name
from ...policy.catalogue import Catalogue
from .snapshot import Snapshot

__all__ = ["outside", "undeclared"]


def outside(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each scope that is not declared, and each member outside a declared roster."""
    for name, members in sorted(snapshot.scopes.items()):
        scope = catalogue.scopes.get(name)
        if scope is None:
            yield str(unknown_name("scope", name, catalogue.scopes, "declare it in a catalogue"))
            continue
        allowed = {*scope.members, *scope.aliases}
        if scope.open or scope.members_from:
            continue
        for member in sorted(set(members) - allowed):
            hint = name_hint(member, allowed)
            yield f"`{member}` is no member of `{name}`: {hint}"


def undeclared(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each metric that no catalogue declares: often a renamed one."""
    tables = [snapshot.metrics, *(table for scope in snapshot.scopes.values() for table in scope.values())]
    for name in sorted({name for table in tables for name in table} - set(catalogue.metrics)):
        hint = name_hint(name, catalogue.metrics, "")
        yield f"no catalogue declares `{name}`" + (f": {hint}" if hint else "")
