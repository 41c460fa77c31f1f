"""`interlock log export`: every entry as a line of JSON, or as a row of Parquet."""

from __future__ import annotations

from pathlib import Path

import click

from ....errors import EXIT_BEST, UsageError
from ....files import write_atomically
from ....ledger.file.duckdb_export import write_parquet
from ....ledger.file.entry import json_lines
from ....ledger.file.ledger import Ledger
from ... import terminal
from ...action_options import LEDGER_EXITS
from ...command import Subcommand
from ...options import FormatName, ledger_option

__all__ = ["command"]

_FORMATS = ("jsonl", "parquet")


@click.command(
    "export",
    cls=Subcommand,
    short_help="Write every entry as JSON lines or Parquet.",
    examples=(
        "interlock log export > ledger.jsonl",
        "interlock log export --format parquet -o ledger.parquet",
    ),
    exits={EXIT_BEST: "the entries are written", **LEDGER_EXITS},
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes; default: stdout."
)
@click.option(
    "--format",
    "form",
    type=FormatName(lambda: _FORMATS),
    default=_FORMATS[0],
    show_default=True,
    help="The format of the file.",
)
@ledger_option()
def command(output: Path | None, form: str, ledger: Path) -> int:
    """Write every entry as a line of JSON or a row of Parquet; a damaged ledger is not exported."""
    with Ledger(ledger) as opened:
        if form == "parquet":
            if output is None:
                raise UsageError("Parquet is written to a file: name one with `-o FILE`")
            terminal.note(f"wrote {write_parquet(opened.entries(), output)} entries")
        elif output is None:
            for line in json_lines(opened.entries()):
                terminal.write_json(line)
        else:
            write_atomically(output, b"".join(json_lines(opened.entries())))
    return EXIT_BEST
