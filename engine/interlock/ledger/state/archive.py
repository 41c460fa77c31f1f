"""The recorded snapshots in their order, and which few of them say all that the others said of every series.

A desk records a snapshot an hour, most of which list what the one before listed. So the entry of a snapshot that is the
newest claims which earlier ones are still needed beside it. A claim holds for what it was made from: a snapshot that is
recorded late undoes the claims at and after its instant, and other aliases of members undo all.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...canonical import canonical, digest
from ...policy.catalogue import Scope

__all__ = ["Archive", "EarlierSnapshots", "RecordedSnapshot", "SeriesClaim", "naming"]


@dataclass(frozen=True, slots=True, order=True)
class RecordedSnapshot:
    """A snapshot in the ledger: its instant, the entry that holds it, and its document's digest."""

    as_of: Decimal
    sequence: int
    document: str


@dataclass(frozen=True, slots=True)
class SeriesClaim:
    """The entries that say of every series, with aliases of a digest, what all said up to and with a snapshot."""

    newest: RecordedSnapshot
    naming: str
    needs: frozenset[int]


@dataclass(frozen=True, slots=True)
class EarlierSnapshots:
    """Snapshots before one that is judged, oldest first: those that suffice at some point, and all after it."""

    needed: tuple[RecordedSnapshot, ...]
    later: tuple[RecordedSnapshot, ...]

    @property
    def all(self) -> tuple[RecordedSnapshot, ...]:
        return (*self.needed, *self.later)


@dataclass(slots=True)
class Archive:
    """What entries of snapshots tell, in the order in which they were recorded."""

    order: list[RecordedSnapshot] = field(default_factory=list)
    documents: dict[str, RecordedSnapshot] = field(default_factory=dict)
    claims: list[SeriesClaim] = field(default_factory=list)

    def add(self, found: RecordedSnapshot, data: Mapping[str, Any]) -> None:
        """Follow one entry."""
        late = not self.is_newest(found.as_of)
        insort(self.order, found)
        self.documents.setdefault(found.document, found)
        if late:
            self.claims = [each for each in self.claims if each.newest.as_of <= found.as_of]
        elif "needs" in data:
            needs = frozenset(map(int, data["needs"]))
            self.claims.append(SeriesClaim(found, data["naming"], needs))

    def is_newest(self, as_of: Decimal) -> bool:
        """Tell whether a snapshot of an instant would be the last in order."""
        return not self.order or as_of >= self.order[-1].as_of

    def before(self, as_of: Decimal, document: str, naming: str) -> EarlierSnapshots:
        """Return what a snapshot of an instant finds before it, itself left out where it is recorded already."""
        end = bisect_right(self.order, as_of, key=lambda each: each.as_of)
        claim = self._claim(as_of, self.documents.get(document), naming)
        if claim is None:
            return EarlierSnapshots((), tuple(each for each in self.order[:end] if each.document != document))
        after = bisect_right(self.order, claim.newest)
        wanted = {*claim.needs, claim.newest.sequence}
        needed = tuple(each for each in self.order[:after] if each.sequence in wanted)
        return EarlierSnapshots(
            needed, tuple(each for each in self.order[after:end] if each.document != document)
        )

    def _claim(self, as_of: Decimal, judged: RecordedSnapshot | None, naming: str) -> SeriesClaim | None:
        """The newest claim up to an instant that was made without the snapshot that is judged."""
        for each in reversed(self.claims):
            known = each.newest.as_of <= as_of and (judged is None or each.newest < judged)
            if known and each.naming == naming:
                return each
        return None


def naming(scopes: Mapping[str, Scope]) -> str:
    """Return a digest of the aliases by which snapshots may name members: lists of one member are joined by them."""
    return digest(canonical({name: each.aliases for name, each in scopes.items() if each.aliases}))
