"""Members of scopes: names resolved by aliases, undeclared members noted and left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..language.types import Kind
from ..policy.catalogue import Catalogue, Metric, Scope

__all__ = ["Rosters"]


@dataclass(slots=True)
class Rosters:
    """The scopes of a catalogue, and the members off a roster that artefacts named: (metric, member as written)."""

    catalogue: Catalogue
    undeclared: set[tuple[str, str]] = field(default_factory=set)

    def declared(self, metric: Metric) -> tuple[str, ...]:
        """Return the members that the catalogue lists for the metric's scope."""
        scope = self._scope(metric)
        return scope.members if scope else ()

    def member(self, metric: Metric, written: str) -> str | None:
        """Return the member with this name or alias; one off a declared roster is noted, or None if it is ignored."""
        scope = self._scope(metric)
        if scope is None:
            return written
        name = scope.aliases.get(written, written)
        if scope.members and name not in scope.members and not scope.open:
            if scope.others:
                return None
            self.undeclared.add((metric.name, written))
        return name

    def written(self, scope: str | None, seen: Iterable[str]) -> dict[str, set[str]]:
        """Return each member that the catalogue lists for a scope with its names among those seen; else those seen."""
        found = self.catalogue.scopes.get(scope or "")
        names: dict[str, set[str]] = {each: set() for each in (found.members if found else ())}
        listed = found is not None and bool(names) and not found.open
        for each in seen:
            name = found.aliases.get(each, each) if found else each
            if name in names or not listed:
                names.setdefault(name, set()).add(each)
        return names

    def resolve_set(self, metric: Metric, value: object) -> object:
        """Return a set of members without aliases, sorted; any other value as it is."""
        scope = self.catalogue.scopes.get(metric.type.of) if metric.type.kind is Kind.SET else None
        if scope is None or not isinstance(value, list):
            return value
        return sorted({scope.aliases.get(each, each) for each in value})

    def settle(self, scopes: dict[str, dict[str, dict[str, object]]], metrics: Mapping[str, object]) -> None:
        """Note the members of `scopes` that the metric behind `members_from`, where it is known, does not list."""
        for name, members in scopes.items():
            scope = self.catalogue.scopes[name]
            listed = _measured_roster(scope, metrics)
            for member in [each for each in members if listed is not None and each not in listed]:
                if scope.others:
                    del members[member]
                else:
                    self.undeclared.update((metric, member) for metric in members[member])

    def _scope(self, metric: Metric) -> Scope | None:
        return self.catalogue.scopes.get(metric.scope) if metric.scope else None


def _measured_roster(scope: Scope, metrics: Mapping[str, object]) -> set[str] | None:
    if scope.members_from is None or scope.open:
        return None
    entry = metrics.get(scope.members_from)
    value = entry.get("value") if isinstance(entry, dict) else entry
    return {scope.aliases.get(str(each), str(each)) for each in value} if isinstance(value, list) else None
