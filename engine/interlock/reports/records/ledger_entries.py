"""Entries of a ledger as a table with a line for each, and whole as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...ledger.file.entry import Entry, json_lines
from ..style import ReportStyle
from ..tables import Table

__all__ = ["as_json", "as_markdown", "as_text"]

Data = Mapping[str, Any]


def as_text(entries: Sequence[Entry], style: ReportStyle) -> str:
    """Return a row for each entry."""
    return _table(entries).text(style)


def as_markdown(entries: Sequence[Entry], style: ReportStyle) -> str:
    """Return the same rows in Markdown."""
    return _table(entries).markdown()


def as_json(entries: Sequence[Entry], style: ReportStyle) -> str:
    """Return a line for each entry, whole."""
    return b"".join(json_lines(entries)).decode("utf-8", "backslashreplace")


def _table(entries: Sequence[Entry]) -> Table:
    table = Table(("entry", "time", "kind", "what"), right=("entry",))
    for each in entries:
        table.add(str(each.sequence), each.time, each.kind, _summary(each))
    return table


def _verdict(data: Data) -> str:
    record = data["verdict"]
    waived = ", by a waiver" if record.get("unwaived") else ""
    return f"{record['policy']}{_at(record['member'])}: {record['verdict']}{waived}"


def _latch(data: Data) -> str:
    return f"{data['policy']}/{data['rule']}{_at(data['member'])}: {data['reason']}"


def _observation(data: Data) -> str:
    status = "as it should be" if data["good"] else "; ".join(data["differences"]) or "its time begins again"
    return f"{data['rollout']} in {data['stage']}: {status}"


def _notification(data: Data) -> str:
    withheld = data.get("withheld")
    spared = f", not {', '.join(withheld)}: {data['inhibited_by']}" if withheld else ""
    return f"{data['policy']} {data['verdict']}: {', '.join(data['audience']) or 'no audience'}{spared}"


_SUMMARIES: dict[str, Callable[[Data], str]] = {
    "begin": lambda data: f"begun by {data['by']}, after {data['after']}",
    "verdict": _verdict,
    "latch": _latch,
    "rearm": _latch,
    "waiver": lambda data: (
        f"{data['policy']}/{data['rule']} while {data['outcome']} until {data['until']}: {data['reason']}"
    ),
    "attestation": lambda data: (
        f"{data['what']} by {data['by']} as {data['role']} until {data['until']}: {data['reason']}"
    ),
    "baseline": lambda data: (
        f"{data['name']}{' again' if data.get('again') else ''} as of {data['as_of']} by {data['by']}: {data['reason']}"
    ),
    "gate": lambda data: f"{data['policy']} begins",
    "permission": lambda data: f"{data['policy']} at {data['symbol']}: {data['verdict']['verdict']}",
    "trade": lambda data: f"{data['policy']} at {data['symbol']}: closed with {data['pnl']}",
    "stage": lambda data: (
        f"{data['rollout']} {data['decision']} to {data['to']} by {data['by']}: {data['reason']}"
    ),
    "look": _observation,
    "kill-switch": lambda data: (
        f"{'thrown' if data['active'] else 'off again'} by {data['by']}: {data['reason']}"
    ),
    "notify": _notification,
    "delivery": lambda data: f"{data['channel']}: events up to entry {data['through']}",
}
"""One line about the data of an entry, by its kind; any other kind shows its names and digests."""


def _summary(entry: Entry) -> str:
    return _SUMMARIES.get(entry.kind, _named)(entry.data)


def _named(data: Data) -> str:
    values = (str(data[key]) for key in ("name", "document", "digest", "snapshot") if key in data)
    return " ".join(each[:19] if each.startswith("sha256:") else each for each in values)


def _at(member: str | None) -> str:
    return f" at {member}" if member else ""
