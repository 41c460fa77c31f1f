"""The format `json`: verdict records with refusals and notes, as canonical JSON."""

from __future__ import annotations

from collections.abc import Sequence

from ..canonical import canonical
from ..language.times import show_time
from ..limits import FORMAT
from .evaluation_result import EvaluationResult, ReportStyle

__all__ = ["render"]


def render(judged: Sequence[EvaluationResult], look: ReportStyle) -> str:
    """Return one line: every record, and what was refused, expired, opened by a waiver or noted, with its instant."""
    table = {
        "interlock": FORMAT,
        "verdicts": [verdict.record() for each in judged for verdict in each.verdicts],
        "refusals": [
            {**_where(each), "policy": refused.policy, "reason": refused.reason}
            for each in judged
            for refused in each.decision.refusals
        ],
        "expired": [
            {**_where(each), "policy": verdict.policy, "member": verdict.member}
            for each in judged
            for verdict in each.verdicts
            if each.expired(verdict)
        ],
        "opened": [
            {**_where(each), "policy": verdict.policy, "member": verdict.member, "told": verdict.headline}
            for each in judged
            for verdict in each.opened
        ],
        "notes": [
            {**_where(each), "note": note} for each in judged for note in (*each.decision.notes, *each.unused)
        ],
    }
    return canonical(table).decode("utf-8") + "\n"


def _where(judged: EvaluationResult) -> dict[str, object]:
    return {"as_of": show_time(judged.snapshot.as_of), "snapshot": judged.snapshot.digest}
