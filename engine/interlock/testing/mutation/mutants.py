"""Rebuilds a checked tree with one node changed; the tree itself stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from ...diagnostics import Span
from ...evaluation.expressions.compiled import CompiledPolicy
from ...language.literals import CONTEXT, show
from ...language.nodes import Call, LetRef, Literal, Node
from ...language.printer import to_text
from ...language.times import DURATION_UNITS
from ...language.types import Kind, Type
from ...policy.catalogue import Catalogue
from ...policy.model import Composition, Param, Policy, Rule, StageGuard, Unlimited
from ..policies.cell_coverage import may_be_unknown

__all__ = ["Mutant", "mutants", "replaced", "stepped", "variants"]


_SWAPPED = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "eq": "ne", "ne": "eq", "and": "or", "or": "and",
            "any": "all", "all": "any"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with one thing changed: `before` and `after` are its lines as a diff shows them, `rules` the ones
    that may come out otherwise, `removed` one that is gone."""

    policy: Policy
    kind: str
    owner: str
    before: str
    after: str
    span: Span
    rules: tuple[str, ...]
    removed: str = ""


def mutants(
    compiled: CompiledPolicy, policies: dict[str, Policy], catalogue: Catalogue
) -> tuple[Mutant, ...]:
    """Return every mutant of a policy, in the order of its rules, then of its lets and params."""
    maker = _Maker(compiled, policies, catalogue)
    found = [each for rule in compiled.policy.rules for each in maker.rule(rule)]
    found += maker.guard()
    found += [each for name in compiled.policy.lets for each in maker.let(name)]
    found += [each for name in sorted(compiled.policy.params) for each in maker.param(name)]
    return tuple(each for each in found if each.rules)


def stepped(value: Decimal, kind: Type) -> tuple[Decimal, ...]:
    """Return the value one unit of the last place given away on both sides, and ten percent away."""
    step = _unit(value, kind)
    whole = kind.flavour == "integer"
    tenth = CONTEXT.multiply(abs(value), Decimal("0.1"))
    if whole:
        tenth = max(tenth.to_integral_value(ROUND_HALF_EVEN), Decimal(1))
    found = [value + step, value - step]
    found += [value + tenth, value - tenth] if value and kind.kind is not Kind.TIMESTAMP else []
    return tuple(dict.fromkeys(found))


def _unit(value: Decimal, kind: Type) -> Decimal:
    if kind.kind is Kind.DURATION:
        whole = [size for size in DURATION_UNITS.values() if value and value % size == 0]
        return max(whole, default=Decimal(1))
    if kind.kind is Kind.TIMESTAMP:
        return Decimal(86400) if value % 86400 == 0 else Decimal(1)
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)


@dataclass(frozen=True, slots=True)
class _Maker:
    compiled: CompiledPolicy
    policies: dict[str, Policy]
    catalogue: Catalogue

    @property
    def policy(self) -> Policy:
        return self.compiled.policy

    def with_rule(self, old: Rule, new: Rule) -> Policy:
        return replace(self.policy, rules=tuple(new if each is old else each for each in self.policy.rules))

    # rules

    def rule(self, rule: Rule) -> Iterator[Mutant]:
        owner = f"rule {rule.id}"

        def changed(kind: str, before: str, after: str, new: Rule, span: Span | None = None) -> Mutant:
            return Mutant(
                self.with_rule(rule, new), kind, owner, before, after, span or rule.span, (rule.id,)
            )

        if len(self.policy.rules) > 1:
            rest = tuple(each for each in self.policy.rules if each is not rule)
            yield Mutant(replace(self.policy, rules=rest), "rule removed", owner, f"- id: {rule.id}", "", rule.span,
                         (rule.id,), rule.id)  # fmt: skip
        yield from self.consequences(rule, changed)
        if isinstance(rule.condition, Composition):
            yield from self.bound(rule, rule.condition, changed)
        else:
            word = "require" if rule.kind == "requirement" else "when"
            for kind, tree, new in _trees(rule.condition):
                yield changed(kind, f"{word}: {to_text(rule.condition)}", f"{word}: {to_text(tree)}",
                              replace(rule, condition=tree), new)  # fmt: skip
        if rule.applies is not None:
            yield changed(
                "guard removed", f"applies: {to_text(rule.applies)}", "", replace(rule, applies=None)
            )
            for kind, tree, new in _trees(rule.applies):
                yield changed(kind, f"applies: {to_text(rule.applies)}", f"applies: {to_text(tree)}",
                              replace(rule, applies=tree), new)  # fmt: skip

    def consequences(self, rule: Rule, changed: Callable[..., Mutant]) -> Iterator[Mutant]:
        """`else` or `then` one step milder, and `unknown` too."""
        verdicts = self.policy.verdicts
        word = "else" if rule.kind == "requirement" else "then"
        milder = verdicts[verdicts.index(rule.failed) - 1]
        yield changed(
            f"{word} milder", f"{word}: {rule.failed}", f"{word}: {milder}", replace(rule, failed=milder)
        )
        if rule.unknown != verdicts[0] and may_be_unknown(rule, self.policy, self.policies):
            less = verdicts[verdicts.index(rule.unknown) - 1]
            before, after = f"unknown: {rule.unknown}", f"unknown: {less}"
            yield changed("unknown milder", before, after, replace(rule, unknown=less))
        if rule.blind_limit is not None:
            for limit in stepped(rule.blind_limit, Type(Kind.DURATION)):
                before, after = (f"blind_limit: {_duration(each)}" for each in (rule.blind_limit, limit))
                yield changed("threshold", before, after, replace(rule, blind_limit=limit))

    def bound(self, rule: Rule, child: Composition, changed: Callable[..., Mutant]) -> Iterator[Mutant]:
        verdicts = self.policies[child.policy].verdicts
        place = verdicts.index(child.bound)
        word = "at_worst" if rule.kind == "requirement" else "reaches"
        for other in {max(place - 1, 0), min(place + 1, len(verdicts) - 1)} - {place}:
            new = replace(child, bound=verdicts[other])
            yield changed("bound", f"{word}: {child.bound}", f"{word}: {new.bound}", replace(rule, condition=new),
                          child.bound_span)  # fmt: skip

    # the guard of the policy, lets and params

    def guard(self) -> Iterator[Mutant]:
        """The policy without its guard, and with another one."""
        guard, every = self.policy.applies, tuple(each.id for each in self.policy.rules)
        if guard is None:
            return
        before = f"applies: {guard if isinstance(guard, StageGuard) else to_text(guard)}"
        plain = replace(self.policy, applies=None)
        yield Mutant(plain, "guard removed", "applies", before, "", self.policy.span, every)
        if isinstance(guard, StageGuard):
            for stage in guard.stages if len(guard.stages) > 1 else ():
                fewer = replace(guard, stages=tuple(each for each in guard.stages if each != stage))
                other = replace(self.policy, applies=fewer)
                yield Mutant(
                    other, "stage removed", "applies", before, f"applies: {fewer}", guard.span, every
                )
            return
        for kind, tree, span in _trees(guard):
            other = replace(self.policy, applies=tree)
            yield Mutant(other, kind, "applies", before, f"applies: {to_text(tree)}", span, every)

    def let(self, name: str) -> Iterator[Mutant]:
        tree = self.policy.lets[name]
        users = tuple(each.id for each in self.policy.rules if self.uses_let(each, name))
        for kind, new, span in _trees(tree):
            changed = replace(self.policy, lets={**self.policy.lets, name: new})
            before, after = f"{name}: {to_text(tree)}", f"{name}: {to_text(new)}"
            yield Mutant(changed, kind, f"let {name}", before, after, span, users)

    def uses_let(self, rule: Rule, name: str) -> bool:
        condition = () if isinstance(rule.condition, Composition) else (rule.condition,)
        trees = [each for each in (*condition, rule.applies, *self.policy.guard) if each is not None]
        return any(name in _lets(each, self.policy.lets) for each in trees)

    def param(self, name: str) -> Iterator[Mutant]:
        param = self.policy.params[name]
        users = tuple(
            each.rule.id for each in self.compiled.rules if name in each.params or _handed(each.rule, name)
        )
        for member, value in param.per.items():
            rest = {key: each for key, each in param.per.items() if key != member}
            before = f"{name}: {{per: {{{member}: {_value(value, param)}}}}}"
            yield self.changed(param, replace(param, per=rest), "member override removed", before, "", users)
            for other in _others(value, param):
                after = f"{name}: {{per: {{{member}: {_value(other, param)}}}}}"
                new = replace(param, per={**param.per, member: other})
                yield self.changed(param, new, "threshold", before, after, users)
        for other in _others(param.value, param):
            before, after = (f"{name}: {_value(each, param)}" for each in (param.value, other))
            yield self.changed(param, replace(param, value=other), "threshold", before, after, users)

    def changed(
        self, old: Param, new: Param, kind: str, before: str, after: str, users: tuple[str, ...]
    ) -> Mutant:
        params = {**self.policy.params, old.name: new}
        return Mutant(
            replace(self.policy, params=params), kind, f"param {old.name}", before, after, old.span, users
        )


def _others(value: object, param: Param) -> tuple[Decimal, ...]:
    if isinstance(value, bool) or not isinstance(value, Decimal):
        return ()
    return stepped(value, param.type)


def _value(value: object, param: Param) -> str:
    return "unlimited" if isinstance(value, Unlimited) else show(value, param.type, 34).replace(" ", "")


def _duration(value: Decimal) -> str:
    return show(value, Type(Kind.DURATION), 34)


def _handed(rule: Rule, name: str) -> bool:
    child = rule.condition
    return isinstance(child, Composition) and any(
        isinstance(each, Param) and each.name == name for each in child.params.values()
    )


def _lets(tree: Node, lets: Mapping[str, Node]) -> set[str]:
    named = {each.name for each, _ in variants(tree) if isinstance(each, LetRef)}
    return named.union(*(_lets(lets[each], lets) for each in named))


# trees


def _trees(tree: Node) -> Iterator[tuple[str, Node, Span]]:
    """Yield every change of an expression: what kind, the new tree, and where."""
    for node, inside in variants(tree):
        if isinstance(node, Call) and node.operator in _SWAPPED:
            kind = "and/or" if node.operator in ("and", "or") else "operator"
            yield kind, replaced(tree, node, replace(node, operator=_SWAPPED[node.operator])), node.span
        if isinstance(node, Literal) and isinstance(node.value, Decimal) and node.type.kind is not Kind.ENUM:
            for value in _literals(node, inside):
                new = replaced(tree, node, replace(node, value=value))
                yield "window" if inside else "threshold", new, node.span
        if isinstance(node, Literal) and isinstance(node.value, Decimal) and node.type.enum and not inside:
            for value in (node.value - 1, node.value + 1):
                if 0 <= value < len(node.type.enum.values):
                    yield "threshold", replaced(tree, node, replace(node, value=value)), node.span


def _literals(node: Literal, inside: bool) -> tuple[Decimal, ...]:
    assert isinstance(node.value, Decimal)
    if not inside:
        return stepped(node.value, node.type)
    step = _unit(node.value, node.type)
    return tuple(each for each in (node.value - step, node.value + step) if each > 0)


def replaced(tree: Node, old: Node, new: Node) -> Node:
    """Return the tree with `new` in place of the node `old`, compared by identity."""
    if tree is old:
        return new
    if not isinstance(tree, Call):
        return tree
    arguments = tuple(replaced(each, old, new) for each in tree.arguments)
    options = tuple((key, replaced(each, old, new)) for key, each in tree.options)
    same = all(one is two for one, two in zip(arguments, tree.arguments, strict=True))
    same = same and all(one[1] is two[1] for one, two in zip(options, tree.options, strict=True))
    return tree if same else replace(tree, arguments=arguments, options=options)


def variants(tree: Node) -> Iterator[tuple[Node, bool]]:
    """Yield every node with whether it stands in a window or another option of a call."""
    yield tree, False
    if isinstance(tree, Call):
        for each in tree.arguments:
            yield from variants(each)
        for _, option in tree.options:
            yield from ((node, True) for node, _ in variants(option))
