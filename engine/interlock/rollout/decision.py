"""Decides a rollout over one snapshot: ADVANCE, HOLD, ROLLBACK or COMPLETE, with every reason; a pure function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ..language.times import show_duration, show_time
from ..ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RolloutObservation, RolloutState
from ..policy.rollout_model import Dwell, Rollout, Stage, Term, days_from
from ..wording import number
from .configuration import ShownConfiguration
from .gates import RolloutGate

__all__ = ["CHECKS", "Check", "Context", "DwellTime", "RolloutDecision", "decide", "dwelt", "occupies"]


_DAY = Decimal(86400)


@dataclass(frozen=True, slots=True)
class DwellTime:
    """The time that counts: from `start` (None: it has not begun) to `end`, the `least` that is needed (None: nobody
    says), and `until` when that is over if nothing breaks it. Instants are seconds since the epoch."""

    start: Decimal | None
    end: Decimal
    least: Term | None

    @property
    def until(self) -> Decimal | None:
        if self.least is None:
            return None
        return self.least.end(self.end if self.start is None else self.start)

    @property
    def shown(self) -> str:
        """How long, in the words of what is needed: complete days of the calendar, or time on the clock."""
        start = self.end if self.start is None else self.start
        if self.least is not None and self.least.days:
            days = max(int(self.end // _DAY - days_from(start)), 0)
            return number(days, "complete day")
        return show_duration(self.end - start)


def dwelt(
    dwell: Dwell, least: Term | None, looks: Sequence[RolloutObservation], newest: RolloutObservation
) -> DwellTime:
    """Return the run that ends at the newest look; a bad look, another configuration or a gap begins it anew.

    `least` is what the environment says, for a stage that asks it.
    """
    wanted = dwell.least or least
    start: Decimal | None = None
    last = newest.at
    for each in sorted({*looks, newest}, reverse=True):
        if each.at > newest.at:
            continue
        if not each.good or each.key != newest.key or last - each.at > dwell.max_gap:
            break
        start = last = each.at
    return DwellTime(start, newest.at, wanted)


ADVANCE, HOLD, ROLLBACK = "ADVANCE", "HOLD", "ROLLBACK"

CHECKS = ("state", "after", "one at a time", "snapshot", "triggers", "rollback verified", "configuration", "canary",
          "steady", "time", "gate", "approval")  # fmt: skip
"""What a check may be about."""

Word = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold before the next stage: what it is about, how it stands, and why; `parts` is the same
    text as a line and what is listed below it, where it has several."""

    about: str
    word: Word
    text: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """One snapshot as a rollout sees it, and what is around it.

    `shown` is its configuration against the stage in question, `look` what would be recorded of it, `gates` the
    verdicts by policy, `attested` what people attested now, `approved` whether the stage may be left, `least` the time
    that the environment gives the stage, `others` where the other rollouts stand, and `now` the clock, where verdicts
    may expire.
    """

    as_of: Decimal
    shown: ShownConfiguration
    look: RolloutObservation
    gates: Mapping[str, RolloutGate]
    attested: frozenset[str] = frozenset()
    limits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    approved: bool = False
    least: Term | None = None
    others: Mapping[str, RolloutState] = field(default_factory=dict)
    rollouts: Mapping[str, Rollout] = field(default_factory=dict)
    now: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RolloutDecision:
    """What a snapshot decides. `word` is ADVANCE, HOLD, ROLLBACK or COMPLETE; `target` the stage that follows; `held`
    the time that counts; `earliest` when the next stage can come at the earliest; `expired`: a verdict is too old."""

    word: str
    checks: tuple[Check, ...]
    target: str = ""
    findings: tuple[str, ...] = ()
    held: DwellTime | None = None
    earliest: Decimal | None = None
    expired: bool = False

    @property
    def missing(self) -> tuple[Check, ...]:
        """The checks that do not pass."""
        return tuple(each for each in self.checks if each.word != "pass")


def decide(
    rollout: Rollout, standing: RolloutState, scene: Context, *, again: bool = False
) -> RolloutDecision:
    """Decide over one snapshot; `again`: a person re-arms what was rolled back, or runs anew what is complete."""
    if standing.state in (ROLLED_BACK, COMPLETE) and not again:
        return _over(rollout, standing, scene)
    if standing.state == ACTIVE:
        return _staying(rollout, standing, scene)
    return _entering(rollout, standing, scene)


def occupies(rollout: Rollout | None, standing: RolloutState) -> bool:
    """Tell whether a rollout keeps others of its group out: begun, and neither complete nor back at its first stage."""
    if standing.state in (NONE, COMPLETE):
        return False
    return standing.state == ACTIVE or rollout is None or standing.stage != rollout.first.id


def _over(rollout: Rollout, standing: RolloutState, scene: Context) -> RolloutDecision:
    since, hint = show_time(standing.since), f"`interlock rollout rearm {rollout.id}` begins another attempt"
    if standing.state == COMPLETE:
        return RolloutDecision(HOLD, (Check("state", "pass", f"complete since {since}; {hint}"),))
    state = Check("state", "fail", f"it was rolled back at {since}; {hint}")
    return RolloutDecision(HOLD, (state, _configuration(scene)))


# the first stage of an attempt


def _entering(rollout: Rollout, standing: RolloutState, scene: Context) -> RolloutDecision:
    stage = rollout.stage(standing.stage) if standing.state == ROLLED_BACK else rollout.first
    if stage is None:
        return RolloutDecision(HOLD, (_lost(standing),))
    trigger = scene.gates[rollout.rollback.policy]
    checks = [*_around(rollout, scene), _newest(standing, scene)]
    if trigger.reaches(rollout.rollback.reaches):
        checks.append(Check("triggers", "fail", trigger.told, trigger.parts))
    elif scene.shown.differences or not trigger.evaluated or trigger.expired(scene.now):
        # entering the stage changes the configuration, so that no trigger may be open; nor may one be blind
        checks.append(_gate("triggers", trigger, scene))
    else:
        checks.append(Check("triggers", "pass", f"{trigger.told}; the stage changes nothing"))
    if standing.state == ROLLED_BACK and rollout.rollback.verified:
        checks.append(_gate("rollback verified", scene.gates[rollout.rollback.verified], scene))
    return _course(rollout, stage.id, checks, scene)


# a stage that runs


def _staying(rollout: Rollout, standing: RolloutState, scene: Context) -> RolloutDecision:
    stage = rollout.stage(standing.stage)
    trigger = scene.gates[rollout.rollback.policy]
    if scene.as_of < standing.started:
        return RolloutDecision(HOLD, (_newest(standing, scene),))
    if trigger.reaches(rollout.rollback.reaches):
        target = rollout.back_from(standing.stage).id
        return RolloutDecision(ROLLBACK, (Check("triggers", "fail", trigger.told, trigger.parts),), target)
    if stage is None:
        return RolloutDecision(HOLD, (_lost(standing), _gate("triggers", trigger, scene)))
    held = dwelt(stage.dwell, scene.least, standing.looks, scene.look)
    checks = [
        *_around(rollout, scene),
        _newest(standing, scene),
        _gate("triggers", trigger, scene),
        _configuration(scene),
        *(_canary(name, scene) for name in stage.canary),
        *(_gate("steady", scene.gates[name], scene) for name in stage.restart_on),
        _dwell(held, stage, scene),
        _gate("gate", scene.gates[stage.advance], scene),
        *_approval(rollout, stage, scene),
    ]
    following = rollout.following(stage.id)
    found = _course(rollout, following.id if following else COMPLETE, checks, scene)
    earliest = None if held.until is None else max(held.until, scene.as_of)
    findings = (*scene.shown.differences, *_overdue(stage, standing, scene, found))
    return RolloutDecision(found.word, found.checks, found.target, findings, held, earliest, found.expired)


def _course(rollout: Rollout, target: str, checks: list[Check], scene: Context) -> RolloutDecision:
    good = all(each.word == "pass" for each in checks)
    word = HOLD if not good else COMPLETE if target == COMPLETE else ADVANCE
    expired = any(gate.expired(scene.now) for gate in scene.gates.values())
    return RolloutDecision(word, tuple(checks), target, expired=expired)


def _around(rollout: Rollout, scene: Context) -> Iterator[Check]:
    """The rollouts that come before, and those that may not run at the same time."""
    for each in rollout.after:
        other = scene.others.get(each.rollout, RolloutState())
        if other.state != COMPLETE:
            yield Check("after", "fail", f"{each.rollout} is {other.state}, {COMPLETE} is needed")
        elif scene.as_of < each.dwell.end(other.since):
            done, end = show_time(other.since), show_time(each.dwell.end(other.since))
            yield Check(
                "after", "fail", f"{each.rollout} is complete since {done}, {each.dwell} end at {end}"
            )
        else:
            yield Check("after", "pass", f"{each.rollout} is complete since {show_time(other.since)}")
    busy = [name for name, other in sorted(scene.others.items()) if _keeps_out(rollout, name, other, scene)]
    if busy:
        yield Check("one at a time", "fail", f"{', '.join(busy)} runs; one rollout of a group at a time")


def _keeps_out(rollout: Rollout, name: str, other: RolloutState, scene: Context) -> bool:
    """A rollout whose document is gone could belong to any group."""
    found = scene.rollouts.get(name)
    group = found is None or found.exclusive == rollout.exclusive
    return name != rollout.id and group and occupies(found, other)


def _newest(standing: RolloutState, scene: Context) -> Check:
    times = [standing.since, *(each.at for each in standing.looks)]
    newest = max(times)
    if standing.moves and scene.as_of < newest:
        text = f"it is as of {show_time(scene.as_of)}, and the ledger knows {show_time(newest)}"
        return Check("snapshot", "fail", text)
    return Check("snapshot", "pass", f"as of {show_time(scene.as_of)}")


def _gate(about: str, gate: RolloutGate, scene: Context) -> Check:
    if gate.expired(scene.now):
        return Check(about, "unknown", f"{gate.expired(scene.now)} and has expired")
    if gate.best:
        return Check(about, "pass", gate.told)
    return Check(about, "fail" if gate.evaluated else "unknown", gate.told, gate.parts)


def _configuration(scene: Context) -> Check:
    if scene.shown.differences:
        found = scene.shown.differences
        parts = ("not as the stage says:", *found) if len(found) > 1 else ()
        return Check("configuration", "fail", "; ".join(found), parts)
    return Check("configuration", "pass", "as the stage says")


def _canary(name: str, scene: Context) -> Check:
    members = ", ".join(scene.shown.canary.get(name, ()))
    if not members:
        return Check("canary", "fail", f"`{name}` limits nothing")
    if not scene.limits.get(name, frozenset()) & scene.attested:
        wanted = " or ".join(f"`interlock attest {each}`" for each in sorted(scene.limits.get(name, ())))
        return Check("canary", "fail", f"nobody attests that `{name}` is {members}: {wanted}")
    return Check("canary", "pass", f"`{name}` is {members}, as attested")


def _dwell(held: DwellTime, stage: Stage, scene: Context) -> Check:
    if scene.now is not None and scene.now - scene.as_of > stage.dwell.max_gap:
        gap = f"longer ago than {show_duration(stage.dwell.max_gap)}"
        return Check(
            "time", "unknown", f"the newest snapshot is of {show_time(scene.as_of)}, {gap}: collect a new one"
        )
    if held.least is None:
        hint = "the environment gives it under `dwell:`"
        return Check("time", "unknown", f"nobody says how long the stage lasts at least: {hint}")
    if held.start is None or held.until is None:
        differs = bool(scene.shown.differences)
        why = (
            "the configuration is not the stage's"
            if differs
            else "a policy that restarts it is not at its best"
        )
        return Check("time", "fail", f"none of {held.least}: {why}")
    text = f"{held.shown} of {held.least}, since {show_time(held.start)}"
    if scene.as_of >= held.until:
        return Check("time", "pass", text)
    return Check("time", "fail", f"{text}, until {show_time(held.until)}")


def _approval(rollout: Rollout, stage: Stage, scene: Context) -> Iterator[Check]:
    if stage.approve is None:
        return
    roles = ", ".join(stage.approve.roles)
    if scene.approved:
        yield Check("approval", "pass", f"{stage.approve.quorum} of {stage.approve.quorum} ({roles})")
    else:
        hint = f"`interlock attest {stage.approve.name}`"
        yield Check("approval", "fail", f"{stage.approve.quorum} must agree ({roles}): {hint}")


def _overdue(stage: Stage, standing: RolloutState, scene: Context, found: RolloutDecision) -> Iterator[str]:
    target = stage.dwell.target
    if target is not None and found.word == HOLD and scene.as_of >= target.end(standing.entered):
        entered = show_time(standing.entered)
        yield f"review due: in `{stage.id}` since {entered}, {target} were planned"


def _lost(standing: RolloutState) -> Check:
    return Check("state", "fail", f"the stage `{standing.stage}` is gone from the document")
