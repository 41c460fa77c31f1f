"""`interlock log replay`: evaluates a recorded snapshot again and shows which verdicts differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from .... import __version__
from ....api import PolicySet, load
from ....diagnostics import printable
from ....errors import EXIT_BEST, EXIT_BETWEEN, EXIT_INTEGRITY, EXIT_NOT_EVALUATED, UsageError
from ....evaluation.deciding.request import Decision
from ....ledger.file.ledger import Ledger
from ....ledger.replay import Replayed, ReplayInput, replay, replay_all
from ... import terminal
from ...command import Subcommand
from ...options import ledger_option
from ...progress import progress

__all__ = ["command"]


@click.command(
    "replay",
    cls=Subcommand,
    short_help="Evaluate a recorded snapshot again and compare.",
    examples=(
        "interlock log replay 12",
        "interlock log replay 12 --policies policies",
        "interlock log replay --all",
    ),
    exits={
        EXIT_BEST: "every verdict is the same in every byte",
        EXIT_BETWEEN: "a verdict differs, and so does the engine or the policies",
        EXIT_NOT_EVALUATED: "the ledger cannot be read",
        EXIT_INTEGRITY: "a verdict differs for no such reason, or the ledger is damaged",
    },
)
@click.argument("sequence", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="Replay every evaluation, and show only what differs.")
@click.option(
    "--policies",
    "others",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Use these policies instead.",
)
@ledger_option()
def command(sequence: int | None, every: bool, others: Path | None, ledger: Path) -> int:
    """Evaluate the snapshot of entry SEQUENCE again, an evaluation or a verdict, with the state of then."""
    if every == (sequence is not None):
        raise UsageError("name the number of an entry, or `--all`")
    found = _all(ledger, others) if sequence is None else _one(ledger, sequence, others)
    for line in found.lines:
        terminal.out(printable(line))
    return EXIT_BEST if found.same else EXIT_BETWEEN if found.explained else EXIT_INTEGRITY


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The lines to print, whether all verdicts are the same, and whether engine or policies explain a difference."""

    lines: list[str]
    same: bool
    explained: bool


def _one(path: Path, sequence: int, policies: Path | None) -> _Comparison:
    """Replay one evaluation; a line for each verdict."""
    with Ledger(path) as ledger:
        found, engine = replay(ledger, sequence, _Rerun(), policies)
    lines = [_line(each) for each in found] or ["the evaluation gave no verdict"]
    return _compared(lines, found, {engine}, policies)


def _all(path: Path, policies: Path | None) -> _Comparison:
    """Replay every evaluation; a line for each verdict that differs, and a count."""
    verdicts: list[Replayed] = []
    engines: set[str] = set()
    count = 0
    with Ledger(path) as ledger, progress("replaying") as advance:
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
    return _compared(lines, verdicts, engines, policies)


def _compared(
    lines: list[str], found: Iterable[Replayed], engines: set[str], policies: Path | None
) -> _Comparison:
    """Add why verdicts may differ."""
    others = sorted(engines - {__version__})
    if others:
        lines.append(f"the engine changed: it was {', '.join(others)} and is {__version__}")
    elsewhere = any("inputs.policy" in each.differs for each in found)
    if policies is not None and elsewhere:
        lines.append(f"the policies changed: those in `{policies.as_posix()}` are not the recorded ones")
    return _Comparison(lines, all(each.same for each in found), bool(others) or policies is not None)


class _Rerun:
    """Evaluates again; each folder of policies is read once."""

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
            reserved=again.reserved,
            within=again.within,
        )


def _line(each: Replayed) -> str:
    head = f"entry {each.sequence}: {each.name} {each.then}"
    if each.same:
        return f"{head}: the same, byte for byte"
    now = f"now {each.now}" if each.now != each.then else "the same verdict"
    return f"{head}: {now}, these differ: {', '.join(each.differs) or 'all'}"
