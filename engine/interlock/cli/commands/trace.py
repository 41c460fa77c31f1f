"""`interlock trace`: from each statement of the runbooks to the rules and stages that hold it, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ...analysis.inventory import Inventory, read_inventory
from ...analysis.runbook_sentences import RunbookSentences, confirm, read_sentences
from ...analysis.statement_trace import Trace, trace
from ...diagnostics import name_hint, printable
from ...errors import EXIT_BEST, EXIT_WORST, UsageError
from ...policy.loader import find_root
from ..command import Subcommand
from ..inputs import load_policies
from ..options import format_option, policies_option
from ..output import show

__all__ = ["command"]


@click.command(
    "trace",
    cls=Subcommand,
    short_help="Follow runbook statements to the rules that hold them.",
    examples=(
        "interlock trace",
        "interlock trace B67 C16",
        "interlock trace B67 --confirm",
        "interlock trace --format markdown > matrix.md",
    ),
    exits={
        EXIT_BEST: "every statement is held, or the inventory says why not",
        EXIT_WORST: "nothing holds a statement, a sentence is not confirmed, or a rule names no listed id",
    },
)
@click.argument("ids", nargs=-1)
@click.option(
    "--inventory",
    metavar="FILE",
    help="The list of statements; default: docs/inventory.yaml beside the policy root.",
)
@click.option(
    "--confirm",
    "confirmed",
    is_flag=True,
    help="Confirm that what holds the statements IDS holds their sentences as they are now.",
)
@policies_option
@format_option("trace")
def command(
    ids: tuple[str, ...], inventory: str | None, confirmed: bool, policies: str | None, form: str
) -> int:
    """Show which rules and stages of rollouts hold each statement of the runbooks, and back.

    IDS limit the matrix to these statements. Where a folder `runbooks/` lies beside the list, a statement whose
    sentence there has changed is stale, with its rules, until somebody confirms it.
    """
    loaded = load_policies(policies)
    path = Path(inventory) if inventory else _beside(policies)
    listed = read_inventory(path)
    folder = path.parent / "runbooks"
    sentences = read_sentences(folder, listed.statements)
    if confirmed:
        sentences = _confirm(folder, sentences, ids, listed)
    found = _only(trace(loaded.root, listed, sentences), ids)
    show("trace", form, found)
    return EXIT_BEST if found.complete else EXIT_WORST


def _confirm(
    folder: Path, found: RunbookSentences | None, ids: tuple[str, ...], listed: Inventory
) -> RunbookSentences | None:
    """Confirm the sentences of these statements, and return all as they are then."""
    if not ids:
        raise UsageError("`--confirm` needs the ids of statements: read their sentences and rules first")
    if found is None:
        raise UsageError(f"there is no folder `{folder.as_posix()}` with sentences to confirm")
    confirm(folder, found, ids)
    return read_sentences(folder, listed.statements)


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
