"""Random damages: each takes information out of a snapshot, or adds what no period, member or source can hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from .worlds import HOUR, MEMBERS, Declared, Place, World, declared

WHOLE: Place = ("@", "")
"""The place of a damage to a snapshot as a whole."""

ANY = ("absent", "null", "unknown", "torn", "odd")
FOREIGN = ("foreign",)
"""A whole list with a key of the other kind of series."""
SINGLE = ("stale", "future", "few", "text", "nan", "range")
SERIES = ("listed", "future", "lost", "lost", "hide", "hide")
COVERAGE = ("end", "start", "gap", "island")
KINDS: Mapping[str, Sequence[str]] = {
    "single": (*ANY, *SINGLE, *SINGLE),
    "regular": (*ANY, *FOREIGN, *SERIES, *SERIES, "double", "shift", "from", "running", "running", "ahead"),
    "irregular": (
        *ANY,
        *FOREIGN,
        *SERIES,
        *COVERAGE,
        *COVERAGE,
        *COVERAGE,
        "cut",
        "bare",
        "ahead",
        "loose",
        "loose",
    ),
    "events": (*ANY, *FOREIGN, *SERIES[:4], *COVERAGE, *COVERAGE, "cut", "bare", "ahead"),
}
HOW = ("unknown", "null", "text", "odd", "range", "missing")
BEGUN = ("hide", "lost", "double", "shift", "running", "end", "cut", "loose")
"""What leaves the beginning of a series as it is."""
UNSTATED = (*ANY, *FOREIGN, "listed", "future", "ahead")
"""What tells nothing of where a regular series begins, so that it is not known."""
ADDED = ("range", "future", "ahead", "bare")
"""What tells less than silence: a value out of its range may be any, and a series with a row of the future tells not
even what the ledger saw before. More damages may hide these."""
RESTATED = ("hide", "double", "shift", "loose")
"""What says of a point that it is not known, in place of what the ledger saw before: without that list the former value
stands again."""
STRANGERS = ("value", "series", "empty")


@dataclass(frozen=True, order=True)
class Damage:
    """One damage to what one snapshot tells of one place; `at` is a period, a time or the number of a point."""

    snapshot: int
    place: Place
    kind: str
    at: int = 0
    how: str = ""

    def __str__(self) -> str:
        where = "/".join(filter(None, self.place))
        return f"{self.snapshot}:{where} {self.kind} {self.at or ''} {self.how}".rstrip()


Damages = frozenset[Damage]
Told = Mapping[Place, Mapping[str, Sequence[Damage]]]
"""The damages of one snapshot, by place and kind."""


def told(damages: Iterable[Damage], snapshot: int) -> Told:
    """Return the damages of one snapshot."""
    found: dict[Place, dict[str, list[Damage]]] = {}
    for each in sorted(damages):
        if each.snapshot == snapshot:
            found.setdefault(each.place, {}).setdefault(each.kind, []).append(each)
    return found


def draw(dice: Random, world: World, most: int, lost: bool, latched: bool) -> Damages:
    """Draw up to `most` damages; each strikes one snapshot, or that one and all later ones.

    With `lost` whole snapshots may be lost or late. In the first of several snapshots no series without `began`
    seems to begin later than it did: what was lost before the ledger is not missed.
    """
    found: set[Damage] = set()
    for _ in range(dice.randint(1, most)):
        first = world.last if dice.random() < 0.4 else dice.randint(0, world.last)
        after = range(first, world.last + 1 if dice.random() < 0.5 else first + 1)
        found |= _one(dice, world, after, lost)
    first = {each for each in found if world.last and each.snapshot == 0 and _begins_later(each, latched)}
    return frozenset(found - first)


def _begins_later(damage: Damage, latched: bool) -> bool:
    metric = declared().get(damage.place[0])
    if damage.kind in BEGUN or (metric is not None and metric.began):
        return False
    if metric is not None and metric.shape == "regular":
        return damage.kind not in UNSTATED
    return latched


def _one(dice: Random, world: World, after: range, lost: bool) -> set[Damage]:
    if lost and dice.random() < 0.15:
        return _unrecorded(dice, world)
    scopes = sorted({declared()[name].scope for name, _ in world.truth} - {""})
    if scopes and dice.random() < 0.25:
        return _of_scope(dice, dice.choice(scopes), after)
    place = dice.choice(sorted(world.truth))
    metric = declared()[place[0]]
    kind = dice.choice(KINDS[metric.shape])
    if metric.name == "me" and dice.random() < 0.3:
        kind = "mangled"
    if metric.name == "halted" and dice.random() < 0.4:
        kind = "stranger"
    if (kind == "few" and metric.min_n is None) or (kind == "stale" and metric.max_age is None):
        kind = "text"
    if metric.shape == "single" or kind in (*ANY, *FOREIGN, "listed", "future", "cut", "bare"):
        return {Damage(each, place, kind) for each in after}
    if metric.shape == "regular":
        return _of_periods(dice, world, metric, place, kind, after)
    return _of_points(dice, world, place, kind, after)


def _unrecorded(dice: Random, world: World) -> set[Damage]:
    """A snapshot that never reaches the ledger, or only after the next one. The first one is there: it begins the
    ledger."""
    late = dice.random() < 0.5
    if late and world.last > 1:
        return {Damage(dice.randint(1, world.last - 1), WHOLE, "late")}
    return {Damage(dice.randint(1, world.last), WHOLE, "dropped")}


def _of_scope(dice: Random, scope: str, after: range) -> set[Damage]:
    if dice.random() < 0.5:
        return {Damage(each, ("@" + scope, ""), "stranger", how=dice.choice(STRANGERS)) for each in after}
    member = dice.choice(MEMBERS[scope])
    kind = dice.choice(("gone", "twice") if scope == "side" else ("gone", "forgotten"))
    return {Damage(each, ("@" + scope, member), kind) for each in after}


def _of_periods(
    dice: Random, world: World, metric: Declared, place: Place, kind: str, after: range
) -> set[Damage]:
    slots = [each for each in world.truth[place] if each <= world.instants[after[-1]]]
    if kind == "running" and metric.early:
        kind = "lost"
    slot = dice.choice(slots[-8:] if dice.random() < 0.8 else slots)
    found = {Damage(each, place, kind, slot, dice.choice(HOW)) for each in after}
    if kind in ("running", "ahead"):
        # a row of a period that still runs, or of the next one, and later its true row is lost
        now = world.instants[after[0]] // metric.every * metric.every + (
            metric.every if kind == "ahead" else 0
        )
        found = {Damage(after[0], place, "future" if kind == "ahead" else kind, slot)}
        found |= {Damage(each, place, "lost", now) for each in range(after[0] + 1, world.last + 1)}
    return found


def _of_points(dice: Random, world: World, place: Place, kind: str, after: range) -> set[Damage]:
    points, as_of = world.truth[place], world.instants[after[0]]
    if kind in ("hide", "loose", "lost", "mangled"):
        if not points:
            return set()
        index = dice.randrange(len(points))
        if kind == "mangled":
            # the row bears the name of no member; a later list may begin after it
            return {Damage(after[0], place, kind, index)}
        at = points[index][0] if kind == "loose" else index
        return {Damage(each, place, kind, at, how) for how in [dice.choice(HOW)] for each in after}
    if kind == "ahead":
        return {Damage(each, place, kind if each == after[0] else "absent") for each in after}
    if kind == "island":
        return _island(dice, points, place, after)
    stop = _edge(dice, points, as_of)
    if kind == "end" and after[0] and dice.random() < 0.3:
        # the source lost even what the snapshot before saw first
        stop = world.begins[after[0] - 1] - HOUR // 2
    start = stop + dice.choice((HOUR, 3 * HOUR, 12 * HOUR)) if kind == "gap" else stop
    found: set[Damage] = set()
    for each in after:
        kept = kind == "end" or (kind == "gap" and world.instants[each] <= start)
        found.add(Damage(each, place, "end", stop) if kept else Damage(each, place, "start", start))
    if dice.random() < 0.7:
        low, high = (stop, start) if kind == "gap" else (stop, as_of) if kind == "end" else (0, stop)
        gone = [
            index for index, (when, _) in enumerate(points) if low <= when <= high and dice.random() < 0.7
        ]
        found |= {Damage(each, place, "lost", index) for each in after for index in gone}
        if dice.random() < 0.3:
            found |= {Damage(each, place, "cut") for each in after}
    return found


def _island(dice: Random, points: Sequence[tuple[int, object]], place: Place, after: range) -> set[Damage]:
    """Coverage begins after a point that is lost, and points before that one are listed all the same."""
    if not points:
        return set()
    index = len(points) - 1 if dice.random() < 0.6 else dice.randrange(len(points))
    start = points[index][0] + HOUR // 2
    cut = {Damage(each, place, "start", start) for each in after}
    return cut | {Damage(each, place, "lost", index) for each in after}


def _edge(dice: Random, points: Sequence[tuple[int, object]], as_of: int) -> int:
    """An end of coverage: some time before the snapshot, or next to a point."""
    if points and dice.random() < 0.5:
        return dice.choice(points)[0] + HOUR // 2 * dice.choice((-1, 0, 1))
    return as_of - HOUR // 2 * dice.choice((1, 2, 3, 3, 4, 6, 12, 24, 46, 60))


def counted(damages: Damages) -> Counter[str]:
    """Return how often each kind of damage occurs, once for a run of snapshots."""
    return Counter({each.kind for each in damages})
