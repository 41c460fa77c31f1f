"""What a policy reads of a snapshot, in conditions, reasons and params, through the policies that it composes."""

from __future__ import annotations

from dataclasses import dataclass

from .catalogue import Catalogue
from .loader import PolicyRoot
from .model import Composition, Policy
from .names import metrics_read
from .reading.templates import template_paths

__all__ = ["Reads", "reads"]


@dataclass(frozen=True, slots=True)
class Reads:
    """The keys under which a snapshot holds what a policy reads: `metrics` (values, records, rosters) and the
    environment `variables` that override its params."""

    metrics: frozenset[str]
    variables: frozenset[str]


def reads(root: PolicyRoot, name: str) -> Reads:
    """Return what a policy reads; a policy that does not exist reads nothing."""
    policies = _with_composed(root, name)
    metrics, scopes = root.catalogue.metrics, root.catalogue.scopes
    found = {each for policy in policies for each in _named(policy) if each in metrics}
    scopes_read = {metrics[each].scope for each in found} | {policy.for_each for policy in policies}
    found |= {source for each in scopes_read if each and (source := scopes[each].members_from)}
    overrides = [param.override for policy in policies for param in policy.params.values()]
    return Reads(
        frozenset(_key(each, root.catalogue) for each in found),
        frozenset(each.env for each in overrides if each),
    )


def _with_composed(root: PolicyRoot, name: str) -> list[Policy]:
    """The policy and all that it composes, each once."""
    names = [name]
    for each in names:
        policy = root.policies.get(each)
        names += [child.policy for child in (policy.children if policy else ()) if child.policy not in names]
    return [root.policies[each] for each in names if each in root.policies]


def _named(policy: Policy) -> set[str]:
    """Every metric in the expressions of a policy, and every name in its reasons."""
    trees = [*policy.lets.values(), *policy.guard]
    names: set[str] = set()
    for rule in policy.rules:
        condition = () if isinstance(rule.condition, Composition) else (rule.condition,)
        trees += [each for each in (*condition, rule.applies, rule.hold) if each is not None]
        names |= set(template_paths(rule.reason))
    trees += [each.override.when for each in policy.params.values() if each.override and each.override.when]
    return names.union(*(metrics_read(each, policy.lets) for each in trees))


def _key(metric: str, catalogue: Catalogue) -> str:
    """The name under which a snapshot holds a metric: a column stands in its record."""
    declared = catalogue.metrics.get(metric)
    return declared.record or metric if declared else metric
