"""Snapshots that are too large, and numbers that the language cannot take: refused, or unknown and kept as written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock.errors import SnapshotError
from interlock.evaluation.snapshot import snapshot as module
from interlock.evaluation.snapshot.series_history import lived
from interlock.evaluation.snapshot.snapshot import Snapshot
from support.roots import document, instant, write

AT = "2026-03-30T06:00:00Z"
POINTS = [{"at": f"2026-03-30T0{hour}:00:00Z", "value": 1} for hour in range(3)]


def test_a_snapshot_beyond_its_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = document(
        AT, {"daily": {"points": POINTS}}, scopes={"symbol": {"BTC-USD": {"fills": {"points": POINTS}}}}
    )
    assert Snapshot.parse(data).as_of == instant(AT)
    monkeypatch.setattr(module, "SNAPSHOT_POINTS", 5)
    with pytest.raises(SnapshotError) as problem:
        Snapshot.parse(data)
    assert str(problem.value) == "snapshot: more than 5 points"
    monkeypatch.setattr(module, "SNAPSHOT_BYTES", 100)
    with pytest.raises(SnapshotError) as problem:
        Snapshot.parse(data, "s.json")
    assert str(problem.value) == "s.json: the snapshot is larger than 100 bytes"


CATALOGUE = """\
metrics:
  one: {type: number, max_age: 1d}
  live: {type: bool, max_age: 1d}
  daily: {type: number, every: 1d}
"""
HEAD = "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\n"
GATE = HEAD + "rules: [{id: one, require: 'RULE'}]\n"


@pytest.mark.parametrize(
    ("rule", "name", "form", "cause"),
    [
        ("one > 0", "one", "1e999", "not finite: 1e999"),
        ("one > 0", "one", '{"value": 1e999}', "not finite: `1e999`"),
        ("one > 0", "one", "NaN", "not finite: NaN"),
        ("one > 0", "one", "1." + "0" * 40 + "1", "out of range: 1." + "0" * 38),
        ("live", "live", '{"value": [1e999]}', 'wrong type: a boolean wanted, got a list `["1e999"]`'),
        (
            *("last(daily) > 0", "daily", '{"points": [{"at": "2026-03-29", "value": -Infinity}]}'),
            "not finite: -Infinity",
        ),
    ],
)
def test_a_number_that_is_none_is_unknown_before_and_after_it_is_recorded(
    tmp_path: Path, rule: str, name: str, form: str, cause: str
) -> None:
    text = json.dumps({"interlock": 1, "as_of": AT, "metrics": {name: 0}}).replace("0}", f"{form}}}", 1)
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": CATALOGUE,
        "gate.yaml": GATE.replace("RULE", rule),
    }
    policies = interlock.load(write(tmp_path, files))
    read = Snapshot.parse(text.encode())
    restored = Snapshot.restored(read.canonical())
    assert restored.digest == read.digest and restored.canonical() == read.canonical()
    for each in (read, restored):
        (found,) = policies.evaluate(each)
        assert found.verdict == "NO_GO"
        assert [f"{one.cause}: {one.detail}" for one in found.rules[0].causes] == [cause]


@pytest.mark.parametrize(
    ("covered", "kept"),
    [
        (["2026-03-29T00:00:00Z", AT], ["2026-03-29T00:00:00Z", AT]),
        (["2026-03-29T00:00:00Z", "2026-03-31T00:00:00Z"], ["2026-03-29T00:00:00Z", AT]),
        (["2026-03-30T07:00:00Z", "2026-03-31T00:00:00Z"], None),
    ],
)
def test_a_snapshot_tells_nothing_of_the_time_after_it(covered: list[str], kept: list[str] | None) -> None:
    found = lived({"covered": covered, "points": []}, instant(AT))
    assert isinstance(found, dict) and found.get("covered") == kept


def test_a_part_of_a_snapshot_keeps_what_its_sources_assume() -> None:
    assumed = {"one": {"assumed": ["1 row left out"]}, "two": {"assumed": ["2 rows left out"]}}
    whole = Snapshot.parse(document(AT, {"one": 1, "two": 2}, provenance=assumed))
    part = whole.narrowed({"one"}, ())
    assert dict(part.metrics) == {"one": 1} and part.assumed(["one", "two"]) == ["`one`: 1 row left out"]
