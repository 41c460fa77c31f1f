"""The order of rows: as `order` declares it; where nothing is declared or shown, both ways are asked.

An export often lists its newest row first. Rows of one minute are then in the wrong order, and nothing in the file
tells which way it is; nor does anything in a file whose rows all have one time. So every query of such a source is
asked of the rows in file order and in the reverse order; what differs is unknown. Points of one time say that their
order is not known, unless the SQL itself orders them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from ...canonical import canonical
from ..model import RowsSource
from ..unreadable import UnknownEntry, Unreadable
from .query_results import Entry, MetricEntries
from .typed_tables import SourceTable

__all__ = ["backwards", "in_declared_order", "settled"]

_CLOSE = 1e-9


def in_declared_order(part: SourceTable, source: RowsSource) -> SourceTable:
    """Return the rows of one file, oldest first where an order is declared. Unreadable if the file has another one."""
    against = {"oldest_first": part.descends, "newest_first": part.ascends}.get(source.order)
    if against:
        moved = "older" if source.order == "oldest_first" else "newer"
        wrong = f"{against} is {moved} than the row before it, and `order` is {source.order}"
        raise Unreadable("conflict", wrong)
    if not source.order:
        return part
    return replace(backwards(part) if source.order == "newest_first" else part, tied="")


def backwards(table: SourceTable) -> SourceTable:
    """Return a table with its last row first."""
    rows = len(table.seen)
    return replace(
        table,
        columns={name: values[::-1] for name, values in table.columns.items()},
        ordinals=[rows + 1 - ordinal for ordinal in reversed(table.ordinals)],
        seen=table.seen[::-1],
        ends=(table.ends[1], table.ends[0]),
        ascends=table.descends,
        descends=table.ascends,
    )


def settled(forward: MetricEntries, backward: MetricEntries, undecided: str) -> MetricEntries:
    """Return what rows in file order and in the reverse order agree on; `undecided` says why either may be right.

    Points keep their values. Where the order of points of one time is not known, they say so.
    """
    why = f"rows of one time may be in either order: {undecided}, and no `order` is declared"
    if forward.members is None or backward.members is None:
        return MetricEntries(_agreed(forward.entry, backward.entry, why), None, forward.assumed)
    names = dict.fromkeys((*forward.members, *backward.members))
    members = {name: _agreed(forward.members.get(name), backward.members.get(name), why) for name in names}
    return MetricEntries(None, members, forward.assumed)


def _agreed(forward: Entry | None, backward: Entry | None, why: str) -> Entry:
    unknown = UnknownEntry("conflict", why).entry()
    if forward is None or backward is None:
        return unknown
    if "unknown" in forward or "unknown" in backward:
        return forward if "unknown" in forward else backward
    if "points" not in forward:
        return forward if _same(forward, backward) else unknown
    groups, others = _by_time(forward["points"]), _by_time(backward["points"])
    if groups.keys() != others.keys() or not all(
        _same_points(each, others[at]) for at, each in groups.items()
    ):
        return unknown
    points = [point for at, group in groups.items() for point in _points(group, others[at], why)]
    return {**forward, "points": points}


def _by_time(points: object) -> dict[object, list[Entry]]:
    assert isinstance(points, list)
    return {at: list(group) for at, group in groupby(points, key=lambda each: each["at"])}


def _same_points(group: Sequence[Entry], other: Sequence[Entry]) -> bool:
    """Tell whether two lists hold the same points in any order.

    Points whose sums are rounded apart may be taken for others where some are nearly equal: then nothing is known.
    """
    return _same(sorted(group, key=_sorting), sorted(other, key=_sorting))


def _sorting(point: Entry) -> tuple[bytes, list[Decimal]]:
    """The key that sorts points: all but their numbers, then these."""
    names = sorted(point)
    numbers = [each for name in names if isinstance(each := point[name], Decimal)]
    return canonical(
        {name: None if isinstance(point[name], Decimal) else point[name] for name in names}
    ), numbers


def _points(group: Sequence[Entry], other: Sequence[Entry], why: str) -> Sequence[Entry]:
    """Return the points of one time, which say so where their order makes a difference and the SQL gives none."""
    ordered = _same(group, other) and not _same(group, group[::-1])
    if ordered or all(_same(each, group[0]) for each in group):
        return group
    return [{**each, "unordered": why} for each in group]


def _same(one: object, other: object) -> bool:
    """Tell whether two results are equal but for the rounding of sums in another order."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= Decimal(_CLOSE) * max(Decimal(1), abs(one))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
