"""Chance that gives the same numbers on every system and in every Python version."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Chance"]

T = TypeVar("T")


class Chance:
    """Draws from one seeded stream. It uses `random()` and sums alone: neither changes between versions."""

    def __init__(self, seed: str) -> None:
        self._stream = random.Random(seed)

    def between(self, low: float, high: float) -> float:
        """A number of the interval, all equally likely."""
        return low + (high - low) * self._stream.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number of the interval, both ends included."""
        return min(high, low + int((high - low + 1) * self._stream.random()))

    def normal(self) -> float:
        """A number of about the standard normal distribution: twelve uniform ones, added."""
        return math.fsum(self._stream.random() for _ in range(12)) - 6.0

    def happens(self, probability: float) -> bool:
        """True as often as `probability` says."""
        return self._stream.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.whole(0, len(choices) - 1)]
