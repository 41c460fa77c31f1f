"""A policy made ready to be evaluated: every expression lowered once, its static digest taken once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from ...canonical import canonical, digest
from ...language.nodes import Call, Literal, Node, walk
from ...language.printer import to_text
from ...policy.catalogue import Catalogue, Metric
from ...policy.model import Composition, Param, Policy, Rule, StageGuard
from ...policy.names import metrics_read, params_read
from .comparisons import polarities
from .lowering import Program, lower

__all__ = ["CompiledPolicy", "CompiledRule", "compile_policy"]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule with its programs, the params and metrics that it uses, through lets too, and for each of its
    comparisons the truth that helps it to pass. `hold` stands for the condition while the rule is held."""

    rule: Rule
    condition: Program | None
    applies: Program | None
    params: frozenset[str]
    helpful: Mapping[int, bool]
    hold: Program | None = None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """One policy with its programs. `needs_ledger` names what it uses that a ledger must keep, `metrics` what it
    reads and `attested` what it asks people to attest, through lets too; `applies` is its guard where that is an
    expression."""

    policy: Policy
    rules: tuple[CompiledRule, ...]
    lets: Mapping[str, Program]
    overrides: Mapping[str, Program]
    scopes: tuple[str, ...]
    needs_ledger: tuple[str, ...]
    static_digest: str
    metrics: tuple[str, ...] = ()
    attested: tuple[str, ...] = ()
    applies: Program | None = None


def compile_policy(policy: Policy, catalogue: Catalogue) -> CompiledPolicy:
    """Lower every expression of a policy and take the digest of what does not depend on a snapshot."""
    trees = _trees(policy)
    metrics = sorted(set().union(*(metrics_read(each, policy.lets) for each in trees)))
    used = [catalogue.metrics[name] for name in metrics]
    overrides = {
        name: lower(param.override.when)
        for name, param in policy.params.items()
        if param.override and param.override.when is not None
    }
    return CompiledPolicy(
        policy,
        tuple(_rule(rule, policy) for rule in policy.rules),
        {name: lower(tree) for name, tree in policy.lets.items()},
        overrides,
        tuple(sorted({each.scope for each in used if each.scope})),
        _needs_ledger(policy, trees),
        digest(canonical({"policy": _policy(policy), "catalogue": [_metric(each) for each in used]})),
        tuple(metrics),
        _attested(trees),
        lower(policy.guard[0]) if policy.guard else None,
    )


def _rule(rule: Rule, policy: Policy) -> CompiledRule:
    condition = None if isinstance(rule.condition, Composition) else rule.condition
    trees = [each for each in (condition, rule.applies, rule.hold) if each is not None]
    guarded = [*trees, *policy.guard]
    used = frozenset().union(*(params_read(each, policy.lets) for each in guarded))
    helpful: dict[int, bool] = {}
    for tree in (condition, rule.hold):
        helpful |= polarities(tree, rule.kind == "requirement", policy.lets) if tree else {}
    program, guard, hold = (lower(each) if each else None for each in (condition, rule.applies, rule.hold))
    metrics = sorted(set().union(*(metrics_read(each, policy.lets) for each in guarded)))
    return CompiledRule(rule, program, guard, used, helpful, hold, tuple(metrics))


def _trees(policy: Policy) -> list[Node]:
    rules = [[rule.condition, rule.applies, rule.hold] for rule in policy.rules]
    overrides = [param.override.when for param in policy.params.values() if param.override]
    found: list[Node] = [*policy.lets.values(), *policy.guard]
    found += [each for row in rules for each in row if each is not None and not isinstance(each, Composition)]
    return found + [each for each in overrides if each is not None]


def _needs_ledger(policy: Policy, trees: list[Node]) -> tuple[str, ...]:
    names = []
    if any(rule.latch for rule in policy.rules):
        names.append("latch")
    if any(rule.blind_limit is not None for rule in policy.rules):
        names.append("blind_limit")
    if any(rule.hold is not None for rule in policy.rules):
        names.append("hold")
    if _attested(trees):
        names.append("attested")
    if isinstance(policy.applies, StageGuard):
        names.append("applies")
    return tuple(names)


def _attested(trees: list[Node]) -> tuple[str, ...]:
    calls = [each for tree in trees for each in walk(tree) if isinstance(each, Call)]
    asked = [each.arguments[0] for each in calls if each.operator == "attested"]
    return tuple(sorted({str(each.value) for each in asked if isinstance(each, Literal)}))


# what a digest covers: meaning and texts, not comments, paths or lines


def _policy(policy: Policy) -> dict[str, object]:
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "owner": policy.owner,
        "runbook": policy.runbook,
        "verdicts": policy.verdicts,
        "valid_for": policy.valid_for,
        "for_each": policy.for_each,
        "max_gap": policy.max_gap,
        "formerly": policy.formerly,
        "notify": policy.notify,
        "notes": policy.notes,
        "calendar": "utc",
        "lets": {name: to_text(tree) for name, tree in policy.lets.items()},
        "params": {name: _param(param) for name, param in policy.params.items()},
        "rules": {rule.id: _rule_meaning(rule) for rule in policy.rules},
        **_guard(policy),
    }


def _guard(policy: Policy) -> dict[str, object]:
    """When a policy applies; nothing where it always does."""
    if policy.applies is None:
        return {}
    if isinstance(policy.applies, StageGuard):
        return {"applies": [policy.applies.rollout, policy.applies.state, *policy.applies.stages]}
    return {"applies": to_text(policy.applies)}


def _param(param: Param) -> dict[str, object]:
    override, words = param.override, list[str]()
    if override:
        words = [
            override.env,
            to_text(override.when) if override.when else "",
            *["members"] * override.members,
        ]
    return {
        "type": str(param.type),
        "value": _plain(param.value),
        "per": {name: _plain(value) for name, value in param.per.items()},
        "range": [param.low, param.high],
        "override": words or None,
    }


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value if _is_plain(value) else str(value)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, str)) or hasattr(value, "as_tuple")


def _rule_meaning(rule: Rule) -> dict[str, object]:
    plain = {
        each.name: getattr(rule, each.name)
        for each in fields(rule)
        if each.name not in ("span", "condition", "applies", "hold", "inhibited_by")
    }
    if isinstance(rule.condition, Composition):
        child = rule.condition
        given = {name: _plain(getattr(each, "name", each)) for name, each in child.params.items()}
        condition: object = {
            "policy": child.policy,
            "bound": child.bound,
            "with": given,
            **({"while": "applicable"} if child.while_applicable else {}),
        }
    else:
        condition = to_text(rule.condition)
    guards = {"applies": rule.applies, "hold": rule.hold}
    by = rule.inhibited_by
    return {
        **plain,
        **({"inhibited_by": [by.policy, by.reaches]} if by else {}),
        "condition": condition,
        **{key: to_text(each) if each else "" for key, each in guards.items()},
    }


def _metric(metric: Metric) -> dict[str, object]:
    unset = {name for name in ("early", "slack") if not getattr(metric, name)}
    left_out = {"span", "doc", "type", "columns", "roster", "sourced", *unset}
    names = [each.name for each in fields(metric) if each.name not in left_out]
    enum = metric.type.enum
    return {
        **{name: getattr(metric, name) for name in names},
        "type": str(metric.type),
        "of": metric.type.of,
        "values": enum.values if enum else (),
        "ordered": enum.ordered if enum else True,
    }
