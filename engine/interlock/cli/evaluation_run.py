"""One run of `evaluate`, `explain` or `report`: its options, its snapshots, and what was decided over each."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import click

from .. import clock
from ..alerts.delivery import deliver_events
from ..api import Snapshot, check
from ..diagnostics import printable
from ..errors import DocumentError, SnapshotError, UsageError
from ..evaluation.deciding.decide import Decision
from ..language.times import show_time
from ..ledger.beginning import Beginning
from ..ledger.recorder import Recorder
from ..ledger.state.archive import overtaken
from ..reports.evaluation.evaluation_result import EvaluationResult
from . import terminal
from .alert_options import AlertOptions
from .desk_choices import note_begun
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
    member_option,
    optional_ledger_option,
    policies_option,
    root_option,
    stateless_option,
    with_options,
)
from .policy_choice import PolicyChoice, choice_options
from .progress import progress
from .snapshots import collect_snapshot, read_snapshots, refuse_future, snapshot_names

__all__ = ["EvaluationRun", "RunOptions", "note_rest", "run_options"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options that name what is evaluated and how; times are seconds since the epoch."""

    root: str | None
    as_of: Decimal | None
    since: Decimal | None
    archive: bool
    allow_commands: bool
    policy_ids: tuple[str, ...]
    tags: tuple[str, ...]
    runbooks: tuple[str, ...]
    programmes: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    environment: str | None
    baselines: tuple[tuple[str, str], ...]
    stateless: bool
    ledger: Path | None
    anchor: Path | None
    historic: bool
    strict: bool
    policies: str | None


run_options = with_options(
    (
        root_option,
        as_of_option,
        click.option(
            "--since", type=Instant(), metavar="TIME", help="With --root: leave out what is older than this."
        ),
        archive_option,
        allow_commands_option,
        choice_options,
        member_option,
        environment_option(),
        baseline_option,
        stateless_option,
        optional_ledger_option,
        anchor_option(),
        historic_option,
        click.option(
            "--strict", is_flag=True, help="Refuse a snapshot with metrics that no catalogue declares."
        ),
        policies_option,
    )
)
"""Adds the options of `RunOptions` to a command."""


class EvaluationRun:
    """Evaluates the named snapshots, or one collected from a desk; made once a command."""

    def __init__(
        self,
        names: Sequence[str],
        options: RunOptions,
        *,
        record: bool = False,
        begin: bool = False,
        alerts: AlertOptions | None = None,
    ) -> None:
        _check(names, options)
        if begin and options.ledger is None:
            raise UsageError("`--begin` belongs to `--ledger FILE`: it begins one")
        self.names, self.options, self.record, self.begin = names, options, record, begin
        self.alerts = alerts or AlertOptions()
        self.now = clock.now()
        with progress("reading policies") as advance:
            self.policies, collector = check(options.policies, advance)
        if collector.errors:
            raise DocumentError(collector.errors, collector.sources)
        self.sources: Mapping[str, list[str]] = collector.sources
        choice = PolicyChoice(options.policy_ids, options.tags, options.runbooks, options.programmes)
        self.named: Sequence[str] | None = choice.names(self.policies.root) or None
        self.policies.values_of(options.environment)
        self.members = self._members()

    @cached_property
    def baselines(self) -> Mapping[str, Snapshot]:
        """The snapshots of named baselines."""
        return read_baselines(self.options.baselines)

    def narrow(self, names: Sequence[str]) -> None:
        """Evaluate these policies, which may be none."""
        self.named = names

    def results(self) -> list[EvaluationResult]:
        """Return a result for each snapshot, in order of instant and name."""
        options = self.options
        baselines = self.baselines
        snapshots = self._snapshots()
        recorded = self.record and options.ledger is not None
        if recorded or not options.historic:
            refuse_future(snapshots, self.now, record=recorded)

        def evaluated(recorder: Recorder | None) -> list[EvaluationResult]:
            found = []
            with progress("evaluating", len(snapshots)) as advance:
                for each in snapshots:
                    found.append(self._result(each, baselines, recorder, slim=len(snapshots) > 1))
                    advance()
            return found

        recorder = self._recorder()
        found = evaluated(None) if recorder is None else recorder.run(evaluated)
        if recorder is not None and self.record:
            note_begun(recorder.path, recorder.anchor, new=self.begin)
            for line in deliver_events(self.alerts.channels, recorder, clock.now()):
                terminal.note(line)
        return found

    def _recorder(self) -> Recorder | None:
        """The ledger, where one is named."""
        options, alerts = self.options, self.alerts
        if options.ledger is None:
            return None
        return Recorder(
            options.ledger,
            record=self.record,
            renotify=alerts.renotify,
            channels=alerts.names,
            anchor=options.anchor,
            beginning=Beginning("interlock evaluate", self.now) if self.begin else None,
        )

    def only(self, what: str) -> EvaluationResult:
        """Return the result of the one snapshot; raises UsageError where there are several."""
        found = self.results()
        if len(found) > 1:
            raise UsageError(f"{what} is about one snapshot and there are {len(found)}: name a file")
        return found[0]

    def _snapshots(self) -> list[Snapshot]:
        options = self.options
        if self.names:
            names = tuple(dict.fromkeys(each for name in self.names for each in snapshot_names(name)))
            with progress("reading snapshots", len(names)) as advance:
                return read_snapshots(names, advance)
        assert options.root is not None
        as_of = self.now if options.as_of is None else options.as_of
        with progress("collecting"):
            return [
                collect_snapshot(
                    self.policies,
                    options.root,
                    as_of,
                    now=self.now,
                    since=options.since,
                    archive=options.archive,
                    allow_commands=options.allow_commands,
                )
            ]

    def _result(
        self,
        snapshot: Snapshot,
        baselines: Mapping[str, Snapshot],
        recorder: Recorder | None,
        *,
        slim: bool,
    ) -> EvaluationResult:
        options = self.options
        unused = self.policies.unused(snapshot)
        if options.strict and unused:
            raise SnapshotError("\n".join(f"{snapshot.name}: {each}" for each in unused))
        newer = None
        if recorder is not None and not options.historic:
            newer = recorder.state.archive.newer(snapshot.as_of, snapshot.digest)
        decision = self._decided(snapshot, baselines, recorder)
        if newer is not None:
            decision = replace(decision, notes=(_late(snapshot, newer), *decision.notes))
        kept = replace(snapshot, metrics={}, scopes={}, meaning={}) if slim else snapshot
        now = None if options.historic else self.now
        return EvaluationResult(
            kept, self._narrowed(decision), self.policies.policies, now, unused,
            _settings(options), tuple(_commands(options, snapshot)), newer, tuple(options.policy_ids),
        )  # fmt: skip

    def _decided(
        self, snapshot: Snapshot, baselines: Mapping[str, Snapshot], recorder: Recorder | None
    ) -> Decision:
        names, environment = self.named, self.options.environment
        if recorder is not None:
            return self.policies.recorded(
                snapshot, recorder, policies=names, environment=environment, baselines=baselines
            )
        return self.policies.decide(
            snapshot,
            policies=names,
            environment=environment,
            baselines=baselines,
            stateless=self.options.stateless,
        )

    # members

    def _members(self) -> dict[str, set[str]]:
        """The members that the options name, by scope."""
        found: dict[str, set[str]] = {}
        scopes = {self.policies.policies[name].for_each for name in self._names()}
        for scope, member in (resolve_member(self.policies, *each) for each in self.options.members):
            if scope not in scopes:
                raise UsageError(
                    f"`--member {scope}={printable(member)}`: no selected policy is evaluated for each {scope}"
                )
            found.setdefault(scope, set()).add(member)
        return found

    def _names(self) -> Sequence[str]:
        return self.named or tuple(self.policies.policies)

    def _narrowed(self, decision: Decision) -> Decision:
        """Leave out the members that the options do not name."""
        wanted = self.members
        scopes = {name: policy.for_each for name, policy in self.policies.policies.items()}
        kept = [
            each
            for each in decision.verdicts
            if each.member is None or each.member in wanted.get(scopes[each.policy] or "", {each.member})
        ]
        return replace(decision, verdicts=tuple(kept))


def _check(names: Sequence[str], options: RunOptions) -> None:
    """Refuse options that contradict each other."""
    if bool(names) == (options.root is not None):
        both = "both are given" if names else "neither is given"
        raise UsageError(f"name a snapshot, or a folder to collect from with `--root DIR`: {both}")
    if options.ledger is not None and options.stateless:
        raise UsageError("`--ledger` and `--stateless` contradict each other: name one")
    if options.anchor is not None and options.ledger is None:
        raise UsageError("`--anchor` belongs to `--ledger FILE`: it is the head of one")
    times = {
        "--as-of": options.as_of is not None,
        "--since": options.since is not None,
        "--archive": options.archive,
        "--allow-commands": options.allow_commands,
    }
    for name, given in times.items():
        if given and options.root is None:
            raise UsageError(f"`{name}` belongs to `--root DIR`: a snapshot has its own time")
    if options.archive and options.allow_commands:
        raise UsageError(COMMANDS_OF_A_COPY)


def _late(snapshot: Snapshot, newer: Decimal) -> str:
    hint = "evaluate a new one, or this one as of its own time with `--historic`"
    return f"{snapshot.name}: {overtaken(snapshot.as_of, newer)}: {hint}"


def note_rest(results: Sequence[EvaluationResult]) -> None:
    """Print on stderr what is no verdict: refused policies, notes and undeclared metrics, each once."""
    for text in dict.fromkeys(text for each in results for text in _notes(each)):
        terminal.note(printable(text))


def _notes(result: EvaluationResult) -> Iterator[str]:
    for refused in result.decision.refusals:
        yield f"error: not evaluated: {refused.reason}"
    for note in result.decision.notes:
        yield f"note: {note}"
    for note in result.unused:
        yield f"note: {note}"


def _settings(options: RunOptions) -> dict[str, str]:
    found = {"environment": options.environment or "", "stateless": "yes" if options.stateless else ""}
    return {name: value for name, value in found.items() if value}


def _commands(options: RunOptions, snapshot: Snapshot) -> Iterator[str]:
    """The commands that give the same report again at any time; files are named without folders."""
    name = "snapshot.json" if snapshot.name == "stdin" else _base(snapshot.name)
    if options.root is not None:
        since = ["--since", show_time(options.since)] if options.since is not None else []
        flags = {"--archive": options.archive, "--allow-commands": options.allow_commands}
        words = [
            "collect",
            "--root",
            _base(options.root),
            "--as-of",
            show_time(snapshot.as_of),
            *since,
            *(name for name, given in flags.items() if given),
        ]
        yield shlex.join(["interlock", *words, "-o", name])
    words = ["interlock", "report", "--full", name]
    for option, values in (
        ("--policy", options.policy_ids),
        ("--tag", options.tags),
        ("--runbook", options.runbooks),
        ("--programme", options.programmes),
        ("--member", ["=".join(each) for each in options.members]),
        ("--environment", [options.environment] if options.environment else []),
        ("--baseline", [f"{key}={_base(file)}" for key, file in options.baselines]),
    ):
        words += [word for value in values for word in (option, value)]
    words += ["--stateless"] if options.stateless else []
    yield shlex.join([*words, "--historic", "-o", "report.md"])


def _base(name: str) -> str:
    return Path(name).name or "."
