"""`interlock trace`: from each statement of the runbooks to the rules and stages that hold it, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ...analysis.inventory import read_inventory
from ...analysis.statement_trace import Trace, trace
from ...canonical import canonical
from ...diagnostics import name_hint, printable
from ...errors import EXIT_BEST, EXIT_WORST, UsageError
from ...policy.loader import find_root
from ...reports.trace_matrix import markdown_matrix, record, summary
from .. import terminal
from ..inputs import load_policies
from ..options import format_option, policies_option
from ..terminal_tables import Table

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock trace
  interlock trace B67 C16
  interlock trace --format markdown > matrix.md
"""


@click.command("trace", short_help="Follow runbook statements to what holds them.", epilog=_EXAMPLES)
@click.argument("ids", nargs=-1)
@click.option(
    "--inventory",
    metavar="FILE",
    help="The list of statements; default: docs/inventory.yaml beside the policy root.",
)
@policies_option
@format_option("text", "json", "markdown")
def command(ids: tuple[str, ...], inventory: str | None, policies: str | None, form: str) -> int:
    """Follow the statements of the runbooks to the rules and the stages of rollouts that hold them, and back.

    With IDS only these. The exit code is 1 where a statement is held by nothing and nothing is said of it, or where a
    rule or a stage names an id that is not listed.
    """
    loaded = load_policies(policies)
    listed = read_inventory(Path(inventory) if inventory else _beside(policies))
    found = _only(trace(loaded.root, listed), ids)
    if form == "json":
        terminal.write(canonical(record(found)) + b"\n")
    elif form == "markdown":
        terminal.write(markdown_matrix(found).encode("utf-8"))
    else:
        _text(found)
    return EXIT_BEST if found.complete else EXIT_WORST


def _beside(policies: str | None) -> Path:
    return find_root(policies).parent / "docs" / "inventory.yaml"


def _only(found: Trace, ids: tuple[str, ...]) -> Trace:
    """Keep the rows of these ids and the rules and stages that name one of them."""
    if not ids:
        return found
    listed = [row.statement.id for row in found.rows]
    for each in ids:
        if each not in listed:
            hint = name_hint(each, listed, "`interlock trace` lists all")
            raise UsageError(f"no statement has the id `{printable(each)}`: {hint}")
    wanted = set(ids)
    return replace(
        found,
        rows=tuple(row for row in found.rows if row.statement.id in wanted),
        holders=tuple(each for each in found.holders if wanted.intersection(each.covers)),
        strange=(),
    )


def _text(found: Trace) -> None:
    """Every statement with what holds it below it, then every rule and every stage with its statements."""
    table = Table(("id", "statement", "held by", "place"))
    for row in found.rows:
        held = [(each.name, each.place) for each in row.holders]
        notes = (("elsewhere", row.elsewhere), ("awaiting", row.awaiting), ("beyond", row.beyond))
        held += [(f"{word}: {text}", "") for word, text in notes if text]
        for index, (name, place) in enumerate(held or [("nothing", "")]):
            first = ("", "") if index else (row.statement.id, row.statement.text)
            table.add(*first, name, place)
    table.show()
    terminal.say("")
    for head, holders in (("rule", found.rules), ("stage", found.stages)):
        if holders:
            back = Table((head, "place", "statements"))
            for each in holders:
                back.add(each.name, each.place, " ".join(each.covers) or "none")
            back.show()
            terminal.say("")
    for name, holder in found.strange:
        terminal.say(
            f"{printable(name)} is no statement of the inventory: {holder.name} names it, {holder.place}"
        )
    terminal.say(summary(found))
