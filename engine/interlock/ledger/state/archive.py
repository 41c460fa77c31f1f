"""The recorded snapshots in order, and which few of them say all that the others say of every series."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...canonical import canonical, digest
from ...evaluation.snapshot.measures import Measures
from ...evaluation.snapshot.series_history import EventHistory, PeriodHistory, lived
from ...evaluation.snapshot.snapshot import Snapshot
from ...policy.catalogue import Catalogue, Scope

__all__ = ["Archive", "EarlierSnapshots", "RecordedSnapshot", "SeriesClaim", "naming", "sufficient"]


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


Forms = Mapping[tuple[str, str, str], object]
"""The series of a snapshot, whatever a catalogue says of them: what is written for a scope, a member and a metric."""


def sufficient(
    needed: Iterable[Snapshot], later: Iterable[Snapshot], scopes: Mapping[str, Scope]
) -> tuple[Snapshot, ...]:
    """Return those of `needed` and `later` snapshots, oldest first, that list all that they all list; the last is one.

    From the newest on each is tried. One goes where every series, read as regular and as irregular, comes out the same
    without it, so that it is the same whatever is recorded after.
    """
    kept = [(each, _forms(each, scopes)) for each in needed]
    for each in later:
        newest = (each, _forms(each, scopes))
        while kept and _idle([forms for _, forms in kept[:-1]], kept[-1][1], newest[1]):
            kept.pop()
        kept.append(newest)
    return tuple(each for each, _ in kept)


def _idle(before: Sequence[Forms], middle: Forms, after: Forms) -> bool:
    """Whether the lists of one snapshot change nothing between those before it and the one after it."""
    for place, form in middle.items():
        past, last = [each[place] for each in before if place in each], after.get(place)
        if _joined([*past, form, last]) != _joined([*past, last]):
            return False
    return True


def _joined(forms: Sequence[object]) -> str:
    """All that is known of a series after some lists, spelled out: `True` and `1` are equal and not the same."""
    periods, events = PeriodHistory.of(forms), EventHistory.of(forms)
    regular = (periods.listed, sorted(periods.known.items()), periods.start, periods.began)
    return repr((regular, events.listed, events.points, events.stretches, events.newest))


def _forms(snapshot: Snapshot, scopes: Mapping[str, Scope]) -> Forms:
    found = {("", "", name): form for name, form in snapshot.metrics.items() if _speaks(form)}
    found |= dict(_scoped(snapshot, scopes))
    return {place: lived(form, snapshot.as_of) for place, form in found.items()}


def _scoped(snapshot: Snapshot, scopes: Mapping[str, Scope]) -> Iterator[tuple[tuple[str, str, str], object]]:
    """What is written of members; of one that is given under two names nothing is taken."""
    measures = Measures(snapshot, Catalogue())
    for scope in snapshot.scopes:
        for member, tables in measures.aliased(scopes.get(scope, Scope(scope))).items():
            for name in sorted({name for table in tables for name in table}):
                given = [table[name] for table in tables if name in table]
                if len(given) == 1 and _speaks(given[0]):
                    yield (scope, member, name), given[0]


def _speaks(form: object) -> bool:
    """Whether a form may be the list of a series, or tell where one began."""
    return isinstance(form, dict) and ("points" in form or "from" in form)
