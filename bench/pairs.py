"""Timing of two things in turn, A B A B, so that a machine that slows down slows both."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

__all__ = ["Pairs", "Work", "command", "measure"]

Work = Callable[[], object]


@dataclass(frozen=True)
class Pairs:
    """Seconds of each run of both sides, in the order of the runs."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """How many times as long ours took as its neighbour in time."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios, the figure that is compared with an aim."""
        return median(self.ratios)


def measure(ours: Work, theirs: Work, rounds: int) -> Pairs:
    """Run both sides once to warm the caches, then `rounds` times in turn."""
    ours()
    theirs()
    taken = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    return Pairs(tuple(pair[0] for pair in taken), tuple(pair[1] for pair in taken))


def command(
    words: Sequence[str], folder: Path | None = None, variables: Mapping[str, str] | None = None
) -> Work:
    """Return the work of running a command to its end; a command that fails ends the measurement."""

    def run() -> None:
        done = subprocess.run(
            words,
            cwd=folder,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"`{' '.join(words)}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    return run


def _seconds(work: Work) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
