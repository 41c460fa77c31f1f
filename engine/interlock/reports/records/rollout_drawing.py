"""The status of a rollout as a drawing: its stages, the present one, what is missing, and when the next may begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnostics import columns
from ...language.times import show_time
from ...ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RolloutState
from ...policy.rollout_model import Rollout, Stage
from ...rollout.decision import Check, RolloutDecision
from ...wording import number
from ..escaping import line
from ..style import ReportStyle, mark
from ..tables import Cell, aligned, wrapped

__all__ = ["RolloutStatus", "as_text"]

_TONES = {"pass": "good", "fail": "bad", "unknown": "unknown"}
_STATES = {ACTIVE: "good", COMPLETE: "good", ROLLED_BACK: "bad", NONE: "idle"}
_ENTERING = ("BEGIN", "ADVANCE", "REARM")
_HERE = ("●", ">")
_JOINTS = ("───", "---")


@dataclass(frozen=True, slots=True)
class RolloutStatus:
    """A rollout, its recorded state, and what one snapshot decides."""

    rollout: Rollout
    state: RolloutState
    decision: RolloutDecision


def as_text(status: RolloutStatus, style: ReportStyle) -> str:
    """Return a drawing of the stages, the decision of one snapshot, and every check behind it."""
    lines = [*_head(status, style), "", *_stages(status, style), "", *_table(status, style), ""]
    return "".join(f"{each}\n" for each in [*lines, *_decision(status, style)])


def _head(status: RolloutStatus, style: ReportStyle) -> Iterator[str]:
    rollout, state = status.rollout, status.state
    shown = style.paint(state.state, _STATES[state.state])
    yield f"{style.paint(line(rollout.id), 'strong')} {rollout.version}: {shown}"
    yield from wrapped(line(rollout.title), style.width, "  ", "  ")
    if state.changes:
        where = f"in {state.stage} " if state.active else ""
        yield f"  attempt {state.attempt}, {where}since {show_time(state.since)}"
    if state.state == ROLLED_BACK:
        move = state.changes[-1]
        text = f"rolled back from {move.source} to {move.target}: {line(move.reason)}"
        yield from wrapped(text, style.width, "  ", "  ")


def _stages(status: RolloutStatus, style: ReportStyle) -> Iterator[str]:
    """The line of stages; where it would be too long, one stage a line."""
    stages = status.rollout.stages
    names = [_stage(each.id, _tone(status, each), style) for each in stages]
    names.append(_stage("complete", "good" if status.state.state == COMPLETE else "idle", style))
    joint = f" {_JOINTS[style.ascii]} "
    plain = 2 + sum(columns(name) + 2 for name in [*(each.id for each in stages), "complete"])
    if plain + len(joint) * len(stages) <= style.width:
        yield "  " + joint.join(names)
    else:
        yield from (f"  {each}" for each in names)


def _tone(status: RolloutStatus, stage: Stage) -> str:
    """How a stage is marked: passed, the present one, the one that was rolled back, or a later one."""
    state, names = status.state, [each.id for each in status.rollout.stages]
    if state.state == COMPLETE:
        return "good"
    place = state.changes[-1].source if state.state == ROLLED_BACK else state.stage
    if place not in names:
        return "idle"
    if stage.id == place:
        return "here" if state.active else "bad"
    return "good" if names.index(stage.id) < names.index(place) else "idle"


def _stage(name: str, tone: str, style: ReportStyle) -> str:
    sign = _HERE[style.ascii] if tone == "here" else mark(tone, style)
    return style.paint(f"{sign} {name}", "strong" if tone == "here" else tone)


def _table(status: RolloutStatus, style: ReportStyle) -> Iterator[str]:
    state, decision = status.state, status.decision
    last = "time that counts" if state.active else "title"
    rows = [tuple(Cell(each, "faint") for each in ("", "stage", "entered", "least", last))]
    attempt = [each for each in state.changes if each.attempt == state.attempt and each.action in _ENTERING]
    entered = {each.target: each.at for each in attempt}
    for stage in status.rollout.stages:
        here = state.active and stage.id == state.stage
        tone = _tone(status, stage)
        sign = _HERE[style.ascii] if tone == "here" else mark(tone, style)
        least = decision.dwell.minimum if here and decision.dwell else stage.dwell.least
        at = show_time(entered[stage.id]) if stage.id in entered and tone != "idle" else ""
        rows.append(
            (
                Cell(f"  {sign}", "strong" if tone == "here" else tone),
                Cell(line(stage.id)),
                Cell(at),
                Cell(str(least) if least is not None else "as the environment says"),
                Cell(_held(decision) if here else line(stage.title)),
            )
        )
    yield from aligned(rows, style)


def _held(decision: RolloutDecision) -> str:
    held = decision.dwell
    if held is None or held.start is None:
        return "none"
    return f"{held.elapsed}, since {show_time(held.start)}"


def _decision(status: RolloutStatus, style: ReportStyle) -> Iterator[str]:
    decision = status.decision
    word = COMPLETE if status.state.state == COMPLETE else decision.action
    tone = {"HOLD": "middle", "ROLLBACK": "bad"}.get(word, "good")
    yield style.paint(word, tone) + _missing(status)
    rows = [row for each in sorted(decision.checks, key=_passes) for row in _rows(each, style)]
    if rows:
        yield from aligned(rows, style)
    shown = "; ".join(each.text for each in decision.checks)
    for each in (each for each in decision.findings if each not in shown):
        yield from wrapped(line(each), style.width, f"  {mark('middle', style)} ", "    ")


def _missing(status: RolloutStatus) -> str:
    """How many checks the next stage lacks, and when it can begin at the earliest."""
    decision = status.decision
    if not decision.missing or not decision.target:
        return ""
    text = f": {number(len(decision.missing), 'check')} in the way of {decision.target}"
    if status.state.active and decision.earliest is not None:
        text += f" ({show_time(decision.earliest)} at the earliest)"
    return text


def _passes(check: Check) -> bool:
    return check.status == "pass"


def _rows(check: Check, style: ReportStyle) -> Iterator[tuple[Cell, ...]]:
    """A check with its text, on lines of their own where that has several parts."""
    tone = _TONES[check.status]
    first, *more = check.parts or (check.text,)
    yield Cell(f"  {mark(tone, style)}", tone), Cell(check.about), Cell(line(first))
    for each in more:
        yield Cell(""), Cell(""), Cell(f"- {line(each)}")
