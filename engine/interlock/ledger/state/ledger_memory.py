"""What a ledger remembers at one instant, in the words of evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...evaluation.deciding.memory import Key, Latch, Renames, Seen, Waiver
from ...evaluation.snapshot.snapshot import Snapshot
from ...policy.catalogue import Scope
from ...policy.model import Attestation
from .archive import naming
from .quorum import RecordedAttestation, enough_until
from .state import Context, State

__all__ = ["LedgerMemory"]


@dataclass(frozen=True, slots=True)
class LedgerMemory:
    """The state of a ledger before a snapshot of an instant is judged in a context; `load` gives a recorded snapshot.

    Of outcomes only those before the instant count, so that judging a snapshot twice gives one answer.
    """

    state: State
    as_of: Decimal
    digest: str
    load: Callable[[str], Snapshot]
    context: Context = ("", "", "")
    renames: Renames = field(default_factory=Renames)

    @property
    def head(self) -> str:
        """The digest of the newest entry."""
        return self.state.head.digest

    def earlier(self, scopes: Mapping[str, Scope]) -> Sequence[Snapshot]:
        """The recorded snapshots up to the instant that are needed, oldest first, but the one that is judged."""
        past = self.state.archive.before(self.as_of, self.digest, naming(scopes))
        return [self.load(each.document) for each in past.all]

    def first(self, policy: str) -> Decimal | None:
        """The instant of the policy's first record."""
        names = self.renames.policy(policy)
        found = [self.state.first[name] for name in names if name in self.state.first]
        return min((each for each in found if each < self.as_of), default=None)

    def known(self, key: Key) -> Decimal | None:
        """The newest instant at which nobody was blind: a rule was pass or fail, or did not apply."""
        known = [at for at, _, word in self._outcomes(key) if word != "unknown"]
        return known[-1] if known else None

    def passed(self, key: Key) -> Decimal | None:
        """The instant of the rule's newest record, where it passed then."""
        past = self._outcomes(key)
        return past[-1][0] if past and past[-1][2] == "pass" else None

    def latches(self, policy: str, member: str) -> Mapping[str, Latch]:
        """The latches of a policy at a member, by rule; of two under several names the older one."""
        found: dict[str, Latch] = {}
        for key, latch in sorted(self.state.latches.items(), key=lambda pair: (pair[1].at, pair[0])):
            now = self.renames.now(key)
            if now[:2] == (policy, member):
                found.setdefault(now[2], latch)
        return found

    def latched(self) -> frozenset[tuple[str, str]]:
        """The policies that have a latch, each with the member at which it stands."""
        return frozenset(self.renames.now(key)[:2] for key in self.state.latches)

    def rearmed(self, key: Key) -> Decimal | None:
        """When a person last re-armed the rule."""
        times = (self.state.rearmed.get(each) for each in self.renames.every(key))
        return max((at for at in times if at is not None), default=None)

    def seen(self, key: Key) -> frozenset[Seen]:
        """The points that a latched trigger has judged."""
        found = (self.state.seen.get(each, {}).get(self.context, ()) for each in self.renames.every(key))
        return frozenset().union(*found)

    def attested(
        self,
        declared: Mapping[str, Attestation],
        value: Callable[[str], object],
        since: Decimal | None = None,
        after: int = 0,
    ) -> Mapping[str, Decimal]:
        """What enough people attested for the values as they are now, and until when; `since`: by no older words, and
        by none that was recorded before the entry `after`."""
        words: dict[str, list[RecordedAttestation]] = {}
        for each in self.state.attestations:
            late = each.entry > after and (since is None or each.at >= since)
            if late and each.at <= self.as_of < each.until:
                words.setdefault(each.what, []).append(each)
        ends = {name: enough_until(each, words.get(name, ()), value) for name, each in declared.items()}
        return {name: end for name, end in ends.items() if end is not None}

    def waivers(self, key: Key) -> Sequence[Waiver]:
        """The waivers of a rule that were given up to the instant."""
        return [each for each in self.state.waivers.get(key, ()) if each.at <= self.as_of]

    def waived(self) -> frozenset[Key]:
        """The rules for which a waiver was ever given, under the names that they had then."""
        return frozenset(self.state.waivers)

    def given(self, params: str) -> LedgerMemory:
        """The same, of rules that a composition gave these params."""
        return replace(self, context=(*self.context[:2], params))

    def under(self, renames: Renames) -> LedgerMemory:
        """The same, under the names that policies and rules have now; a waiver stays with the name it was given for."""
        return replace(self, renames=renames)

    def _outcomes(self, key: Key) -> list[tuple[Decimal, int, str]]:
        """The rule's outcomes before the instant, in order of instant and record."""
        keys = self.renames.every(key)
        return sorted(found for each in keys for found in self.state.before(each, self.context, self.as_of))
