"""Replays a recorded evaluation with the policies of then, or with others, and says what differs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .. import __version__
from ..api import PolicySet, load
from ..errors import UsageError
from ..evaluation.deciding.request import Decision
from ..ledger.file.ledger import Ledger
from ..ledger.replay import Replayed, ReplayInput, replay, replay_all
from .progress import waiting

__all__ = ["replayed", "replayed_all"]


Told = tuple[list[str], bool, bool]
"""What is to be printed, whether all verdicts are the same, and whether a difference is explained."""


def replayed(path: Path, sequence: int, policies: Path | None) -> Told:
    """Replay one evaluation and tell of each verdict."""
    with Ledger(path) as ledger:
        found, engine = replay(ledger, sequence, _Rerun(), policies)
    lines = [_line(each) for each in found] or ["the evaluation gave no verdict"]
    return _told(lines, found, {engine}, policies)


def replayed_all(path: Path, policies: Path | None) -> Told:
    """Replay every evaluation and tell of what differs."""
    verdicts: list[Replayed] = []
    engines: set[str] = set()
    count = 0
    with Ledger(path) as ledger, waiting("replaying") as advance:
        for found, engine in replay_all(ledger, _Rerun(), policies):
            verdicts += found
            engines.add(engine)
            count += 1
            advance()
    if not count:
        raise UsageError("the ledger holds no evaluation: there is nothing to replay")
    lines = [_line(each) for each in verdicts if not each.same]
    same = sum(each.same for each in verdicts)
    lines.append(f"{count} evaluations: {same} of {len(verdicts)} verdicts are the same, byte for byte")
    return _told(lines, verdicts, engines, policies)


def _told(lines: list[str], found: Iterable[Replayed], engines: set[str], policies: Path | None) -> Told:
    """Add why verdicts may differ."""
    others = sorted(engines - {__version__})
    if others:
        lines.append(f"the engine changed: it was {', '.join(others)} and is {__version__}")
    elsewhere = any("inputs.policy" in each.differs for each in found)
    if policies is not None and elsewhere:
        lines.append(f"the policies changed: those in `{policies.as_posix()}` are not the recorded ones")
    return lines, all(each.same for each in found), bool(others) or policies is not None


class _Rerun:
    """Judges again; each folder of policies is read once."""

    def __init__(self) -> None:
        self._read: dict[Path, PolicySet] = {}

    def __call__(self, folder: Path, again: ReplayInput) -> Decision:
        if folder not in self._read:
            self._read[folder] = load(folder)
        return self._read[folder].decide(
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
