"""Every verdict of every shipped policy keeps its schema, on the example desk and on snapshots of any make."""

from __future__ import annotations

import functools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import interlock
from interlock.canonical import canonical
from interlock.resources import schema_path
from support.roots import instant

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-03-30T06:30:00Z"


@functools.cache
def policies() -> interlock.PolicySet:
    return interlock.load(ROOT / "policies")


@functools.cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_path(name).read_text(encoding="utf-8")))


def problems(name: str, document: object) -> list[str]:
    return [f"{each.json_path}: {each.message}" for each in validator(name).iter_errors(document)]


def judged(document: dict[str, Any]) -> list[str]:
    snapshot = interlock.Snapshot.parse(json.dumps(document).encode())
    found = policies().evaluate(snapshot, environment="paper", stateless=True)
    assert {each.policy for each in found} == set(policies().policies)
    for each in found:
        assert [Decimal] * 2 == [type(each.as_of), type(each.valid_until)]
        assert each.exit_code in (1, 3, 4)
    return [text for each in found for text in problems("verdict", json.loads(each.canonical()))]


def test_the_desk_and_its_snapshot_keep_their_schemas() -> None:
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    desk = ROOT / "examples" / "desk"
    for archive in (True, False):
        found = policies().collect(
            desk, instant(AS_OF), now=Decimal(1_800_000_000), environ={}, archive=archive
        )
        document = json.loads(canonical(found.snapshot))
        assert problems("snapshot", document) == []
        assert judged(document) == []


TIMES = st.sampled_from(
    ["2026-03-29", "2026-03-30T06:00:00Z", "2026-03-30T09:00:00Z", "2025-12-29T00:00:00Z", "x"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200),
    st.floats(-2, 2, allow_nan=False),
    st.sampled_from(["normal", "lockdown", "HEALTHY", "none", AS_OF, ""]),
    st.lists(st.sampled_from(["BTC-USD", "ETH-USD", "bear"]), max_size=2),
)
FORMS = st.one_of(
    SCALARS,
    st.fixed_dictionaries({"value": SCALARS}, optional={"at": TIMES, "n": st.integers(0, 500)}),
    st.fixed_dictionaries({"unknown": st.sampled_from(["missing", "torn source"])}),
    st.fixed_dictionaries(
        {"points": st.lists(st.fixed_dictionaries({"at": TIMES, "value": SCALARS}), max_size=4)},
        optional={"from": TIMES, "covered": st.lists(TIMES, min_size=2, max_size=2)},
    ),
)


@st.composite
def snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """A snapshot with values of any form for some of the metrics that the catalogue declares."""
    catalogue = policies().catalogue
    names = st.sampled_from(sorted(catalogue.metrics))
    plain = draw(st.dictionaries(names, FORMS, max_size=25))
    members = {"symbol": ["BTC-USD", "ETH-USD"], "regime": ["bear", "bull"]}
    scopes = {
        scope: {each: draw(st.dictionaries(names, FORMS, max_size=6)) for each in found}
        for scope, found in members.items()
    }
    return {"interlock": 1, "as_of": AS_OF, "metrics": plain, "scopes": scopes}


@settings(max_examples=max(20, settings.default.max_examples // 5))
@given(document=snapshots())
def test_any_snapshot_gives_verdicts_that_keep_the_schema(document: dict[str, Any]) -> None:
    assert judged(document) == []
