"""Which cells of the policies the cases saw: outcomes from verdicts, sides from every comparison made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ...evaluation.expressions.compiled import CompiledPolicy
from ...evaluation.snapshot.series_values import Members, Series, Shaped, lift
from ...language.nodes import Call, Node
from ...language.values import Unknown, Value
from ...policy.loader import PolicyRoot
from ...policy.model import Composition, Policy
from .coverage_cells import ORDERED, CoverageCell, cells, comparisons
from .runner import CaseResult

__all__ = ["CellCoverage", "Watcher", "covered"]

_NO_RULE = ": no rule applies"


@dataclass(frozen=True, slots=True)
class CellCoverage:
    """The cells of some policies, and those that no case saw."""

    cells: tuple[CoverageCell, ...]
    missed: tuple[CoverageCell, ...]

    @property
    def percent(self) -> Decimal:
        """The share that was seen, cut and not rounded to a tenth: 100 means all."""
        seen = len(self.cells) - len(self.missed)
        return Decimal(1000 * seen // len(self.cells)) / 10 if self.cells else Decimal(100)

    def of(self, policy: str) -> CellCoverage:
        """Return the part of one policy."""
        return CellCoverage(
            tuple(each for each in self.cells if each.policy == policy),
            tuple(each for each in self.missed if each.policy == policy),
        )


@dataclass(slots=True)
class Watcher:
    """Notes what every comparison of the policies came to."""

    seen: set[tuple[int, str]] = field(default_factory=set)

    def __call__(self, node: Node, member: str | None, left: Shaped, right: Shaped, truth: Shaped) -> None:
        for value in _values(truth):
            if isinstance(value, bool):
                self.seen.add((id(node), str(value).lower()))
        ordered = isinstance(node, Call) and node.operator in ORDERED
        if ordered and any(each is True for each in _values(lift(_same, left, right))):
            self.seen.add((id(node), "boundary"))


def _same(left: Value, right: Value) -> Value:
    return not isinstance(left, Unknown) and not isinstance(right, Unknown) and left == right


def _values(shaped: Shaped) -> Iterator[Value]:
    if isinstance(shaped, Members):
        for each in shaped.values.values():
            yield from _values(each)
    elif isinstance(shaped, Series):
        yield from (point.value for point in shaped.points)
    else:
        yield shaped


def covered(
    compiled: Iterable[CompiledPolicy], root: PolicyRoot, results: Iterable[CaseResult], watcher: Watcher
) -> CellCoverage:
    """Return what the results and the watcher saw of the policies."""
    policies = list(compiled)
    seen = _seen(results, {each.policy.id: each for each in policies})
    for each in policies:
        for number, (node, _) in enumerate(comparisons(each.policy)):
            for side in ("true", "false", "boundary"):
                if (id(node), side) in watcher.seen:
                    seen.add((each.policy.id, "comparison", str(number), side))
    every = tuple(cell for each in policies for cell in cells(each, root))
    missed = [each for each in every if (each.policy, each.kind, each.where, each.what) not in seen]
    return CellCoverage(every, tuple(missed))


def _seen(
    results: Iterable[CaseResult], compiled: dict[str, CompiledPolicy]
) -> set[tuple[str, str, str, str]]:
    found: set[tuple[str, str, str, str]] = set()
    for result in results:
        for note in result.decision.notes:
            found |= _left_out(note, compiled)
        for verdict in result.decision.verdicts:
            policy = compiled.get(verdict.policy)
            if policy is None:
                continue
            users = _users(policy)
            for rule in verdict.rules:
                found.add((verdict.policy, "rule", rule.id, rule.outcome))
                for name in users.get(rule.id, ()):
                    found.add((verdict.policy, "param", f"{name} {verdict.member}", rule.outcome))
                if _at_bound(policy.policy, rule.id, [each.seen for each in rule.comparisons]):
                    found.add((verdict.policy, "composition", rule.id, "bound"))
    return found


def _left_out(note: str, compiled: dict[str, CompiledPolicy]) -> set[tuple[str, str, str, str]]:
    """At a member that is left out because no rule applies, every rule was skipped."""
    name, _, member = note.removesuffix(_NO_RULE).partition(" at ")
    if not note.endswith(_NO_RULE) or name not in compiled:
        return set()
    users = _users(compiled[name])
    rules = {(name, "rule", rule, "skipped") for rule in users}
    return rules | {
        (name, "param", f"{param} {member}", "skipped") for params in users.values() for param in params
    }


def _users(compiled: CompiledPolicy) -> dict[str, list[str]]:
    """The params with values per member that each rule uses."""
    per = {name for name, param in compiled.policy.params.items() if param.per}
    return {each.rule.id: sorted(each.params & per) for each in compiled.rules}


def _at_bound(policy: Policy, name: str, seen: list[str]) -> bool:
    condition = next(rule.condition for rule in policy.rules if rule.id == name)
    return isinstance(condition, Composition) and any(each.split(" ")[0] == condition.bound for each in seen)
