"""Counts the runs that a gate admitted and that are not under way yet, beside those that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...language.times import parse_time, show_time

__all__ = ["PLACE", "admitted_runs"]

PLACE = "request.place"
"""A run that asks the gate is the next one: those before it in the desk's list have asked already, or wait."""

_RUNS = "jobs"


def admitted_runs(
    metrics: Mapping[str, object], admitted: Mapping[str, Sequence[Decimal]]
) -> dict[str, object]:
    """Return the desk's runs with those that were admitted and have not started; no change where none are known.

    A run in normal mode tells by `job` which admission it came from, one that came before it; any other run is counted
    beside all admissions.
    """
    form = metrics.get(_RUNS)
    if not isinstance(form, dict) or not isinstance(points := form.get("points"), list):
        return {}
    waiting = [
        {"at": show_time(at), "job": job, "mode": "normal", "outcome": "open"}
        for job, times in sorted(admitted.items())
        for at in _not_started(times, _starts(points, job))
    ]
    return {_RUNS: {**form, "points": [*points, *waiting]}}


def _starts(points: Sequence[object], job: str) -> list[Decimal]:
    """Return when the runs of a job in normal mode started, in order."""
    found = [
        parse_time(str(each.get("at")))
        for each in points
        if isinstance(each, dict) and each.get("job") == job and each.get("mode") == "normal"
    ]
    return sorted(each for each in found if each is not None)


def _not_started(admitted: Sequence[Decimal], starts: Sequence[Decimal]) -> list[Decimal]:
    """Return the admissions that no run came from: each takes the oldest one that is left and came before it."""
    left = sorted(admitted)
    for start in starts:
        if left and left[0] <= start:
            del left[0]
    return left
