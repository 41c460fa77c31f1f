"""The artefacts of a desk, worst first: as a table, and as JSON."""

from __future__ import annotations

from ...analysis.desk_check import STATES, DeskCheck
from ...canonical import canonical
from ...language.times import show_time
from ...wording import number
from ..style import ReportStyle
from ..tables import Cell, Table, wrapped

__all__ = ["as_json", "as_text"]

_TONES = {
    "missing": "bad",
    "other form": "bad",
    "stale": "middle",
    "not looked at": "middle",
}


def as_text(found: DeskCheck, style: ReportStyle) -> str:
    """Return a row an artefact with its state and why, and a line that counts them."""
    table = Table(("state", "artefact", "why"))
    for each in found.artefacts:
        why = each.detail or _fine(each.metrics, each.unknown)
        table.add(Cell(each.state, _TONES.get(each.state, "good")), each.place, why)
    counts = ", ".join(f"{found.count(state)} {state}" for state in STATES if found.count(state))
    what = number(len(found.artefacts), "artefact")
    line = f"{what} as of {show_time(found.as_of)}: {counts or 'no source'}"
    return table.text(style) + "\n" + "".join(f"{each}\n" for each in wrapped(line, style.width))


def _fine(metrics: int, unknown: int) -> str:
    less = f", {unknown} without a value yet" if unknown else ""
    return f"{number(metrics, 'metric')}{less}"


def as_json(found: DeskCheck, style: ReportStyle) -> str:
    """Return one line: each artefact with its source, state, why, and the counts of its metrics."""
    rows = [
        {
            "source": each.source,
            "artefact": each.place,
            "state": each.state,
            "why": each.detail,
            "metrics": each.metrics,
            "unknown": each.unknown,
        }
        for each in found.artefacts
    ]
    return canonical({"as_of": show_time(found.as_of), "artefacts": rows}).decode("utf-8") + "\n"
