"""The memory of an evaluation, read from the state of a ledger at one instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...evaluation.deciding.memory import Key, Latch, Renames, Seen, Waiver
from ...evaluation.snapshot.snapshot import Snapshot
from ...language.values import Unknown
from ...policy.catalogue import Scope
from ...policy.model import Attestation
from .archive import scopes_digest
from .quorum import RecordedAttestation, quorum_doubt, quorum_until
from .state import RuleContext, State

__all__ = ["LedgerMemory"]


@dataclass(frozen=True, slots=True)
class LedgerMemory:
    """The state of a ledger before a snapshot as of an instant is evaluated in a context; `load` reads a recorded
    snapshot.

    Only outcomes before the instant count, so evaluating a snapshot twice gives the same verdict.
    """

    state: State
    as_of: Decimal
    digest: str
    load: Callable[[str], Snapshot]
    context: RuleContext = ("", "", "")
    renames: Renames = field(default_factory=Renames)

    @property
    def head(self) -> str:
        """The digest of the newest entry."""
        return self.state.head.digest

    def earlier(self, scopes: Mapping[str, Scope]) -> Sequence[Snapshot]:
        """Return the needed snapshots up to the instant, oldest first, without the evaluated one."""
        past = self.state.archive.before(self.as_of, self.digest, scopes_digest(scopes))
        return [self.load(each.document) for each in past.all]

    def first(self, policy: str) -> Decimal | None:
        """Return the instant of the policy's first record."""
        names = self.renames.policy(policy)
        found = [self.state.first[name] for name in names if name in self.state.first]
        return min((each for each in found if each < self.as_of), default=None)

    def known(self, key: Key) -> Decimal | None:
        """Return the newest instant at which the rule's outcome was known."""
        known = [at for at, _, outcome in self._outcomes(key) if outcome != "unknown"]
        return known[-1] if known else None

    def unknown(self, key: Key) -> Sequence[Decimal]:
        """Return the instants since then at which the rule's outcome was unknown, and those that left it unknown."""
        known = self.known(key)
        past = [at for at, _, _ in self._outcomes(key) if known is None or at > known]
        keys = self.renames.every(key)
        left = [pair for each in keys for pair in self.state.holes.get((each, self.context), ())]
        return sorted({*past, *(hole for at, hole in left if at in past)})

    def passed(self, key: Key) -> Decimal | None:
        """Return the instant of the rule's newest record if it passed, else None."""
        past = self._outcomes(key)
        return past[-1][0] if past and past[-1][2] == "pass" else None

    def latches(self, policy: str, member: str) -> Mapping[str, Latch]:
        """Return the latches of a policy at a member, by rule; under several former names the oldest one."""
        found: dict[str, Latch] = {}
        for key, latch in sorted(self.state.latches.items(), key=lambda pair: (pair[1].at, pair[0])):
            now = self.renames.now(key)
            if now[:2] == (policy, member):
                found.setdefault(now[2], latch)
        return found

    def latched(self) -> frozenset[tuple[str, str]]:
        """Return the policies that have a latch, each with its member."""
        return frozenset(self.renames.now(key)[:2] for key in self.state.latches)

    def rearmed(self, key: Key) -> Decimal | None:
        """Return when a person last re-armed the rule."""
        times = (self.state.rearmed.get(each) for each in self.renames.every(key))
        return max((at for at in times if at is not None), default=None)

    def seen(self, key: Key) -> frozenset[Seen]:
        """Return the points that a latched trigger has judged."""
        found = (self.state.seen.get(each, {}).get(self.context, ()) for each in self.renames.every(key))
        return frozenset().union(*found)

    def attested(
        self,
        declared: Mapping[str, Attestation],
        value: Callable[[str], object],
        since: Decimal | None = None,
        after: int = 0,
    ) -> Mapping[str, Decimal]:
        """Return the attestations whose quorum is reached for the current values, with their end.

        Attestations before the instant `since`, or recorded up to the entry `after`, do not count.
        """
        given = self._attestations(since, after)
        ends = {name: quorum_until(each, given.get(name, ()), value) for name, each in declared.items()}
        return {name: end for name, end in ends.items() if end is not None}

    def undecided(
        self, declared: Mapping[str, Attestation], value: Callable[[str], object]
    ) -> Mapping[str, Unknown]:
        """Return the attestations of which it is unknown whether their quorum is reached for the current values."""
        given = self._attestations(None, 0)
        causes = {name: quorum_doubt(each, given.get(name, ()), value) for name, each in declared.items()}
        return {name: Unknown(each) for name, each in causes.items() if each}

    def _attestations(self, since: Decimal | None, after: int) -> Mapping[str, list[RecordedAttestation]]:
        given: dict[str, list[RecordedAttestation]] = {}
        for each in self.state.attestations:
            late = each.entry > after and (since is None or each.at >= since)
            if late and each.at <= self.as_of < each.until:
                given.setdefault(each.what, []).append(each)
        return given

    def waivers(self, key: Key) -> Sequence[Waiver]:
        """Return the waivers of a rule that were granted up to the instant."""
        return [each for each in self.state.waivers.get(key, ()) if each.at <= self.as_of]

    def waived(self) -> frozenset[Key]:
        """Return the rules for which a waiver was ever granted, under their names at that time."""
        return frozenset(self.state.waivers)

    def rollout(self, name: str) -> tuple[str, str]:
        """Return the state and the stage of a rollout at the instant."""
        return self.state.rollout(name).standing(self.as_of)

    def given(self, params: str) -> LedgerMemory:
        """Return the memory of rules that a composition gave these params."""
        return replace(self, context=(*self.context[:2], params))

    def under(self, renames: Renames) -> LedgerMemory:
        """Return the memory under the current names of policies and rules; a waiver keeps its original name."""
        return replace(self, renames=renames)

    def _outcomes(self, key: Key) -> list[tuple[Decimal, int, str]]:
        """Return the rule's outcomes before the instant, in order of instant and record."""
        keys = self.renames.every(key)
        return sorted(
            found for each in keys for found in self.state.outcomes_before(each, self.context, self.as_of)
        )
