"""Clears a live start: evaluates its policies, and throws the kill switch if one is not at its best."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ..alerts.channel import Channel
from ..alerts.delivery import deliver_events
from ..arithmetic import own_contexts
from ..canonical import canonical
from ..collect.collection import Collection
from ..errors import (
    EXIT_BUG,
    EXIT_INVALID,
    EXIT_NOT_EVALUATED,
    InterlockError,
    SnapshotError,
    UsageError,
    system_reason,
    worst_exit,
)
from ..evaluation.deciding.request import Decision
from ..evaluation.deciding.restoring import outages, told_outages
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.verdict import Verdict
from ..language.times import show_duration, show_time
from ..ledger.beginning import Beginning
from ..ledger.file.ledger import DEFAULT
from ..ledger.recorder import Recorder
from ..ledger.state.archive import Archive, overtaken
from ..limits import GUARD_SNAPSHOT_AGE, REASON_BYTES, SKEW
from ..policy.defaults import chosen_anchor, chosen_environment, chosen_ledger
from ..policy.loader import PolicyRoot
from . import kill_switch
from .activation import Activation, ActivationLedger, note_activation, unexplained
from .kill_switch import LIVE_MODE, is_live, taken_on_paper

__all__ = [
    "Clearance",
    "ClearanceRequest",
    "StartContext",
    "clear_start",
    "snapshot_reader",
]

_LOG = logging.getLogger("interlock.guard")


class PolicyJudge(Protocol):
    """The policy set, as the guard uses it."""

    @property
    def policies(self) -> Mapping[str, object]: ...

    @property
    def root(self) -> PolicyRoot: ...

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
    """What must be at its best for a start: the policies in an environment, over a desk's folder or a snapshot.

    Exactly one of `root` and `snapshot` is given. The evaluation is recorded in a ledger, whose head is kept in
    `anchor`; where they or the environment are None, variables and the `defaults` of the policy root give them. `begin`
    names who begins a ledger that is not there. Commands of the sources of `root` run only with `allow_commands`.
    `channels` get the events, an unchanged verdict again after `renotify` seconds.
    """

    policies: tuple[str, ...]
    ledger: Path | None = None
    root: Path | None = None
    snapshot: Callable[[], Snapshot] | None = None
    environment: str | None = None
    anchor: Path | None = None
    allow_commands: bool = False
    channels: tuple[Channel, ...] = ()
    renotify: Decimal | None = None
    begin: str = ""


def snapshot_reader(given: Snapshot | str | os.PathLike[str] | None) -> Callable[[], Snapshot] | None:
    """Return what reads a snapshot that was handed in, when it is time to; None where none was."""
    if given is None:
        return None
    return (lambda: given) if isinstance(given, Snapshot) else (lambda: Snapshot.read(Path(given)))


@dataclass(frozen=True, slots=True)
class StartContext:
    """The surroundings of a start: the environment variables of the command, the clock, the kill switch's file, and the
    desk's log of alerts, if it has one."""

    environ: Mapping[str, str]
    clock: Callable[[], Decimal]
    kill_switch: Path
    alerts: Path | None = None


@own_contexts
@dataclass(frozen=True, slots=True)
class Clearance:
    """The result. `reason` says why a start is not `open`, and `code` is its exit code, then never 0.

    `outages` are the sources that leave rules unknown, `unexplained` says which cause of a thrown kill switch nobody
    attested. `notes` are lines for people: a rollout that was rolled back,
    attestations and waivers that do not count. `switch` says whether the kill switch could be thrown, `undelivered`
    which events could not be delivered, `choices` which ledger, anchor and environment were taken unasked.
    """

    live: bool
    reason: str = ""
    code: int = 0
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    switch: str = ""
    undelivered: tuple[str, ...] = ()
    outages: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Tell whether every requested policy is at its best."""
        return not self.reason


def clear_start(
    load: Callable[[], PolicyJudge], request: ClearanceRequest, context: StartContext
) -> Clearance:
    """Evaluate and record; in live mode anything but the best verdict throws the kill switch, even a bug.

    A mistake of the user is not raised: it is the reason why the start is not open; on paper neither is a bug, because
    a start on paper goes on. Events are delivered last, after the switch is thrown. A failed delivery changes nothing,
    but a verdict may expire during it. Raises UsageError for a live start that would begin a ledger.
    """
    live = is_live(context.environ)
    if live and request.begin:
        hint = "begin it by a start on paper, or with `interlock evaluate --begin`"
        raise UsageError(f"a live start begins no ledger, because a new one knows no latch of before: {hint}")
    place = ActivationLedger.before_choice(request.ledger, request.anchor, context.environ)
    try:
        found, recorded = _judge(load, request, context, Clearance(live), place)
    except Exception as problem:
        failed = Clearance(live, f"the guard failed: {type(problem).__name__}", EXIT_BUG)
        if not live:
            _LOG.error("the guard failed: this is a bug: please report it", exc_info=True)
            return failed
        _throw_switch(failed, context, place)
        raise
    found = _throw_switch(found, context, place) if live and not found.open else found
    if recorded is None or not request.channels:
        return found
    found = replace(found, undelivered=_deliver(request, recorded[0], context))
    if not found.open:
        return found
    found = _with_doubts(found, recorded[1], request, context)
    return _throw_switch(found, context, place) if live and not found.open else found


def _deliver(request: ClearanceRequest, recorder: Recorder, context: StartContext) -> tuple[str, ...]:
    try:
        return deliver_events(request.channels, recorder, context.clock())
    except Exception as problem:  # a bug here must not decide about the start
        return (f"error: the events were not delivered: {type(problem).__name__}",)


def _throw_switch(found: Clearance, context: StartContext, place: ActivationLedger) -> Clearance:
    activation = Activation(context.clock(), found.reason)
    text = kill_switch.content(activation.reason, found.verdicts, activation.at)
    thrown = kill_switch.throw(context.kill_switch, text)
    missed = note_activation(activation, thrown, place, context.alerts)
    return replace(found, switch="; ".join([thrown.message, *missed]))


def _judge(
    load: Callable[[], PolicyJudge],
    request: ClearanceRequest,
    context: StartContext,
    blank: Clearance,
    place: ActivationLedger,
) -> tuple[Clearance, tuple[Recorder, Decision] | None]:
    """Return the clearance, with the recorder and the decision if an evaluation was recorded."""
    try:
        policies = load()
        request, blank = _with_choices(policies.root, request, context, blank)
        place.choose(request.ledger, request.anchor)
        for name in request.policies:
            policies.known("policy", name, policies.policies)
        policies.values_of(request.environment)
        if blank.live:
            _require_live_environment(policies.root, request.environment)
        collected = _snapshot(policies, request, context, blank.live)

        def judged(recorder: Recorder) -> tuple[Snapshot, tuple[str, ...], Decision, tuple[str, ...]]:
            (snapshot, findings), archive = collected, recorder.state.archive
            if request.root is not None and not archive.is_newest(snapshot.as_of, snapshot.digest):
                # another one was recorded meanwhile
                snapshot, findings = _snapshot(policies, request, context, blank.live)
            _require_newest(snapshot, archive)
            decision = policies.recorded(
                snapshot, recorder, policies=request.policies, environment=request.environment
            )
            return snapshot, findings, decision, tuple(unexplained(policies.root, recorder, snapshot))

        recorder = _recorder(request, context)
        snapshot, findings, decision, causes = recorder.run(judged)
    except InterlockError as problem:
        return replace(blank, reason=_one_line(str(problem)), code=problem.exit_code or EXIT_INVALID), None
    except OSError as problem:
        why = system_reason(problem)
        reason = f"cannot use `{problem.filename or 'a file'}`: {why}"
        return replace(blank, reason=reason, code=EXIT_INVALID), None
    silent = tuple(told_outages(outages(snapshot, decision.verdicts)))
    found = replace(
        blank, verdicts=decision.verdicts, findings=findings, notes=decision.notes, outages=silent,
        unexplained=causes,
    )  # fmt: skip
    return _with_doubts(found, decision, request, context), (recorder, decision)


def _require_live_environment(root: PolicyRoot, name: str | None) -> None:
    """Raise UsageError where the values of params are not meant for live mode; without environments there are none."""
    if not root.environments or (name is not None and root.environments[name].live):
        return
    chosen = "no environment is chosen" if name is None else f"the environment `{name}` is not for live mode"
    hint = "choose one that says `live: true`, with `--environment NAME`"
    raise UsageError(f"{LIVE_MODE} is on, and {chosen}: {hint}")


def _with_choices(
    root: PolicyRoot, request: ClearanceRequest, context: StartContext, blank: Clearance
) -> tuple[ClearanceRequest, Clearance]:
    """Return both with the ledger, anchor and environment of variables and defaults, where none was named."""
    ledger, environment, anchor = None, None, None
    if request.ledger is None:
        ledger = chosen_ledger(context.environ, lambda: root.defaults)
    if request.environment is None:
        environment = chosen_environment(context.environ, lambda: root.defaults)
    place = request.ledger or (Path(ledger.value) if ledger else DEFAULT)
    if request.anchor is None:
        anchor = chosen_anchor(place, root.defaults)
    chosen = replace(
        request,
        ledger=place,
        environment=environment.value if environment else request.environment,
        anchor=Path(anchor.value) if anchor else request.anchor,
    )
    return chosen, replace(blank, choices=tuple(str(each) for each in (ledger, anchor, environment) if each))


def _recorder(request: ClearanceRequest, context: StartContext) -> Recorder:
    assert request.ledger is not None
    return Recorder(
        request.ledger,
        renotify=request.renotify,
        channels=[each.name for each in request.channels],
        anchor=request.anchor,
        beginning=Beginning(request.begin, context.clock()) if request.begin else None,
    )


def _with_doubts(
    found: Clearance, decision: Decision, request: ClearanceRequest, context: StartContext
) -> Clearance:
    """Return the clearance with every reason against a start at this time."""
    doubts = list(_doubts(decision, request, context, live=found.live))
    doubts += [(EXIT_NOT_EVALUATED, each) for each in found.unexplained]
    if not doubts:
        return found
    code = worst_exit(code for code, _ in doubts) or EXIT_NOT_EVALUATED
    return replace(found, reason="; ".join([*found.outages, *(text for _, text in doubts)]), code=code)


def _snapshot(
    policies: PolicyJudge, request: ClearanceRequest, context: StartContext, live: bool
) -> tuple[Snapshot, tuple[str, ...]]:
    """Return the given snapshot, or collect one as of now and read it like a file, with the findings.

    Raises SnapshotError for one that is not fresh.
    """
    findings: tuple[str, ...] = ()
    if request.snapshot is not None:
        snapshot = request.snapshot()
    else:
        assert request.root is not None
        now = context.clock()
        found = policies.collect(
            request.root, now, now=now, environ=context.environ, allow_commands=request.allow_commands
        )
        snapshot = Snapshot.parse(canonical(found.snapshot), "snapshot.json")
        findings = tuple(map(str, found.findings))
    _require_fresh(snapshot, context.clock(), live)
    return snapshot, findings


def _require_fresh(snapshot: Snapshot, now: Decimal, live: bool) -> None:
    """Raise SnapshotError for a snapshot that is too old, from the future, or taken on paper."""
    at = show_time(snapshot.as_of)
    if snapshot.as_of > now + SKEW:
        late = "which the clock has not reached: check both clocks"
        raise SnapshotError(f"{snapshot.name}: as of {at}, {late}")
    if now - snapshot.as_of > GUARD_SNAPSHOT_AGE:
        most = show_duration(GUARD_SNAPSHOT_AGE)
        raise SnapshotError(f"{snapshot.name}: as of {at}, more than {most} ago: collect a new one")
    if live and taken_on_paper(snapshot):
        raise SnapshotError(
            f"{snapshot.name}: taken where {LIVE_MODE} was off, and this start is live: collect anew"
        )


def _require_newest(snapshot: Snapshot, archive: Archive) -> None:
    """Raise SnapshotError for a snapshot that is older than one in the ledger, which may say the opposite."""
    newer = archive.newer(snapshot.as_of, snapshot.digest)
    if newer is not None:
        raise SnapshotError(f"{snapshot.name}: {overtaken(snapshot.as_of, newer)}: collect a new one")


def _doubts(
    decision: Decision, request: ClearanceRequest, context: StartContext, *, live: bool
) -> Iterator[tuple[int, str]]:
    """Yield every reason against a start, with its exit code."""
    for refused in decision.refusals:
        yield EXIT_INVALID, f"not evaluated: {refused.reason}"
    evaluated = {each.policy for each in decision.verdicts} | {each.policy for each in decision.refusals}
    for name in request.policies:
        if name not in evaluated:
            yield EXIT_NOT_EVALUATED, f"{name} gave no verdict"
    now = context.clock()
    for verdict in decision.verdicts:
        yield from _verdict_doubts(verdict, now)
    held = kill_switch.active(context.kill_switch, context.environ) if live else ""
    if held:
        yield EXIT_NOT_EVALUATED, f"the kill switch is active: {held}"


def _verdict_doubts(verdict: Verdict, now: Decimal) -> Iterator[tuple[int, str]]:
    if not verdict.evaluated or not verdict.is_best:
        why = "; ".join(f"{rule.id}: {rule.reason}" for rule in verdict.failed()) or "no rule gives a reason"
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
