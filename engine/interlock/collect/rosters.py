"""Members of scopes: aliases resolved, strangers told from members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.types import Kind
from ..policy.catalogue import Catalogue, Metric, Scope

__all__ = ["Rosters"]


@dataclass(slots=True)
class Rosters:
    """The catalogue's scopes, and the strangers that were met: (metric, member as written)."""

    catalogue: Catalogue
    strangers: set[tuple[str, str]] = field(default_factory=set)

    def declared(self, metric: Metric) -> tuple[str, ...]:
        """The members that are declared for the metric's scope; none where another metric tells them."""
        scope = self._scope(metric)
        return scope.members if scope else ()

    def member(self, metric: Metric, written: str) -> str | None:
        """Return the member that is meant, or None for a stranger, who is noted."""
        scope = self._scope(metric)
        if scope is None:
            return written
        name = scope.aliases.get(written, written)
        if scope.members and name not in scope.members and not scope.open:
            self.strangers.add((metric.name, written))
            return None
        return name

    def resolve_set(self, metric: Metric, value: object) -> object:
        """Return a set's members by their own names, where it is a set of a scope's members."""
        scope = self.catalogue.scopes.get(metric.type.of) if metric.type.kind is Kind.SET else None
        if scope is None or not isinstance(value, list):
            return value
        return sorted({scope.aliases.get(each, each) for each in value})

    def settle(self, scopes: dict[str, dict[str, dict[str, object]]], metrics: Mapping[str, object]) -> None:
        """Drop members that the metric which tells a scope's roster does not name, once it is known."""
        for name, members in scopes.items():
            told = self._told(self.catalogue.scopes.get(name), metrics)
            for member in [each for each in members if told is not None and each not in told]:
                self.strangers.update((metric, member) for metric in members.pop(member))

    def _told(self, scope: Scope | None, metrics: Mapping[str, object]) -> set[str] | None:
        if scope is None or scope.members_from is None or scope.open:
            return None
        entry = metrics.get(scope.members_from)
        value = entry.get("value") if isinstance(entry, dict) else entry
        return {str(each) for each in value} if isinstance(value, list) else None

    def _scope(self, metric: Metric) -> Scope | None:
        return self.catalogue.scopes.get(metric.scope) if metric.scope else None
