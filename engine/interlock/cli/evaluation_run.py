"""What evaluate, explain and report share: which snapshots are judged, how, and what the clock says of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from .. import clock
from ..alerts.delivery import deliver_events
from ..api import Snapshot, check
from ..diagnostics import printable
from ..errors import DocumentError, SnapshotError, UsageError
from ..evaluation.deciding.decide import Decision
from ..language.times import show_time
from ..ledger.recorder import Recorder
from ..reports.evaluation_result import EvaluationResult
from . import terminal
from .alert_options import AlertOptions
from .inputs import read_baselines, resolve_member
from .options import (
    COMMANDS_OF_A_COPY,
    Instant,
    allow_commands_option,
    anchor_option,
    archive_option,
    as_of_option,
    baseline_option,
    environment_option,
    historic_option,
    ledger_option,
    member_option,
    policies_option,
    policy_option,
    root_option,
    stateless_option,
)
from .progress import waiting
from .snapshots import collected, in_order, named, not_from_the_future

__all__ = ["EvaluationRun", "RunOptions", "judging_options", "remarks"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options that say what is judged and how; times are seconds since the epoch."""

    root: str | None
    as_of: Decimal | None
    since: Decimal | None
    archive: bool
    allow_commands: bool
    policy_ids: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    environment: str | None
    baselines: tuple[tuple[str, str], ...]
    stateless: bool
    ledger: str | None
    anchor: Path | None
    historic: bool
    strict: bool
    policies: str | None


_OPTIONS = (
    root_option,
    as_of_option,
    click.option(
        "--since", type=Instant(), metavar="TIME", help="With --root: leave out what is older than this."
    ),
    archive_option,
    allow_commands_option,
    policy_option,
    member_option,
    environment_option,
    baseline_option,
    stateless_option,
    ledger_option,
    anchor_option(),
    historic_option,
    click.option("--strict", is_flag=True, help="Refuse a snapshot with metrics that no catalogue declares."),
    policies_option,
)


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `RunOptions` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class EvaluationRun:
    """Judges what the named snapshots hold, or what a desk shows; made once a command."""

    def __init__(
        self,
        names: Sequence[str],
        asked: RunOptions,
        *,
        record: bool = False,
        alerting: AlertOptions | None = None,
    ) -> None:
        _agree(names, asked)
        self.names, self.asked, self.record = names, asked, record
        self.alerting = alerting or AlertOptions()
        self.now = clock.now()
        with waiting("reading policies") as advance:
            self.policies, collector = check(asked.policies, advance)
        if collector.errors:
            raise DocumentError(collector.errors, collector.sources)
        self.sources: Mapping[str, list[str]] = collector.sources
        for name in asked.policy_ids:
            self.policies.known("policy", name, self.policies.policies)
        self.policies.values_of(asked.environment)
        self.members = self._members()

    def judged(self) -> list[EvaluationResult]:
        """Return what was judged, in order of instant and name."""
        asked = self.asked
        baselines = read_baselines(asked.baselines)
        snapshots = self._snapshots()
        recorded = self.record and asked.ledger is not None
        if recorded or not asked.historic:
            not_from_the_future(snapshots, self.now, record=recorded)
        found = []
        with self._recorder() as recorder, waiting("evaluating", len(snapshots)) as advance:
            for each in snapshots:
                found.append(self._judged(each, baselines, recorder, slim=len(snapshots) > 1))
                advance()
        if recorder is not None and self.record:
            for line in deliver_events(self.alerting.channels, recorder, clock.now()):
                terminal.tell(line)
        return found

    def _recorder(self) -> AbstractContextManager[Recorder | None]:
        """The ledger, where one is asked for; what it records is durable once it is left."""
        asked, alerting = self.asked, self.alerting
        if asked.ledger is None:
            return nullcontext()
        return Recorder(
            Path(asked.ledger),
            record=self.record,
            renotify=alerting.renotify,
            channels=alerting.names,
            anchor=asked.anchor,
        )

    def only(self, what: str) -> EvaluationResult:
        """Return the one thing judged; raises UsageError where there are several."""
        found = self.judged()
        if len(found) > 1:
            raise UsageError(f"{what} is about one snapshot and there are {len(found)}: name a file")
        return found[0]

    def _snapshots(self) -> list[Snapshot]:
        asked = self.asked
        if self.names:
            names = tuple(dict.fromkeys(each for name in self.names for each in named(name)))
            with waiting("reading snapshots", len(names)) as advance:
                return in_order(names, advance)
        assert asked.root is not None
        as_of = self.now if asked.as_of is None else asked.as_of
        with waiting("collecting"):
            return [
                collected(
                    self.policies,
                    asked.root,
                    as_of,
                    now=self.now,
                    since=asked.since,
                    archive=asked.archive,
                    allow_commands=asked.allow_commands,
                )
            ]

    def _judged(
        self,
        snapshot: Snapshot,
        baselines: Mapping[str, Snapshot],
        recorder: Recorder | None,
        *,
        slim: bool,
    ) -> EvaluationResult:
        asked = self.asked
        unused = self.policies.unused(snapshot)
        if asked.strict and unused:
            raise SnapshotError("\n".join(f"{snapshot.name}: {each}" for each in unused))
        decision = self._decided(snapshot, baselines, recorder)
        kept = replace(snapshot, metrics={}, scopes={}, meaning={}) if slim else snapshot
        now = None if asked.historic else self.now
        return EvaluationResult(
            kept, self._narrowed(decision), self.policies.policies, now, unused,
            _settings(asked), tuple(_commands(asked, snapshot)),
        )  # fmt: skip

    def _decided(
        self, snapshot: Snapshot, baselines: Mapping[str, Snapshot], recorder: Recorder | None
    ) -> Decision:
        names, environment = self.asked.policy_ids or None, self.asked.environment
        if recorder is not None:
            return self.policies.recorded(
                snapshot, recorder, policies=names, environment=environment, baselines=baselines
            )
        return self.policies.decide(
            snapshot,
            policies=names,
            environment=environment,
            baselines=baselines,
            stateless=self.asked.stateless,
        )

    # members

    def _members(self) -> dict[str, set[str]]:
        """The members that are asked for, by scope."""
        found: dict[str, set[str]] = {}
        judged = {self.policies.policies[name].for_each for name in self._names()}
        for scope, member in (resolve_member(self.policies, *each) for each in self.asked.members):
            if scope not in judged:
                raise UsageError(
                    f"`--member {scope}={printable(member)}`: no policy asked for is judged by {scope}"
                )
            found.setdefault(scope, set()).add(member)
        return found

    def _names(self) -> Sequence[str]:
        known = self.policies.policies
        return self.asked.policy_ids or tuple(known)

    def _narrowed(self, decision: Decision) -> Decision:
        """Leave out the members that were not asked for."""
        wanted = self.members
        scopes = {name: policy.for_each for name, policy in self.policies.policies.items()}
        kept = [
            each
            for each in decision.verdicts
            if each.member is None or each.member in wanted.get(scopes[each.policy] or "", {each.member})
        ]
        return replace(decision, verdicts=tuple(kept))


def _agree(names: Sequence[str], asked: RunOptions) -> None:
    """Refuse options that contradict each other."""
    if bool(names) == (asked.root is not None):
        both = "both are given" if names else "neither is given"
        raise UsageError(f"name a snapshot, or a folder to collect from with `--root DIR`: {both}")
    if asked.ledger is not None and asked.stateless:
        raise UsageError("`--ledger` and `--stateless` contradict each other: name one")
    if asked.anchor is not None and asked.ledger is None:
        raise UsageError("`--anchor` belongs to `--ledger FILE`: it is the head of one")
    times = {
        "--as-of": asked.as_of is not None,
        "--since": asked.since is not None,
        "--archive": asked.archive,
        "--allow-commands": asked.allow_commands,
    }
    for name, given in times.items():
        if given and asked.root is None:
            raise UsageError(f"`{name}` belongs to `--root DIR`: a snapshot has its own time")
    if asked.archive and asked.allow_commands:
        raise UsageError(COMMANDS_OF_A_COPY)


def remarks(judged: Sequence[EvaluationResult]) -> None:
    """Print what is no verdict on stderr: refused policies, notes and metrics that nobody declared, each once."""
    for text in dict.fromkeys(text for each in judged for text in _remarks(each)):
        terminal.tell(printable(text))


def _remarks(judged: EvaluationResult) -> Iterator[str]:
    for refused in judged.decision.refusals:
        yield f"error: not evaluated: {refused.reason}"
    for note in judged.decision.notes:
        yield f"note: {note}"
    for note in judged.unused:
        yield f"note: {note}"


def _settings(asked: RunOptions) -> dict[str, str]:
    found = {"environment": asked.environment or "", "stateless": "yes" if asked.stateless else ""}
    return {name: value for name, value in found.items() if value}


def _commands(asked: RunOptions, snapshot: Snapshot) -> Iterator[str]:
    """The commands that give the same report again, whatever the clock says; files are named without folders."""
    name = "snapshot.json" if snapshot.name == "stdin" else _base(snapshot.name)
    if asked.root is not None:
        since = ["--since", show_time(asked.since)] if asked.since is not None else []
        flags = {"--archive": asked.archive, "--allow-commands": asked.allow_commands}
        words = [
            "collect",
            "--root",
            _base(asked.root),
            "--as-of",
            show_time(snapshot.as_of),
            *since,
            *(name for name, given in flags.items() if given),
        ]
        yield shlex.join(["interlock", *words, "-o", name])
    words = ["interlock", "report", name]
    for option, values in (
        ("--policy", asked.policy_ids),
        ("--member", ["=".join(each) for each in asked.members]),
        ("--environment", [asked.environment] if asked.environment else []),
        ("--baseline", [f"{key}={_base(file)}" for key, file in asked.baselines]),
    ):
        words += [word for value in values for word in (option, value)]
    words += ["--stateless"] if asked.stateless else []
    yield shlex.join([*words, "--historic", "-o", "report.md"])


def _base(name: str) -> str:
    return Path(name).name or "."
