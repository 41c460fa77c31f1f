"""Draws a rollout for a terminal: its stages, where it is, since when, what is missing, and when the next may come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..diagnostics import columns
from ..language.times import show_time
from ..ledger.state.rollout_state import ACTIVE, COMPLETE, NONE, ROLLED_BACK, RecordedChange, RolloutState
from ..policy.rollout_model import Rollout, Stage
from ..rollout.decision import Check, RolloutDecision
from ..wording import number
from .escaping import line
from .evaluation_result import ReportStyle
from .marks import mark
from .tables import Cell, aligned, wrapped
from .templating import rendered

__all__ = ["drawn", "incident", "record_of", "told"]

_TONES = {"pass": "good", "fail": "bad", "unknown": "blind"}
_STATES = {ACTIVE: "good", COMPLETE: "good", ROLLED_BACK: "bad", NONE: "idle"}
_ENTERING = ("BEGIN", "ADVANCE", "REARM")
_HERE = ("●", ">")
_JOINTS = ("───", "---")
_WORDS = {"ROLLBACK": "bad", "COMPLETE": "good"}
_HEADINGS = tuple(Cell(each, "faint") for each in ("time", "attempt", "change", "from", "to", "by", "reason"))
_REASON = 40
"""Columns that a reason needs to be read; a narrower terminal gets two lines for each change."""


def drawn(rollout: Rollout, standing: RolloutState, course: RolloutDecision, look: ReportStyle) -> str:
    """Return the picture of a rollout, what one snapshot decides, and every check behind that."""
    lines = [
        *_head(rollout, standing, look),
        "",
        *_stages(rollout, standing, look),
        "",
        *_table(rollout, standing, course, look),
        "",
        *_decision(standing, course, look),
    ]
    return "".join(f"{each}\n" for each in lines)


def incident(note: Mapping[str, object]) -> str:
    """Return the incident note of a rollback as Markdown."""
    return rendered("incident.md", note=note)


def told(moves: Sequence[RecordedChange], look: ReportStyle) -> str:
    """Return every change of a rollout as a table; where that would be too wide, in two lines each."""
    rows = [_change(each) for each in moves]
    wide = max(sum(columns(cell.text) + 2 for cell in row[:-1]) for row in [_HEADINGS, *rows])
    if wide + _REASON > look.width:
        return "".join(f"{each}\n" for move in moves for each in _stacked(move, look))
    return "".join(f"{each}\n" for each in aligned([_HEADINGS, *rows], look.width, look.paint, right=(1,)))


def _change(move: RecordedChange) -> tuple[Cell, ...]:
    return (
        Cell(show_time(move.at)),
        Cell(str(move.attempt)),
        Cell(move.word, _WORDS.get(move.word, "idle")),
        *(Cell(line(each)) for each in (move.source, move.target, move.by, move.reason)),
    )


def _stacked(move: RecordedChange, look: ReportStyle) -> Iterator[str]:
    where = " to ".join(dict.fromkeys(line(each) for each in (move.source, move.target) if each))
    word = look.paint(move.word, _WORDS.get(move.word, "idle"))
    yield f"{show_time(move.at)}  {word} {where}, attempt {move.attempt}, by {line(move.by)}"
    yield from wrapped(line(move.reason), look.width, "  ", "  ")


def record_of(rollout: Rollout, standing: RolloutState, course: RolloutDecision | None) -> dict[str, object]:
    """Return where a rollout stands, and what a snapshot decides, as plain data."""
    found: dict[str, object] = {
        "rollout": rollout.id,
        "version": rollout.version,
        "state": standing.state,
        "attempt": standing.attempt,
        "stage": standing.stage or None,
        "since": show_time(standing.since) if standing.moves else None,
    }
    if course is not None:
        found["decision"] = course.word
        found["next"] = course.target or None
        found["earliest"] = None if course.earliest is None else show_time(course.earliest)
        found["held_since"] = (
            show_time(course.held.start) if course.held and course.held.start is not None else None
        )
        found["checks"] = [
            {"about": each.about, "is": each.word, "text": each.text} for each in course.checks
        ]
        found["findings"] = list(course.findings)
    return found


def _head(rollout: Rollout, standing: RolloutState, look: ReportStyle) -> Iterator[str]:
    state = look.paint(standing.state, _STATES[standing.state])
    yield f"{look.paint(line(rollout.id), 'strong')} {rollout.version}: {state}"
    yield from wrapped(line(rollout.title), look.width, "  ", "  ")
    if standing.moves:
        where = f"in {standing.stage} " if standing.active else ""
        yield f"  attempt {standing.attempt}, {where}since {show_time(standing.since)}"
    if standing.state == ROLLED_BACK:
        move = standing.moves[-1]
        told = f"rolled back from {move.source} to {move.target}: {line(move.reason)}"
        yield from wrapped(told, look.width, "  ", "  ")


def _stages(rollout: Rollout, standing: RolloutState, look: ReportStyle) -> Iterator[str]:
    """The line of stages; where it would be too long, one stage a line."""
    words = [_stage(each.id, _tone(rollout, standing, each), look) for each in rollout.stages]
    done = standing.state == COMPLETE
    words.append(_stage("complete", "good" if done else "idle", look))
    joint = f" {_JOINTS[look.ascii]} "
    plain = 2 + sum(columns(name) + 2 for name in [*(each.id for each in rollout.stages), "complete"])
    if plain + len(joint) * len(rollout.stages) <= look.width:
        yield "  " + joint.join(words)
    else:
        yield from (f"  {each}" for each in words)


def _tone(rollout: Rollout, standing: RolloutState, stage: Stage) -> str:
    """How a stage is marked: passed, the present one, the one that was rolled back, or still to come."""
    names = [each.id for each in rollout.stages]
    if standing.state == COMPLETE:
        return "good"
    place = standing.moves[-1].source if standing.state == ROLLED_BACK else standing.stage
    if place not in names:
        return "idle"
    if stage.id == place:
        return "here" if standing.active else "bad"
    return "good" if names.index(stage.id) < names.index(place) else "idle"


def _stage(name: str, tone: str, look: ReportStyle) -> str:
    sign = _HERE[look.ascii] if tone == "here" else mark(tone, look)
    return look.paint(f"{sign} {name}", "strong" if tone == "here" else tone)


def _table(
    rollout: Rollout, standing: RolloutState, course: RolloutDecision, look: ReportStyle
) -> Iterator[str]:
    last = "time that counts" if standing.active else "title"
    rows = [tuple(Cell(each, "faint") for each in ("", "stage", "entered", "least", last))]
    attempt = [each for each in standing.moves if each.attempt == standing.attempt and each.word in _ENTERING]
    entered = {each.target: each.at for each in attempt}
    for stage in rollout.stages:
        here = standing.active and stage.id == standing.stage
        tone = _tone(rollout, standing, stage)
        sign = _HERE[look.ascii] if tone == "here" else mark(tone, look)
        least = course.held.least if here and course.held else stage.dwell.least
        at = show_time(entered[stage.id]) if stage.id in entered and tone != "idle" else ""
        rows.append(
            (
                Cell(f"  {sign}", "strong" if tone == "here" else tone),
                Cell(line(stage.id)),
                Cell(at),
                Cell(str(least) if least is not None else "as the environment says"),
                Cell(_counted(course) if here else line(stage.title)),
            )
        )
    yield from aligned(rows, look.width, look.paint)


def _counted(course: RolloutDecision) -> str:
    held = course.held
    if held is None or held.start is None:
        return "none"
    return f"{held.shown}, since {show_time(held.start)}"


def _decision(standing: RolloutState, course: RolloutDecision, look: ReportStyle) -> Iterator[str]:
    word = COMPLETE if standing.state == COMPLETE else course.word
    tone = {"HOLD": "middle", "ROLLBACK": "bad"}.get(word, "good")
    yield look.paint(word, tone) + _wayside(standing, course)
    rows = [row for each in sorted(course.checks, key=_passes) for row in _rows(each, look)]
    if rows:
        yield from aligned(rows, look.width, look.paint)
    shown = "; ".join(each.text for each in course.checks)
    for each in (each for each in course.findings if each not in shown):
        yield from wrapped(line(each), look.width, f"  {mark('middle', look)} ", "    ")


def _wayside(standing: RolloutState, course: RolloutDecision) -> str:
    """How much is in the way of the next stage, and when it can come at the earliest."""
    if not course.missing or not course.target:
        return ""
    told = f": {number(len(course.missing), 'check')} in the way of {course.target}"
    if standing.active and course.earliest is not None:
        told += f" ({show_time(course.earliest)} at the earliest)"
    return told


def _passes(check: Check) -> bool:
    return check.word == "pass"


def _rows(check: Check, look: ReportStyle) -> Iterator[tuple[Cell, ...]]:
    """A check with its text, on lines of their own where that has several parts."""
    tone = _TONES[check.word]
    first, *more = check.parts or (check.text,)
    yield Cell(f"  {mark(tone, look)}", tone), Cell(check.about), Cell(line(first))
    for each in more:
        yield Cell(""), Cell(""), Cell(f"- {line(each)}")
