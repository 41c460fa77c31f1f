"""What the shipped rollouts say, held against the numbers of their runbooks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from interlock.api import PolicySet
from interlock.policy.rollout_model import Stage


def _dwell(stage: Stage) -> tuple[str, str]:
    least, target = stage.dwell.least, stage.dwell.target
    return str(least) if least else "required", str(target) if target else ""


def test_every_stage_lasts_as_long_as_its_runbook_says(policies: PolicySet) -> None:
    found = {
        f"{name}/{stage.id}": _dwell(stage)
        for name, rollout in policies.root.rollouts.items()
        for stage in rollout.stages
    }
    days = ("5 trading days", "7 trading days")
    assert found == {
        "experiment-0/telemetry": ("1d", ""),
        "experiment-0/canary": days,
        "experiment-0/full": ("7 trading days", ""),
        **{f"experiment-{each}/baseline": ("3 trading days", "7 trading days") for each in "abc"},
        **{f"experiment-{each}/test": days for each in "abc"},
        "production-cutover/dry-run": ("0s", ""),
        "production-cutover/live-trader": ("30m", "1h"),
        "production-cutover/quant-company": ("15m", ""),
        "production-cutover/validation": ("30m", ""),
        "risk-scaling/start": ("7d", ""),
        "risk-scaling/first-step": ("7d", ""),
        "risk-scaling/second-step": ("7d", ""),
        **{
            f"self-learning-v2/{each}": ("required", "")
            for each in ("shadow", "safe-canary", "safe", "normal-canary", "real-apply")
        },
    }


def test_one_comes_after_the_other_and_one_at_a_time(policies: PolicySet) -> None:
    rollouts = policies.root.rollouts
    order = {
        name: [(after.rollout, str(after.dwell)) for after in each.after] for name, each in rollouts.items()
    }
    assert {name: before for name, before in order.items() if before} == {
        "experiment-a": [("experiment-0", "7 trading days")],
        "experiment-b": [("experiment-a", "0s")],
        "experiment-c": [("experiment-b", "0s")],
    }
    assert {name: each.exclusive for name, each in rollouts.items() if each.exclusive != "strategy"} == {
        "production-cutover": "operations",
        "self-learning-v2": "learning",
    }


def test_each_step_of_scaling_is_ten_to_twenty_percent(policies: PolicySet) -> None:
    sizes = [each.flags["position_size.scale"] for each in policies.root.rollouts["risk-scaling"].stages]
    plain = [each for each in sizes if isinstance(each, Decimal)]
    assert plain == [1, Decimal("1.15"), Decimal("1.3")]
    assert all(Decimal("1.1") <= after / before <= Decimal("1.2") for before, after in pairwise(plain))
    assert policies.policies["risk-scaling"].params["first_size"].value == plain[1]


def test_one_more_agent_is_enabled_in_each_stage_of_the_cutover(policies: PolicySet) -> None:
    stages = policies.root.rollouts["production-cutover"].stages
    enabled = [each.flags["agents.enabled"] for each in stages]
    sizes = [len(each) for each in enabled if isinstance(each, frozenset)]
    assert sizes == [0, 1, 2, 2]
    assert [each.dwell.max_gap for each in stages] == [3600, 60, 60, 300]


def test_every_stage_of_the_learning_loop_says_all_sixteen_settings(policies: PolicySet) -> None:
    settings = {name for name in policies.catalogue.metrics if name.startswith("learning.")}
    assert len(settings) == 16
    rollout = policies.root.rollouts["self-learning-v2"]
    assert all(set(each.flags) == settings for each in rollout.stages)
    on = [
        tuple(name.removeprefix("learning.enable_") for name in rollout.lever if each.flags[name])
        for each in rollout.stages
    ]
    safe = ("experiment_executor", "policy_bandit")
    normal = (*safe, "normal_mode_canary")
    assert on == [(), safe, safe, normal, (*normal, "executor_real_apply")]


@pytest.mark.parametrize("environment", ["paper", "live"])
def test_every_environment_says_how_long_the_stages_of_learning_last(
    policies: PolicySet, environment: str
) -> None:
    given = policies.root.environments[environment].dwell
    asked = [
        (name, stage.id)
        for name, rollout in policies.root.rollouts.items()
        for stage in rollout.stages
        if stage.dwell.least is None
    ]
    assert sorted(given) == sorted(asked)


def test_no_rollout_is_rolled_back_by_the_policy_that_lets_it_go_on(policies: PolicySet) -> None:
    """Scaling alone has one for both, in which what is unknown holds."""
    both = [
        name
        for name, rollout in policies.root.rollouts.items()
        if rollout.rollback.policy in {each.advance for each in rollout.stages}
    ]
    assert both == ["risk-scaling"]
    policy = policies.policies["risk-scaling"]
    assert [each.id for each in policy.rules if each.unknown == policy.worst] == []
