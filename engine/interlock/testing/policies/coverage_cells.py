"""The cells that tests of a policy must see: outcomes of rules, sides of comparisons, members of params."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...diagnostics import Span
from ...evaluation.expressions.compiled import CompiledPolicy
from ...language.nodes import Call, LetRef, MetricRef, Node, walk
from ...language.printer import to_text
from ...language.types import BOOL
from ...policy.catalogue import Catalogue
from ...policy.loader import PolicyRoot
from ...policy.model import Composition, Param, Policy, Rule, Unlimited

__all__ = ["COMPARISONS", "ORDERED", "CoverageCell", "cells", "comparisons", "may_be_unknown"]

ORDERED = ("lt", "le", "gt", "ge")
COMPARISONS = (*ORDERED, "eq", "ne", "in", "not_in")
_LOOKS = ("known", "default")


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """One thing to see: `kind` is rule, comparison, composition or param; `where` tells which (a rule, the
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
    found = [*_rules(compiled, root), *_comparisons(policy), *_compositions(policy)]
    found += _members(compiled, root.catalogue)
    order = {kind: index for index, kind in enumerate(("rule", "composition", "comparison", "param"))}
    return tuple(sorted(found, key=lambda each: (each.span.line, order[each.kind], each.span.column)))


def _rules(compiled: CompiledPolicy, root: PolicyRoot) -> Iterator[CoverageCell]:
    policy = compiled.policy
    for each in compiled.rules:
        rule = each.rule
        outcomes = ["pass", "fail"]
        outcomes += ["unknown"] if may_be_unknown(each.rule, policy, root.policies) else []
        outcomes += ["skipped"] if rule.applies is not None else []
        for outcome in outcomes:
            yield CoverageCell(
                policy.id, "rule", rule.id, outcome, f"rule {rule.id} never seen as {outcome}", rule.span
            )


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
    found: list[tuple[Node, str]] = []
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
