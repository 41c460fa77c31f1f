"""The matrix of statements, rules and stages of rollouts as text, JSON and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..analysis.statement_trace import StatementHolder, StatementRow, Trace
from .escaping import markdown
from .tables import tidy

__all__ = ["markdown_matrix", "record", "summary"]

_WORDS = {
    "rules": "in rules",
    "stages": "in stages of rollouts",
    "elsewhere": "held elsewhere",
    "awaiting": "awaiting",
    "beyond": "beyond what can be held",
    "nothing": "held by nothing",
}


def summary(found: Trace) -> str:
    """One line: how many statements there are and what holds them."""
    counts = Counter(row.state for row in found.rows)
    parts = [f"{counts[state]} {words}" for state, words in _WORDS.items() if counts[state]]
    stages = sum(each.kind == "stage" for each in found.stages)
    held = f"{len(found.rules)} rules" + (f", {stages} stages" if stages else "")
    return f"{len(found.rows)} statements, {held}: {', '.join(parts) or 'nothing to hold'}"


def record(found: Trace) -> dict[str, object]:
    """The matrix as a record: statements with their rules and stages, and these with their statements."""
    return {
        "statements": [_statement(row) for row in found.rows],
        "rules": [_holder(each) | {"covers": list(each.covers)} for each in found.rules],
        "stages": [_holder(each) | {"covers": list(each.covers)} for each in found.stages],
        "strange": [{"id": name, **_holder(holder)} for name, holder in found.strange],
        "complete": found.complete,
    }


def _statement(row: StatementRow) -> dict[str, object]:
    notes = {"awaiting": row.awaiting, "elsewhere": row.elsewhere, "beyond": row.beyond}
    return {
        "id": row.statement.id,
        "runbook": row.statement.runbook,
        "text": row.statement.text,
        "state": row.state,
        "rules": [_holder(each) for each in row.rules],
        "stages": [_holder(each) for each in row.stages],
        **{name: text for name, text in notes.items() if text},
    }


def _holder(holder: StatementHolder) -> dict[str, object]:
    place: dict[str, object] = {"file": holder.file, "line": holder.line}
    if holder.kind == "rule":
        return {"policy": holder.document, "rule": holder.part, **place}
    return {"rollout": holder.document, "stage": holder.part or None, **place}


def markdown_matrix(found: Trace) -> str:
    """The matrix in Markdown: one table of statements, one of rules, and one of stages where there are any."""
    return tidy("\n".join(_lines(found)))


def _lines(found: Trace) -> Iterator[str]:
    yield from ("# Statements and what holds them", "", f"{summary(found)}.", "")
    runbook = ""
    for row in found.rows:
        if row.statement.runbook != runbook:
            runbook = row.statement.runbook
            yield from (
                "",
                f"## {markdown(runbook)}",
                "",
                "| id | statement | held by |",
                "| --- | --- | --- |",
            )
        yield f"| {row.statement.id} | {markdown(row.statement.text)} | {'; '.join(_held(row))} |"
    yield from _table("Rules", "rule", found.rules)
    if found.stages:
        yield from _table("Rollouts and their stages", "stage", found.stages)


def _table(title: str, head: str, holders: Iterable[StatementHolder]) -> Iterator[str]:
    yield from ("", f"## {title}", "", f"| {head} | place | statements |", "| --- | --- | --- |")
    for each in holders:
        yield f"| {markdown(each.name)} | {markdown(each.place)} | {' '.join(each.covers) or 'none'} |"


def _held(row: StatementRow) -> Iterator[str]:
    for each in row.holders:
        yield f"{markdown(each.name)} ({markdown(each.place)})"
    for word, text in (("elsewhere", row.elsewhere), ("awaiting", row.awaiting), ("beyond", row.beyond)):
        if text:
            yield f"{word}: {markdown(text)}"
    if row.state == "nothing":
        yield "nothing"
