"""What a collection tells a person on stderr: how much is known, and what is not, why and where."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal

from ..api import PolicySet
from ..collect.collection import Collection, Explanation
from ..language.times import show_time
from ..policy.catalogue import RESERVED
from . import terminal
from .terminal_tables import Table

__all__ = ["report"]

_ROWS = 20

Row = tuple[str, str, str, str]


def report(policies: PolicySet, found: Collection, as_of: Decimal, everything: bool) -> None:
    """Print the summary, the unknown metrics (the first 20 unless `everything`) and the findings."""
    rows = [row for each in found.explanations.values() for row in _unknown(each)]
    blank = sum(_is_blank(each) for each in found.explanations.values())
    metrics = policies.catalogue.metrics
    declared = [each for each in metrics.values() if each.record is None and each.name not in RESERVED]
    without = len(declared) - len(found.explanations)
    counts = f"{len(found.explanations) - blank} metrics known, {blank} unknown"
    rest = f", {without} without a source" if without else ""
    terminal.tell(f"as of {show_time(as_of)}: {counts}{rest}")
    _table(rows, everything)
    if found.findings:
        terminal.tell("\n" + terminal.complaints(found.findings, {}, sys.stderr))


def _table(rows: list[Row], everything: bool) -> None:
    shown = rows if everything else rows[:_ROWS]
    if not shown:
        return
    scoped = any(row[1] for row in shown)
    table = Table(("unknown", *(("member",) if scoped else ()), "cause", "detail"))
    table.colours = dict.fromkeys((row[2] for row in rows), "yellow")
    for name, member, *rest in shown:
        table.add(name, *((member,) if scoped else ()), *rest)
    terminal.tell("")
    table.show(aside=True)
    if len(rows) > len(shown):
        terminal.tell(f"and {len(rows) - len(shown)} more: `--all` lists them")


def _unknown(told: Explanation) -> Iterator[Row]:
    """Yield a row for each value of a metric that is unknown: one, or one for each member."""
    if told.entry is not None and "unknown" in told.entry:
        yield told.metric, "", str(told.entry["unknown"]), _place(told, told.entry)
    for member, entry in sorted((told.members or {}).items()):
        if "unknown" in entry:
            yield told.metric, member, str(entry["unknown"]), _place(told, entry)


def _place(told: Explanation, entry: dict[str, object]) -> str:
    """Where and why; the file is named once."""
    detail, file = str(entry.get("detail") or ""), told.place.partition(": ")[0]
    return detail if file and file in detail else f"{told.place}: {detail}".strip(": ")


def _is_blank(told: Explanation) -> bool:
    """Whether nothing at all is known of the metric."""
    entries = list((told.members or {}).values()) if told.entry is None else [told.entry]
    return all("unknown" in each for each in entries)
