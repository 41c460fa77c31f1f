"""What the learning model advised: every attempt, what the gates said, what following it had brought."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from .chance import Chance
from .period import DAY, Period

__all__ = ["HORIZON", "Decision", "deviation", "make_decisions"]

HORIZON = timedelta(hours=4)
"""How long after a decision its outcome is known."""

_REGIMES = ("bull", "bull", "sideways", "sideways", "bear", "bull", "sideways")
_SHARPE = (0.34, 0.39, 0.36, 0.41, -0.06, 0.33, 0.38, 0.42, 0.37, 0.35, 0.40, 0.43, 0.41, 0.40)
_LOOSENED = 10
"""So many days before the end the turnover governor was loosened: it has blocked little since then."""


@dataclass(frozen=True)
class Decision:
    """One attempt: a decision if the gates let it pass, a rejection otherwise."""

    at: datetime
    symbol: str
    regime: str
    action: str
    confidence: float
    expected_profit_pct: float
    cost_pct: float
    blocked_by: str | None = None
    baseline_pnl: float = 0.0
    shadow_pnl: float = 0.0

    @property
    def allowed(self) -> bool:
        """Whether every gate let it pass."""
        return self.blocked_by is None

    @property
    def delta(self) -> float:
        """What following the advice brought beyond the baseline."""
        return self.shadow_pnl - self.baseline_pnl

    def open_at(self, moment: datetime) -> bool:
        """Whether its outcome was still to come at that moment."""
        return self.allowed and self.at <= moment < self.at + HORIZON


def deviation(values: list[float]) -> float:
    """Standard deviation of a sample; zero for less than two values."""
    if len(values) < 2:
        return 0.0
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def make_decisions(period: Period) -> list[Decision]:
    """Every attempt from the first Monday to the moment asked about, in the order of time."""
    chance, attempts = Chance("decisions"), []
    for day in [*period.complete_days, period.today]:
        attempts += _attempts(period, day, chance)
    attempts = [attempt for attempt in sorted(attempts, key=lambda one: one.at) if attempt.at < period.as_of]
    return _with_outcomes(period, attempts)


def _attempts(period: Period, day: date, chance: Chance) -> list[Decision]:
    """Three attempts in BTC, seven in ETH, and those that came too soon after another."""
    hours = [(2.0, "BTC-USD"), (9.5, "BTC-USD"), (17.0, "BTC-USD")]
    hours += [(0.5 + 3.3 * step, "ETH-USD") for step in range(7)]
    times = [(period.at(day, hour + chance.between(0, 1.2)), symbol) for hour, symbol in hours]
    found = [_attempt(at, symbol, chance) for at, symbol in times]
    left = (period.today - day).days
    eager = left in (2, 4, 6) if left <= _LOOSENED else chance.happens(0.9)
    if eager:
        first = chance.pick([one for one in found if one.allowed] or found)
        again = _attempt(first.at + timedelta(minutes=chance.whole(4, 40)), first.symbol, chance)
        found.append(replace(again, blocked_by="turnover"))
    return found


def _attempt(at: datetime, symbol: str, chance: Chance) -> Decision:
    floor = 0.75 if symbol == "BTC-USD" else 0.6
    confidence = round(min(0.97, floor + 0.08 + 0.06 * chance.normal()), 3)
    cost = round(chance.between(0.09, 0.16), 4)
    blocked = None
    if confidence < floor:
        blocked = "low_confidence"
    elif chance.happens(0.06):
        blocked = "high_risk"
    return Decision(
        at=at,
        symbol=symbol,
        regime=_REGIMES[at.weekday()],
        action="short" if chance.happens(0.45) else "long",
        confidence=confidence,
        expected_profit_pct=round(cost * chance.between(2.1, 4.5), 4),
        cost_pct=cost,
        blocked_by=blocked,
    )


def _with_outcomes(period: Period, attempts: list[Decision]) -> list[Decision]:
    """Give the decisions of each week outcomes around that week's Sharpe ratio; BTC recovers week by week."""
    chance, done = Chance("outcomes"), []
    for week, target in enumerate(_SHARPE):
        monday = period.began + timedelta(weeks=week)
        inside = [one for one in attempts if monday <= one.at.date() < monday + 7 * DAY]
        done += _outcomes(inside, target, -0.5 + 0.085 * week, chance)
    return done


def _outcomes(attempts: list[Decision], target: float, btc: float, chance: Chance) -> list[Decision]:
    allowed = [one for one in attempts if one.allowed]
    draws = [chance.normal() for _ in allowed]
    share = len([one for one in allowed if one.symbol == "BTC-USD"]) / max(1, len(allowed))
    tilts = [btc if one.symbol == "BTC-USD" else -btc * share / (1 - share) for one in allowed]
    mean, spread = math.fsum(draws) / max(1, len(draws)), deviation(draws) or 1.0
    told = iter(
        replace(
            one,
            baseline_pnl=(base := round(1.9 + 3.0 * chance.normal(), 2)),
            shadow_pnl=round(base + 4.0 * (target + (draw - mean) / spread + tilt), 2),
        )
        for one, draw, tilt in zip(allowed, draws, tilts, strict=True)
    )
    return [next(told) if one.allowed else one for one in attempts]
