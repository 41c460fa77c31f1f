"""What policies and rules were called before: all that was remembered of them goes on under the new names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..policy.model import Policy

__all__ = ["Key", "Renames"]

Key = tuple[str, str, str]
"""A rule across time: policy, member (empty without one) and rule; neither version nor file is part of it."""


@dataclass(frozen=True, slots=True)
class Renames:
    """Names of now by former ones: of policies, and of rules with the policy's name of now."""

    policies: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> Renames:
        """Read what policies say that they and their rules were called."""
        every = list(policies)
        return cls(
            {former: each.id for each in every for former in each.formerly},
            {(each.id, former): rule.id for each in every for rule in each.rules for former in rule.formerly},
        )

    def now(self, key: Key) -> Key:
        """Return what a rule is called now."""
        policy = self.policies.get(key[0], key[0])
        return (policy, key[1], self.rules.get((policy, key[2]), key[2]))

    def policy(self, name: str) -> tuple[str, ...]:
        """Return the name of a policy and all that it had before."""
        return (name, *sorted(former for former, now in self.policies.items() if now == name))

    def every(self, key: Key) -> tuple[Key, ...]:
        """Return the key of a rule and all that it had before."""
        policy, member, rule = key
        own = (policy, rule)
        rules = [rule, *sorted(old for (one, old), now in self.rules.items() if (one, now) == own)]
        return tuple((name, member, each) for name in self.policy(policy) for each in rules)
