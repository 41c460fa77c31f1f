"""Rollouts as records: the list of them, the status of one, its history, and the note of an incident."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...canonical import canonical
from ...diagnostics import columns
from ...language.times import show_time
from ...ledger.state.rollout_state import RecordedChange, RolloutState
from ...policy.rollout_model import Rollout
from ..escaping import line
from ..style import ReportStyle
from ..tables import Cell, Table, wrapped
from ..templating import filled
from .rollout_drawing import RolloutStatus

__all__ = [
    "ListedRollout",
    "history_as_json",
    "history_as_markdown",
    "history_as_text",
    "incident_as_json",
    "incident_as_markdown",
    "list_as_json",
    "list_as_markdown",
    "list_as_text",
    "status_as_json",
    "status_as_markdown",
]

_TONES = {"ROLLBACK": "bad", "COMPLETE": "good"}
_REASON = 40
"""Columns that a reason needs to be read; a narrower terminal gets two lines for each change."""


@dataclass(frozen=True, slots=True)
class ListedRollout:
    """A rollout of the policy root or the ledger; `rollout` is None where its document is gone."""

    name: str
    rollout: Rollout | None
    state: RolloutState


def list_as_text(listed: Sequence[ListedRollout], style: ReportStyle) -> str:
    """Return a row for each rollout."""
    return _listed(listed).text(style)


def list_as_markdown(listed: Sequence[ListedRollout], style: ReportStyle) -> str:
    """Return the same rows in Markdown."""
    return _listed(listed).markdown()


def list_as_json(listed: Sequence[ListedRollout], style: ReportStyle) -> str:
    """Return one line with a record for each rollout."""
    return _line(
        [_short(each) if each.rollout is None else _record(each.rollout, each.state) for each in listed]
    )


def _listed(listed: Sequence[ListedRollout]) -> Table:
    table = Table(("rollout", "state", "attempt", "stage", "since"), right=("attempt",))
    for each in listed:
        state = each.state
        since = show_time(state.since) if state.changes else ""
        gone = "" if each.rollout is not None else " (no document)"
        table.add(each.name + gone, state.state, str(state.attempt or ""), state.stage, since)
    return table


def _short(listed: ListedRollout) -> dict[str, object]:
    state = listed.state
    return {"rollout": listed.name, "state": state.state, "attempt": state.attempt, "stage": state.stage}


def _record(rollout: Rollout, state: RolloutState) -> dict[str, object]:
    return {
        "rollout": rollout.id,
        "version": rollout.version,
        "state": state.state,
        "attempt": state.attempt,
        "stage": state.stage or None,
        "since": show_time(state.since) if state.changes else None,
    }


def status_as_json(status: RolloutStatus, style: ReportStyle) -> str:
    """Return one line: the state of a rollout, and what one snapshot decides."""
    decision = status.decision
    start = decision.dwell.start if decision.dwell else None
    table = {
        **_record(status.rollout, status.state),
        "decision": decision.action,
        "next": decision.target or None,
        "earliest": None if decision.earliest is None else show_time(decision.earliest),
        "held_since": None if start is None else show_time(start),
        "checks": [{"about": each.about, "is": each.status, "text": each.text} for each in decision.checks],
        "findings": list(decision.findings),
    }
    return _line(table)


def status_as_markdown(status: RolloutStatus, style: ReportStyle) -> str:
    """Return a list of stages with the present one marked, the decision, and a table of the checks."""
    checks = Table(("check", "is", "text"))
    for each in status.decision.checks:
        checks.add(each.about, each.status, each.text)
    table = checks.markdown() if checks.rows else ""
    return filled("rollout.md", rollout=status.rollout, state=status.state, decision=status.decision) + table


def history_as_text(moves: Sequence[RecordedChange], style: ReportStyle) -> str:
    """Return a row for each change; where the table would be too wide, two lines for each."""
    table = _history(moves)
    wide = max(sum(columns(cell.text) + 2 for cell in row[:-1]) for row in table.rows)
    if wide + _REASON > style.width:
        return "".join(f"{each}\n" for move in moves for each in _stacked(move, style))
    return table.text(style)


def history_as_markdown(moves: Sequence[RecordedChange], style: ReportStyle) -> str:
    """Return the same rows in Markdown."""
    return _history(moves).markdown()


def history_as_json(moves: Sequence[RecordedChange], style: ReportStyle) -> str:
    """Return one line with a record for each change."""
    return _line([_change(each) for each in moves])


def _history(moves: Sequence[RecordedChange]) -> Table:
    table = Table(("time", "attempt", "change", "from", "to", "by", "reason"), right=("attempt",))
    for each in moves:
        change = Cell(each.action, _TONES.get(each.action, "idle"))
        texts = map(line, (each.source, each.target, each.by, each.reason))
        table.add(show_time(each.at), str(each.attempt), change, *texts)
    return table


def _stacked(move: RecordedChange, style: ReportStyle) -> Iterator[str]:
    where = " to ".join(dict.fromkeys(line(each) for each in (move.source, move.target) if each))
    change = style.paint(move.action, _TONES.get(move.action, "idle"))
    yield f"{show_time(move.at)}  {change} {where}, attempt {move.attempt}, by {line(move.by)}"
    yield from wrapped(line(move.reason), style.width, "  ", "  ")


def _change(move: RecordedChange) -> dict[str, object]:
    return {
        "at": show_time(move.at), "attempt": move.attempt, "decision": move.action, "from": move.source,
        "to": move.target, "version": move.version, "by": move.by, "reason": move.reason, "note": move.note,
    }  # fmt: skip


def incident_as_markdown(note: Mapping[str, Any], style: ReportStyle) -> str:
    """Return the incident note of a rollback: what fired, what it concerns, and what to set back."""
    return filled("incident.md", note=note)


def incident_as_json(note: Mapping[str, Any], style: ReportStyle) -> str:
    """Return the note as it was recorded."""
    return json.dumps(note, indent=2, default=str) + "\n"


def _line(table: object) -> str:
    return canonical(table).decode("utf-8") + "\n"
