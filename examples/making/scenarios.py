"""Variations of the example desk, each with one thing that differs, for tests and for readers who want to see it.

Every scenario starts from a healthy desk: the turnover governor was not loosened and BTC is confident enough. Where a
scenario says nothing else, it is looked at when the desk is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .agent_variations import lost_run, rejections
from .decisions import Decision
from .period import WEEKS, Period, stamp
from .variations import Copy, governed, steady

__all__ = ["SCENARIOS", "Scenario"]


def _nothing(desk: Copy) -> None:
    """Leave the desk as it was made."""


@dataclass(frozen=True)
class Scenario:
    """What differs from the example desk."""

    doc: str
    change: Callable[[Copy], None] = _nothing
    decisions: Callable[[Period, list[Decision]], list[Decision]] = steady
    weeks: int = WEEKS
    as_of: str | None = None

    def apply(self, desk: Copy) -> None:
        """Change the artefacts of a desk that was written."""
        desk.request("BTC-USD", confidence=0.8)
        self.change(desk)


def _kill_file(desk: Copy) -> None:
    (desk.root / "data/live_kill_switch.txt").write_bytes(b"")


def _kill_variable(desk: Copy) -> None:
    desk.field("env.json", "1", "LIVE_KILL_SWITCH")


def _lockdown(desk: Copy) -> None:
    desk.field("data/capital_preservation_state.json", "lockdown", "level")


def _heartbeat(seconds: int) -> Callable[[Copy], None]:
    path = "data/rl/paper_live_heartbeat.json"
    return lambda desk: desk.field(path, stamp(desk.ago(seconds=seconds)), "timestamp")


def _short_streak(desk: Copy) -> None:
    desk.row("data/rl/paper_live_days.csv", "2026-03-16", 0, 0)


def _drawdown(desk: Copy) -> None:
    for path in desk.weekly("2026-03-29"):
        desk.field(path, 0.05, "counterfactual_evaluation", "cumulative", "max_drawdown")


def _losing(*sundays: str) -> Callable[[Copy], None]:
    def change(desk: Copy) -> None:
        for sunday in sundays:
            desk.losing_week(sunday)

    return change


def _missing_week(desk: Copy) -> None:
    for path in desk.weekly("2026-02-22"):
        (desk.root / path).unlink()


def _torn_log(desk: Copy) -> None:
    place = desk.root / "data/rl/shadow_decisions.jsonl"
    lines = place.read_bytes().split(b"\n")
    lines[40] = lines[40][:30]
    place.write_bytes(b"\n".join(lines))


def _losses(*days: list[float]) -> Callable[[Copy], None]:
    return lambda desk: desk.daily_losses(*days)


def _btc(
    *,
    confidence: float = 0.75,
    profit: float = 0.24,
    interval: int = 4 * 3600,
    today: int = 2,
    cooldown: int = 6 * 3600,
) -> Callable[[Copy], None]:
    """BTC as its table just allows it; each argument moves one of the five limits."""

    def change(desk: Copy) -> None:
        desk.request("BTC-USD", confidence=confidence, expected_profit_pct=profit, cost_pct=0.12)
        earlier = [desk.ago(hours=6, minutes=-20 * step) for step in range(today - 1)]
        desk.allowed("BTC-USD", *earlier, desk.ago(seconds=interval))
        desk.lost("BTC/USDT", desk.ago(seconds=cooldown, hours=2), desk.ago(seconds=cooldown))

    return change


SCENARIOS: dict[str, Scenario] = {
    "healthy": Scenario("nothing is wrong"),
    "healthy-12-weeks": Scenario(
        "a week earlier, when the twelfth week was complete and nothing was wrong",
        lambda desk: desk.allowed("BTC-USD", desk.ago(hours=5)),
        weeks=12,
        as_of="2026-03-23T06:30:00Z",
    ),
    "streak-one-day-short": Scenario(
        "paper trading stood still on 16 March, thirteen days ago", _short_streak
    ),
    "kill-switch-file": Scenario("the file of the kill switch exists and is empty", _kill_file),
    "kill-switch-environment": Scenario("LIVE_KILL_SWITCH is 1", _kill_variable),
    "lockdown": Scenario("capital preservation is in lockdown", _lockdown),
    "heartbeat-two-hours": Scenario("the last heartbeat is two hours old to the second", _heartbeat(7200)),
    "heartbeat-under-two-hours": Scenario("the last heartbeat is one second younger", _heartbeat(7199)),
    "block-rate-5": Scenario("the governor blocked 4 of 80 attempts", decisions=governed(4, 80)),
    "block-rate-below-5": Scenario("the governor blocked 4 of 81 attempts", decisions=governed(4, 81)),
    "block-rate-70": Scenario("the governor blocked 168 of 240 attempts", decisions=governed(168, 240)),
    "block-rate-above-70": Scenario("the governor blocked 169 of 241 attempts", decisions=governed(169, 241)),
    "drawdown-5": Scenario("the drawdown of the programme is exactly 5 %", _drawdown),
    "ten-positive-weeks": Scenario("ten of the last twelve weeks have an edge", _losing("2026-02-15")),
    "nine-positive-weeks": Scenario(
        "nine of the last twelve weeks have an edge", _losing("2026-02-15", "2026-03-08")
    ),
    "missing-weekly-report": Scenario("the report of the eighth week was never written", _missing_week),
    "torn-shadow-log": Scenario("line 41 of the shadow log is cut", _torn_log),
    "two-days-at-3": Scenario(
        "the account lost exactly 3 % on each of two days", _losses([-6.0] * 100, [-6.0] * 97)
    ),
    "two-days-beyond-3": Scenario(
        "the account lost 3.01 % on each of two days", _losses([-7.0] * 86, [*([-7.0] * 83), -2.88])
    ),
    "btc-at-its-limits": Scenario("BTC stands at each limit of its table", _btc()),
    "btc-interval": Scenario("the last decision in BTC is a second too young", _btc(interval=4 * 3600 - 1)),
    "btc-count": Scenario("BTC has had its three decisions of the day", _btc(today=3)),
    "btc-value": Scenario("BTC promises a little less than twice its cost", _btc(profit=0.2399)),
    "btc-confidence": Scenario("BTC is a hundredth of a percent less confident", _btc(confidence=0.7499)),
    "btc-cooldown": Scenario("the second loss in BTC is a second too young", _btc(cooldown=6 * 3600 - 1)),
    "four-rejections-in-five-minutes": Scenario(
        "four orders in a row were rejected within five minutes of an agent", rejections(900, 800, 700, 600)
    ),
    "four-rejections-in-six-minutes": Scenario(
        "an agent is enabled, and four orders in a row were rejected within six minutes",
        rejections(960, 840, 720, 600),
    ),
    "loss-29-minutes-ago": Scenario("a run in normal mode lost 29 minutes ago", lost_run(29)),
    "loss-31-minutes-ago": Scenario("a run in normal mode lost 31 minutes ago", lost_run(31)),
}
