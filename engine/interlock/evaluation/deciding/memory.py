"""The memory of an evaluation: the Protocol that a ledger fulfils, its records, and renamed policies and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from ...language.values import Unknown
from ...policy.catalogue import Scope
from ...policy.model import Attestation, Policy
from ..snapshot.snapshot import Snapshot

__all__ = ["Fact", "Key", "Latch", "Memory", "Renames", "Seen", "Waiver"]


Key = tuple[str, str, str]
"""A rule across time: policy, member (empty without one) and rule; neither version nor file is part of it."""


@dataclass(frozen=True, slots=True)
class Renames:
    """Present names by former names: of policies, and of rules together with the present name of their policy."""

    policies: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> Renames:
        """Collect the former names that policies and their rules declare (`formerly`)."""
        every = list(policies)
        return cls(
            {former: each.id for each in every for former in each.formerly},
            {(each.id, former): rule.id for each in every for rule in each.rules for former in rule.formerly},
        )

    def now(self, key: Key) -> Key:
        """Return the present key of a rule."""
        policy = self.policies.get(key[0], key[0])
        return (policy, key[1], self.rules.get((policy, key[2]), key[2]))

    def policy(self, name: str) -> tuple[str, ...]:
        """Return the name of a policy and its former names."""
        return (name, *sorted(former for former, now in self.policies.items() if now == name))

    def every(self, key: Key) -> tuple[Key, ...]:
        """Return the key of a rule and its former keys."""
        policy, member, rule = key
        own = (policy, rule)
        rules = [rule, *sorted(old for (one, old), now in self.rules.items() if (one, now) == own)]
        return tuple((name, member, each) for name in self.policy(policy) for each in rules)


Seen = tuple[str, str, str, str]
"""One point that a latched trigger has judged: metric, member, instant and value as text."""


@dataclass(frozen=True, slots=True)
class Latch:
    """A trigger that has fired: the instant at which it was true or blind for too long, its verdict, and why."""

    at: Decimal
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fact:
    """The result of one stateful rule for the ledger: pass, fail, unknown or skipped, the points that were judged for
    the first time, the latch if it fired now, a digest of the params that a composition gave, and the past instant that
    leaves the rule unknown, if one does."""

    key: Key
    outcome: str
    seen: tuple[Seen, ...] = ()
    fired: Latch | None = None
    given: str = ""
    hole: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """Permission by a person for one rule to fail or to be unknown (`outcome`), from `at` until `until`."""

    entry: int
    outcome: str
    at: Decimal
    until: Decimal
    by: str
    role: str
    ticket: str
    reason: str


class Memory(Protocol):
    """The contents of a ledger before an evaluation, up to the snapshot's instant."""

    @property
    def head(self) -> str:
        """The digest of the newest entry."""
        ...

    def earlier(self, scopes: Mapping[str, Scope]) -> Sequence[Snapshot]:
        """Return recorded snapshots up to the instant, oldest first, that list all that any of them listed of a series;
        `scopes` say which names mean one member."""
        ...

    def first(self, policy: str) -> Decimal | None:
        """Return the instant of the policy's first record."""
        ...

    def known(self, key: Key) -> Decimal | None:
        """Return the newest instant at which a rule was recorded as pass or fail, or as one that does not apply."""
        ...

    def unknown(self, key: Key) -> Sequence[Decimal]:
        """Return the instants since then at which a rule was recorded as unknown, and those that left it so."""
        ...

    def passed(self, key: Key) -> Decimal | None:
        """Return the instant of the rule's newest record where it passed then, else None."""
        ...

    def latches(self, policy: str, member: str) -> Mapping[str, Latch]:
        """Return the latches of a policy at a member that are not re-armed, by rule."""
        ...

    def latched(self) -> frozenset[tuple[str, str]]:
        """Return the policies that have a latch, each with the member at which it stands."""
        ...

    def rearmed(self, key: Key) -> Decimal | None:
        """Return when a person last re-armed the rule."""
        ...

    def seen(self, key: Key) -> frozenset[Seen]:
        """Return the points that a latched trigger has judged."""
        ...

    def attested(
        self, declared: Mapping[str, Attestation], value: Callable[[str], object]
    ) -> Mapping[str, Decimal]:
        """Return the attestations that count, and until when; `value` gives the present value of a bound metric, an
        Unknown where it has none."""
        ...

    def undecided(
        self, declared: Mapping[str, Attestation], value: Callable[[str], object]
    ) -> Mapping[str, Unknown]:
        """Return the attestations of which it is unknown whether they count."""
        ...

    def waivers(self, key: Key) -> Sequence[Waiver]:
        """Return the waivers of a rule that were given up to the instant, in force or expired."""
        ...

    def waived(self) -> frozenset[Key]:
        """Return the rules for which a waiver was ever given."""
        ...

    def rollout(self, name: str) -> tuple[str, str]:
        """Return the state and the stage of a rollout; the stage is empty before it has begun."""
        ...

    def given(self, params: str) -> Memory:
        """Return the memory of rules that a composition gave these params (a digest); latches are shared."""
        ...

    def under(self, renames: Renames) -> Memory:
        """Return the memory under the present names of policies and rules."""
        ...
