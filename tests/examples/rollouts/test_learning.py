"""The learning loop goes from shadow to real apply; a failure leads back to the settings of the shadow."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from interlock.api import PolicySet
from interlock.language.times import show_time
from interlock.policy.rollout_model import Term

from .desk import BEGAN, DAY, MINUTE, Desk, covered, seconds, shorter

LEARNING = ("learning-normal-runs", "normal-mode-cooldown", "real-apply")


def _learning(stage: Callable[..., Desk], policies: PolicySet) -> Desk:
    """The learning loop with half an hour for each stage, and runs that begin with the executor."""
    root = shorter(policies, "self-learning-v2", Term(seconds(minutes=30)))
    desk = stage("self-learning-v2", *LEARNING, root=root)
    desk.set("shadow")
    desk.held["jobs"] = lambda now: _runs(now, BEGAN, "safe")
    desk.held["job_outcomes"] = covered
    return desk


def _runs(now: Decimal, since: Decimal, mode: str) -> dict[str, object]:
    times = [since + step * 5 * MINUTE for step in range(40) if since + step * 5 * MINUTE <= now]
    points = [
        {"at": show_time(at), "outcome": "win", "mode": mode, "risk": "low", "priority": Decimal("0.95")}
        for at in times
    ]
    return {"covered": [show_time(BEGAN - DAY), show_time(now)], "points": points}


def _in_normal_mode(desk: Desk) -> Decimal:
    """Take the loop through the stages in safe mode; return when normal mode was switched on."""
    at = BEGAN
    assert desk.advanced(at).change == "BEGIN"
    for each in ("shadow", "safe-canary", "safe"):
        desk.watched(at + MINUTE, at + 31 * MINUTE, 15 * MINUTE)
        at += 40 * MINUTE
        step = desk.advanced(at)
        assert (each, step.change) == (each, "ADVANCE"), step.decision.missing
        desk.set(desk.standing.stage)
    return at


def test_the_learning_loop_goes_from_shadow_to_real_apply(
    stage: Callable[..., Desk], policies: PolicySet
) -> None:
    desk = _learning(stage, policies)
    at = _in_normal_mode(desk)
    normal = at + MINUTE
    desk.held["jobs"] = lambda now: _runs(now, normal, "normal")
    desk.watched(normal, at + 31 * MINUTE, 15 * MINUTE)
    early = desk.advanced(at + 32 * MINUTE)
    assert [each.about for each in early.decision.missing] == ["gate", "approval"]
    desk.attested("real-apply", at + 33 * MINUTE)
    desk.attested("self-learning-v2/normal-canary", at + 33 * MINUTE)
    assert "learning.enable_executor_real_apply: true" in desk.advanced(at + 34 * MINUTE).settings
    desk.set("real-apply")
    desk.watched(at + 35 * MINUTE, at + 65 * MINUTE, 15 * MINUTE)
    assert desk.advanced(at + 66 * MINUTE).change == "COMPLETE"
    assert [target for _, target in desk.moves] == [
        "shadow", "safe-canary", "safe", "normal-canary", "real-apply", "real-apply"
    ]  # fmt: skip


def test_a_loss_in_normal_mode_begins_the_time_anew_and_rolls_nothing_back(
    stage: Callable[..., Desk], policies: PolicySet
) -> None:
    desk = _learning(stage, policies)
    at = _in_normal_mode(desk)
    loss = {"outcome": "loss", "mode": "normal"}
    lost = at + 20 * MINUTE
    desk.held["job_outcomes"] = lambda now: covered(now, *[{"at": show_time(lost), **loss}] * (now >= lost))
    assert desk.watched(at + 6 * MINUTE, at + 66 * MINUTE, 10 * MINUTE) == ()
    held = desk.advanced(at + 70 * MINUTE).decision.dwell
    # half an hour after the loss the cooldown is over, and the next look begins the time
    assert held is not None and held.start == at + 56 * MINUTE


def test_a_failure_leads_back_to_the_settings_of_the_shadow(
    stage: Callable[..., Desk], policies: PolicySet
) -> None:
    desk = _learning(stage, policies)
    desk.advanced(BEGAN)
    desk.watched(BEGAN + MINUTE, BEGAN + 31 * MINUTE, 15 * MINUTE)
    assert desk.advanced(BEGAN + 32 * MINUTE).change == "ADVANCE"
    desk.set("safe-canary")
    desk.held["learning.execution_mode_default"] = "normal"
    told = " ".join(desk.watched(BEGAN + 33 * MINUTE, BEGAN + 33 * MINUTE, MINUTE))
    assert "ROLLBACK from safe-canary to shadow" in told
    for name in ("experiment_executor", "executor_real_apply", "policy_bandit"):
        assert f"learning.enable_{name}: false" in told
    desk.held["learning.execution_mode_default"] = "safe"
    early = desk.rearmed(BEGAN + 40 * MINUTE)
    assert [each.about for each in early.decision.missing] == ["triggers", "rollback verified"]
    desk.set("shadow")
    desk.cleared("learning-failure", "critical", BEGAN + 41 * MINUTE)
    assert desk.rearmed(BEGAN + 42 * MINUTE).change == "REARM"


def test_blindness_holds_for_two_hours(stage: Callable[..., Desk], policies: PolicySet) -> None:
    desk = _learning(stage, policies)
    desk.advanced(BEGAN)
    desk.watched(BEGAN + MINUTE, BEGAN + MINUTE, MINUTE)
    desk.held["migration.done"] = None
    desk.watched(BEGAN + 2 * MINUTE, BEGAN + 121 * MINUTE, 15 * MINUTE)
    assert desk.moves == [("BEGIN", "shadow")]
    desk.watched(BEGAN + 122 * MINUTE, BEGAN + 122 * MINUTE, MINUTE)
    assert desk.moves[-1] == ("ROLLBACK", "shadow")
