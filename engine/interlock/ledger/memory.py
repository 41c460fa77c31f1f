"""What a ledger remembers at one instant, in the words of evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..evaluation.history import Key, Latch, Seen, Waiver
from ..evaluation.snapshot import Snapshot
from ..policy.attestations import Attestation
from .quorum import enough
from .state import State

__all__ = ["LedgerMemory"]


@dataclass(frozen=True, slots=True)
class LedgerMemory:
    """The state of a ledger before a snapshot of an instant is judged; `load` gives a recorded snapshot.

    Of outcomes only those before the instant count, so that judging a snapshot twice gives one answer.
    """

    state: State
    as_of: Decimal
    digest: str
    load: Callable[[str], Snapshot]

    @property
    def head(self) -> str:
        """The digest of the newest entry."""
        return self.state.head.digest

    def earlier(self) -> Sequence[Snapshot]:
        """The recorded snapshots up to the instant, oldest first, but the one that is judged."""
        past = [
            each for each in self.state.snapshots if each.as_of <= self.as_of and each.document != self.digest
        ]
        return [self.load(each.document) for each in past]

    def first(self, policy: str) -> Decimal | None:
        """The instant of the policy's first record."""
        found = self.state.first.get(policy)
        return found if found is not None and found < self.as_of else None

    def known(self, key: Key) -> Decimal | None:
        """The newest instant at which a rule was pass or fail."""
        known = [at for at, _, word in self.state.before(key, self.as_of) if word in ("pass", "fail")]
        return known[-1] if known else None

    def passed(self, key: Key) -> Decimal | None:
        """The instant of the rule's newest record, where it passed then."""
        past = self.state.before(key, self.as_of)
        return past[-1][0] if past and past[-1][2] == "pass" else None

    def latches(self, policy: str, member: str) -> Mapping[str, Latch]:
        """The latches of a policy at a member, by rule."""
        return {key[2]: latch for key, latch in self.state.latches.items() if key[:2] == (policy, member)}

    def latched_policies(self) -> frozenset[str]:
        """The policies that have a latch."""
        return frozenset(key[0] for key in self.state.latches)

    def rearmed(self, key: Key) -> Decimal | None:
        """When a person last re-armed the rule."""
        return self.state.rearmed.get(key)

    def seen(self, key: Key) -> frozenset[Seen]:
        """The points that a latched trigger has judged."""
        return frozenset(self.state.seen.get(key, ()))

    def attested(
        self,
        declared: Mapping[str, Attestation],
        value: Callable[[str], object],
        since: Decimal | None = None,
    ) -> frozenset[str]:
        """What enough people attested, unexpired, for the bound values as they are now; `since`: no earlier words."""
        words = [
            each
            for each in self.state.attestations
            if (since is None or each.at >= since) and each.at <= self.as_of < each.until
        ]
        return frozenset(
            name
            for name, each in declared.items()
            if enough(each, [word for word in words if word.what == name], value)
        )

    def waivers(self, key: Key) -> Sequence[Waiver]:
        """The waivers of a rule that were given up to the instant."""
        return [each for each in self.state.waivers.get(key, ()) if each.at <= self.as_of]
