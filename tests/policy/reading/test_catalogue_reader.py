"""Metrics and scopes that are declared wrongly: the whole text of every complaint."""

from __future__ import annotations

from pathlib import Path

from interlock.api import load
from interlock.policy.catalogue import RESERVED
from support.roots import write

from ..roots import Case, bad_roots, complaints


@bad_roots("catalogue_reader")
def test_a_catalogue_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


def test_cadence_keys_reach_the_metric_and_each_column_of_a_record(tmp_path: Path) -> None:
    text = (
        "metrics:\n  day: {type: integer, every: 1d, early: true}\n  alert: {type: event, slack: 15m}\n"
        "  job: {every: event, slack: 2m, record: {size: {type: integer}}}\n  plain: {type: event}\n"
    )
    found = load(
        write(tmp_path, {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": text})
    ).root.catalogue.metrics
    assert {
        name: (each.series, each.early, each.slack) for name, each in found.items() if name not in RESERVED
    } == {
        "day": ("regular", True, 0),
        "alert": ("irregular", False, 900),
        "job": ("irregular", False, 120),
        "job.size": ("irregular", False, 120),
        "plain": ("irregular", False, 0),
    }
