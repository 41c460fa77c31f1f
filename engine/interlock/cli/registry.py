"""The commands by name, each imported when it is wanted, so a command pays for its own needs only."""

from __future__ import annotations

import click

from .. import __version__
from .command import CommandGroup

__all__ = ["COMMANDS", "interlock"]

WRITE = "Write and test policies"
RUN = "Run them on a desk"
RECORD = "Record and approve"

COMMANDS: dict[str, tuple[str, str]] = {
    "validate": (WRITE, "interlock.cli.commands.validate"),
    "test": (WRITE, "interlock.cli.commands.test"),
    "mutate": (WRITE, "interlock.cli.commands.mutate"),
    "trace": (WRITE, "interlock.cli.commands.trace"),
    "metrics": (WRITE, "interlock.cli.commands.metrics"),
    "eval": (WRITE, "interlock.cli.commands.eval"),
    "schema": (WRITE, "interlock.cli.commands.schema"),
    "collect": (RUN, "interlock.cli.commands.collect"),
    "doctor": (RUN, "interlock.cli.commands.doctor"),
    "evaluate": (RUN, "interlock.cli.commands.evaluate"),
    "explain": (RUN, "interlock.cli.commands.explain"),
    "report": (RUN, "interlock.cli.commands.report"),
    "health": (RUN, "interlock.cli.commands.health"),
    "schedule": (RUN, "interlock.cli.commands.schedule"),
    "guard": (RUN, "interlock.cli.commands.guard"),
    "log": (RECORD, "interlock.cli.commands.log"),
    "baseline": (RECORD, "interlock.cli.commands.baseline"),
    "attest": (RECORD, "interlock.cli.commands.attest"),
    "waive": (RECORD, "interlock.cli.commands.waive"),
    "rollout": (RECORD, "interlock.cli.commands.rollout"),
}
"""The heading and the module of each command, in the order in which they are listed; the module offers `command`."""

_EXAMPLES = (
    "interlock validate",
    "interlock collect --root examples/desk -o snapshot.json",
    "interlock evaluate snapshot.json --environment paper --stateless",
    "interlock eval 'streak(equity.daily_change < -3%) >= 2' snapshot.json",
)


@click.group(
    cls=CommandGroup,
    table=COMMANDS,
    examples=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="interlock %(version)s")
def interlock() -> None:
    """Policy as code for the gates of algorithmic trading: a gate never opens by accident.

    The exit code is 0 when all is well, 1 when a policy is at its worst verdict, 3 in between, 4 when nothing could
    be evaluated, 2 for an invalid document, snapshot or command line, 5 for a damaged ledger, 70 for a bug.
    """
