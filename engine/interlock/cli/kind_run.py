"""One report of a kind that the policy root declares: the run behind it, of the newest week or of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ..api import PolicySet
from ..diagnostics import unknown_name
from ..errors import UsageError
from ..evaluation.snapshot.measures import Measures
from ..evaluation.snapshot.snapshot import Snapshot
from ..language.times import show_time
from ..ledger.recorder import Recorder
from ..ledger.state.ledger_memory import LedgerMemory
from ..ledger.state.rollout_state import RolloutState
from ..policy.report_model import ReportKind
from ..reports.kinds.desk_reading import WEEK, DeskReading, ReportUnknown, monday_of
from . import terminal
from .evaluation_run import EvaluationRun, RunOptions

__all__ = ["read_desk", "require_kind"]

_WRITTEN = 9 * 3600
"""When a week's report is looked at: on the Monday after it at 09:00, in seconds since its end."""


def read_desk(name: str, snapshot: str | None, options: RunOptions, week: int | None = None) -> DeskReading:
    """Return what the report is made from: as of the snapshot, or with `week` as of the Monday after that week."""
    if any((options.policy_ids, options.tags, options.runbooks, options.programmes, options.members)):
        raise UsageError("a report of a kind names its policies: leave `--policy` and its like out")
    if options.since is not None:
        raise UsageError("a report of a kind counts from the beginning: leave `--since` out")
    run = EvaluationRun([snapshot] if snapshot else [], options)
    kind = require_kind(run.policies, name)
    run.narrow(_policies(run, kind))
    reading = _reading(run, kind)
    return reading if week is None else _of_week(run, reading, week)


def require_kind(policies: PolicySet, name: str) -> ReportKind:
    """Return the kind of report of that name; raises UsageError where no document declares it."""
    kinds = policies.root.reports
    if name not in kinds:
        hint = None if kinds else "declare one in a report document of the policy root"
        raise UsageError(str(unknown_name("report", name, sorted(kinds), hint)))
    return kinds[name]


def _policies(run: EvaluationRun, kind: ReportKind) -> Sequence[str]:
    """The policies that the kind names, and the parts of those whose parts it shows."""
    policies = run.policies.policies
    parts = [child.policy for name in kind.whole for child in policies[name].children]
    return tuple(dict.fromkeys([*kind.policies, *parts]))


def _reading(run: EvaluationRun, kind: ReportKind) -> DeskReading:
    result = run.only("a report")
    catalogue, options = run.policies.catalogue, run.options
    if options.ledger is None:
        named = {name: Measures(each, catalogue) for name, each in run.baselines.items()}
        return DeskReading(kind, result, Measures(result.snapshot, catalogue), named)

    def seen(
        recorder: Recorder,
    ) -> tuple[Sequence[Snapshot], Mapping[str, Snapshot], Mapping[str, RolloutState]]:
        state, snapshot = recorder.state, result.snapshot
        memory = LedgerMemory(state, snapshot.as_of, snapshot.digest, recorder.load)
        frozen = {name: recorder.load(each.document) for name, each in state.baselines.items()}
        rollouts = {name: each.copy() for name, each in state.rollouts.items()}
        return memory.earlier(catalogue.scopes), frozen, rollouts

    earlier, frozen, rollouts = Recorder(options.ledger, record=False, anchor=options.anchor).run(seen)
    named = {name: Measures(each, catalogue) for name, each in {**frozen, **run.baselines}.items()}
    return DeskReading(kind, result, Measures(result.snapshot, catalogue, earlier), named, rollouts)


def _of_week(run: EvaluationRun, newest: DeskReading, week: int) -> DeskReading:
    """Return the reading of an earlier week, collected as of the Monday after it."""
    kind, number = newest.kind, newest.week_number
    if kind.began is None:
        raise UsageError(f"the report `{kind.name}` is not of a week: leave `--week` out")
    if isinstance(number, ReportUnknown):
        raise UsageError(f"the weeks of the programme cannot be counted: {number.why}")
    if number == week:
        return newest
    if week > number:
        raise UsageError(f"week {week} is not over: the newest complete week is {number}")
    if run.options.root is None:
        hint = "name the desk with `--root DIR`, or a snapshot of that week"
        raise UsageError(f"the snapshot is of week {number}, `--week {week}` is asked for: {hint}")
    began = newest.began
    assert isinstance(began, Decimal)  # its weeks are counted
    as_of = monday_of(began) + week * WEEK + _WRITTEN
    terminal.note(
        f"note: week {week}, collected as of {show_time(as_of)}; what only the present shows is unknown"
    )
    run.options = replace(run.options, as_of=as_of, archive=False, allow_commands=False, historic=True)
    return replace(_reading(run, kind), told=began)
