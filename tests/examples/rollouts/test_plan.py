"""Experiments A, B and C and the steps of scaling can be gone through, never two at once, and lead back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from interlock.language.times import show_time
from support.roots import instant

from .desk import BEGAN, DAY, MINUTE, Desk, covered, daily

EXPERIMENTS = ("experiment-a", "experiment-b", "experiment-c")
GATES = {
    "experiment-a": ("experiment-a-side-balance", "experiment-ready"),
    "experiment-b": ("experiment-b-entry-quality", "experiment-ready"),
    "experiment-c": ("experiment-c-execution-cost", "experiment-ready"),
}
SIGNED = {
    "experiment-a": (),
    "experiment-b": ("experiment-a-decided",),
    "experiment-c": ("cost-model-confidence",),
}


def _design(desk: Desk, *, active: bool, at: Decimal) -> None:
    desk.held |= {
        "experiment.name": desk.rollout.id.replace("-", "_"),
        "experiments.active": int(active),
        "config.levers_changed": int(active),
        "experiment.designed_at": show_time(BEGAN - 10 * DAY),
        "experiment.started_at": show_time(at) if active else None,
        "experiment.design_digest": "abc",
        "experiment.digest_at_start": "abc" if active else None,
    }


def _errors(now: Decimal, better: Decimal) -> dict[str, object]:
    return daily(now, lambda day: Decimal("0.05" if day < better else "0.01"))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_is_gone_through(stage: Callable[..., Desk], name: str) -> None:
    desk = stage(name, *GATES[name])
    desk.complete(desk.rollout.after[0].rollout, BEGAN - 20 * DAY)
    desk.set("baseline")
    _design(desk, active=False, at=BEGAN)
    desk.held |= {
        "kpi_7d.short_share": {"value": Decimal("0.7"), "n": 60},
        "kpi_7d.profit_factor": {"value": Decimal("1.5"), "n": 60},
        "kpi_7d.net_pnl_per_trade": {"value": 4, "n": 60},
    }
    desk.held["throughput.signals"] = lambda now: _signals(now)
    desk.held["account.trades"] = _trades
    desk.held["cost.model_error"] = lambda now: _errors(now, BEGAN + 100 * DAY)
    assert desk.advanced(BEGAN).change == "BEGIN"
    desk.frozen(name.replace("-", "_"), BEGAN + DAY)
    desk.attested("alert-firing-paths", BEGAN + DAY)
    desk.watched(BEGAN + DAY, BEGAN + 3 * DAY, DAY)
    assert [each.about for each in desk.advanced(BEGAN + 3 * DAY + MINUTE).decision.missing] == ["time"]
    on = BEGAN + 4 * DAY
    step = desk.advanced(on)
    assert step.change == "ADVANCE", step.decision.missing
    desk.set("test")
    _design(desk, active=True, at=on)
    desk.held["cost.model_error"] = lambda now: _errors(now, on)
    desk.watched(on + MINUTE, on + 7 * DAY + MINUTE, DAY)
    over = on + 8 * DAY
    for each in (*SIGNED[name], f"{name}/test"):
        desk.attested(each, over)
    step = desk.advanced(over + MINUTE)
    assert step.change == "COMPLETE", step.decision.missing


def _trades(now: Decimal) -> dict[str, object]:
    """A trade every four hours since long: better than the baseline, two of five short, and losses of 1."""
    first, points = BEGAN - 20 * DAY, []
    for step in range(int((now - first) // (4 * 60 * MINUTE))):
        pnl = (20, 20, -1, 20, -1)[step % 5]
        at = show_time(first + step * 4 * 60 * MINUTE)
        points.append({"at": at, "pnl": pnl, "equity": 20000 + step, "short": step % 5 < 2})
    return covered(now, *points)


def _signals(now: Decimal) -> dict[str, object]:
    return daily(now, lambda day: 50)


def test_experiment_a_waits_for_experiment_0_and_seven_days_more(stage: Callable[..., Desk]) -> None:
    desk = stage("experiment-a", *GATES["experiment-a"])
    desk.set("baseline")
    _design(desk, active=False, at=BEGAN)
    early = desk.advanced(BEGAN)
    assert [(each.about, each.text) for each in early.decision.missing] == [
        ("after", "experiment-0 is NOT_BEGUN, COMPLETE is needed")
    ]
    desk.complete("experiment-0", BEGAN + MINUTE)
    assert [each.about for each in desk.advanced(BEGAN + 7 * DAY).decision.missing] == ["after"]
    assert desk.advanced(instant("2026-04-09T00:00:00Z")).change == "BEGIN"


def test_two_bad_days_take_the_lever_back(stage: Callable[..., Desk]) -> None:
    desk = stage("experiment-a", *GATES["experiment-a"])
    desk.complete("experiment-0", BEGAN - 20 * DAY)
    desk.set("baseline")
    _design(desk, active=False, at=BEGAN)
    assert desk.advanced(BEGAN).change == "BEGIN"
    desk.frozen("experiment_a", BEGAN)
    desk.attested("alert-firing-paths", BEGAN)
    desk.watched(BEGAN + DAY, BEGAN + 3 * DAY, DAY)
    on = BEGAN + 4 * DAY
    assert desk.advanced(on).change == "ADVANCE"
    desk.set("test")
    _design(desk, active=True, at=on)
    desk.watched(on + MINUTE, on + DAY, DAY)
    desk.held["equity.daily_change"] = lambda now: _changes(now, on)
    told = " ".join(desk.watched(on + 3 * DAY, on + 3 * DAY, DAY))
    assert "ROLLBACK from test to baseline" in told and "config.side_balance_pressure: false" in told
    assert [each.about for each in desk.rearmed(on + 4 * DAY).decision.missing] == [
        "triggers",
        "rollback verified",
    ]
    desk.set("baseline")
    _design(desk, active=False, at=on)
    desk.held["equity.daily_change"] = lambda now: _changes(now, BEGAN + 100 * DAY)
    desk.cleared("hard-triggers", "bad-days", on + 4 * DAY + MINUTE)
    assert desk.rearmed(on + 5 * DAY).change == "REARM"


def _changes(now: Decimal, worse: Decimal) -> dict[str, object]:
    return daily(now, lambda day: Decimal("0.001" if day < worse else "-0.04"))


def _scaling(stage: Callable[..., Desk]) -> Desk:
    """Scaling in its first stage."""
    desk = stage("risk-scaling", "risk-scaling")
    desk.set("start")
    desk.held["position_size.steps"] = covered
    assert desk.advanced(BEGAN).change == "BEGIN"
    return desk


def _raised(desk: Desk, *steps: tuple[Decimal, str]) -> None:
    """The size was changed at these instants, each time by that ratio."""
    points = [{"at": show_time(at), "ratio": Decimal(ratio)} for at, ratio in steps]
    desk.held["position_size.steps"] = lambda now: covered(now, *points)


def test_the_size_grows_in_steps_of_a_week(stage: Callable[..., Desk]) -> None:
    desk = _scaling(stage)
    at = BEGAN
    steps: list[tuple[Decimal, str]] = []
    for name, baseline, ratio in (
        ("first-step", "scaling_step", "1.15"),
        ("second-step", "scaling_step_2", "1.1304"),
    ):
        desk.watched(at + MINUTE, at + 7 * DAY, DAY)
        held = desk.advanced(at + 7 * DAY + 2 * MINUTE)
        assert [each.about for each in held.decision.missing] == ["triggers", "gate"], name
        desk.frozen(baseline, at + 7 * DAY + 3 * MINUTE)
        at += 7 * DAY + 4 * MINUTE
        step = desk.advanced(at)
        assert (step.change, desk.standing.stage) == ("ADVANCE", name), step.decision.missing
        desk.set(name)
        steps.append((at + 30, ratio))
        _raised(desk, *steps)
    desk.watched(at + MINUTE, at + 7 * DAY, DAY)
    step = desk.advanced(at + 7 * DAY + 2 * MINUTE)
    assert step.change == "COMPLETE", step.decision.missing


def test_a_size_that_was_raised_too_far_goes_one_step_back(stage: Callable[..., Desk]) -> None:
    desk = _scaling(stage)
    desk.frozen("scaling_step", BEGAN)
    desk.watched(BEGAN + MINUTE, BEGAN + 7 * DAY, DAY)
    on = BEGAN + 7 * DAY + MINUTE
    assert desk.advanced(on).change == "ADVANCE"
    desk.held["position_size.scale"] = Decimal("1.25")
    _raised(desk, (on + 30, "1.25"))
    told = " ".join(desk.watched(on + MINUTE, on + MINUTE, DAY))
    assert "ROLLBACK from first-step to start" in told and "position_size.scale: 100%" in told


def test_steps_that_nobody_can_see_hold(stage: Callable[..., Desk]) -> None:
    desk = _scaling(stage)
    desk.frozen("scaling_step", BEGAN)
    desk.watched(BEGAN + MINUTE, BEGAN + DAY, DAY)
    desk.held["position_size.steps"] = None
    assert desk.watched(BEGAN + DAY + MINUTE, BEGAN + 2 * DAY, DAY) == ()
    assert [each.about for each in desk.advanced(BEGAN + 2 * DAY).decision.missing] == [
        "triggers",
        "time",
        "gate",
    ]


def test_size_and_strategy_are_never_moved_together(stage: Callable[..., Desk]) -> None:
    scaling, trial = stage("risk-scaling", "risk-scaling"), stage("experiment-a", *GATES["experiment-a"])
    scaling.set("start")
    scaling.advanced(BEGAN)
    trial.complete("experiment-0", BEGAN - 20 * DAY)
    trial.set("baseline")
    _design(trial, active=False, at=BEGAN)
    held = trial.advanced(BEGAN + MINUTE)
    assert [each.text for each in held.decision.missing] == [
        "risk-scaling runs; one rollout of a group at a time"
    ]
