"""Counts the runs that a gate admitted and that are not under way yet, beside those that are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...language.times import show_time

__all__ = ["PLACE", "admitted_runs"]

PLACE = "request.place"
"""A run that asks the gate is the next one: those before it in the desk's list have asked already, or wait."""

_RUNS = "jobs"


def admitted_runs(
    metrics: Mapping[str, object], admitted: Mapping[str, Sequence[Decimal]]
) -> dict[str, object]:
    """Return the desk's runs with those that were admitted and have not started; no change where none are known.

    A run tells by `job` which admission it came from; a run that does not is counted beside all admissions.
    """
    form = metrics.get(_RUNS)
    if not isinstance(form, dict) or not isinstance(points := form.get("points"), list):
        return {}
    started = Counter(str(each.get("job")) for each in points if isinstance(each, dict))
    waiting = [
        {"at": show_time(at), "job": job, "mode": "normal", "outcome": "open"}
        for job, times in sorted(admitted.items())
        for at in times[started[job] :]
    ]
    return {_RUNS: {**form, "points": [*points, *waiting]}}
