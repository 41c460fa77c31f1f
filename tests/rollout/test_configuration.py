"""The configuration in a snapshot against a stage: every difference, and the settings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from interlock.evaluation.snapshot.measures import Measures
from interlock.policy.rollout_model import Stage
from interlock.rollout.configuration import (
    ObservedConfiguration,
    affected_members,
    observe_configuration,
    settings,
)
from support import rollouts
from support.roots import read

from .contexts import root

NOON = "2026-03-02T12:00:00Z"
EXITS, SIZES, LEARNING = (root().rollouts[name] for name in ("exits", "sizes", "learning"))
TELEMETRY, CANARY, FULL = EXITS.stages


def measures(changed: dict[str, Any] | None = None, *missing: str) -> Measures:
    return Measures(rollouts.snapshot(NOON, changed, missing), root().catalogue)


def observed(stage: Stage, changed: dict[str, Any] | None = None, *missing: str) -> ObservedConfiguration:
    return observe_configuration(stage, measures(changed, *missing))


def test_a_stage_as_it_should_be() -> None:
    assert observed(TELEMETRY).differences == ()
    assert observed(CANARY, rollouts.CANARY).differences == ()
    assert observed(CANARY, rollouts.CANARY).canary == {"exits.symbols": ("BTC-USD",)}
    assert observed(FULL, {"exits.hybrid": True}).differences == ()
    assert observed(LEARNING.stages[1], {"learning.mode": "normal"}).differences == ()


@pytest.mark.parametrize(
    ("stage", "changed", "lines"),
    [
        (TELEMETRY, {"exits.hybrid": True}, ["`exits.hybrid` is true, false is needed"]),
        (TELEMETRY, {"swap.threshold": 11.999}, ["`swap.threshold` is 11.999, 12 is needed"]),
        (TELEMETRY, {"swap.threshold": 120},
         ["`swap.threshold` is unknown (out of range, `120` is not from 0 to 100), 12 is needed"]),
        (TELEMETRY, {"swap.threshold": "12"},
         ["`swap.threshold` is unknown (wrong type, a number wanted, got text `12`), 12 is needed"]),
        (TELEMETRY, {"swap.threshold": {"value": 12, "at": "2026-03-02T10:59:59Z"}},
         ["`swap.threshold` is unknown (stale), 12 is needed"]),
        (CANARY, {"exits.symbols": []},
         ["`exits.hybrid` is false, true is needed", "`exits.symbols` is empty, which limits nothing"]),
        (FULL, {"exits.hybrid": True, "exits.symbols": ["BTC-USD"]}, ["`exits.symbols` is {BTC-USD}, {} is needed"]),
        (SIZES.stages[1], {}, ["`size.scale` is 100%, 115% is needed"]),
        (LEARNING.stages[1], {}, ["`learning.mode` is safe, normal is needed"]),
        (LEARNING.stages[1], {"learning.mode": "fast"},
         ["`learning.mode` is unknown (undeclared value, `fast`), normal is needed"]),
    ],
)  # fmt: skip
def test_a_difference_in_its_own_words(stage: Stage, changed: dict[str, Any], lines: list[str]) -> None:
    assert list(observed(stage, changed).differences) == lines


def test_an_unknown_value_is_a_difference() -> None:
    assert observed(CANARY, rollouts.CANARY, "swap.threshold", "exits.symbols").differences == (
        "`swap.threshold` is unknown (missing), 12 is needed",
        "`exits.symbols` is unknown (missing)",
    )


def test_the_key_tells_one_configuration_from_another() -> None:
    keys = [
        observed(CANARY, rollouts.CANARY).key,
        observed(CANARY, {**rollouts.CANARY, "exits.symbols": ["ETH-USD"]}).key,
        observed(CANARY, {**rollouts.CANARY, "exits.symbols": ["BTC-USD", "ETH-USD"]}).key,
        observed(CANARY, rollouts.CANARY, "exits.symbols").key,
        observed(FULL, {"exits.hybrid": True}).key,
        observed(TELEMETRY).key,
    ]
    assert len(set(keys)) == 6
    # in any order, and whatever else the desk shows
    both = {**rollouts.CANARY, "exits.symbols": ["ETH-USD", "BTC-USD"], "fills.good": False}
    assert observed(CANARY, both).key == keys[2]


def test_settings_are_written_as_a_file_has_them() -> None:
    assert settings(CANARY, measures()) == (
        "exits.hybrid: true",
        "exits.symbols: as attested, never empty",
        "swap.threshold: 12",
    )
    assert settings(FULL, measures())[1] == "exits.symbols: []"
    assert settings(SIZES.stages[1], measures()) == ("size.scale: 115%",)
    assert settings(LEARNING.stages[0], measures()) == ("learning.mode: safe",)


def test_settings_are_written_to_the_last_digit() -> None:
    """Who sets what is written must not be told of a difference."""
    exact = {
        "exits.hybrid": False,
        "swap.threshold": Decimal("12.3456789"),
        "size.scale": Decimal("1.0000001"),
        "pause": Decimal("5430"),
        "region": "eu-west",
        "budget": Decimal("1500.50"),
    }
    text = rollouts.FILES["catalogue.yaml"].replace(
        "  cleanup.done",
        "  pause: {type: duration}\n  region: {type: string}\n  budget: {type: money, currency: USD}\n  cleanup.done",
    )
    other, _ = read(rollouts.write(Path(mkdtemp()), {"catalogue.yaml": text}))
    stage = replace(TELEMETRY, flags=exact)
    seen = rollouts.snapshot(
        NOON, {"pause": 5429, "budget": 1500.5, "region": "eu-east", "swap.threshold": 12.3456788}
    )
    found = Measures(seen, other.catalogue)
    assert settings(stage, found) == (
        "budget: 1500.5USD",
        "exits.hybrid: false",
        "pause: 5430s",
        "region: eu-west",
        "size.scale: 100.00001%",
        "swap.threshold: 12.3456789",
    )
    assert observe_configuration(stage, found).differences == (
        "`pause` is 1h 30m 29s, 1h 30m 30s is needed",
        "`region` is eu-east, eu-west is needed",
        "`size.scale` is 100%, 100.00001% is needed",
        "`swap.threshold` is 12.3456788, 12.3456789 is needed",
    )


def test_a_stage_touches_its_canary_set_else_every_member() -> None:
    everybody = ("BTC-USD", "ETH-USD", "SOL-USD")
    two = measures({**rollouts.CANARY, "exits.symbols": ["SOL-USD", "BTC-USD"]})
    assert affected_members(EXITS, CANARY, two) == ("BTC-USD", "SOL-USD")
    assert affected_members(EXITS, FULL, two) == everybody
    assert affected_members(EXITS, CANARY, measures(None, "exits.symbols")) == everybody
    assert affected_members(EXITS, None, two) == everybody
    assert affected_members(SIZES, SIZES.stages[0], two) == ()
