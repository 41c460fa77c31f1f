"""Which metrics a policy reads, in its conditions and its reasons, through the policies that it composes."""

from __future__ import annotations

import re

from .loader import PolicyRoot
from .model import Composition, Policy
from .names import metrics_read

__all__ = ["descendants", "reads"]

_WORD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+|[a-z][a-z0-9_]*")


def descendants(root: PolicyRoot, name: str) -> tuple[str, ...]:
    """Return the policy and all that it composes."""
    found = [name]
    for each in found:
        policy = root.policies.get(each)
        found += [child.policy for child in (policy.children if policy else ()) if child.policy not in found]
    return tuple(found)


def reads(root: PolicyRoot, name: str) -> frozenset[str]:
    """Return the keys under which a snapshot holds what the policy reads: metrics, records, rosters."""
    found: set[str] = set()
    for each in descendants(root, name):
        policy = root.policies.get(each)
        found |= _read(policy) if policy else set()
    metrics, scopes = root.catalogue.metrics, root.catalogue.scopes
    used = [metrics[each] for each in found if each in metrics]
    rosters = {scopes[each.scope].members_from for each in used if each.scope}
    keys = {each.record or each.name for each in used} | {each for each in rosters if each}
    for each in descendants(root, name):
        scope = root.policies[each].for_each if each in root.policies else None
        told = scopes[scope].members_from if scope else None
        keys |= {told} if told else set()
    return frozenset(keys)


def _read(policy: Policy) -> set[str]:
    trees = [*policy.lets.values()]
    words: set[str] = set()
    for rule in policy.rules:
        condition = () if isinstance(rule.condition, Composition) else (rule.condition,)
        trees += [each for each in (*condition, rule.applies, rule.hold) if each is not None]
        words |= set(_WORD.findall(rule.reason))
    trees += [each.override.when for each in policy.params.values() if each.override and each.override.when]
    return words.union(*(metrics_read(each, policy.lets) for each in trees))
