"""Whatever bytes stand where a snapshot should: a snapshot or SnapshotError, and every metric reads as something."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import SnapshotError
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.series_values import Members, Series
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.types import (
    BOOL,
    DURATION,
    EVENT,
    INTEGER,
    NUMBER,
    STRING,
    TIMESTAMP,
    EnumType,
    Kind,
    Type,
)
from interlock.language.values import CAUSES, Unknown
from interlock.policy.catalogue import Catalogue, Metric, Scope

DAY = Decimal(86400)
TYPES = {
    "number": NUMBER,
    "integer": INTEGER,
    "bool": BOOL,
    "duration": DURATION,
    "time": TIMESTAMP,
    "text": STRING,
    "enum": Type(Kind.ENUM, enum=EnumType("enum", ("a", "b"))),
    "set": Type(Kind.SET, of="desk"),
}
SINGLES = [Metric(name, kind, min_n=5 if name == "integer" else None) for name, kind in TYPES.items()]
REGULAR = [
    Metric(f"regular.{name}", kind, series="regular", every=DAY, lag=Decimal(3600))
    for name, kind in TYPES.items()
]
RECORD = [Metric(f"record.{name}", kind, series="irregular", record="record") for name, kind in TYPES.items()]
OTHERS = [
    Metric("event", EVENT, series="irregular"),
    Metric("began", NUMBER, series="regular", every=DAY, began=Decimal(1767571200)),
    Metric("desk.number", NUMBER, Decimal(0), Decimal(9), scope="desk"),
]
CATALOGUE = Catalogue(
    {each.name: each for each in (*SINGLES, *REGULAR, *RECORD, *OTHERS)},
    {"desk": Scope("desk", ("one", "two"), aliases={"uno": "one"})},
)
GOOD = {
    "interlock": 1,
    "as_of": "2026-03-30T06:00:00Z",
    "metrics": {
        "number": 0.5,
        "integer": {"value": 3, "n": 7, "at": "2026-03-30T05:00:00Z"},
        "regular.number": {"from": "2026-03-27", "points": [{"at": "2026-03-28", "value": 1}]},
        "record": {
            "covered": ["2026-03-01", "2026-03-30"],
            "points": [{"at": "2026-03-29T01:00:00Z", "number": 1}],
        },
        "event": {"covered": ["2026-03-01", "2026-03-30"], "points": ["2026-03-29T01:00:00Z"]},
        "set": ["uno", "two"],
        "text": {"unknown": "torn source", "detail": "line 4"},
    },
    "scopes": {"desk": {"uno": {"desk.number": 5}}},
    "env": {"LIVE_MODE": None},
}

ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        0.5,
        "",
        "a",
        "2026-03-29",
        "2026-03-29T01:00:00Z",
        "2026-13-01",
        [],
        {},
        [[]],
        {"value": 1},
        {"points": []},
        {"points": {}},
        {"points": [None, 5, {}, {"at": 5}]},
        {"covered": [], "points": []},
        {"covered": ["2026-03-30", "2026-03-01"], "points": []},
        {"unknown": 5},
        {"unknown": "stale", "detail": []},
        {"value": None},
        {"value": {}},
        {"at": "2026-03-29"},
        10**40,
        10**399,
        1e308,
        -0.0,
        "\ud800",
        {"from": "9999-12-31", "points": []},
        {"from": "0001-01-01", "points": []},
        {"from": 5, "points": []},
    ]
)
JSON = st.recursive(
    ODD | st.floats(allow_nan=True) | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "at", "n", "points", "covered", "from", "unknown", "number", "detail"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def check(data: bytes) -> Snapshot | None:
    """Parse; a snapshot that parses gives every metric as a value, a series or a known cause."""
    try:
        snapshot = Snapshot.parse(data, "s.json")
    except SnapshotError as problem:
        assert all(line.startswith("s.json: ") for line in str(problem).split("\n"))
        return None
    measures = Measures(snapshot, CATALOGUE)
    for name in CATALOGUE.metrics:
        assert_sound(measures.metric(name))
    return snapshot


def assert_sound(found: object) -> None:
    if isinstance(found, Members):
        for each in found.values.values():
            assert_sound(each)
    elif isinstance(found, Series):
        assert {each.cause for each in found.blank} <= set(CAUSES)
        for point in found.points:
            assert_sound(point.value)
    elif isinstance(found, Unknown):
        assert found.causes and {each.cause for each in found.causes} <= set(CAUSES)
    else:
        assert isinstance(found, (bool, str, frozenset)) or (isinstance(found, Decimal) and found.is_finite())


def put(document: object, data: st.DataObject) -> object:
    """Replace one part of a document, drawn at any depth, by something odd."""
    if isinstance(document, dict) and document and data.draw(st.integers(0, 4)):
        key = data.draw(st.sampled_from(sorted(document)))
        return {**document, key: put(document[key], data)}
    if isinstance(document, list) and document and data.draw(st.booleans()):
        return [put(document[0], data), *document[1:]]
    return data.draw(JSON)


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.data())
def test_a_good_snapshot_with_something_odd_in_it(data: st.DataObject) -> None:
    check(json.dumps(put(GOOD, data)).encode())


@given(st.sampled_from(sorted(CATALOGUE.metrics)), JSON)
def test_every_metric_takes_any_value(name: str, value: object) -> None:
    document = {**GOOD, "metrics": {name.split(".")[0] if name.startswith("record") else name: value}}
    check(json.dumps(document).encode())


@given(st.integers(0, len(json.dumps(GOOD))), st.binary(max_size=2))
def test_a_torn_snapshot(end: int, rest: bytes) -> None:
    check(json.dumps(GOOD).encode()[:end] + rest)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b'"' + b'\\"' * 500_000,
        b'"' * 500_001,
        b'"' + b"\\" * 500_001,
        b"9" * 1_000_000,
        b'{"interlock": 1' + b" " * 1_000_000,
        b"-" * 100_000,
        b"1e" + b"9" * 500_000,
        b'{"a": 1, ' * 10_000,
    ],
    ids=lambda data: f"{data[:5].decode().strip()} of {len(data)}",
)
@pytest.mark.usefixtures("little_memory")
def test_what_is_large_is_refused_in_little_memory(data: bytes) -> None:
    assert check(data) is None


def test_a_good_snapshot_is_read() -> None:
    snapshot = check(json.dumps(GOOD).encode())
    assert snapshot is not None
    assert snapshot.as_of == 1774850400
    assert snapshot.digest == "sha256:a2a49f99daa6fb546269e0495e96cd83b1455ac7d2d1a47e72ded9c7dc88ab8e"
