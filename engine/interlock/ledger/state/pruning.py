"""Which earlier snapshots are still needed once a newer one is recorded: those without which a series would differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...evaluation.snapshot.measures import Measures
from ...evaluation.snapshot.series_history import EventHistory, PeriodHistory, lived
from ...evaluation.snapshot.snapshot import Snapshot
from ...policy.catalogue import Catalogue, Scope

__all__ = ["sufficient"]

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
