"""Says in words, and by an exception, that a live start is not cleared."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ..alerts.channel import Channel
from ..alerts.delivery import delivered
from ..canonical import canonical
from ..collect.collection import Collection
from ..diagnostics import printable
from ..errors import (
    EXIT_INVALID,
    EXIT_NOT_EVALUATED,
    InterlockError,
    NotCleared,
    SnapshotError,
    system_reason,
    worst_exit,
)
from ..evaluation.deciding.request import Decision
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.verdict import Verdict
from ..language.times import show_duration, show_time
from ..ledger.recorder import Recorder
from ..limits import GUARD_SNAPSHOT_AGE, REASON_BYTES, SKEW
from . import kill_switch
from .kill_switch import LIVE_MODE, contradicts, is_live

__all__ = [
    "Clearance",
    "ClearanceRequest",
    "PolicyJudge",
    "StartContext",
    "cleared",
    "insisted",
    "refusal",
    "warnings",
    "words",
]


class PolicyJudge(Protocol):
    """What a policy set does for the guard."""

    @property
    def policies(self) -> Mapping[str, object]: ...

    def known(self, kind: str, name: str, table: Mapping[str, object]) -> None: ...

    def values_of(self, environment: str | None) -> object: ...

    def collect(
        self, root: Path, as_of: Decimal, *, now: Decimal, environ: Mapping[str, str], allow_commands: bool
    ) -> Collection: ...

    def recorded(
        self, snapshot: Snapshot, recorder: Recorder, *, policies: Iterable[str], environment: str | None
    ) -> Decision: ...


@dataclass(frozen=True, slots=True)
class ClearanceRequest:
    """What must be at its best: the policies, in an environment, over a desk's folder or a snapshot, recorded in a
    ledger whose head is kept in `anchor`. Exactly one of `root` and `snapshot` is given; commands that sources of
    `root` declare run only where they are allowed. `channels` are handed what people are to hear of, and what stays
    is told again after `renotify` seconds."""

    policies: tuple[str, ...]
    ledger: Path
    root: Path | None = None
    snapshot: Callable[[], Snapshot] | None = None
    environment: str | None = None
    anchor: Path | None = None
    allow_commands: bool = False
    channels: tuple[Channel, ...] = ()
    renotify: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StartContext:
    """Where a start takes place: the variables that the command will see, the clock, and the kill switch's file."""

    environ: Mapping[str, str]
    clock: Callable[[], Decimal]
    kill_switch: Path


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer. `reason` says why a start is not `open`, `code` is the exit code that belongs to it, never 0;
    `notes` are what people are to know beside it (a rollout that was rolled back by it, words and waivers that do not
    count), `switch` says what became of the kill switch where it was thrown, `undelivered` which events nobody has
    yet."""

    live: bool
    reason: str = ""
    code: int = 0
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    switch: str = ""
    undelivered: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether every policy asked for is at its best."""
        return not self.reason


def cleared(load: Callable[[], PolicyJudge], question: ClearanceRequest, setting: StartContext) -> Clearance:
    """Judge and record; under live mode anything but the best throws the kill switch, a bug included.

    No mistake of a user is raised: it is the reason why the start is not open. Events go out last, after the switch is
    thrown, and what became of them decides nothing; the time that they took may.
    """
    live = is_live(setting.environ)
    try:
        found, recorded = _answer(load, question, setting, Clearance(live))
    except Exception as problem:
        if live:
            _thrown(Clearance(live, f"the guard failed: {type(problem).__name__}"), setting)
        raise
    found = _thrown(found, setting) if live and not found.open else found
    if recorded is None or not question.channels:
        return found
    told = replace(found, undelivered=_delivered(question, recorded[0], setting))
    if not told.open:
        return told
    told = _weighed(told, recorded[1], question, setting)
    return _thrown(told, setting) if live and not told.open else told


def _delivered(question: ClearanceRequest, recorder: Recorder, setting: StartContext) -> tuple[str, ...]:
    try:
        return delivered(question.channels, recorder, setting.clock())
    except Exception as problem:  # a bug here is no reason to start anything, nor not to
        return (f"error: the events were not delivered: {type(problem).__name__}",)


def _thrown(found: Clearance, setting: StartContext) -> Clearance:
    text = kill_switch.content(found.reason, found.verdicts, setting.clock())
    return replace(found, switch=kill_switch.throw(setting.kill_switch, text)[1])


def _answer(
    load: Callable[[], PolicyJudge], question: ClearanceRequest, setting: StartContext, blank: Clearance
) -> tuple[Clearance, tuple[Recorder, Decision] | None]:
    """Return the answer, and what it was drawn from where that is recorded."""
    try:
        policies = load()
        for name in question.policies:
            policies.known("policy", name, policies.policies)
        policies.values_of(question.environment)
        snapshot, findings = _snapshot(policies, question, setting)
        _fresh(snapshot, setting.clock(), blank.live)
        with _recorder(question, begin=not blank.live) as recorder:
            decision = policies.recorded(
                snapshot, recorder, policies=question.policies, environment=question.environment
            )
    except InterlockError as problem:
        return replace(blank, reason=_one_line(str(problem)), code=problem.exit_code or EXIT_INVALID), None
    except OSError as problem:
        why = system_reason(problem)
        found = f"cannot use `{problem.filename or 'a file'}`: {why}"
        return replace(blank, reason=found, code=EXIT_INVALID), None
    answer = replace(blank, verdicts=decision.verdicts, findings=findings, notes=decision.notes)
    return _weighed(answer, decision, question, setting), (recorder, decision)


def _recorder(question: ClearanceRequest, *, begin: bool) -> Recorder:
    names = [each.name for each in question.channels]
    return Recorder(
        question.ledger,
        renotify=question.renotify,
        channels=names,
        anchor=question.anchor,
        begin=begin,
    )


def _weighed(
    found: Clearance, decision: Decision, question: ClearanceRequest, setting: StartContext
) -> Clearance:
    """Return the answer with every reason that now speaks against a start."""
    doubts = list(_doubts(decision, question, setting, live=found.live))
    if not doubts:
        return found
    code = worst_exit(code for code, _ in doubts) or EXIT_NOT_EVALUATED
    return replace(found, reason="; ".join(text for _, text in doubts), code=code)


def _snapshot(
    policies: PolicyJudge, question: ClearanceRequest, setting: StartContext
) -> tuple[Snapshot, tuple[str, ...]]:
    """Read the snapshot that was handed in, or collect one as of now, as a file of it would hold it."""
    if question.snapshot is not None:
        return question.snapshot(), ()
    assert question.root is not None
    now = setting.clock()
    found = policies.collect(
        question.root, now, now=now, environ=setting.environ, allow_commands=question.allow_commands
    )
    return Snapshot.parse(canonical(found.snapshot), "snapshot.json"), tuple(map(str, found.findings))


def _fresh(snapshot: Snapshot, now: Decimal, live: bool) -> None:
    """Raise SnapshotError for a snapshot from which no start may be drawn now."""
    at = show_time(snapshot.as_of)
    if snapshot.as_of > now + SKEW:
        late = "which the clock has not reached: check both clocks"
        raise SnapshotError(f"{snapshot.name}: as of {at}, {late}")
    if now - snapshot.as_of > GUARD_SNAPSHOT_AGE:
        most = show_duration(GUARD_SNAPSHOT_AGE)
        raise SnapshotError(f"{snapshot.name}: as of {at}, more than {most} ago: collect a new one")
    if live and contradicts(snapshot):
        raise SnapshotError(
            f"{snapshot.name}: taken where {LIVE_MODE} was off, and this start is live: collect anew"
        )


def _doubts(
    decision: Decision, question: ClearanceRequest, setting: StartContext, *, live: bool
) -> Iterator[tuple[int, str]]:
    """Yield every reason against a start, with its exit code."""
    for refused in decision.refusals:
        yield EXIT_INVALID, f"not evaluated: {refused.reason}"
    told = {each.policy for each in decision.verdicts} | {each.policy for each in decision.refusals}
    for name in question.policies:
        if name not in told:
            yield EXIT_NOT_EVALUATED, f"{name} gave no verdict"
    now = setting.clock()
    for verdict in decision.verdicts:
        yield from _against(verdict, now)
    held = kill_switch.active(setting.kill_switch, setting.environ) if live else ""
    if held:
        yield EXIT_NOT_EVALUATED, f"the kill switch is active: {held}"


def _against(verdict: Verdict, now: Decimal) -> Iterator[tuple[int, str]]:
    if not verdict.evaluated or not verdict.is_best:
        why = "; ".join(f"{rule.id}: {rule.reason}" for rule in verdict.failed()) or "no rule tells why"
        yield (
            verdict.exit_code,
            f"{verdict.name} is {verdict.verdict}, {verdict.verdicts[0]} is needed: {why}",
        )
    elif verdict.expired(now):
        ended = show_time(verdict.valid_until)
        yield EXIT_NOT_EVALUATED, f"{verdict.name} was {verdict.verdict} until {ended} and has expired"
    elif verdict.inputs.stateless:
        yield EXIT_NOT_EVALUATED, f"{verdict.name} was judged without a ledger"


def _one_line(text: str) -> str:
    line = "; ".join(each.strip() for each in text.splitlines() if each.strip())
    return line if len(line) <= REASON_BYTES else f"{line[: REASON_BYTES - 1]}…"


_LOG = logging.getLogger("interlock.guard")


def refusal(found: Clearance) -> str:
    """Return the line that a refused live start leaves in the log."""
    return printable(f"live mode is refused: {found.reason}; {found.switch}")


def warnings(found: Clearance) -> Iterator[str]:
    """Yield what an operator reads first: each verdict that people's waivers opened, and what else is to be known."""
    opened = (each.headline for each in found.verdicts if each.opening)
    return (printable(each) for each in (*opened, *found.notes))


def words(found: Clearance) -> Iterator[str]:
    """Yield the lines that an operator reads about a start that goes on."""
    verdicts = ", ".join(f"{each.name} is {each.verdict}" for each in found.verdicts)
    if found.live:
        yield printable(f"live: {verdicts}")
        return
    yield "paper: LIVE_MODE is off, this start runs on paper"
    yield printable(
        f"paper: {verdicts}" if found.open else f"paper: live mode would be refused: {found.reason}"
    )


def insisted(found: Clearance) -> Clearance:
    """Return a clearance that lets a program go on; log CRITICAL and raise NotCleared for any other."""
    refused = found.live and not found.open
    if refused:
        _LOG.critical("%s", refusal(found))
    for line in warnings(found):
        _LOG.warning("%s", line)
    if refused:
        raise NotCleared(refusal(found), found.code)
    for line in words(found):
        _LOG.info("%s", line)
    return found
