"""Counts what a ledger survives: crowds, kills, a full disk and damage, by the trials that the tests hold to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "ledger"))
from trials import Damaged, Kept, crowd, damage, full, kills

__all__ = ["HEAD", "rows"]

HEAD = (
    "| what happens to a ledger | how often | what comes of it |",
    "|---|---|---|",
)
KILLS = 50
PLACES = 200


def rows(folder: Path) -> Iterator[str]:
    """Yield a line of the table for each trial."""
    yield _row("8 processes append at once", "25 entries each", _kept(crowd(folder / "crowd.db", 8, 25)))
    yield _row(
        "a writer is killed at work (SIGKILL)", f"{KILLS} times", _kept(kills(folder / "kills.db", KILLS))
    )
    yield _row(
        "the file may not grow any more", "once, at 120,000 bytes", _kept(full(folder / "full.db", 120_000))
    )
    for how, words in (("flip", "one bit is turned"), ("tear", "the file ends early")):
        found = _damaged(damage(folder / f"{how}.db", PLACES, how))
        yield _row(words, f"at {PLACES} random places, one at a time", found)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _kept(found: Kept) -> str:
    return f"{found.acknowledged} entries acknowledged, {found.lost} of them lost"


def _damaged(found: Damaged) -> str:
    return f"{found.reported} reported, {found.harmless} read as before, {found.missed} accepted as something else"
