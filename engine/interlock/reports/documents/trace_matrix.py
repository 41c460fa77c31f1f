"""The matrix of runbook statements, rules and stages of rollouts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ...analysis.statement_trace import StatementHolder, StatementRow, Trace
from ...canonical import canonical
from ...diagnostics import printable
from ...wording import listed
from ..escaping import markdown
from ..style import ReportStyle
from ..tables import Table, tidy, wrapped

__all__ = ["as_json", "as_markdown", "as_text"]

_WORDS = {
    "rules": "in rules",
    "stages": "in stages of rollouts",
    "elsewhere": "held elsewhere",
    "awaiting": "awaiting",
    "beyond": "beyond what can be held",
    "nothing": "held by nothing",
}


def as_text(found: Trace, style: ReportStyle) -> str:
    """Return every statement with what holds it, then every rule and every stage with its statements."""
    parts = [_statements(found).text(style)]
    for head, holders in (("rule", found.rules), ("stage", found.stages)):
        if holders:
            table = Table((head, "place", "statements"), optional=("place",))
            for each in holders:
                table.add(each.name, each.place, " ".join(each.covers) or "none")
            parts.append(table.text(style))
    unlisted = [
        f"{printable(name)} is no statement of the inventory: {holder.name} names it, {holder.place}"
        for name, holder in found.strange
    ]
    changed = [_stale(row) for row in found.stale]
    prose = [text for each in [*unlisted, *changed, _summary(found)] for text in wrapped(each, style.width)]
    parts.append("".join(f"{each}\n" for each in prose))
    return "\n".join(parts)


def _stale(row: StatementRow) -> str:
    """What somebody has to look at before a statement counts as held again."""
    name, holders = row.statement.id, listed([each.name for each in row.holders], 5)
    look = f"look at {holders}" if holders else "look at what the inventory says of it"
    return f"{name} is stale: {row.stale}: {look}, then confirm it with `interlock trace {name} --confirm`"


def _statements(found: Trace) -> Table:
    """A row for each statement and each thing that holds it."""
    table = Table(("id", "statement", "held by", "place"), optional=("place",))
    for row in found.rows:
        held = [(each.name, each.place) for each in row.holders]
        held += [(f"{word}: {text}", "") for word, text in _notes(row)]
        for index, (name, place) in enumerate(held or [("nothing", "")]):
            first = ("", "") if index else (row.statement.id, row.statement.text)
            table.add(*first, name, place)
    return table


def _notes(row: StatementRow) -> list[tuple[str, str]]:
    """What the inventory says of a statement that no rule and no stage holds."""
    notes = (("elsewhere", row.elsewhere), ("awaiting", row.awaiting), ("beyond", row.beyond))
    return [(word, text) for word, text in notes if text]


def _summary(found: Trace) -> str:
    """How many statements there are and what holds them."""
    counts = Counter(row.state for row in found.rows)
    parts = [f"{counts[state]} {words}" for state, words in _WORDS.items() if counts[state]]
    stages = sum(each.kind == "stage" for each in found.stages)
    held = f"{len(found.rules)} rules" + (f", {stages} stages" if stages else "")
    stale = f"; {len(found.stale)} stale" if found.stale else ""
    return f"{len(found.rows)} statements, {held}: {', '.join(parts) or 'nothing to hold'}{stale}"


def as_json(found: Trace, style: ReportStyle) -> str:
    """Return one line: statements with their rules and stages, and these with their statements."""
    table = {
        "statements": [_statement(row) for row in found.rows],
        "rules": [_holder(each) | {"covers": list(each.covers)} for each in found.rules],
        "stages": [_holder(each) | {"covers": list(each.covers)} for each in found.stages],
        "strange": [{"id": name, **_holder(holder)} for name, holder in found.strange],
        "complete": found.complete,
    }
    return canonical(table).decode("utf-8") + "\n"


def _statement(row: StatementRow) -> dict[str, object]:
    return {
        "id": row.statement.id,
        "runbook": row.statement.runbook,
        "text": row.statement.text,
        "state": row.state,
        **({"stale": row.stale} if row.stale else {}),
        "rules": [_holder(each) for each in row.rules],
        "stages": [_holder(each) for each in row.stages],
        **dict(_notes(row)),
    }


def _holder(holder: StatementHolder) -> dict[str, object]:
    place: dict[str, object] = {"file": holder.file, "line": holder.line}
    if holder.kind == "rule":
        return {"policy": holder.document, "rule": holder.part, **place}
    return {"rollout": holder.document, "stage": holder.part or None, **place}


def as_markdown(found: Trace, style: ReportStyle) -> str:
    """Return a table of statements for each runbook, one of rules, and one of stages where there are any."""
    return tidy("\n".join(_lines(found)))


def _lines(found: Trace) -> Iterator[str]:
    yield from ("# Statements and what holds them", "", f"{_summary(found)}.", "")
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
    yield from _backward("Rules", "rule", found.rules)
    if found.stages:
        yield from _backward("Rollouts and their stages", "stage", found.stages)


def _backward(title: str, head: str, holders: Iterable[StatementHolder]) -> Iterator[str]:
    yield from ("", f"## {title}", "", f"| {head} | place | statements |", "| --- | --- | --- |")
    for each in holders:
        yield f"| {markdown(each.name)} | {markdown(each.place)} | {' '.join(each.covers) or 'none'} |"


def _held(row: StatementRow) -> Iterator[str]:
    for each in row.holders:
        yield f"{markdown(each.name)} ({markdown(each.place)})"
    for word, text in _notes(row):
        yield f"{word}: {markdown(text)}"
    if row.state == "nothing":
        yield "nothing"
    if row.stale:
        yield f"stale: {row.stale}"
