"""The recorded snapshots in order, and the few of them that are needed to read every series.

A desk records a snapshot an hour, and most of them list what the one before listed. So the entry of the newest snapshot
claims which earlier ones are still needed beside it. A late snapshot undoes the claims at and after its instant, and
other aliases of members undo all claims.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...canonical import canonical, digest
from ...evaluation.snapshot.measures import Measures
from ...evaluation.snapshot.series_history import EventHistory, Form, PeriodHistory, lived
from ...evaluation.snapshot.snapshot import Snapshot
from ...language.times import show_time
from ...limits import PERIOD
from ...policy.catalogue import Catalogue, Scope

__all__ = ["Archive", "RecordedSnapshot", "alias_digest", "needed_snapshots", "overtaken"]


@dataclass(frozen=True, slots=True, order=True)
class RecordedSnapshot:
    """A snapshot in the ledger: its instant, the entry that holds it, and its document's digest."""

    as_of: Decimal
    sequence: int
    document: str


@dataclass(frozen=True, slots=True)
class SeriesClaim:
    """The entries that are enough to read every series up to a snapshot, under the aliases with a digest."""

    newest: RecordedSnapshot
    aliases: str
    needs: frozenset[int]


@dataclass(frozen=True, slots=True)
class EarlierSnapshots:
    """Snapshots before an evaluated one, oldest first: those that a claim needs, and all after that claim."""

    needed: tuple[RecordedSnapshot, ...]
    later: tuple[RecordedSnapshot, ...]

    @property
    def all(self) -> tuple[RecordedSnapshot, ...]:
        return (*self.needed, *self.later)


@dataclass(slots=True)
class Archive:
    """The recorded snapshots, and the claims in the order in which they were recorded."""

    order: list[RecordedSnapshot] = field(default_factory=list)
    documents: dict[str, RecordedSnapshot] = field(default_factory=dict)
    claims: list[SeriesClaim] = field(default_factory=list)

    def add(self, found: RecordedSnapshot, data: Mapping[str, Any]) -> None:
        """Add the snapshot of one entry."""
        late = not self.is_newest(found.as_of, found.document)
        insort(self.order, found)
        self.documents.setdefault(found.document, found)
        if late:
            self.claims = [each for each in self.claims if each.newest.as_of <= found.as_of]
        elif "needs" in data:
            needs = frozenset(map(int, data["needs"]))
            self.claims.append(SeriesClaim(found, data["naming"], needs))

    def newer(self, as_of: Decimal, document: str) -> Decimal | None:
        """Return the instant of the newest snapshot where that comes after a given one, recorded or not.

        Of several snapshots of one instant the last recorded is the newest.
        """
        last, known = self.order[-1] if self.order else None, self.documents.get(document)
        if last is None or (as_of >= last.as_of if known is None else known >= last):
            return None
        return last.as_of

    def is_newest(self, as_of: Decimal, document: str) -> bool:
        """Tell whether a snapshot is the last in order, or would be once it is recorded."""
        return self.newer(as_of, document) is None

    def before(self, as_of: Decimal, document: str, aliases: str) -> EarlierSnapshots:
        """Return the snapshots before one as of an instant, without itself if it is recorded already."""
        end = bisect_right(self.order, as_of, key=lambda each: each.as_of)
        claim = self._claim(as_of, self.documents.get(document), aliases)
        if claim is None:
            return EarlierSnapshots((), tuple(each for each in self.order[:end] if each.document != document))
        after = bisect_right(self.order, claim.newest)
        wanted = {*claim.needs, claim.newest.sequence}
        needed = tuple(each for each in self.order[:after] if each.sequence in wanted)
        return EarlierSnapshots(
            needed, tuple(each for each in self.order[after:end] if each.document != document)
        )

    def _claim(self, as_of: Decimal, judged: RecordedSnapshot | None, aliases: str) -> SeriesClaim | None:
        """Return the newest claim up to an instant that was made without the evaluated snapshot."""
        for each in reversed(self.claims):
            known = each.newest.as_of <= as_of and (judged is None or each.newest < judged)
            if known and each.aliases == aliases:
                return each
        return None


def overtaken(as_of: Decimal, newer: Decimal) -> str:
    """Return the text about a snapshot that is not the newest."""
    later = f"of {show_time(newer)}" if newer > as_of else "of the same instant that was recorded later"
    return f"as of {show_time(as_of)}, and the ledger holds a snapshot {later}"


def alias_digest(scopes: Mapping[str, Scope]) -> str:
    """Return a digest of the aliases of members: they join the series of one member under several names."""
    return digest(canonical({name: each.aliases for name, each in scopes.items() if each.aliases}))


Forms = Mapping[tuple[str, str, str], Form]
"""The series of a snapshot by scope, member and metric, whether or not a catalogue declares them."""


def needed_snapshots(
    needed: Iterable[Snapshot], later: Iterable[Snapshot], scopes: Mapping[str, Scope]
) -> tuple[Snapshot, ...]:
    """Return those of the `needed` and `later` snapshots, oldest first, without which a series would differ.

    The last snapshot always stays. Another one goes if every series, read as regular and as irregular, is the same
    without it; then it is the same after any later record too.
    """
    kept = [(each, _forms(each, scopes)) for each in needed]
    for each in later:
        newest = (each, _forms(each, scopes))
        while kept and _redundant([forms for _, forms in kept[:-1]], kept[-1][1], newest[1]):
            kept.pop()
        kept.append(newest)
    return tuple(each for each, _ in kept)


def _redundant(before: Sequence[Forms], middle: Forms, after: Forms) -> bool:
    """Tell whether a snapshot adds nothing to the series between those before it and the one after it."""
    for place, form in middle.items():
        past = [each[place] for each in before if place in each]
        last = [after[place]] if place in after else []
        if _series_text([*past, form, *last]) != _series_text([*past, *last]):
            return False
    return True


def _series_text(forms: Sequence[Form]) -> str:
    """Return a series after some lists as text, because `True` and `1` are equal but not the same.

    When a point was listed matters only until its period was surely over.
    """
    periods, events = PeriodHistory.of(forms), EventHistory.of(forms)
    known = [(at, min(as_of, at + PERIOD), points) for at, (as_of, points) in sorted(periods.known.items())]
    regular = (periods.listed, known, periods.start, periods.began)
    return repr((regular, events.listed, events.points, events.stretches, events.newest))


def _forms(snapshot: Snapshot, scopes: Mapping[str, Scope]) -> Forms:
    found = {("", "", name): form for name, form in snapshot.metrics.items() if _is_series(form)}
    found |= dict(_scoped(snapshot, scopes))
    return {place: (snapshot.as_of, lived(form, snapshot.as_of)) for place, form in found.items()}


def _scoped(snapshot: Snapshot, scopes: Mapping[str, Scope]) -> Iterator[tuple[tuple[str, str, str], object]]:
    """Yield the series of members; a member that is given under two names has none."""
    measures = Measures(snapshot, Catalogue())
    for scope in snapshot.scopes:
        for member, tables in measures.aliased(scopes.get(scope, Scope(scope))).items():
            for name in sorted({name for table in tables for name in table}):
                given = [table[name] for table in tables if name in table]
                if len(given) == 1 and _is_series(given[0]):
                    yield (scope, member, name), given[0]


def _is_series(form: object) -> bool:
    """Tell whether a form may list a series, or say where one began."""
    return isinstance(form, dict) and ("points" in form or "from" in form)
