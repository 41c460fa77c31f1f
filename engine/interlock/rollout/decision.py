"""Decides a rollout over one snapshot: ADVANCE, HOLD, ROLLBACK or COMPLETE, with every reason; a pure function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ..language.times import show_duration, show_time
from ..ledger.state.archive import overtaken
from ..ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RolloutObservation, RolloutState
from ..policy.rollout_model import Dwell, Rollout, Stage, Term, days_from
from ..wording import number
from .configuration import ObservedConfiguration
from .gates import RolloutGate

__all__ = [
    "CHECKS",
    "Check",
    "Context",
    "DwellTime",
    "RolloutDecision",
    "blocks_group",
    "decide",
    "dwell_time",
]


_DAY = Decimal(86400)


@dataclass(frozen=True, slots=True)
class DwellTime:
    """The time that a stage has lasted: from `start` (None: it has not begun) to `end`, the needed `minimum` (None: not
    set), and the instant `until` which it must last. Instants are seconds since the epoch."""

    start: Decimal | None
    end: Decimal
    minimum: Term | None

    @property
    def until(self) -> Decimal | None:
        if self.minimum is None:
            return None
        return self.minimum.end(self.end if self.start is None else self.start)

    @property
    def elapsed(self) -> str:
        """How long it has lasted, in the unit of the minimum: complete calendar days, or a duration."""
        start = self.end if self.start is None else self.start
        if self.minimum is not None and self.minimum.days:
            days = max(int(self.end // _DAY - days_from(start)), 0)
            return number(days, "complete day")
        return show_duration(self.end - start)


def dwell_time(
    dwell: Dwell,
    minimum: Term | None,
    observations: Sequence[RolloutObservation],
    newest: RolloutObservation,
) -> DwellTime:
    """Return the time that ends at the newest observation; a bad one, another configuration or a gap restarts it.

    `minimum` comes from the environment, for a stage that leaves it open.
    """
    needed = dwell.least or minimum
    start: Decimal | None = None
    last = newest.at
    for each in sorted({*observations, newest}, reverse=True):
        if each.at > newest.at:
            continue
        if not each.good or each.key != newest.key or last - each.at > dwell.max_gap:
            break
        start = last = each.at
    return DwellTime(start, newest.at, needed)


ADVANCE, HOLD, ROLLBACK = "ADVANCE", "HOLD", "ROLLBACK"

CHECKS = ("state", "after", "one at a time", "snapshot", "triggers", "rollback verified", "configuration", "canary",
          "steady", "time", "gate", "approval")  # fmt: skip
"""The subjects of checks."""

Status = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of the next stage: its subject, its status, and the reason.

    `parts` is the same text as a heading and a list, if it has several parts.
    """

    about: str
    status: Status
    text: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """The input of a decision: one snapshot, compared with a stage.

    `newer` is the instant of the ledger's newest snapshot where that comes after this one. `configuration` is the
    configuration in the snapshot, `observation` what would be recorded of it, `gates` the verdicts by policy,
    `attested` the valid attestations, `canary_attestations` those that are bound to each canary set, `approved` whether
    the stage is approved, `minimum` the stage's time in the environment, `others` the states of all rollouts, and `now`
    the clock if verdicts may expire.
    """

    as_of: Decimal
    configuration: ObservedConfiguration
    observation: RolloutObservation
    gates: Mapping[str, RolloutGate]
    attested: frozenset[str] = frozenset()
    canary_attestations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    approved: bool = False
    minimum: Term | None = None
    others: Mapping[str, RolloutState] = field(default_factory=dict)
    rollouts: Mapping[str, Rollout] = field(default_factory=dict)
    now: Decimal | None = None
    newer: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RolloutDecision:
    """The decision over a snapshot.

    `action` is ADVANCE, HOLD, ROLLBACK or COMPLETE, `target` the next stage, `dwell` the time that counts, `earliest`
    the first instant at which the next stage can come, and `expired` says that a verdict has expired.
    """

    action: str
    checks: tuple[Check, ...]
    target: str = ""
    findings: tuple[str, ...] = ()
    dwell: DwellTime | None = None
    earliest: Decimal | None = None
    expired: bool = False

    @property
    def missing(self) -> tuple[Check, ...]:
        """The checks that do not pass."""
        return tuple(each for each in self.checks if each.status != "pass")


def decide(
    rollout: Rollout, state: RolloutState, context: Context, *, rearming: bool = False
) -> RolloutDecision:
    """Decide over one snapshot; with `rearming` a person begins another attempt after a rollback or completion."""
    if state.state in (ROLLED_BACK, COMPLETE) and not rearming:
        return _ended(rollout, state, context)
    if state.state == ACTIVE:
        return _stay(rollout, state, context)
    return _enter(rollout, state, context)


def blocks_group(rollout: Rollout | None, state: RolloutState) -> bool:
    """Tell whether a rollout keeps others of its group out: begun, and neither complete nor back at its first stage."""
    if state.state in (NONE, COMPLETE):
        return False
    return state.state == ACTIVE or rollout is None or state.stage != rollout.first.id


def _ended(rollout: Rollout, state: RolloutState, context: Context) -> RolloutDecision:
    since, hint = show_time(state.since), f"`interlock rollout rearm {rollout.id}` begins another attempt"
    if state.state == COMPLETE:
        return RolloutDecision(HOLD, (Check("state", "pass", f"complete since {since}; {hint}"),))
    check = Check("state", "fail", f"it was rolled back at {since}; {hint}")
    return RolloutDecision(HOLD, (check, _configuration(context)))


def _enter(rollout: Rollout, state: RolloutState, context: Context) -> RolloutDecision:
    stage = rollout.stage(state.stage) if state.state == ROLLED_BACK else rollout.first
    if stage is None:
        return RolloutDecision(HOLD, (_stage_gone(state),))
    trigger = context.gates[rollout.rollback.policy]
    checks = [*_other_rollouts(rollout, context), _snapshot_order(state, context)]
    if trigger.reaches(rollout.rollback.reaches):
        checks.append(Check("triggers", "fail", trigger.summary, trigger.parts))
    elif context.configuration.differences or not trigger.evaluated or trigger.expired(context.now):
        # entering the stage changes the configuration, so no trigger may be open or unknown
        checks.append(_gate("triggers", trigger, context))
    else:
        checks.append(Check("triggers", "pass", f"{trigger.summary}; the stage changes nothing"))
    if state.state == ROLLED_BACK and rollout.rollback.verified:
        checks.append(_gate("rollback verified", context.gates[rollout.rollback.verified], context))
    return _result(rollout, stage.id, checks, context)


def _stay(rollout: Rollout, state: RolloutState, context: Context) -> RolloutDecision:
    stage = rollout.stage(state.stage)
    trigger = context.gates[rollout.rollback.policy]
    if context.as_of < state.started:
        return RolloutDecision(HOLD, (_snapshot_order(state, context),))
    if trigger.reaches(rollout.rollback.reaches):
        target = rollout.back_from(state.stage).id
        return RolloutDecision(ROLLBACK, (Check("triggers", "fail", trigger.summary, trigger.parts),), target)
    if stage is None:
        return RolloutDecision(HOLD, (_stage_gone(state), _gate("triggers", trigger, context)))
    dwell = dwell_time(stage.dwell, context.minimum, state.observations, context.observation)
    checks = [
        *_other_rollouts(rollout, context),
        _snapshot_order(state, context),
        _gate("triggers", trigger, context),
        _configuration(context),
        *(_canary(name, context) for name in stage.canary),
        *(_gate("steady", context.gates[name], context) for name in stage.restart_on),
        _time(dwell, stage, context),
        _gate("gate", context.gates[stage.advance], context),
        *_approval(rollout, stage, context),
    ]
    following = rollout.following(stage.id)
    found = _result(rollout, following.id if following else COMPLETE, checks, context)
    earliest = None if dwell.until is None else max(dwell.until, context.as_of)
    findings = (*context.configuration.differences, *_review_due(stage, state, context, found))
    return RolloutDecision(found.action, found.checks, found.target, findings, dwell, earliest, found.expired)


def _result(rollout: Rollout, target: str, checks: list[Check], context: Context) -> RolloutDecision:
    good = all(each.status == "pass" for each in checks)
    action = HOLD if not good else COMPLETE if target == COMPLETE else ADVANCE
    expired = any(gate.expired(context.now) for gate in context.gates.values())
    return RolloutDecision(action, tuple(checks), target, expired=expired)


def _other_rollouts(rollout: Rollout, context: Context) -> Iterator[Check]:
    """Yield the checks of the rollouts that must come before, and of those that may not run at the same time."""
    for each in rollout.after:
        other = context.others.get(each.rollout, RolloutState())
        if other.state != COMPLETE:
            yield Check("after", "fail", f"{each.rollout} is {other.state}, {COMPLETE} is needed")
        elif context.as_of < each.dwell.end(other.since):
            done, end = show_time(other.since), show_time(each.dwell.end(other.since))
            yield Check(
                "after", "fail", f"{each.rollout} is complete since {done}, {each.dwell} end at {end}"
            )
        else:
            yield Check("after", "pass", f"{each.rollout} is complete since {show_time(other.since)}")
    busy = [
        name for name, other in sorted(context.others.items()) if _excludes(rollout, name, other, context)
    ]
    if busy:
        yield Check("one at a time", "fail", f"{', '.join(busy)} runs; one rollout of a group at a time")


def _excludes(rollout: Rollout, name: str, other: RolloutState, context: Context) -> bool:
    """Tell whether another rollout keeps this one out; one without a document could belong to any group."""
    found = context.rollouts.get(name)
    group = found is None or found.exclusive == rollout.exclusive
    return name != rollout.id and group and blocks_group(found, other)


def _snapshot_order(state: RolloutState, context: Context) -> Check:
    """Check that neither the ledger nor the rollout knows anything newer, which may say the opposite."""
    if context.newer is not None:
        return Check("snapshot", "fail", f"it is {overtaken(context.as_of, context.newer)}")
    times = [state.since, *(each.at for each in state.observations)]
    newest = max(times)
    if state.changes and context.as_of < newest:
        text = f"it is as of {show_time(context.as_of)}, and the ledger knows {show_time(newest)}"
        return Check("snapshot", "fail", text)
    return Check("snapshot", "pass", f"as of {show_time(context.as_of)}")


def _gate(about: str, gate: RolloutGate, context: Context) -> Check:
    if gate.expired(context.now):
        return Check(about, "unknown", f"{gate.expired(context.now)} and has expired")
    if gate.is_best:
        return Check(about, "pass", gate.summary)
    return Check(about, "fail" if gate.evaluated else "unknown", gate.summary, gate.parts)


def _configuration(context: Context) -> Check:
    if context.configuration.differences:
        found = context.configuration.differences
        parts = ("not as the stage says:", *found) if len(found) > 1 else ()
        return Check("configuration", "fail", "; ".join(found), parts)
    return Check("configuration", "pass", "as the stage says")


def _canary(name: str, context: Context) -> Check:
    members = ", ".join(context.configuration.canary.get(name, ()))
    if not members:
        return Check("canary", "fail", f"`{name}` limits nothing")
    if not context.canary_attestations.get(name, frozenset()) & context.attested:
        wanted = " or ".join(
            f"`interlock attest {each}`" for each in sorted(context.canary_attestations.get(name, ()))
        )
        return Check("canary", "fail", f"`{name}` is {members}, which is not attested: {wanted}")
    return Check("canary", "pass", f"`{name}` is {members}, as attested")


def _time(dwell: DwellTime, stage: Stage, context: Context) -> Check:
    if context.now is not None and context.now - context.as_of > stage.dwell.max_gap:
        gap = f"longer ago than {show_duration(stage.dwell.max_gap)}"
        return Check(
            "time",
            "unknown",
            f"the newest snapshot is of {show_time(context.as_of)}, {gap}: collect a new one",
        )
    if dwell.minimum is None:
        hint = "set it in the environment under `dwell:`"
        return Check("time", "unknown", f"the stage has no minimum time: {hint}")
    if dwell.start is None or dwell.until is None:
        differs = bool(context.configuration.differences)
        why = (
            "the configuration is not the stage's"
            if differs
            else "a policy that restarts it is not at its best"
        )
        return Check("time", "fail", f"none of {dwell.minimum}: {why}")
    text = f"{dwell.elapsed} of {dwell.minimum}, since {show_time(dwell.start)}"
    if context.as_of >= dwell.until:
        return Check("time", "pass", text)
    return Check("time", "fail", f"{text}, until {show_time(dwell.until)}")


def _approval(rollout: Rollout, stage: Stage, context: Context) -> Iterator[Check]:
    if stage.approve is None:
        return
    roles = ", ".join(stage.approve.roles)
    if context.approved:
        yield Check("approval", "pass", f"{stage.approve.quorum} of {stage.approve.quorum} ({roles})")
    else:
        hint = f"`interlock attest {stage.approve.name}`"
        yield Check("approval", "fail", f"{stage.approve.quorum} must agree ({roles}): {hint}")


def _review_due(stage: Stage, state: RolloutState, context: Context, found: RolloutDecision) -> Iterator[str]:
    target = stage.dwell.target
    if target is not None and found.action == HOLD and context.as_of >= target.end(state.entered):
        entered = show_time(state.entered)
        yield f"review due: in `{stage.id}` since {entered}, {target} were planned"


def _stage_gone(state: RolloutState) -> Check:
    return Check("state", "fail", f"the stage `{state.stage}` is gone from the document")
