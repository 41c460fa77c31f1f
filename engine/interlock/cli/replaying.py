"""Replays a recorded evaluation with the policies of then, or with others, and says what differs."""

from __future__ import annotations

from pathlib import Path

from .. import __version__
from ..api import load
from ..evaluation.request import Decision
from ..ledger.record import Ledger
from ..ledger.replaying import Again, Replayed, replay

__all__ = ["replayed"]


def replayed(path: Path, sequence: int, policies: Path | None) -> tuple[list[str], bool, bool]:
    """Return what is to be printed, whether all verdicts are the same, and whether a difference is explained."""
    with Ledger(path) as ledger:
        found, engine = replay(ledger, sequence, _rerun, policies)
    lines = [_line(each) for each in found] or ["the evaluation gave no verdict"]
    if engine != __version__:
        lines.append(f"the engine changed: it was {engine} and is {__version__}")
    elsewhere = any("inputs.policy" in each.differs for each in found)
    if policies is not None and elsewhere:
        lines.append(f"the policies changed: those in `{policies.as_posix()}` are not the recorded ones")
    explained = engine != __version__ or policies is not None
    return lines, all(each.same for each in found), explained


def _rerun(folder: Path, again: Again) -> Decision:
    return load(folder).decide(
        again.snapshot,
        policies=again.policies,
        environment=again.environment,
        baselines=again.baselines,
        memory=again.memory,
        rollout=again.rollout,
    )


def _line(each: Replayed) -> str:
    head = f"entry {each.sequence}: {each.name} {each.then}"
    if each.same:
        return f"{head}: the same, byte for byte"
    now = f"now {each.now}" if each.now != each.then else "the same verdict"
    return f"{head}: {now}, these differ: {', '.join(each.differs) or 'all'}"
