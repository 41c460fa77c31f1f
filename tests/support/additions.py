"""An output format, a command and a kind of channel as somebody would add them: one module, one line in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from interlock.alerts.channel import Channel
from interlock.alerts.channels import ChannelContext, ChannelKind, ChannelOption
from interlock.cli import terminal
from interlock.cli.command import Subcommand
from interlock.cli.options import format_option
from interlock.errors import EXIT_BEST
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from interlock.reports.style import ReportStyle

__all__ = ["FORMAT", "PAGER", "as_csv", "command"]

FORMAT = "support.additions:as_csv"


def as_csv(results: Sequence[EvaluationResult], style: ReportStyle) -> str:
    """Return a line for each verdict."""
    return "".join(f"{each.name},{each.verdict}\n" for result in results for each in result.verdicts)


@click.command(
    "greet",
    cls=Subcommand,
    short_help="Greet the desk.",
    examples=("interlock greet risk",),
    exits={EXIT_BEST: "the desk is greeted"},
)
@click.argument("name")
@format_option("evaluation")
def command(name: str, form: str) -> int:
    """Greet NAME."""
    terminal.out(f"hello {name}, in {form}")
    return EXIT_BEST


@dataclass(frozen=True, slots=True)
class Pager:
    """A channel that writes to a file named after the pager."""

    name: str
    label: str
    file: Path

    def problem(self) -> str:
        return ""

    def deliver(self, lines: bytes) -> None:
        self.file.write_bytes(lines)


def _pager(value: str, context: ChannelContext) -> Channel:
    return Pager(f"pager {value}", f"the pager `{value}`", context.ledger.with_name(f"{value}.pager"))


PAGER = ChannelKind(ChannelOption("--events-pager", "NUMBER", "Send the same lines to a pager."), _pager)
