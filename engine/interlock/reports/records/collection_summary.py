"""What a collection found: how many metrics are known, which are unknown and why, and how one came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...canonical import canonical
from ...collect.collection import Collection, Explanation
from ...diagnostics import Collector, printable
from ...language.times import show_time
from ..renderers import rendered
from ..style import ReportStyle
from ..tables import Cell, Table

__all__ = ["CollectionSummary", "as_json", "as_text", "origin_as_json", "origin_as_text"]

_ROWS = 20

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """One collection as of an instant (seconds since the epoch).

    `without` is the number of metrics that no source supplies; `everything` asks for every unknown metric, not only the
    first 20.
    """

    collection: Collection
    as_of: Decimal
    without: int
    everything: bool = False

    @property
    def unknown(self) -> int:
        """The number of metrics of which no value is known."""
        return sum(_is_unknown(each) for each in self.collection.explanations.values())

    @property
    def known(self) -> int:
        """The number of metrics of which some value is known."""
        return len(self.collection.explanations) - self.unknown

    @property
    def rows(self) -> list[Row]:
        """Metric, member, cause and detail of each value that is unknown."""
        return [row for each in self.collection.explanations.values() for row in _rows(each)]


def as_text(summary: CollectionSummary, style: ReportStyle) -> str:
    """Return the counts, the unknown metrics and the findings."""
    rest = f", {summary.without} without a source" if summary.without else ""
    head = (
        f"as of {show_time(summary.as_of)}: {summary.known} metrics known, {summary.unknown} unknown{rest}\n"
    )
    findings = rendered("diagnostics", "text", Collector(list(summary.collection.findings)), style)
    return "\n".join([head, *filter(None, [_table(summary, style), findings])])


def _table(summary: CollectionSummary, style: ReportStyle) -> str:
    rows = summary.rows
    shown = rows if summary.everything else rows[:_ROWS]
    if not shown:
        return ""
    scoped = any(member for _, member, _, _ in shown)
    table = Table(("unknown", *(("member",) if scoped else ()), "cause", "detail"))
    for name, member, cause, detail in shown:
        table.add(name, *((member,) if scoped else ()), Cell(cause, "middle"), detail)
    more = f"and {len(rows) - len(shown)} more: `--all` lists them\n" if len(rows) > len(shown) else ""
    return table.text(style) + more


def as_json(summary: CollectionSummary, style: ReportStyle) -> str:
    """Return one line with the counts, every unknown value and every finding."""
    table = {
        "as_of": show_time(summary.as_of),
        "known": summary.known,
        "unknown": summary.unknown,
        "without_source": summary.without,
        "unknown_values": [
            {"metric": name, "member": member or None, "cause": cause, "detail": detail}
            for name, member, cause, detail in summary.rows
        ],
        "findings": [str(each) for each in summary.collection.findings],
    }
    return canonical(table).decode("utf-8") + "\n"


def origin_as_text(explanation: Explanation, style: ReportStyle) -> str:
    """Return the value of one metric with its source, files, rows and SQL."""
    return "".join(f"{printable(each)}\n" for each in explanation.lines())


def origin_as_json(explanation: Explanation, style: ReportStyle) -> str:
    """Return the same as one line."""
    covered = explanation.covered
    names = ("metric", "source", "place", "format", "rows", "sql", "ran", "archived", "entry", "members")
    table = {name: getattr(explanation, name) for name in names} | {
        "files": [{"file": name, "sha256": digest} for name, digest in explanation.files],
        "torn": list(explanation.torn),
        "covered": None if covered is None else [show_time(covered.start), show_time(covered.end)],
    }
    return canonical(table).decode("utf-8") + "\n"


def _rows(explanation: Explanation) -> Iterator[Row]:
    """Yield a row for each value of a metric that is unknown: one, or one for each member."""
    if explanation.entry is not None and "unknown" in explanation.entry:
        yield (
            explanation.metric,
            "",
            str(explanation.entry["unknown"]),
            _detail(explanation, explanation.entry),
        )
    for member, entry in sorted((explanation.members or {}).items()):
        if "unknown" in entry:
            yield explanation.metric, member, str(entry["unknown"]), _detail(explanation, entry)


def _detail(explanation: Explanation, entry: dict[str, object]) -> str:
    """Where and why; the file is named once."""
    detail, file = str(entry.get("detail") or ""), explanation.place.partition(": ")[0]
    return detail if file and file in detail else f"{explanation.place}: {detail}".strip(": ")


def _is_unknown(explanation: Explanation) -> bool:
    """Whether no value of the metric is known."""
    entries = [explanation.entry] if explanation.entry is not None else (explanation.members or {}).values()
    return all("unknown" in each for each in entries)
