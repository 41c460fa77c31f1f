"""The commands by name, each imported when it is asked for, so that a command pays for its own needs only."""

from __future__ import annotations

import importlib

import click
from click.shell_completion import CompletionItem

from .. import __version__
from ..diagnostics import unknown_name
from ..errors import UsageError

__all__ = ["COMMANDS", "interlock"]

COMMANDS: dict[str, str] = {
    "validate": "interlock.cli.commands.validate",
    "test": "interlock.cli.commands.test",
    "mutate": "interlock.cli.commands.mutate",
    "collect": "interlock.cli.commands.collect",
    "evaluate": "interlock.cli.commands.evaluate",
    "explain": "interlock.cli.commands.explain",
    "report": "interlock.cli.commands.report",
    "metrics": "interlock.cli.commands.metrics",
    "schema": "interlock.cli.commands.schema",
    "eval": "interlock.cli.commands.eval",
    "trace": "interlock.cli.commands.trace",
    "log": "interlock.cli.commands.log",
    "baseline": "interlock.cli.commands.baseline",
    "guard": "interlock.cli.commands.guard",
    "attest": "interlock.cli.commands.attest",
    "waive": "interlock.cli.commands.waive",
    "rollout": "interlock.cli.commands.rollout",
}
"""The module of each command, in the order in which they are listed; it offers `command`."""

_EXAMPLES = """\b
Examples:
  interlock validate
  interlock collect --root examples/desk --as-of 2026-03-30T06:30:00Z --archive -o snapshot.json
  interlock eval 'streak(equity.daily_change < -3%) >= 2' snapshot.json
"""


class _Commands(click.Group):
    """A group that imports the module of a command when the command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(COMMANDS[cmd_name]).command
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise UsageError(str(unknown_name("command", name, sorted(COMMANDS))))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the names of commands without importing any, and the options."""
        names = [CompletionItem(each) for each in COMMANDS if each.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(cls=_Commands, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="interlock %(version)s")
def interlock() -> None:
    """Policy as code for the gates of algorithmic trading: a gate never opens by accident.

    The exit code is 0 when all is well, 1 when a policy is at its worst verdict, 3 in between, 4 when nothing could
    be evaluated, 2 for an invalid document, snapshot or command line, 70 for a bug.
    """
