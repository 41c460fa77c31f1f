"""The matrix of statements and rules as text, JSON and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..analysis.trace import Holder, Row, Trace
from .escaping import markdown
from .markdown_tables import tidy

__all__ = ["markdown_matrix", "record", "summary"]

_WORDS = {
    "rules": "in rules",
    "elsewhere": "held elsewhere",
    "awaiting": "awaiting",
    "beyond": "beyond what can be held",
    "nothing": "held by nothing",
}


def summary(found: Trace) -> str:
    """One line: how many statements there are and what holds them."""
    counts = Counter(row.state for row in found.rows)
    parts = [f"{counts[state]} {words}" for state, words in _WORDS.items() if counts[state]]
    rules = f"{len(found.rules)} rules"
    return f"{len(found.rows)} statements, {rules}: {', '.join(parts) or 'nothing to hold'}"


def record(found: Trace) -> dict[str, object]:
    """The matrix as a record: statements with their rules, rules with their statements."""
    return {
        "statements": [_statement(row) for row in found.rows],
        "rules": [_rule(each) | {"covers": list(each.covers)} for each in found.rules],
        "strange": [{"id": name, **_rule(holder)} for name, holder in found.strange],
        "complete": found.complete,
    }


def _statement(row: Row) -> dict[str, object]:
    notes = {"awaiting": row.awaiting, "elsewhere": row.elsewhere, "beyond": row.beyond}
    return {
        "id": row.statement.id,
        "runbook": row.statement.runbook,
        "text": row.statement.text,
        "state": row.state,
        "rules": [_rule(each) for each in row.rules],
        **{name: text for name, text in notes.items() if text},
    }


def _rule(holder: Holder) -> dict[str, object]:
    return {"policy": holder.policy, "rule": holder.rule, "file": holder.file, "line": holder.line}


def markdown_matrix(found: Trace) -> str:
    """The matrix in Markdown: one table of statements, one of rules."""
    return tidy("\n".join(_lines(found)))


def _lines(found: Trace) -> Iterator[str]:
    yield from ("# Statements and rules", "", f"{summary(found)}.", "")
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
    yield from ("", "## Rules", "", "| rule | place | statements |", "| --- | --- | --- |")
    for each in found.rules:
        yield f"| {markdown(each.name)} | {markdown(each.place)} | {' '.join(each.covers) or 'none'} |"


def _held(row: Row) -> Iterator[str]:
    for each in row.rules:
        yield f"{markdown(each.name)} ({markdown(each.place)})"
    for word, text in (("elsewhere", row.elsewhere), ("awaiting", row.awaiting), ("beyond", row.beyond)):
        if text:
            yield f"{word}: {markdown(text)}"
    if row.state == "nothing":
        yield "nothing"
