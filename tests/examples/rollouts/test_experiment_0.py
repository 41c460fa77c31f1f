"""Experiment 0 can be gone through from telemetry to every symbol, and a trigger leads back to telemetry."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from interlock.language.times import show_time

from .desk import BEGAN, DAY, MINUTE, Desk, covered, daily, seconds

NAMES = (
    "multi_tp.hybrid_exit_mode_enabled",
    "risk.auction_no_signal_persistence_enabled",
    "multi_tp.hybrid_exit_canary_symbols",
    "risk.auction_no_signal_persistence_canary_symbols",
)


def _bot(desk: Desk, since: Decimal, *, on: bool, symbols: tuple[str, ...] = ()) -> None:
    """The running configuration from an instant on, and what the bot logs under it."""
    desk.held |= dict(zip(NAMES, (on, on, list(symbols), list(symbols)), strict=True))
    desk.held["runtime_config.since"] = show_time(since)
    if not on:
        desk.held |= {"exit_modes": covered, "persistence_closes": covered}
    else:
        desk.held.pop("exit_modes", None)
        desk.held.pop("persistence_closes", None)


def _phases(now: Decimal, *switched: tuple[Decimal, str]) -> dict[str, object]:
    """The phase of each complete day: mixed where it was switched, else the one of the last switch."""

    def phase(day: Decimal) -> str:
        before = ["none", *(name for at, name in switched if at < day)]
        return "mixed" if any(day <= at < day + DAY for at, _ in switched) else before[-1]

    return daily(now, phase)


def _experiment_0(stage: Callable[..., Desk]) -> Desk:
    """Experiment 0 at the end of its first stage."""
    desk = stage("experiment-0", "experiment-0-canary")
    _bot(desk, BEGAN - seconds(hours=1), on=False)
    desk.held["experiment_0.phase"] = lambda now: _phases(now, (BEGAN, "telemetry"))
    assert desk.advanced(BEGAN).change == "BEGIN"
    desk.frozen("phase_a", BEGAN + MINUTE)
    desk.watched(BEGAN + MINUTE, BEGAN + seconds(hours=24) - 10 * MINUTE, seconds(minutes=50))
    assert [
        each.about for each in desk.advanced(BEGAN + seconds(hours=24) - 2 * MINUTE).decision.missing
    ] == ["time"]
    assert desk.advanced(BEGAN + seconds(hours=24, minutes=2)).change == "ADVANCE"
    return desk


def test_experiment_0_is_gone_through(stage: Callable[..., Desk]) -> None:
    desk = _experiment_0(stage)
    on = BEGAN + seconds(hours=25)
    _bot(desk, on, on=True, symbols=("ETH-USD",))
    desk.held["experiment_0.phase"] = lambda now: _phases(now, (BEGAN, "telemetry"), (on, "canary"))
    desk.watched(on, on + 5 * DAY, DAY)
    early = desk.advanced(on + 5 * DAY + MINUTE)
    assert {each.about for each in early.decision.missing} == {"canary", "time", "gate", "approval"}
    over = on + 6 * DAY
    desk.attested("canary-symbols", over)
    desk.attested("experiment-0/canary", over)
    assert desk.advanced(over + MINUTE).change == "ADVANCE"
    wide = over + seconds(hours=1)
    _bot(desk, wide, on=True)
    desk.held["experiment_0.phase"] = lambda now: _phases(
        now, (BEGAN, "telemetry"), (on, "canary"), (wide, "full")
    )
    desk.watched(wide, wide + 7 * DAY, DAY)
    desk.attested("experiment-0/full", wide + 8 * DAY)
    step = desk.advanced(wide + 8 * DAY + MINUTE)
    assert step.change == "COMPLETE", step.decision.missing


def test_a_kill_in_the_canary_leads_back_to_telemetry(stage: Callable[..., Desk]) -> None:
    desk = _experiment_0(stage)
    on = BEGAN + seconds(hours=25)
    _bot(desk, on, on=True, symbols=("ETH-USD",))
    killed = on + seconds(hours=2)
    desk.held["safety.kills"] = lambda now: covered(now, *[show_time(killed)] * (now >= killed))
    told = " ".join(desk.watched(on, on + seconds(hours=3), seconds(hours=1)))
    assert "ROLLBACK from canary to telemetry" in told
    note = desk.standing.changes[-1].note
    assert note is not None and (note["symbols"], note["mitigation"]) == (["ETH-USD"], "open")
    off = on + seconds(hours=3)
    _bot(desk, off, on=False)
    desk.held |= {
        "incident_note.at": show_time(off + MINUTE),
        "incident_note.trigger": "a kill",
        "incident_note.window": str(note["window"]),
        "incident_note.symbols": ["ETH-USD"],
        "incident_note.mitigation": "mitigated",
    }
    early = desk.rearmed(off + seconds(hours=1))
    assert [each.about for each in early.decision.missing] == ["triggers", "rollback verified"]
    desk.cleared("experiment-0-rollback", "safety-events", off + seconds(hours=1, minutes=1))
    assert desk.rearmed(off + seconds(hours=3)).change == "REARM"
