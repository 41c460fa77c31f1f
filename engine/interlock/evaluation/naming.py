"""What a reason may name: metrics, params, lets, the member, and what was seen and needed, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..language.printer import to_text
from ..language.types import Type
from ..language.values import Value
from ..policy.model import Policy
from .comparisons import shown
from .interpreter import Interpreter
from .reasons import failing
from .shapes import Members, Series, Shaped
from .verdict import Comparison

__all__ = ["Names"]


class Names:
    """The read-only names of one policy at one member; values print in their unit."""

    def __init__(self, interpreter: Interpreter, policy: Policy, params: Mapping[str, str]) -> None:
        self.interpreter = interpreter
        self.policy = policy
        self.params = params

    def text(self, path: str, comparisons: Sequence[Comparison]) -> str | None:
        """Return the text of a dotted name, None where there is no such name.

        Where a composed policy says what is wrong, a name that is unknown has nothing to add to it.
        """
        found = self.named(path, comparisons)
        return None if found == "unknown" and _composed(comparisons) else found

    def named(self, path: str, comparisons: Sequence[Comparison]) -> str | None:
        if path in ("seen", "needed", "margin"):
            first = failing(comparisons)[:1]
            return str(getattr(first[0], path) or "none") if first else "unknown"
        if path in self.params:
            return self.params[path]
        if path in self.policy.lets:
            return _text(self.interpreter.let(path), self.policy.lets[path].type)
        if path == self.policy.for_each:
            return self.interpreter.member
        return self.metric(path)

    def metric(self, path: str) -> str | None:
        metric = self.interpreter.measures.catalogue.metrics.get(path)
        if metric is None:
            return None
        member = self.interpreter.member if metric.scope == self.policy.for_each else None
        return _text(self.interpreter.measures.metric(path, member), metric.type)

    def assumed(self) -> list[str]:
        """One line for each look at missing data."""
        return [f"`{to_text(node)}` speaks for missing data" for node in self.interpreter.assumed]


def _composed(comparisons: Sequence[Comparison]) -> bool:
    return any(each.op in ("at worst", "reaches") for each in comparisons)


def _text(value: Shaped, kind: Type) -> str:
    """A series prints as its newest value, members each with their own."""
    if isinstance(value, Members):
        return ", ".join(f"{name} {_text(each, kind)}" for name, each in value.values.items())
    if isinstance(value, Series):
        return _one(value.points[-1].value, kind) if value.points else "unknown"
    return _one(value, kind)


def _one(value: Value, kind: Type) -> str:
    return shown(value, kind)
