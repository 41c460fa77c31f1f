"""`interlock schema`: the JSON Schemas of all documents, to read and for editors."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

import click

from ...diagnostics import printable, unknown_name
from ...errors import EXIT_BEST, UsageError, system_reason
from ...files import write_atomically
from ...policy.loader import SCHEMAS, find_root
from ...reports.tables import Table
from ...resources import schema_names, schema_path
from .. import terminal
from ..command import Subcommand
from ..output import style_of

__all__ = ["command"]


@click.command(
    "schema",
    cls=Subcommand,
    short_help="Print the JSON Schemas of documents, for editors.",
    examples=(
        "interlock schema",
        "interlock schema policy",
        "interlock schema --write .interlock/schemas",
    ),
    exits={EXIT_BEST: "schemas are listed, printed or written"},
)
@click.argument("kind", default="")
@click.option(
    "--write",
    "folder",
    metavar="DIR",
    help="Write every schema into this folder and say how editors find it.",
)
def command(kind: str, folder: str | None) -> int:
    """List the kinds of documents, or print the JSON Schema of one.

    KIND is one of those that the list names. Editors with yaml-language-server complete and check documents by the
    schemas that `--write` puts into a folder.
    """
    kinds = list(dict.fromkeys([*SCHEMAS.values(), *schema_names()]))
    if folder is not None:
        if kind:
            raise UsageError("`--write` writes every schema: leave out the kind")
        _write(Path(folder), kinds)
    elif kind:
        if kind not in kinds:
            raise UsageError(str(unknown_name("kind of document", kind, kinds)))
        terminal.write(schema_path(kind).read_bytes())
    else:
        _list(kinds)
    return EXIT_BEST


def _list(kinds: list[str]) -> None:
    first_keys = {name: key for key, name in SCHEMAS.items()}
    table = Table(("kind", "first key", "what it is"))
    for kind in kinds:
        about = json.loads(schema_path(kind).read_text(encoding="utf-8"))["description"]
        table.add(kind, first_keys.get(kind, ""), about)
    terminal.out("\n".join(table.lines(style_of(sys.stdout))))


def _write(folder: Path, kinds: list[str]) -> None:
    """Write each schema whole or not at all, and print the line by which an editor finds it."""
    root, shown = _root(), printable(folder.as_posix())
    _beside(folder.resolve(), root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(f"cannot make the folder `{shown}`: {system_reason(problem)}") from None
    for kind in kinds:
        write_atomically(folder / f"{kind}.json", schema_path(kind).read_bytes())
    terminal.note(f"wrote {len(kinds)} schemas to {shown}")
    there = quote(_way(folder.resolve(), root), safe="/:")  # an editor reads the path up to the first blank
    here = printable(_way(root, Path.cwd()))
    terminal.out(f"a policy in {here}/ begins with the line below; in a folder of it with one more `../`,")
    terminal.out("and a document of another kind with that kind in place of `policy`:")
    terminal.out(f"# yaml-language-server: $schema={there}/policy.json")


def _root() -> Path:
    """The policy root, or where one would lie."""
    try:
        return find_root().resolve()
    except UsageError:
        return Path("policies").resolve()


def _beside(folder: Path, root: Path) -> None:
    """Refuse a folder of the policy root in which every file is taken for a document."""
    inside = folder.relative_to(root).parts if folder.is_relative_to(root) else (".",)
    if not any(each.startswith(".") for each in inside):
        shown, hint = printable(_way(folder, Path.cwd())), "write beside it, or into `.interlock/schemas`"
        raise UsageError(f"`{shown}` lies in the policy root, where every file is a document: {hint}")


def _way(there: Path, here: Path) -> str:
    """The relative path from one folder to another; on another drive the whole one."""
    try:
        return Path(os.path.relpath(there, here)).as_posix()
    except ValueError:
        return there.as_posix()
