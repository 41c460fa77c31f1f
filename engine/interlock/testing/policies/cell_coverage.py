"""The cells that tests of policies must see (outcomes, sides of comparisons, members), and those that the cases saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...diagnostics import Span
from ...evaluation.expressions.compiled import CompiledPolicy
from ...evaluation.snapshot.series_values import Members, Series, Shaped, lift
from ...language.nodes import Call, LetRef, MetricRef, Node, walk
from ...language.printer import to_text
from ...language.types import BOOL
from ...language.values import Unknown, Value
from ...policy.catalogue import Catalogue
from ...policy.loader import PolicyRoot
from ...policy.model import Composition, Param, Policy, Rule, Unlimited
from .runner import CaseResult

__all__ = [
    "COMPARISONS",
    "ORDERED",
    "CellCoverage",
    "CoverageCell",
    "Watcher",
    "cells",
    "comparisons",
    "covered",
    "may_be_unknown",
]


ORDERED = ("lt", "le", "gt", "ge")
COMPARISONS = (*ORDERED, "eq", "ne", "in", "not_in")
_LOOKS = ("known", "default")


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """One thing to see: `kind` is guard, rule, comparison, composition or param; `where` tells which (a rule, the
    number of a comparison, a param at a member), `what` what of it."""

    policy: str
    kind: str
    where: str
    what: str
    text: str
    span: Span


def cells(compiled: CompiledPolicy, root: PolicyRoot) -> tuple[CoverageCell, ...]:
    """Return every cell of a policy, in the order of its file."""
    policy = compiled.policy
    found = [*_guard(policy), *_rules(compiled, root), *_comparisons(policy), *_compositions(policy)]
    found += _members(compiled, root.catalogue)
    order = {
        kind: index for index, kind in enumerate(("guard", "rule", "composition", "comparison", "param"))
    }
    return tuple(sorted(found, key=lambda each: (each.span.line, order[each.kind], each.span.column)))


def _rules(compiled: CompiledPolicy, root: PolicyRoot) -> Iterator[CoverageCell]:
    policy = compiled.policy
    for each in compiled.rules:
        rule = each.rule
        outcomes = ["pass", "fail"]
        outcomes += ["unknown"] if may_be_unknown(each.rule, policy, root.policies) else []
        outcomes += ["skipped"] if rule.applies is not None or _with_its_policy(rule) else []
        for outcome in outcomes:
            yield CoverageCell(
                policy.id, "rule", rule.id, outcome, f"rule {rule.id} never seen as {outcome}", rule.span
            )


def _with_its_policy(rule: Rule) -> bool:
    """Whether a rule is skipped while the policy that it composes does not apply."""
    return isinstance(rule.condition, Composition) and rule.condition.while_applicable


def _guard(policy: Policy) -> Iterator[CoverageCell]:
    if policy.applies is not None:
        text = "applies: the policy never seen as not applicable"
        yield CoverageCell(policy.id, "guard", "", "false", text, policy.span)


def may_be_unknown(rule: Rule, policy: Policy, policies: Mapping[str, Policy]) -> bool:
    """Tell whether a rule can be unknown: a condition of `known(…)` alone always has an answer."""
    if isinstance(rule.condition, Composition):
        return _may_straddle(rule, rule.condition, policies[rule.condition.policy])
    return any(not asked for _, asked in _metrics(rule.condition, policy.lets, False))


def _may_straddle(rule: Rule, child: Composition, below: Policy) -> bool:
    """A composition is unknown where the child's verdict keeps the bound and what it could be does not: that takes a
    rule of the child whose `unknown` is milder than its `else`."""
    bound = below.verdicts.index(child.bound) - (rule.kind == "trigger")
    return any(
        below.verdicts.index(each.unknown) <= bound < below.verdicts.index(each.failed)
        for each in below.rules
        if not each.fail_open
    )


def _metrics(node: Node, lets: Mapping[str, Node], asked: bool) -> Iterator[tuple[Node, bool]]:
    """Yield what may be unknown, and whether `known` or `default` stands above it."""
    if isinstance(node, MetricRef) or (isinstance(node, Call) and node.operator in ("attested", "baseline")):
        yield node, asked
    elif isinstance(node, LetRef) and node.name in lets:
        yield from _metrics(lets[node.name], lets, asked)
    elif isinstance(node, Call):
        below = asked or node.operator in _LOOKS
        for each in (*node.arguments, *(option for _, option in node.options)):
            yield from _metrics(each, lets, below)


# comparisons


def comparisons(policy: Policy) -> tuple[tuple[Node, str], ...]:
    """Return every comparison and every boolean metric of conditions, guards and lets, with the rule or let that it
    stands in."""
    found = [(each, "applies") for tree in policy.guard for each in _watched(tree)]
    for rule in policy.rules:
        condition = () if isinstance(rule.condition, Composition) else (rule.condition,)
        for tree in (*condition, *((rule.applies,) if rule.applies is not None else ())):
            found += [(each, f"rule {rule.id}") for each in _watched(tree)]
    for name, tree in ((name, tree) for name, tree in policy.lets.items() if name in _used(policy)):
        found += [(each, f"let {name}") for each in _watched(tree)]
    return tuple(found)


def _used(policy: Policy) -> set[str]:
    """The lets that a rule's truth depends on; others appear in reasons only."""
    waiting = [each for rule in policy.rules for each in (rule.condition, rule.applies)]
    trees = [each for each in waiting if each is not None and not isinstance(each, Composition)]
    trees += policy.guard
    found: set[str] = set()
    for tree in trees:
        named = {node.name for node in walk(tree) if isinstance(node, LetRef)} - found
        found |= named
        trees += [policy.lets[name] for name in sorted(named) if name in policy.lets]
    return found


def _watched(tree: Node) -> Iterator[Node]:
    """Metrics below `known` and `default`, and sides of comparisons, are no questions of their own."""
    if isinstance(tree, MetricRef) and tree.type == BOOL:
        yield tree
    if not isinstance(tree, Call) or tree.operator in (*_LOOKS, "baseline"):
        return
    if tree.operator in COMPARISONS:
        yield tree
    for each in (*tree.arguments, *(option for _, option in tree.options)):
        if not (tree.operator in COMPARISONS and isinstance(each, MetricRef)):
            yield from _watched(each)


def _comparisons(policy: Policy) -> Iterator[CoverageCell]:
    for number, (node, owner) in enumerate(comparisons(policy)):
        sides = ["true", "false"]
        if isinstance(node, Call) and node.operator in ORDERED:
            sides.append("boundary")
        for side in sides:
            word = "at its exact boundary" if side == "boundary" else side
            text = f"{owner}: `{to_text(node)}` never seen {word}"
            yield CoverageCell(policy.id, "comparison", str(number), side, text, node.span)


def _compositions(policy: Policy) -> Iterator[CoverageCell]:
    for rule in policy.rules:
        if isinstance(rule.condition, Composition):
            text = f"rule {rule.id}: {rule.condition.policy} never seen at {rule.condition.bound} exactly"
            span = rule.condition.bound_span or rule.condition.span
            yield CoverageCell(policy.id, "composition", rule.id, "bound", text, span)


# params with values of their own at some members


def _members(compiled: CompiledPolicy, catalogue: Catalogue) -> Iterator[CoverageCell]:
    policy = compiled.policy
    for name, param in sorted(policy.params.items()):
        users = [each for each in compiled.rules if name in each.params]
        if not param.per or not users:
            continue
        for member in _distinct_members(param, policy, catalogue):
            value = param.per.get(member, param.value)
            for outcome in ("skipped",) if isinstance(value, Unlimited) else ("pass", "fail"):
                text = f"param {name} at {member}: no rule that uses it seen as {outcome}"
                yield CoverageCell(policy.id, "param", f"{name} {member}", outcome, text, param.span)


def _distinct_members(param: Param, policy: Policy, catalogue: Catalogue) -> tuple[str, ...]:
    """The members with a value of their own, and the first of the others."""
    roster = catalogue.scopes[policy.for_each].members if policy.for_each else ()
    others = [each for each in roster if each not in param.per]
    return (*param.per, *others[:1])


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
            if not verdict.applicable:
                found.add((verdict.policy, "guard", "", "false"))
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
