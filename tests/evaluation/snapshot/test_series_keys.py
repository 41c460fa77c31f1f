"""Keys of one kind of series in the other: what they say of the source would go unheard, so nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from interlock import Snapshot
from interlock.diagnostics import Collector
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.series_values import Series
from interlock.language.values import Unknown
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping
from support.roots import document

CATALOGUE = b"""\
metrics:
  daily: {type: number, every: 1d, began: 2026-03-27}
  jobs: {type: bool, every: event}
"""
DAYS: dict[str, Any] = {"points": [{"at": f"2026-03-{day}", "value": 1} for day in (27, 28, 29)]}
JOBS: dict[str, Any] = {"covered": ["2026-03-27T00:00:00Z", "2026-03-30T06:00:00Z"], "points": []}


def causes(name: str, form: dict[str, Any]) -> set[str]:
    collector = Collector()
    tree = read_yaml(CATALOGUE, "catalogue.yaml", collector)
    assert isinstance(tree, Mapping)
    catalogue = read_catalogue([tree], collector)
    assert not collector.diagnostics
    found = Measures(Snapshot.parse(document("2026-03-30T06:00:00Z", {name: form})), catalogue).metric(name)
    assert isinstance(found, Series)
    told = [each.value.causes[0] for each in found.points if isinstance(each.value, Unknown)]
    return {f"{each.cause}: {each.detail}" for each in (*told, *found.blank)}


@pytest.mark.parametrize(
    ("name", "form", "key"),
    [
        ("daily", DAYS, ""),
        ("daily", {**DAYS, "from": "2026-03-27"}, ""),
        ("daily", {**DAYS, "torn": "line 4 of days.csv is unfinished"}, "torn"),
        ("daily", {**DAYS, "covered": ["2026-03-27T00:00:00Z", "2026-03-28T00:00:00Z"]}, "covered"),
        ("jobs", JOBS, ""),
        ("jobs", {**JOBS, "torn": ""}, ""),
        ("jobs", {**JOBS, "from": "2026-03-30"}, "from"),
    ],
)
def test_a_series_has_the_keys_of_its_kind(name: str, form: dict[str, Any], key: str) -> None:
    assert causes(name, form) == ({f"wrong type: unknown key `{key}`"} if key else set())
