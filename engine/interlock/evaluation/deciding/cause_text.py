"""Causes of an unknown as short lines: causes that many points or members share are joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from ...language.times import parse_time
from ...language.values import Cause
from ...wording import listed

__all__ = ["cause_lines"]

_PERIODS = {
    Decimal(60): "minutes",
    Decimal(3600): "hours",
    Decimal(86400): "days",
    Decimal(604800): "weeks",
}


def cause_lines(causes: Iterable[Cause]) -> tuple[str, ...]:
    """Return one line for each unknown metric, in order; runs of points and groups of members are joined.

    `shadow.decisions: missing for 12 days from 2026-03-01 to 2026-03-12`, `edge.pnl at bear and bull: missing`.
    """
    groups: dict[tuple[str, str, str, str], list[Cause]] = {}
    for each in causes:
        detail = "" if each.at else each.detail
        groups.setdefault((each.metric, each.member, each.cause, detail), []).append(each)
    by_words: dict[tuple[str, str], list[str]] = {}
    for (metric, member, _, _), found in groups.items():
        members = by_words.setdefault((metric, _cause_words(found)), [])
        if member and member not in members:
            members.append(member)
    return tuple(_line(metric, members, what) for (metric, what), members in by_words.items())


def _line(metric: str, members: Sequence[str], what: str) -> str:
    where = (
        f"{metric} at {listed(members, most=4)}" if members and metric else metric or listed(members, most=4)
    )
    return f"{where}: {what}" if where else what


def _cause_words(found: Sequence[Cause]) -> str:
    """The cause of one metric at one member, however many points it holds for."""
    first = found[0]
    times = sorted({each.at for each in found if each.at})
    details = {each.detail for each in found}
    shared = f", {first.detail}" if first.detail and len(details) == 1 else ""
    if len(times) < 2:
        word = ", measured at" if first.cause == "stale" else " at"
        when = f"{word} {_shortest(times)[0]}" if times else ""
        return f"{first.cause}{when}{shared}"
    start, end, span = times[0], times[-1], _period(times)
    start, end = _shortest([start, end])
    if span:
        return f"{first.cause} for {len(times)} {span} from {start} to {end}{shared}"
    return f"{first.cause} at {len(times)} points between {start} and {end}{shared}"


def _period(times: Sequence[str]) -> str | None:
    """The name of the period when the points follow each other without a gap."""
    seconds = [parse_time(each) for each in times]
    known = [each for each in seconds if each is not None]
    steps = {after - before for before, after in pairwise(known)}
    return _PERIODS.get(steps.pop()) if len(steps) == 1 and len(known) == len(times) else None


def _shortest(times: Sequence[str]) -> list[str]:
    """Midnights print as dates."""
    plain = all(each.endswith("T00:00:00Z") for each in times)
    return [each.removesuffix("T00:00:00Z") if plain else each for each in times]
