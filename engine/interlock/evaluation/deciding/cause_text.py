"""Causes of an unknown as short lines: holes, points, members and metrics that share one are joined, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ...language.times import parse_time
from ...language.values import MOST_CAUSES, Cause
from ...wording import listed

__all__ = ["cause_lines", "cause_text", "unknown_origins"]

_PERIODS = {60: "minutes", 3600: "hours", 86400: "days", 604800: "weeks"}


def cause_lines(causes: Iterable[Cause]) -> tuple[str, ...]:
    """Return one line for all metrics and members that are unknown in the same way, in order of the first.

    `shadow.decisions: missing for 12 days from 2026-03-01 to 2026-03-12`, `edge.pnl at bear and bull: missing`.
    """
    by_metric: dict[tuple[str, str], list[str]] = {}
    for found in _kinds(causes):
        members = by_metric.setdefault((found[0].metric, cause_text(found)), [])
        if found[0].member and found[0].member not in members:
            members.append(found[0].member)
    by_text: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (metric, text), members in by_metric.items():
        by_text.setdefault((tuple(members), text), []).append(metric)
    return tuple(_line(metrics, members, text) for (members, text), metrics in by_text.items())


def unknown_origins(causes: Iterable[Cause]) -> str:
    """Return the first three of these lines as one, and how many more there are."""
    lines = cause_lines(causes)
    shown = lines[:3]
    more = f"; and {len(lines) - 3} more" if len(lines) > 3 else ""
    return "; ".join(shown) + more if shown else "nothing was measured"


def _kinds(causes: Iterable[Cause]) -> list[list[Cause]]:
    """The causes of one kind together: of points the details may differ, and the newest is shown."""
    groups: dict[tuple[str, str, str, str], list[Cause]] = {}
    for each in causes:
        detail = "" if each.at else each.detail
        groups.setdefault((each.metric, each.member, each.cause, detail), []).append(each)
    return list(groups.values())


def _line(metrics: Sequence[str], members: Sequence[str], text: str) -> str:
    name, places = listed([each for each in metrics if each], most=4), listed(members, most=4)
    where = f"{name} at {places}" if name and places else name or places
    return f"{where}: {text}" if where else text


def cause_text(found: Sequence[Cause]) -> str:
    """Return the cause of one metric at one member, however many points it holds for, without the metric."""
    causes = sorted(found, key=lambda each: each.at)
    newest = causes[-1]
    detail = f", {newest.detail}" if newest.detail else ""
    if not newest.at:
        return f"{newest.cause}{detail}"
    return f"{newest.cause}{_times(causes)}{detail}"


def _times(causes: Sequence[Cause]) -> str:
    newest = causes[-1]
    times = sorted({each.at for each in causes})
    if len(times) == 1:
        return (", measured at " if newest.cause == "stale" else " at ") + _shortest(times)[0]
    more = len(causes) >= MOST_CAUSES
    total = f"at least {len(times)}" if more else str(len(times))
    unit = _PERIODS.get(newest.period) if len({each.period for each in causes}) == 1 else None
    if unit is None:
        return f" at {total} points, newest {_shortest([newest.at])[0]}"
    first = _start_of_newest(times, newest.period)
    start, end = _shortest([first, newest.at])
    if first == times[0]:
        return f" for {total} {unit} " + (f"up to {end}" if more else f"from {start} to {end}")
    return f" for {total} {unit}, newest hole {start}" + (f" to {end}" if end != start else "")


def _start_of_newest(times: Sequence[str], period: int) -> str:
    """Where the newest hole begins: from there on no period is between two of these."""
    for before, after in reversed(list(pairwise(times))):
        if (parse_time(after) or 0) - (parse_time(before) or 0) != period:
            return after
    return times[0]


def _shortest(times: Sequence[str]) -> list[str]:
    """Midnights print as dates."""
    plain = all(each.endswith("T00:00:00Z") for each in times)
    return [each.removesuffix("T00:00:00Z") if plain else each for each in times]
